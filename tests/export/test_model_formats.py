"""Trained networks in other tools' formats, read back by those tools."""

import numpy as np
import pytest

from mnist_lab.errors import PredictorError
from mnist_lab.inference.weights import Weights

BATCH = np.random.default_rng(0).random((1, 28, 28, 1), dtype=np.float32)


@pytest.fixture(scope="module")
def bfloat16_file(tmp_path_factory):
    """A network trained in bfloat16, as Keras saves it."""
    import keras

    layers = [
        keras.Input((28, 28, 1)),
        keras.layers.Conv2D(4, 3, activation="relu", dtype="mixed_bfloat16"),
        keras.layers.Flatten(dtype="mixed_bfloat16"),
        keras.layers.Dense(10, activation="softmax", dtype="float32"),
    ]
    path = tmp_path_factory.mktemp("bfloat16") / "network.keras"
    keras.Sequential(layers).save(path)
    return path


def expected(path):
    import keras

    return keras.saving.load_model(path)(BATCH, training=False).numpy()


def test_litert_answers_as_keras_does(keras_file, tmp_path):
    from ai_edge_litert.interpreter import Interpreter

    from mnist_lab.export.model_formats import export_litert

    output = tmp_path / "any name.bin"
    export_litert(Weights("one", keras_file), output)

    interpreter = Interpreter(model_content=output.read_bytes())
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], BATCH)
    interpreter.invoke()
    answer = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    assert np.allclose(answer, expected(keras_file), atol=1e-5)
    assert list(tmp_path.iterdir()) == [output]


def test_savedmodel_answers_as_keras_does_and_in_float32(bfloat16_file, tmp_path):
    import tensorflow as tf

    from mnist_lab.export.model_formats import export_savedmodel

    output = tmp_path / "network"
    export_savedmodel(Weights("one", bfloat16_file), output)

    loaded = tf.saved_model.load(output)
    answer = loaded.serve(BATCH)
    assert np.allclose(answer, expected(bfloat16_file), atol=0.01)
    assert np.isclose(answer.numpy().sum(), 1, atol=1e-6)
    assert list(tmp_path.iterdir()) == [output]


def test_damaged_weights_are_refused_and_leave_nothing(tmp_path):
    from mnist_lab.export.model_formats import export_litert

    damaged = tmp_path / "best.keras"
    damaged.write_bytes(b"damaged")

    with pytest.raises(PredictorError, match="damaged"):
        export_litert(Weights("one", damaged), tmp_path / "out.tflite")
    assert list(tmp_path.iterdir()) == [damaged]
