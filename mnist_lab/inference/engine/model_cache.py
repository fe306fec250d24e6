"""Loads trained models and keeps the most recently used ones ready for prediction. Imports TensorFlow."""

import tempfile
from collections.abc import Callable
from pathlib import Path

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
from mnist_lab.inference.reading import Reading
from mnist_lab.inference.weights import Weights
from mnist_lab.keras_settings import apply_settings
from mnist_lab.network import CLASSES
from mnist_lab.novelty import DigitSubspaces
from mnist_lab.novelty.engine.features import with_hidden

BATCH_SHAPE = (1, *IMAGE_SHAPE, 1)
MAX_LOADED = 24

PredictFunction = Callable[[Floats], Floats]
"""From one image float32 (28, 28) to probabilities float32 (10,)."""
ForwardFunction = Callable[[Floats], tuple[Floats, Floats]]
"""From one image float32 (28, 28) to probabilities float32 (10,) and the values before them, float32 (h,)."""


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
    """Compile `model` for one image at a time, see `make_forward_function`."""
    forward = make_forward_function(model, run_id)
    return lambda image: forward(image)[0]


def make_forward_function(model: keras.Model, run_id: str) -> ForwardFunction:
    """Compile `model` for one image at a time; it is traced before this returns.

    `model.predict` sets up a data pipeline for every call and retraces; a function of one fixed shape does neither.
    """
    both = with_hidden(model)

    @tf.function(input_signature=[tf.TensorSpec(BATCH_SHAPE, tf.float32)], jit_compile=False)  # type: ignore[untyped-decorator]
    def compiled(batch: tf.Tensor) -> list[tf.Tensor]:  # (1, 28, 28, 1) -> (1, 10), (1, h)
        return [tf.cast(output, tf.float32) for output in both(batch, training=False)]

    def forward(image: Floats) -> tuple[Floats, Floats]:
        probabilities, hidden = (output[0].numpy() for output in compiled(tf.constant(image.reshape(BATCH_SHAPE))))
        if not np.isfinite(probabilities).all():
            raise PredictorError(
                f"The network of run {run_id} gives NaN instead of probabilities: its training diverged. "
                "Train it again with a smaller learning rate."
            )
        return probabilities, hidden

    compiled(tf.zeros(BATCH_SHAPE))
    return forward


class LoadedModel:
    """The trained model of a run, ready to read images."""

    def __init__(self, weights: Weights, subspaces: DigitSubspaces | None = None) -> None:
        """Load the model, which takes about a second.

        Raises:
            PredictorError: See `load_model`.
        """
        # Read before loading, so that a file that is replaced meanwhile is noticed at the next call.
        self.version = file_version(weights.path)
        self.weights = weights
        self.model = load_model(weights)
        self.subspaces = subspaces
        self._forward = make_forward_function(self.model, weights.run_id)

    @property
    def is_current(self) -> bool:
        """Whether the file of the weights is still the one that was loaded."""
        return file_version(self.weights.path) == self.version

    def read(self, image: Floats) -> Reading:
        """Read one image float32 (28, 28).

        Raises:
            PredictorError: The network gives NaN.
        """
        probabilities, hidden = self._forward(image)
        subspaces = self.subspaces  # another thread may set it
        digit = int(probabilities.argmax())
        return Reading(probabilities, None if subspaces is None else subspaces.score(hidden, image, digit))


class ModelCache:
    """The most recently used models, at most `capacity` of them; a file that has changed is loaded again."""

    def __init__(self, find: Callable[[str], Weights], capacity: int = MAX_LOADED) -> None:
        """`find` returns the weights of a run by its id, or raises a LabError with the reason why there are none."""
        self._find = find
        self._models: LRUCache[str, LoadedModel] = LRUCache(capacity)

    def __len__(self) -> int:
        return len(self._models)

    def __contains__(self, run_id: str) -> bool:
        return run_id in self._models

    def get(self, run_id: str) -> LoadedModel:
        """Return the model of a run, loading it if necessary.

        Raises:
            LabError: The run is unknown, or has no usable weights.
        """
        cached = self._models.get(run_id)
        if cached is not None:
            if cached.is_current:
                return cached
            del self._models[run_id]
        loaded = LoadedModel(self._find(run_id))
        self._models[run_id] = loaded
        return loaded
