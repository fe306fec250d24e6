"""The forward pass of a training step: the model's layers, some of them computed by faster operations.

The model itself stays as it was composed: snapshots, evaluation and exports use its layers. Here,

- relu comes after max pooling where it stands directly before it: the largest value stays the largest, and there are
  fewer of them;
- a convolution whose filters cover the whole map is a matrix product;
- the gradient of some filters is computed by matrix products (`filter_gradient`);
- batch normalization is one operation of oneDNN's.

`python -m benchmarks.training_steps` compares the steps with those of the layers themselves.
"""

import itertools
from collections.abc import Callable

import keras
import tensorflow as tf

from mnist_lab.training.engine.filter_gradient import convolution

BLOCKS = {"float32": 4, "bfloat16": 16}
"""oneDNN's batch normalization is slow, up to fourteen times, if the number of channels is no multiple of this."""

Step = Callable[[tf.Tensor], tf.Tensor]


class TrainingForward:
    """Computes what `model(images, training=True)` does, only faster on a processor."""

    def __init__(self, model: keras.Sequential) -> None:
        """Weights, dropout's random numbers and batch normalization's averages are those of the model."""
        # The operations were chosen on processors; TensorFlow's own ones are made for graphics cards.
        on_processor = not tf.config.list_physical_devices("GPU")
        self._steps = _steps(model.layers) if on_processor else [lambda images: model(images, training=True)]

    def __call__(self, images: tf.Tensor) -> tf.Tensor:
        """From float32 (batch, 28, 28, 1) in 0..1 to probabilities (batch, 10)."""
        values = images
        for step in self._steps:
            values = step(values)
        return values


def _steps(layers: list[keras.Layer]) -> list[Step]:
    steps: list[Step] = []
    relu_waits = False
    for layer, following in itertools.zip_longest(layers, layers[1:]):
        relu_later = isinstance(following, keras.layers.MaxPooling2D) and _has_relu(layer)
        steps.append(_step(layer, without_relu=relu_later))
        if relu_waits:
            steps.append(tf.nn.relu)
        relu_waits = relu_later
    return steps


def _has_relu(layer: keras.Layer) -> bool:
    kinds = keras.layers.Conv2D | keras.layers.Activation
    return isinstance(layer, kinds) and layer.activation is keras.activations.relu


def _step(layer: keras.Layer, *, without_relu: bool) -> Step:
    if isinstance(layer, keras.layers.Conv2D):
        if without_relu:
            return lambda values: _convolved(layer, values)
        return lambda values: layer.activation(_convolved(layer, values))
    if isinstance(layer, keras.layers.Activation) and without_relu:
        return lambda values: values
    if isinstance(layer, keras.layers.BatchNormalization):
        return lambda values: _normalized(layer, values)
    return lambda values: layer(values, training=True)


def _convolved(layer: keras.layers.Conv2D, values: tf.Tensor) -> tf.Tensor:
    """The layer without its activation, in the layer's precision."""
    values = tf.cast(values, layer.compute_dtype)
    kernel = tf.cast(layer.kernel.value, layer.compute_dtype)
    bias = tf.cast(layer.bias.value, layer.compute_dtype)
    rows, columns, channels, filters = kernel.shape
    if tuple(values.shape[1:3]) == (rows, columns) and (layer.padding == "valid" or rows == columns == 1):
        flat = rows * columns * channels
        output = tf.matmul(tf.reshape(values, (-1, flat)), tf.reshape(kernel, (flat, filters)))
        return tf.reshape(tf.nn.bias_add(output, bias), (-1, 1, 1, filters))
    return tf.nn.bias_add(convolution(values, kernel, layer.strides, layer.padding.upper()), bias)


def _normalized(layer: keras.layers.BatchNormalization, values: tf.Tensor) -> tf.Tensor:
    """The layer; as one operation where that is faster."""
    shape = values.shape
    if shape.rank != 4 or shape[3] % BLOCKS[layer.compute_dtype] or shape[1] * shape[2] == 1:
        return layer(values, training=True)
    output, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=tf.cast(values, layer.compute_dtype),
        scale=layer.gamma.value,
        offset=layer.beta.value,
        mean=tf.zeros(0),
        variance=tf.zeros(0),
        epsilon=layer.epsilon,
        is_training=True,
    )
    count = tf.cast(tf.size(values) // shape[3], tf.float32)
    # The operation divides by count - 1, Keras by count (Bessel's correction).
    biased = variance * (count - 1) / count
    for average, now in ((layer.moving_mean, mean), (layer.moving_variance, biased)):
        average.assign(average.value * layer.momentum + now * (1 - layer.momentum))
    return output
