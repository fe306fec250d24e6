"""Augmentation: each training picture a little moved, turned and sized anew every time it is shown.

It is part of the input, never of the network, where it would also change the pictures that are to be read.
"""

from dataclasses import dataclass

import tensorflow as tf

from mnist_lab.network import INPUT_SHAPE
from mnist_lab.recipe.recipe import Augmentation


@dataclass(frozen=True)
class Amplitudes:
    """How far a picture may be changed, either way, evenly spread."""

    shift: float
    """Pixels."""
    rotation: float
    """Radians."""
    zoom: float
    """Share of the size: 0.1 is 0.9 to 1.1 times."""
    shear: float
    """Pixels across for each pixel down."""
    thickness: float
    """Share of the pictures whose strokes are made thicker, and the same share thinner, by a pixel."""


AMPLITUDES: dict[Augmentation, Amplitudes] = {
    "light": Amplitudes(shift=2.0, rotation=0.17, zoom=0.1, shear=0.0, thickness=0.0),
    "pen": Amplitudes(shift=2.5, rotation=0.26, zoom=0.18, shear=0.25, thickness=0.2),
}


def augmented(images: tf.Tensor, augmentation: Augmentation, seed: tf.Tensor) -> tf.Tensor:
    """Change pictures float32 (batch, 28, 28, 1) in 0..1; the same `seed`, int32 (2,), changes them alike."""
    if augmentation == "none":
        return images
    amplitudes = AMPLITUDES[augmentation]
    size = tf.shape(images)[0]
    draws = tf.random.stateless_uniform((7, size), seed, -1.0, 1.0)
    moved = tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=_transforms(draws[:6], amplitudes),
        output_shape=INPUT_SHAPE[:2],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )
    if not amplitudes.thickness:
        return moved
    choice = tf.reshape(draws[6], (-1, 1, 1, 1))
    thicker = tf.nn.max_pool2d(moved, 2, 1, "SAME")
    thinner = -tf.nn.max_pool2d(-moved, 2, 1, "SAME")
    thick_from = 1 - 2 * amplitudes.thickness
    return tf.where(choice > thick_from, thicker, tf.where(choice < -thick_from, thinner, moved))


def _transforms(draws: tf.Tensor, amplitudes: Amplitudes) -> tf.Tensor:
    """Maps from output to input pixels as (batch, 8): the eight numbers of a projective map whose last two are 0."""
    angle = draws[0] * amplitudes.rotation
    shear = draws[1] * amplitudes.shear
    across, down = 1 + draws[2] * amplitudes.zoom, 1 + draws[3] * amplitudes.zoom
    cosine, sine = tf.cos(angle), tf.sin(angle)
    a, b = cosine / across, (shear * cosine - sine) / across
    c, d = sine / down, (shear * sine + cosine) / down
    middle = (INPUT_SHAPE[0] - 1) / 2
    # The middle of the picture stays where it is, but for the shift.
    x = middle - a * middle - b * middle + draws[4] * amplitudes.shift
    y = middle - c * middle - d * middle + draws[5] * amplitudes.shift
    nothing = tf.zeros_like(a)
    return tf.stack([a, b, x, c, d, y, nothing, nothing], axis=1)
