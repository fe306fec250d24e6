from mnist_lab.keras_settings import own_settings

# Before any module of the engine: TensorFlow imports Keras, too.
with own_settings():
    import keras  # noqa: F401
