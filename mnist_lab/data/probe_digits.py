"""The few test digits that every training is watched with."""

import numpy as np
from numpy.typing import NDArray

from mnist_lab.data.dataset import CLASSES, Images, Labels
from mnist_lab.data.split import Indices

HARD = 2
_LOOKED_AT = 1000


def probe_places(images: Images, labels: Labels) -> Indices:
    """Choose twelve test digits: one ordinary digit of each class, 0 to 9, and two hard ones of different classes.

    How hard a digit is says the ratio of two distances: to the most similar digit of another class, and to the most
    similar one of its own, among the first thousand. The ordinary ones are the median of their class. No network has
    a part in it, so the choice is the same for every run on a data set.

    Args:
        images: uint8 (n, 28, 28), the test images.
        labels: uint8 (n,), with every class among the first thousand.

    Returns:
        Places among the images, int64 (12,).
    """
    ratios = _ratios(images[:_LOOKED_AT], labels[:_LOOKED_AT])
    by_hardness = np.argsort(ratios, kind="stable")
    labels = labels[by_hardness]
    of_each = [by_hardness[labels == digit] for digit in range(CLASSES)]
    ordinary = [places[len(places) // 2] for places in of_each]
    hard = [places[0] for places in of_each]
    hard.sort(key=lambda place: float(ratios[place]))
    return np.array([*ordinary, *hard[:HARD]], np.int64)


def _ratios(images: Images, labels: Labels) -> NDArray[np.float32]:
    """Squared distance to the nearest digit of another class over that to the nearest of the same: small is hard."""
    # At half the size: similar digits stay similar, for a quarter of the work.
    small = images.reshape(len(images), 14, 2, 14, 2).mean(axis=(2, 4), dtype=np.float32).reshape(len(images), -1) / 255
    squares = (small**2).sum(axis=1)
    distances = np.maximum(squares[:, np.newaxis] + squares - 2 * small @ small.T, 1e-6)
    np.fill_diagonal(distances, np.inf)
    same = labels[:, np.newaxis] == labels
    own = np.where(same, distances, np.inf).min(axis=1)
    other = np.where(same, np.inf, distances).min(axis=1)
    # A digit that is the only one of its class has no similar one: infinitely far, and so the hardest.
    ratios: NDArray[np.float32] = other / own
    return ratios
