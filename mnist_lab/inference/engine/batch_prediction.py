"""Prediction of many images at once, with one network after the other. Imports TensorFlow."""

from collections.abc import Callable

import keras
import numpy as np
from numpy.typing import NDArray

from mnist_lab.errors import PredictorError
from mnist_lab.files import file_version
from mnist_lab.inference.engine.model_cache import load_model
from mnist_lab.inference.protocol import Floats
from mnist_lab.inference.weights import Weights

_Loaded = tuple[str, tuple[int, int], keras.Model]


class BatchPrediction:
    """Shows images to the networks of runs; keeps the last network, as several batches go to one."""

    def __init__(self, find: Callable[[str], Weights]) -> None:
        """`find` returns the weights of a run by its id, or raises a LabError with the reason why there are none."""
        self._find = find
        self._loaded: _Loaded | None = None

    def predict(self, run_id: str, images: NDArray[np.uint8]) -> Floats:
        """Probabilities float32 (n, 10) of images uint8 (n, 28, 28).

        Raises:
            LabError: The run is unknown, has no usable weights, or gives NaN.
        """
        model = self._model(run_id)
        # Not compiled: to compile a network takes longer than to show it a few hundred images.
        batch = images.astype(np.float32)[..., np.newaxis] / np.float32(255)
        probabilities: Floats = np.asarray(keras.ops.convert_to_numpy(model(batch, training=False)), np.float32)
        if not np.isfinite(probabilities).all():
            raise PredictorError(f"The network of run {run_id} gives NaN instead of probabilities.")
        return probabilities

    def _model(self, run_id: str) -> keras.Model:
        weights = self._find(run_id)
        version = file_version(weights.path)
        if self._loaded is None or self._loaded[:2] != (run_id, version):
            self._loaded = None  # so that two networks are never in memory at once
            self._loaded = run_id, version, load_model(weights)
        return self._loaded[2]
