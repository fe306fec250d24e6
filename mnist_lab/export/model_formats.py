"""Export a trained network in the formats of other tools. Imports TensorFlow."""

import tempfile
from pathlib import Path

import mnist_lab.inference.engine.keras_loading  # noqa: F401

# isort: split
import keras

from mnist_lab.errors import PredictorError
from mnist_lab.inference.engine.model_cache import load_model
from mnist_lab.inference.weights import Weights


def export_savedmodel(weights: Weights, output: Path) -> None:
    """Write the network as a TensorFlow SavedModel, a folder, for TensorFlow Serving and similar tools.

    Raises:
        OSError: `output` cannot be written.
        PredictorError: The weights are damaged, or TensorFlow cannot write this network.
    """
    _export(weights, output, "tf_saved_model")


def export_litert(weights: Weights, output: Path) -> None:
    """Write the network for LiteRT (TensorFlow Lite), the runtime of phones and small devices, in float32.

    Raises:
        OSError: `output` cannot be written.
        PredictorError: The weights are damaged, or TensorFlow cannot convert this network.
    """
    _export(weights, output, "litert")


def in_float32(model: keras.Model) -> keras.Model:
    """Return the same network with the same weights, computing in float32: other runtimes do not support bfloat16."""

    def as_float32(layer: keras.Layer) -> keras.Layer:
        return layer.__class__.from_config({**layer.get_config(), "dtype": "float32"})

    copy = keras.models.clone_model(model, clone_function=as_float32)
    copy.set_weights(model.get_weights())
    return copy


def _export(weights: Weights, output: Path, format_: str) -> None:
    model = in_float32(load_model(weights))
    # Keras chooses the format by the file's extension, so it writes to a temporary name first.
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".export-") as folder:
        exported = Path(folder) / ("network.tflite" if format_ == "litert" else "network")
        try:
            model.export(exported, format=format_, verbose=False)
        except Exception as error:  # the converters raise many types of exceptions
            raise PredictorError(
                f"TensorFlow cannot write this network as {format_}: {type(error).__name__}: {error}"
            ) from error
        # A folder cannot replace a file. The caller has checked that the file may be overwritten.
        output.unlink(missing_ok=True)
        exported.rename(output)
