"""A look into a network while it reads one image, for the page process."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_lab.inference.predictor import Predictor
from mnist_lab.inference.protocol import IMAGE_SHAPE, Floats, ProtocolError, invalid_reply, unpack
from mnist_lab.network import CLASSES


@dataclass(frozen=True, slots=True, eq=False)
class LayerOutput:
    """What one layer gives for an image, on a scale of 256 steps."""

    shape: tuple[int, ...]
    """Of the whole output: (h, w, channels) or (units,)."""
    values: NDArray[np.uint8]
    """(channels, h, w), the first channels only where there are many; units are (1, 1, units)."""
    low: float
    """What 0 stands for; NaN if the output is not finite at all."""
    high: float
    """What 255 stands for."""


def deciding_pixels(predictor: Predictor, run_id: str, image: Floats) -> Floats:
    """How much each pixel speaks for the digit that the network reads, see `engine.occlusion`.

    Returns:
        float32 (28, 28), log-odds.

    Raises:
        PredictorError: The network cannot be used, or the process did not reply.
    """
    entry = predictor.inspect(run_id, image, "occlusion")
    try:
        return unpack(entry["evidence"], IMAGE_SHAPE)
    except (KeyError, ProtocolError) as error:
        raise invalid_reply() from error


def layer_outputs(predictor: Predictor, run_id: str, image: Floats) -> tuple[LayerOutput, ...]:
    """What each layer of the network gives, in the order of the completed network.

    Raises:
        PredictorError: The network cannot be used, or the process did not reply.
    """
    entry = predictor.inspect(run_id, image, "layers")
    try:
        return tuple(map(_layer_output, entry["layers"]))
    except (KeyError, TypeError, ValueError) as error:
        raise invalid_reply() from error


def epoch_readings(predictor: Predictor, run_id: str, image: Floats) -> tuple[tuple[int, ...], Floats]:
    """What the network reads with the weights of each epoch that the run has kept.

    Returns:
        The epochs, in order, and the probabilities (epochs, 10). There are none of a run that has kept none.

    Raises:
        PredictorError: The network cannot be used, or the process did not reply.
    """
    entry = predictor.inspect(run_id, image, "epochs")
    try:
        epochs = tuple(map(int, entry["epochs"]))
        return epochs, unpack(entry["probabilities"], (len(epochs), CLASSES))
    except (KeyError, TypeError, ValueError, ProtocolError) as error:
        raise invalid_reply() from error


@dataclass(frozen=True, slots=True)
class CellSum:
    """One value of a layer's output, and the sum behind it."""

    value: float
    products: int = 0
    """Number of products of an input and a weight; 0 for a value that is no such sum."""
    sum: float = 0.0
    """Of the products."""
    bias: float = 0.0
    activation: str = ""


def cell_sum(predictor: Predictor, run_id: str, image: Floats, layer: int, cell: Sequence[int]) -> CellSum:
    """What one value of a layer was made of.

    Args:
        predictor: Answers.
        run_id: The run.
        image: float32 (28, 28).
        layer: Index in the completed network.
        cell: (row, column, channel), or (unit,).

    Raises:
        PredictorError: There is no such value, the network cannot be used, or the process did not reply.
    """
    entry = predictor.inspect(run_id, image, "cell", cell=[layer, *cell])
    try:
        return CellSum(**{name: entry[name] for name in CellSum.__dataclass_fields__ if name in entry})
    except TypeError as error:
        raise invalid_reply() from error


def _layer_output(entry: dict[str, Any]) -> LayerOutput:
    values = np.frombuffer(base64.b64decode(entry["values"], validate=True), np.uint8)
    low = float("nan") if entry["low"] is None else float(entry["low"])
    return LayerOutput(tuple(entry["shape"]), values.reshape(entry["shown"]), low, float(entry["high"]))
