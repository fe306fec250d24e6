"""Loads trained models and keeps the most recently used ones ready for prediction. Imports TensorFlow."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import mnist_lab.inference.engine.keras_loading  # noqa: F401

# isort: split
import keras
import numpy as np
import tensorflow as tf
from cachetools import LRUCache

from mnist_lab.errors import NetworkError, PredictorError
from mnist_lab.files import file_version
from mnist_lab.inference.keras_file import copy_checked, is_newer, written_by
from mnist_lab.inference.protocol import IMAGE_SHAPE, Floats
from mnist_lab.inference.weights import Weights
from mnist_lab.keras_settings import apply_settings
from mnist_lab.network import CLASSES

BATCH_SHAPE = (1, *IMAGE_SHAPE, 1)
MAX_LOADED = 24

PredictFunction = Callable[[Floats], Floats]
"""From one image float32 (28, 28) to probabilities float32 (10,)."""


def load_model(weights: Weights) -> keras.Model:
    """Load the Keras model of a run.

    Raises:
        PredictorError: The file is damaged, was written by a newer Keras, or holds a network that does not classify
            digits.
    """
    apply_settings(keras)
    try:
        with tempfile.TemporaryDirectory(prefix="mnist-lab-") as folder:
            copy = Path(folder) / "checked.keras"
            copy_checked(weights.path, copy)
            model = keras.saving.load_model(copy, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises many types of exceptions for a damaged file
        raise _unusable(weights, error) from error
    shapes = getattr(model, "input_shape", None), getattr(model, "output_shape", None)
    if shapes != ((None, *IMAGE_SHAPE, 1), (None, CLASSES)):
        raise PredictorError(
            f"The weights of run {weights.run_id} belong to another network: its input shape must be (28, 28, 1) and "
            f"its output shape (10,). Received: {shapes[0]} and {shapes[1]}."
        )
    return model


def _unusable(weights: Weights, error: Exception) -> PredictorError:
    version = written_by(weights.path)
    if is_newer(version, keras.__version__):
        return PredictorError(
            f"The weights of run {weights.run_id} were written by Keras {version}, and this lab has Keras"
            f" {keras.__version__}, which cannot read them: update Keras, or {weights.remedy}."
        )
    if isinstance(error, NetworkError):
        return PredictorError(
            f"The weights of run {weights.run_id} belong to another network ({weights.path.name}): {error}"
        )
    return PredictorError(
        f"The weights of run {weights.run_id} are damaged ({weights.path.name}: {type(error).__name__}); "
        f"{weights.remedy}."
    )


def make_predict_function(model: keras.Model, run_id: str) -> PredictFunction:
    """Compile `model` for one image at a time; it is traced before this returns.

    `model.predict` sets up a data pipeline for every call and retraces; a function of one fixed shape does neither.
    """

    @tf.function(input_signature=[tf.TensorSpec(BATCH_SHAPE, tf.float32)], jit_compile=False)  # type: ignore[untyped-decorator]
    def forward(batch: tf.Tensor) -> tf.Tensor:  # (1, 28, 28, 1) -> (1, 10)
        return tf.cast(model(batch, training=False), tf.float32)

    def predict(image: Floats) -> Floats:  # (28, 28) -> (10,)
        probabilities: Floats = forward(tf.constant(image.reshape(BATCH_SHAPE)))[0].numpy()
        if not np.isfinite(probabilities).all():
            raise PredictorError(
                f"The network of run {run_id} gives NaN instead of probabilities: its training diverged. "
                "Train it again with a smaller learning rate."
            )
        return probabilities

    forward(tf.zeros(BATCH_SHAPE))
    return predict


class _CachedModel(NamedTuple):
    path: Path
    version: tuple[int, int]
    model: keras.Model
    predict: PredictFunction


class ModelCache:
    """The most recently used models, at most `capacity` of them; a file that has changed is loaded again."""

    def __init__(self, find: Callable[[str], Weights], capacity: int = MAX_LOADED) -> None:
        """`find` returns the weights of a run by its id, or raises a LabError with the reason why there are none."""
        self._find = find
        self._models: LRUCache[str, _CachedModel] = LRUCache(capacity)

    def __len__(self) -> int:
        return len(self._models)

    def __contains__(self, run_id: str) -> bool:
        return run_id in self._models

    def get(self, run_id: str) -> PredictFunction:
        """Return the predict function of a run, loading its model if necessary.

        Raises:
            LabError: The run is unknown, or has no usable weights.
        """
        return self._cached(run_id).predict

    def model(self, run_id: str) -> keras.Model:
        """Return the model of a run, as `get` does its predict function."""
        return self._cached(run_id).model

    def _cached(self, run_id: str) -> _CachedModel:
        cached = self._models.get(run_id)
        if cached is not None:
            if file_version(cached.path) == cached.version:
                return cached
            del self._models[run_id]
        weights = self._find(run_id)
        # Read before loading, so that a file that is replaced meanwhile is noticed at the next call.
        version = file_version(weights.path)
        model = load_model(weights)
        cached = _CachedModel(weights.path, version, model, make_predict_function(model, run_id))
        self._models[run_id] = cached
        return cached
