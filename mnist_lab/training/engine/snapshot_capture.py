"""Captures snapshots of a model: the feature maps of a few fixed digits, and the health of its layers.

Everything is computed in inference mode, the gradients too: dropout draws no random numbers and batch normalization
keeps its moving averages, so capturing does not change the training. The gradients are therefore those of the network
at prediction, without the noise of dropout.
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
from mnist_lab.network import CLASSES, IDLE_KINDS, Activation, Analysis, Conv2D, Dense, Network, analyse
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

MAX_CHANNELS = 16
MAX_UNITS = 256
MAX_FILTERS = 64
MAX_MAP_VALUES = 400_000
"""Maximum number of values in all feature maps of a snapshot, one byte each; fewer channels are recorded if needed."""

_MAX_FILTER_VALUES = 40 * 28 * 28
_BATCH_PER_CLASS = 10
_MAX_FORWARD_BYTES = 640 * 2**20

Weights = Sequence[NDArray[Any]]


class SnapshotCapture:
    """Captures snapshots of one model on twelve test digits, and on ten training digits of each class."""

    def __init__(self, model: keras.Model, network: Network, split: Split) -> None:
        """`model` is built from `network` and trained on `split`."""
        self._model = model
        analysis = analyse(network)
        self._reports = analysis.layers
        indices = probe_indices(split.test_images, split.test_labels)
        self._images, self._labels = split.test_images[indices], split.test_labels[indices]
        batch = np.concatenate(
            [np.flatnonzero(split.train_labels == digit)[: _batch_per_class(analysis)] for digit in range(CLASSES)]
        )
        images = np.concatenate([self._images, split.train_images[batch]])
        self._inputs = tf.constant(images.astype(np.float32)[..., np.newaxis] / 255)  # (12 + batch, 28, 28, 1)
        true = np.zeros((len(images), CLASSES), np.float32)
        true[PROBES + np.arange(len(batch)), split.train_labels[batch]] = 1 / len(batch)
        self._targets = tf.constant(true)  # (12 + batch, 10), one-hot labels / batch size; 0 for test digits
        self._channels = _channels(self._reports)

    def weights(self) -> Weights:
        """Copies of the model's current weights, for a later `capture`."""
        return [np.array(values) for values in self._model.get_weights()]

    def capture(self, epoch: int, weights: Weights | None = None) -> Snapshot:
        """Capture the model with its current weights, or with those given; the model is not changed."""
        with self._with_weights(weights):
            outputs, gradients = self._outputs_and_gradients()
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
    def _with_weights(self, weights: Weights | None) -> Iterator[None]:
        if weights is None:
            yield
            return
        current = self.weights()
        self._model.set_weights(weights)
        try:
            yield
        finally:
            self._model.set_weights(current)

    def _outputs_and_gradients(self) -> tuple[list[tf.Tensor], dict[int, tf.Tensor]]:
        """Every layer's output for all images, and the loss's gradient by each kernel, keyed by the layer's index."""
        # Layer by layer, without a graph: tracing one would take as long as dozens of captures.
        outputs = []
        kernels = {index: layer.kernel.value for index, layer in enumerate(self._model.layers) if _has_kernel(layer)}
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(list(kernels.values()))
            value = self._inputs
            for layer in self._model.layers:
                value = layer(value, training=False)
                outputs.append(value)
            # Cross-entropy, clipped as in Keras, but with few operations, since each one slows the first capture.
            epsilon = keras.config.epsilon()
            loss = -tf.reduce_sum(self._targets * tf.math.log(tf.clip_by_value(value, epsilon, 1 - epsilon)))
        return outputs, tape.gradient(loss, kernels)

    def _maps(self, outputs: Sequence[tf.Tensor]) -> Iterator[LayerMaps]:
        for index, (report, output) in enumerate(zip(self._reports, outputs, strict=True)):
            if report.layer.kind in IDLE_KINDS:
                continue
            shape = tuple(output.shape[1:])
            if math.prod(shape[:-1]) > 1:
                values = output[:MAP_DIGITS, :, :, : self._channels].numpy().transpose(0, 3, 1, 2)
            else:
                row = output[:MAP_DIGITS, ..., :MAX_UNITS].numpy()
                values = row.reshape(len(row), 1, 1, -1)
            yield layer_maps(*_heading(index, report), shape, values.astype(np.float32))

    def _health(self, outputs: Sequence[tf.Tensor], gradients: dict[int, tf.Tensor]) -> Iterator[LayerHealth]:
        for index, (report, output) in enumerate(zip(self._reports, outputs, strict=True)):
            layer, gradient = self._model.layers[index], gradients.get(index)
            dead = _dead_share(output[PROBES:]) if _is_relu(report) else None
            if gradient is not None:
                yield LayerHealth(
                    *_heading(index, report), dead, _root_mean_square(gradient), _root_mean_square(layer.kernel.value)
                )
            elif dead is not None:
                yield LayerHealth(*_heading(index, report), dead, None, None)

    def _filters(self) -> FirstWeights | None:
        index = next(index for index, layer in enumerate(self._model.layers) if _has_kernel(layer))
        report, kernel = self._reports[index], self._model.layers[index].kernel.value
        if isinstance(report.layer, Conv2D):
            rows, columns, channels, count = kernel.shape
        else:
            # A dense layer: its weights can be shown as images if its input is the flattened image.
            shape = next(
                (one.input_shape for one in reversed(self._reports[:index]) if one.layer.kind == "Flatten"), None
            )
            rows, columns, channels = shape or (0, 0, 0)
            count = kernel.shape[1]
        if channels != 1:
            return None
        shown = min(count, MAX_FILTERS, max(1, _MAX_FILTER_VALUES // (rows * columns)))
        values = tf.reshape(kernel, (rows, columns, count))[..., :shown].numpy().transpose(2, 0, 1)
        return FirstWeights(*_heading(index, report), count, values.astype(np.float32))


def _heading(index: int, report: LayerReport) -> tuple[int, str, str]:
    return index + 1, report.layer.kind, f"{index + 1} {report.title}"


def _batch_per_class(analysis: Analysis) -> int:
    """Training digits of each class in a capture: ten, or fewer if a large network would take too much memory."""
    per_image = analysis.memory(1) - analysis.memory(0)
    return max(1, min(_BATCH_PER_CLASS, (_MAX_FORWARD_BYTES // per_image - PROBES) // CLASSES))


def _channels(reports: Sequence[LayerReport]) -> int:
    """Number of channels recorded of each layer, so that all feature maps together stay below `MAX_MAP_VALUES`."""
    shapes = [report.output_shape for report in reports if report.layer.kind not in IDLE_KINDS]
    maps = [shape for shape in shapes if shape is not None and math.prod(shape[:-1]) > 1]
    channels = MAX_CHANNELS
    while channels > 1 and MAP_DIGITS * sum(h * w * min(c, channels) for h, w, c in maps) > MAX_MAP_VALUES:
        channels //= 2
    return channels


def _has_kernel(layer: keras.Layer) -> bool:
    return isinstance(layer, keras.layers.Conv2D | keras.layers.Dense)


def _is_relu(report: LayerReport) -> bool:
    return isinstance(report.layer, Conv2D | Dense | Activation) and report.layer.activation == "relu"


def _dead_share(output: tf.Tensor) -> float:
    """Share of the units, along the last axis, that are 0 for all images; NaN is not 0."""
    largest = tf.reduce_max(tf.abs(output), axis=list(range(len(output.shape) - 1)))
    return float(tf.reduce_mean(tf.cast(largest == 0, tf.float32)))


def _root_mean_square(values: tf.Tensor) -> float:
    """Root mean square of all values, computed in float32."""
    return float(tf.sqrt(tf.reduce_mean(tf.square(tf.cast(values, tf.float32)))))
