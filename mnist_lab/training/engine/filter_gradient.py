"""Convolutions that compute the gradient of their filters as matrix products, where these are faster.

The gradient of a filter's value is the sum, over all images and positions, of the pixel under that value times the
gradient of the output there. So a matrix product does it, once the values under the filter stand in a row.
"""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

MIN_CHANNELS = 64
MAX_POSITIONS = 100
"""With so many channels and so few positions in a map, matrix products are faster than oneDNN's own operation."""
MAX_TAPS = 4
"""With one channel, float32 and so few values in a filter they are, too."""

Gradient = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
"""Padded images and the gradient of the output -> the gradient of the filters, (rows, columns, channels, filters)."""


def convolution(images: tf.Tensor, kernel: tf.Tensor, strides: tuple[int, int], padding: str) -> tf.Tensor:
    """`tf.nn.conv2d`, whose filters' gradient is computed in the faster way.

    Args:
        images: (batch, h, w, c), float32 or bfloat16.
        kernel: (rows, columns, c, filters), of the same type.
        strides: Rows and columns.
        padding: "VALID" or "SAME".

    Returns:
        (batch, h', w', filters).
    """
    output = tf.nn.conv2d(images, kernel, strides, padding)
    way = _way(images, kernel, strides, output)
    if way is None:
        return output
    rows, columns = kernel.shape[:2]

    def convolved(images: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], Any]]:
        def gradients(output_gradient: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            by_images = tf.raw_ops.Conv2DBackpropInput(
                input_sizes=tf.shape(images),
                filter=kernel,
                out_backprop=output_gradient,
                strides=[1, 1, 1, 1],
                padding=padding,
            )
            padded = _padded(images, rows, columns) if padding == "SAME" else images
            return by_images, tf.ensure_shape(way(padded, output_gradient), kernel.shape)

        return tf.nn.conv2d(images, kernel, strides, padding), gradients

    with_gradient: Any = tf.custom_gradient(convolved)
    return with_gradient(images, kernel)


def _way(images: tf.Tensor, kernel: tf.Tensor, strides: tuple[int, int], output: tf.Tensor) -> Gradient | None:
    """The faster way to compute the filters' gradient; None for TensorFlow's own."""
    rows, columns, channels, _ = kernel.shape
    if strides != (1, 1):
        return None
    if channels == 1 and rows * columns <= MAX_TAPS and images.dtype == tf.float32:
        return lambda padded, gradient: _by_image(padded, gradient, rows, columns)
    if channels >= MIN_CHANNELS and output.shape[1] * output.shape[2] <= MAX_POSITIONS and rows * columns > 1:
        return lambda padded, gradient: _by_row(padded, gradient, rows, columns)
    return None


def _by_image(images: tf.Tensor, gradient: tf.Tensor, rows: int, columns: int) -> tf.Tensor:
    """One product per image, of images with one channel; their sum is the gradient."""
    height, width, filters = gradient.shape[1:]
    under = [images[:, i : i + height, j : j + width, 0] for i in range(rows) for j in range(columns)]
    patches = tf.reshape(tf.stack(under, axis=3), (-1, height * width, rows * columns))
    products = tf.matmul(patches, tf.reshape(gradient, (-1, height * width, filters)), transpose_a=True)
    return tf.reshape(tf.reduce_sum(products, axis=0), (rows, columns, 1, filters))


def _by_row(images: tf.Tensor, gradient: tf.Tensor, rows: int, columns: int) -> tf.Tensor:
    """One product per row of the filters.

    With the image rows as the first axis, those under a row of the filters lie next to each other in memory, so they
    are copied only once for all rows.
    """
    height, width, filters = gradient.shape[1:]
    channels = images.shape[3]
    by_row = tf.transpose(images, (1, 0, 2, 3))  # (h, batch, w, c)
    under = tf.concat([by_row[:, :, j : j + width] for j in range(columns)], axis=3)  # (h, batch, w', columns * c)
    factor = tf.reshape(tf.transpose(gradient, (3, 1, 0, 2)), (filters, -1))  # (filters, h' * batch * w')
    products = [
        tf.matmul(factor, tf.reshape(under[i : i + height], (-1, columns * channels))) for i in range(rows)
    ]  # of (filters, columns * c)
    stacked = tf.reshape(tf.stack(products), (rows, filters, columns, channels))
    return tf.transpose(stacked, (0, 2, 3, 1))


def _padded(images: tf.Tensor, rows: int, columns: int) -> tf.Tensor:
    """Images with the zeros around them that "SAME" adds with stride 1."""
    return tf.pad(
        images,
        [[0, 0], [(rows - 1) // 2, rows // 2], [(columns - 1) // 2, columns // 2], [0, 0]],
    )
