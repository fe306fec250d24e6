"""Augmentation: each training image is randomly shifted, rotated and scaled a little, differently in every epoch.

It is part of the input pipeline: as a layer of the network it would also change the images at prediction.
"""

import tensorflow as tf

from mnist_lab.network import INPUT_SHAPE
from mnist_lab.recipe import AMPLITUDES, DRAWS, Amplitudes, Augmentation


def augmented(images: tf.Tensor, augmentation: Augmentation, seed: tf.Tensor) -> tf.Tensor:
    """Augment images float32 (batch, 28, 28, 1) in 0..1; the same `seed`, int32 (2,), gives the same result."""
    if augmentation == "none":
        return images
    draws = tf.random.stateless_uniform((DRAWS, tf.shape(images)[0]), seed, -1.0, 1.0)
    return changed(images, AMPLITUDES[augmentation], draws)


def changed(images: tf.Tensor, amplitudes: Amplitudes, draws: tf.Tensor) -> tf.Tensor:
    """Change each image as its random numbers say, float32 (DRAWS, batch), from -1 to 1.

    `data/augmented_digits.py` does the same without TensorFlow.
    """
    transformed = tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=_transforms(draws[:6], amplitudes),
        output_shape=INPUT_SHAPE[:2],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )
    if not amplitudes.thickness:
        return transformed
    choice = tf.reshape(draws[6], (-1, 1, 1, 1))
    thicker = tf.nn.max_pool2d(transformed, 2, 1, "SAME")
    thinner = -tf.nn.max_pool2d(-transformed, 2, 1, "SAME")
    thick_from = 1 - 2 * amplitudes.thickness
    return tf.where(choice > thick_from, thicker, tf.where(choice < -thick_from, thinner, transformed))


def _transforms(draws: tf.Tensor, amplitudes: Amplitudes) -> tf.Tensor:
    """Coefficients of the projective transforms from output to input pixels, float32 (batch, 8); the last two are 0."""
    angle = draws[0] * amplitudes.rotation
    shear = draws[1] * amplitudes.shear
    zoom_x, zoom_y = 1 + draws[2] * amplitudes.zoom, 1 + draws[3] * amplitudes.zoom
    cosine, sine = tf.cos(angle), tf.sin(angle)
    a, b = cosine / zoom_x, (shear * cosine - sine) / zoom_x
    c, d = sine / zoom_y, (shear * sine + cosine) / zoom_y
    center = (INPUT_SHAPE[0] - 1) / 2
    # The center of the image moves only by the shift.
    x = center - a * center - b * center + draws[4] * amplitudes.shift
    y = center - c * center - d * center + draws[5] * amplitudes.shift
    zeros = tf.zeros_like(a)
    return tf.stack([a, b, x, c, d, y, zeros, zeros], axis=1)
