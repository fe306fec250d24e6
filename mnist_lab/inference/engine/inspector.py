"""Looks into a network while it reads one image: which pixels decide, and what its layers say. Imports TensorFlow."""

import base64
import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from cachetools import LRUCache

from mnist_lab.errors import PredictorError, StoreError
from mnist_lab.inference.engine.cell_sum import cell_sum
from mnist_lab.inference.engine.occlusion import covered_images, evidence
from mnist_lab.inference.protocol import Floats, pack
from mnist_lab.network import CLASSES
from mnist_lab.runs import RunFolder
from mnist_lab.runs.epoch_weights import epoch_weight_files, read_epoch_weights
from mnist_lab.runs.snapshot import layer_maps

MAX_CHANNELS = 16
MAX_UNITS = 256
_MAX_COPIES = 2


class Inspector:
    """Answers requests with `inspect` in them, see `protocol`."""

    def __init__(self, model_of: Callable[[str], keras.Model], folder_of: Callable[[str], RunFolder]) -> None:
        """Both return what a run has by its id, its model and its folder, or raise a LabError."""
        self._model_of = model_of
        self._folder_of = folder_of
        self._copies: LRUCache[str, tuple[keras.Model, keras.Model]] = LRUCache(_MAX_COPIES)

    def answer(self, kind: object, run_id: str, image: Floats, cell: object = None) -> dict[str, Any]:
        """The answer to one request.

        Args:
            kind: "occlusion", "layers", "epochs" or "cell".
            run_id: The run.
            image: float32 (28, 28).
            cell: For "cell": the index of the layer, and that of the value in its output.

        Raises:
            LabError: The network cannot be used, or there is no such kind of request.
        """
        if kind == "epochs":
            return {"run": run_id, **_epochs(self._copy_of(run_id), image, self._folder_of(run_id))}
        if kind == "cell":
            return {"run": run_id, **_cell(self._model_of(run_id), image, cell)}
        inspect = _KINDS.get(str(kind))
        if inspect is None:
            raise PredictorError(f"There is no inspection of the kind {str(kind)[:40]!r}.")
        return {"run": run_id, **inspect(self._model_of(run_id), image)}

    def _copy_of(self, run_id: str) -> keras.Model:
        """A copy of a run's model, whose weights may be changed; others may be reading with the model meanwhile."""
        model = self._model_of(run_id)
        known = self._copies.get(run_id)
        if known is None or known[0] is not model:
            known = self._copies[run_id] = (model, keras.models.clone_model(model))
        return known[1]


def _occlusion(model: keras.Model, image: Floats) -> dict[str, Any]:
    covered, corners = covered_images(image)
    probabilities = _outputs(model, np.concatenate([image[np.newaxis], covered]))[-1].numpy().astype(np.float32)
    return {"evidence": pack(evidence(probabilities[0], probabilities[1:], corners))}


def _layers(model: keras.Model, image: Floats) -> dict[str, Any]:
    outputs = _outputs(model, image[np.newaxis])
    return {"layers": list(_scaled(outputs))}


def _epochs(model: keras.Model, image: Floats, folder: RunFolder) -> dict[str, Any]:
    """What the network reads with the weights of each epoch that is kept; a file that cannot be read is left out."""
    shapes = [tuple(variable.shape) for variable in model.weights]
    found: dict[int, Floats] = {}
    for epoch, path in epoch_weight_files(folder.epochs).items():
        with suppress(StoreError):
            model.set_weights([values.astype(np.float32) for values in read_epoch_weights(path, shapes)])
            found[epoch] = _outputs(model, image[np.newaxis])[-1][0].numpy()
    probabilities = np.stack(list(found.values())) if found else np.zeros((0, CLASSES), np.float32)
    return {"epochs": list(found), "probabilities": pack(np.nan_to_num(probabilities))}


def _cell(model: keras.Model, image: Floats, cell: object) -> dict[str, Any]:
    outputs = [tf.constant(image[np.newaxis, ..., np.newaxis]), *_outputs(model, image[np.newaxis])]
    whole = isinstance(cell, list) and all(type(number) is int and number >= 0 for number in cell)
    layer, *index = cell if isinstance(cell, list) and whole and cell else [len(model.layers)]
    if layer >= len(model.layers) or len(index) != len(outputs[layer + 1].shape) - 1:
        raise PredictorError("There is no such value in this network.")
    before, after = (outputs[number][0].numpy() for number in (layer, layer + 1))
    if any(number >= size for number, size in zip(index, after.shape, strict=True)):
        raise PredictorError("There is no such value in this network.")
    return cell_sum(model.layers[layer], before, after, tuple(index))


def _scaled(outputs: list[tf.Tensor]) -> Iterator[dict[str, Any]]:
    """Each layer's output on a scale of 256 steps, the first channels only where there are many."""
    for output in outputs:
        shape = tuple(output.shape[1:])
        if math.prod(shape[:-1]) > 1:
            values = output[:, :, :, :MAX_CHANNELS].numpy().transpose(0, 3, 1, 2)
        else:
            values = output[..., :MAX_UNITS].numpy().reshape(1, 1, 1, -1)
        maps = layer_maps(0, "", "", shape, values.astype(np.float32))
        low, high = float(maps.low[0]), float(maps.high[0])
        yield {
            "shape": shape,
            "shown": maps.values.shape[1:],
            "values": base64.b64encode(maps.values.tobytes()).decode("ascii"),
            "low": None if math.isnan(low) else low,
            "high": high,
        }


def _outputs(model: keras.Model, images: Floats) -> list[tf.Tensor]:
    """The output of each layer for images (n, 28, 28)."""
    # Layer by layer, without a graph: tracing one would take as long as dozens of inspections.
    value = tf.constant(images[..., np.newaxis])
    outputs = []
    for layer in model.layers:
        value = layer(value, training=False)
        outputs.append(tf.cast(value, tf.float32))
    return outputs


_KINDS: dict[str, Callable[[keras.Model, Floats], dict[str, Any]]] = {"occlusion": _occlusion, "layers": _layers}
