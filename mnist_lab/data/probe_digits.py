"""The twelve test digits whose predictions are recorded while a network trains."""

import numpy as np
from numpy.typing import NDArray

from mnist_lab.data.dataset import Images, Labels
from mnist_lab.data.split import Indices
from mnist_lab.network import CLASSES

HARD = 2
"""Number of hard digits among the twelve."""
_CANDIDATES = 1000


def probe_indices(images: Images, labels: Labels) -> Indices:
    """Choose twelve test digits: one ordinary digit of each class, 0 to 9, and two hard ones of different classes.

    Difficulty is the ratio of two distances, among the first thousand digits: to the most similar digit of another
    class, and to the most similar one of the same class. A small ratio is hard. The ordinary digit of a class has the
    median ratio. The choice does not depend on a network, so it is the same for every run on a data set.

    Args:
        images: uint8 (n, 28, 28), the test images.
        labels: uint8 (n,), with every class among the first thousand.

    Returns:
        Indices of the images, int64 (12,): the ordinary digits 0 to 9, then the two hard ones.
    """
    ratios = _distance_ratios(images[:_CANDIDATES], labels[:_CANDIDATES])
    hardest_first = np.argsort(ratios, kind="stable")
    labels = labels[hardest_first]
    of_each_class = [hardest_first[labels == digit] for digit in range(CLASSES)]
    ordinary = [indices[len(indices) // 2] for indices in of_each_class]
    hard = sorted((indices[0] for indices in of_each_class), key=lambda index: float(ratios[index]))
    return np.array([*ordinary, *hard[:HARD]], np.int64)


def _distance_ratios(images: Images, labels: Labels) -> NDArray[np.float32]:
    """Squared distance to the nearest digit of another class over that to the nearest of the same: float32 (n,)."""
    # At half the size, which takes a quarter of the time: similar digits stay similar.
    small = images.reshape(len(images), 14, 2, 14, 2).mean(axis=(2, 4), dtype=np.float32).reshape(len(images), -1) / 255
    squares = (small**2).sum(axis=1)
    distances = np.maximum(squares[:, np.newaxis] + squares - 2 * small @ small.T, 1e-6)
    np.fill_diagonal(distances, np.inf)
    same = labels[:, np.newaxis] == labels
    own = np.where(same, distances, np.inf).min(axis=1)
    other = np.where(same, np.inf, distances).min(axis=1)
    # The only digit of a class has distance infinity to its own class, so it counts as the hardest.
    ratios: NDArray[np.float32] = other / own
    return ratios
