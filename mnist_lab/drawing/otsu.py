"""The level that divides dark from light."""

import numpy as np
from numpy.typing import NDArray


def otsu_level(values: NDArray[np.float32]) -> float:
    """The level that divides values into the two groups whose means are the furthest apart, weighted by their sizes.

    Source: Otsu, A threshold selection method from gray-level histograms, IEEE Trans. Syst. Man Cybern. 9 (1979).

    Args:
        values: 0 to 255, any shape.
    """
    counts, edges = np.histogram(values, 64, (0, 256))
    below, mass = np.cumsum(counts), np.cumsum(counts * (edges[:-1] + edges[1:]) / 2)
    above = below[-1] - below
    means_apart = mass / np.maximum(below, 1) - (mass[-1] - mass) / np.maximum(above, 1)
    return float(edges[1 + int((below * above * means_apart**2).argmax())])
