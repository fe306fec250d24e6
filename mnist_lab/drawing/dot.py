"""Whether a drawing has more in it than a dot."""

import numpy as np
from numpy.typing import NDArray

from mnist_lab.drawing.ink import find_ink
from mnist_lab.drawing.normalize import ink_box

_SHORTEST = 2.0


def is_dot(picture: NDArray[np.uint8], pen: float) -> bool:
    """Whether all ink lies within twice the pen's width: a dot, or a stroke shorter than its pen is wide.

    To be asked of the drawing itself: in its 28×28 pixels a dot is as large as any digit.

    Args:
        picture: As for `to_mnist`, at most 1,024 pixels a side.
        pen: Width of the pen in pixels of the picture.

    Returns:
        Also false of a blank picture.

    Raises:
        PictureError: `picture` is of another shape or type.
    """
    ink = find_ink(picture)
    box = None if ink is None else ink_box(ink)
    return box is not None and max(box.shape) < _SHORTEST * pen
