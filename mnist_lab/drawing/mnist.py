"""From any picture of a digit to the picture that MNIST would have made of it."""

import numpy as np
from numpy.typing import NDArray

from mnist_lab.drawing.ink import find_ink
from mnist_lab.drawing.normalize import place_ink


def to_mnist(picture: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Make of a picture what MNIST's authors made of their scans.

    Args:
        picture: uint8 (h, w), (h, w, 3) or (h, w, 4) RGBA with transparent paper; any size, dark on light or light on
            dark.

    Returns:
        float32 (28, 28), 0 for paper to 1 for ink; None when the picture is blank.

    Raises:
        PictureError: `picture` is of another shape or type.
    """
    ink = find_ink(picture)
    return None if ink is None else place_ink(ink)
