"""Networks in training, ready for prediction with the newest weights that their workers have written."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
from cachetools import LRUCache

from mnist_lab.files import file_version
from mnist_lab.inference.engine.model_cache import PredictFunction, load_model, make_predict_function
from mnist_lab.inference.weights import Weights
from mnist_lab.runs import RunFolder
from mnist_lab.runs.live_weights import read_live_weights, request_live_weights

MAX_LOADED = 4


@dataclass
class LiveModel:
    """A network in training, with the weights of one moment."""

    model: keras.Model
    predict: PredictFunction
    model_version: tuple[int, int]
    weights_version: tuple[int, int]
    epoch: float = 0.0
    """Epochs that the weights were trained for, fractional."""


class LiveModels:
    """The networks in training that were asked for last. Their weights are replaced whenever there are newer ones."""

    def __init__(self, folder_of: Callable[[str], RunFolder], capacity: int = MAX_LOADED) -> None:
        """`folder_of` returns the folder of a run by its id, or raises a LabError."""
        self._folder_of = folder_of
        self._models: LRUCache[str, LiveModel] = LRUCache(capacity)

    def get(self, run_id: str) -> LiveModel | None:
        """Ask the worker of a run to go on writing its weights, and return the network with the newest ones.

        Returns:
            None if the worker has not written any.

        Raises:
            LabError: The run's folder or the files in it cannot be used.
        """
        folder = self._folder_of(run_id)
        is_training = request_live_weights(folder)
        model_version, weights_version = file_version(folder.live_model), file_version(folder.live_weights)
        if not is_training or (0, 0) in (model_version, weights_version):
            self._models.pop(run_id, None)
            return None
        live = self._models.get(run_id)
        if live is None or live.model_version != model_version:
            model = load_model(Weights(run_id, folder.live_model, "draw again in a second"))
            live = LiveModel(model, make_predict_function(model, run_id), model_version, (0, 0))
        if live.weights_version != weights_version:
            weights = read_live_weights(folder, [variable.numpy() for variable in live.model.weights])
            if weights is None:
                return None
            for variable, value in zip(live.model.weights, weights.values, strict=True):
                variable.assign(value)
            live.epoch, live.weights_version = weights.epoch, weights_version
        self._models[run_id] = live
        return live
