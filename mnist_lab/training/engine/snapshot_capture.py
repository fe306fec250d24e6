"""Takes snapshots of a model: what a few fixed digits become in it, and how healthy its layers are.

Everything is read in inference mode, the gradients too: dropout draws no random number and batch normalization keeps
its moving averages, so a training goes on exactly as if nobody had looked. Gradients are therefore those of the
network as it reads, without dropout's noise.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mnist_lab.data import Split, probe_indices
from mnist_lab.network import CLASSES, Activation, Analysis, Conv2D, Dense, Network, analyse
from mnist_lab.network.analysis import LayerReport
from mnist_lab.runs.snapshot import (
    MAP_DIGITS,
    PROBES,
    FirstWeights,
    LayerHealth,
    LayerMaps,
    Snapshot,
    layer_maps,
)

MOST_CHANNELS = 16
MOST_UNITS = 256
MOST_FILTERS = 64
MAP_VALUES = 400_000
"""Values of all feature maps of a snapshot, one byte each; with larger layers, fewer channels are kept."""

_FILTER_VALUES = 40 * 28 * 28
_BATCH_PER_CLASS = 10
_LOOK_BYTES = 640 * 2**20
_SEEN_UNCHANGED = {"Dropout", "SpatialDropout2D", "Flatten"}

Weights = Sequence[NDArray[Any]]


class Camera:
    """A model and the digits that it is watched with: twelve test digits, and ten training digits of each class."""

    def __init__(self, model: keras.Model, network: Network, parts: Split) -> None:
        """`model` is what `build` made of `network`, and `parts` is what it trains on."""
        self._model = model
        analysis = analyse(network)
        self._reports = analysis.layers
        places = probe_indices(parts.test_images, parts.test_labels)
        self._images, self._labels = parts.test_images[places], parts.test_labels[places]
        batch = np.concatenate(
            [np.flatnonzero(parts.train_labels == digit)[: _batch_per_class(analysis)] for digit in range(CLASSES)]
        )
        pictures = np.concatenate([self._images, parts.train_images[batch]])
        self._pictures = tf.constant(pictures.astype(np.float32)[..., np.newaxis] / 255)  # (12 + batch, 28, 28, 1)
        true = np.zeros((len(pictures), CLASSES), np.float32)
        true[PROBES + np.arange(len(batch)), parts.train_labels[batch]] = 1 / len(batch)
        self._shares = tf.constant(true)  # (12 + batch, 10), each image's share in the mean loss, 0 for test digits
        self._channels = _channels(self._reports)

    def weights(self) -> Weights:
        """The model's weights as they are now, to be looked at later."""
        return [np.array(values) for values in self._model.get_weights()]

    def take(self, epoch: int, weights: Weights | None = None) -> Snapshot:
        """Look at the model, with the weights that it has or with those given; afterwards it is as it was."""
        with self._having(weights):
            outputs, gradients = self._look()
            return Snapshot(
                epoch=epoch,
                images=self._images,
                labels=self._labels,
                probabilities=outputs[-1][:PROBES].numpy().astype(np.float32),
                filters=self._filters(),
                maps=tuple(self._maps(outputs)),
                health=tuple(self._health(outputs, gradients)),
            )

    @contextmanager
    def _having(self, weights: Weights | None) -> Iterator[None]:
        if weights is None:
            yield
            return
        now = self.weights()
        self._model.set_weights(weights)
        try:
            yield
        finally:
            self._model.set_weights(now)

    def _look(self) -> tuple[list[tf.Tensor], dict[int, tf.Tensor]]:
        """Every layer's output for all pictures, and the gradient by each kernel, by the layer's place from 0."""
        # Layer by layer, without a graph: tracing one would cost as much as dozens of looks.
        outputs = []
        kernels = {place: layer.kernel.value for place, layer in enumerate(self._model.layers) if _has_kernel(layer)}
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(list(kernels.values()))
            value = self._pictures
            for layer in self._model.layers:
                value = layer(value, training=False)
                outputs.append(value)
            # Cross-entropy, clipped as in Keras, but of the few operations that a first look has to prepare.
            tiny = keras.config.epsilon()
            loss = -tf.reduce_sum(self._shares * tf.math.log(tf.clip_by_value(value, tiny, 1 - tiny)))
        return outputs, tape.gradient(loss, kernels)

    def _maps(self, outputs: Sequence[tf.Tensor]) -> Iterator[LayerMaps]:
        for place, (report, output) in enumerate(zip(self._reports, outputs, strict=True)):
            if report.layer.kind in _SEEN_UNCHANGED:
                continue
            shape = tuple(output.shape[1:])
            if math.prod(shape[:-1]) > 1:
                seen = output[:MAP_DIGITS, :, :, : self._channels].numpy().transpose(0, 3, 1, 2)
            else:
                row = output[:MAP_DIGITS, ..., :MOST_UNITS].numpy()
                seen = row.reshape(len(row), 1, 1, -1)
            yield layer_maps(*_about(place, report), shape, seen.astype(np.float32))

    def _health(self, outputs: Sequence[tf.Tensor], gradients: dict[int, tf.Tensor]) -> Iterator[LayerHealth]:
        for place, (report, output) in enumerate(zip(self._reports, outputs, strict=True)):
            layer, gradient = self._model.layers[place], gradients.get(place)
            dead = _dead(output[PROBES:]) if _is_relu(report) else None
            if gradient is not None:
                yield LayerHealth(*_about(place, report), dead, _size(gradient), _size(layer.kernel.value))
            elif dead is not None:
                yield LayerHealth(*_about(place, report), dead, None, None)

    def _filters(self) -> FirstWeights | None:
        place = next(place for place, layer in enumerate(self._model.layers) if _has_kernel(layer))
        report, kernel = self._reports[place], self._model.layers[place].kernel.value
        if isinstance(report.layer, Conv2D):
            rows, columns, channels, count = kernel.shape
        else:
            # A row of units that looks at the whole picture, if there was a picture before it was made a row.
            shape = next(
                (one.input_shape for one in reversed(self._reports[:place]) if one.layer.kind == "Flatten"), None
            )
            rows, columns, channels = shape or (0, 0, 0)
            count = kernel.shape[1]
        if channels != 1:
            return None
        kept = min(count, MOST_FILTERS, max(1, _FILTER_VALUES // (rows * columns)))
        values = tf.reshape(kernel, (rows, columns, count))[..., :kept].numpy().transpose(2, 0, 1)
        return FirstWeights(*_about(place, report), count, values.astype(np.float32))


def _about(place: int, report: LayerReport) -> tuple[int, str, str]:
    return place + 1, report.layer.kind, f"{place + 1} {report.title}"


def _batch_per_class(analysis: Analysis) -> int:
    """Ten, or fewer for a network so large that a look would take more memory than a small training."""
    per_picture = analysis.memory(1) - analysis.memory(0)
    return max(1, min(_BATCH_PER_CLASS, (_LOOK_BYTES // per_picture - PROBES) // CLASSES))


def _channels(reports: Sequence[LayerReport]) -> int:
    """How many channels of each layer are kept, so that all feature maps together stay within their bound."""
    shapes = [report.output_shape for report in reports if report.layer.kind not in _SEEN_UNCHANGED]
    maps = [shape for shape in shapes if shape is not None and math.prod(shape[:-1]) > 1]
    channels = MOST_CHANNELS
    while channels > 1 and MAP_DIGITS * sum(h * w * min(c, channels) for h, w, c in maps) > MAP_VALUES:
        channels //= 2
    return channels


def _has_kernel(layer: keras.Layer) -> bool:
    return isinstance(layer, keras.layers.Conv2D | keras.layers.Dense)


def _is_relu(report: LayerReport) -> bool:
    return isinstance(report.layer, Conv2D | Dense | Activation) and report.layer.activation == "relu"


def _dead(output: tf.Tensor) -> float:
    """Share of the units, along the last axis, that are 0 everywhere; NaN is not 0."""
    strongest = tf.reduce_max(tf.abs(output), axis=list(range(len(output.shape) - 1)))
    return float(tf.reduce_mean(tf.cast(strongest == 0, tf.float32)))


def _size(values: tf.Tensor) -> float:
    """Root mean square."""
    return float(tf.sqrt(tf.reduce_mean(tf.square(tf.cast(values, tf.float32)))))
