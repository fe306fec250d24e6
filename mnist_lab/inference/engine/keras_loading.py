"""Imports Keras with the lab's settings. To be imported before Keras and TensorFlow, which imports Keras itself."""

from mnist_lab.keras_settings import own_settings

with own_settings():
    import keras  # noqa: F401
