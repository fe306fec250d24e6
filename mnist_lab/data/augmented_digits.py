"""Digits as an augmented training shows them, computed without TensorFlow, for pages that show the choice.

The same computation as in `training/engine/augmentation.py`; a test compares the two.
"""

import numpy as np
from numpy.typing import NDArray

from mnist_lab.data.dataset import Images
from mnist_lab.network import INPUT_SHAPE
from mnist_lab.recipe import AMPLITUDES, DRAWS, Amplitudes, Augmentation

Values = NDArray[np.float32]


def augmented_digits(images: Images, augmentation: Augmentation, seed: int) -> Values:
    """Images as a training with this augmentation might show them: float32 (n, 28, 28), 0 to 1.

    Args:
        images: uint8 (n, 28, 28).
        augmentation: The choice of a recipe.
        seed: Another seed, other changes.
    """
    values: Values = images.astype(np.float32) / np.float32(255)
    if augmentation == "none":
        return values
    draws = np.random.default_rng(seed).uniform(-1, 1, (DRAWS, len(images))).astype(np.float32)
    return changed_digits(values, AMPLITUDES[augmentation], draws)


def changed_digits(images: Values, amplitudes: Amplitudes, draws: Values) -> Values:
    """Change each image as its random numbers say.

    Args:
        images: float32 (n, 28, 28), 0 to 1.
        amplitudes: The largest changes.
        draws: float32 (DRAWS, n), from -1 to 1.
    """
    transformed = _transformed(images, amplitudes, draws)
    if not amplitudes.thickness:
        return transformed
    choice = draws[6].reshape(-1, 1, 1)
    thick_from = 1 - 2 * amplitudes.thickness
    thinner = np.where(choice < -thick_from, -_thicker(-transformed), transformed)
    return np.where(choice > thick_from, _thicker(transformed), thinner)


def _transformed(images: Values, amplitudes: Amplitudes, draws: Values) -> Values:
    """Rotate, shear, zoom and shift: each output pixel takes the value at its place in the input."""
    angle, shear = draws[0] * amplitudes.rotation, draws[1] * amplitudes.shear
    zoom_x, zoom_y = 1 + draws[2] * amplitudes.zoom, 1 + draws[3] * amplitudes.zoom
    cosine, sine = np.cos(angle), np.sin(angle)
    a, b = cosine / zoom_x, (shear * cosine - sine) / zoom_x
    c, d = sine / zoom_y, (shear * sine + cosine) / zoom_y
    height, width = INPUT_SHAPE[:2]
    # From the center, which moves only by the shift.
    y, x = np.mgrid[:height, :width].astype(np.float32) - np.float32((height - 1) / 2)
    center = np.float32((height - 1) / 2)
    from_x = _each(a) * x + _each(b) * y + center + _each(draws[4] * amplitudes.shift)
    from_y = _each(c) * x + _each(d) * y + center + _each(draws[5] * amplitudes.shift)
    return _interpolated(images, from_x, from_y)


def _each(values: Values) -> Values:
    return values.reshape(-1, 1, 1)


def _interpolated(images: Values, xs: Values, ys: Values) -> Values:
    """The bilinear interpolation of each image at the positions; outside an image is paper."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    height, width = images.shape[1:]
    # In the padded image; what is further out is as empty as its edge.
    xs, ys = np.clip(xs + 1, 0, width + 1), np.clip(ys + 1, 0, height + 1)
    left, top = np.minimum(xs.astype(int), width), np.minimum(ys.astype(int), height)
    right_share, low_share = xs - left, ys - top
    index = np.arange(len(images)).reshape(-1, 1, 1)
    upper = padded[index, top, left] * (1 - right_share) + padded[index, top, left + 1] * right_share
    lower = padded[index, top + 1, left] * (1 - right_share) + padded[index, top + 1, left + 1] * right_share
    result: Values = (upper * (1 - low_share) + lower * low_share).astype(np.float32)
    return result


def _thicker(images: Values) -> Values:
    """The largest value of each pixel and its neighbours to the right, below, and between; as `max_pool2d` "SAME"."""
    padded = np.pad(images, ((0, 0), (0, 1), (0, 1)), constant_values=-np.inf)
    rows = np.maximum(padded[:, :-1], padded[:, 1:])
    return np.maximum(rows[:, :, :-1], rows[:, :, 1:])
