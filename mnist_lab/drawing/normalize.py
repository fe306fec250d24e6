"""Where MNIST puts the ink: scaled into 20×20, with its centre of mass in the middle of 28×28."""

import numpy as np
from numpy.typing import NDArray

from mnist_lab.drawing.ink import find_ink, ink_box

Ink = NDArray[np.float32]

SIDE = 28
BOX = 20

# The middle of pixel 14, counted from 0: in MNIST's own images the centre of mass is at 14.0 to 15.0, never outside.
_MIDDLE = 14.5


def place_ink(ink: Ink) -> Ink | None:
    """Place ink as MNIST's authors did (LeCun et al., yann.lecun.com/exdb/mnist: "size normalized … centered").

    The box around the ink is scaled, keeping its shape, until its longer side has 20 pixels, with grey edges; then the
    image is moved by whole pixels so that its centre of mass is in the middle. What would leave the 28×28 is cut off.

    Args:
        ink: float32 (h, w) of any size, 0 for paper to 1 for full ink.

    Returns:
        float32 (28, 28), 0 to 1; None if there is no ink.
    """
    box = ink_box(ink)
    if box is None:
        return None
    scaled = _scaled(box)
    top, left = (_start(scaled.sum(axis=1 - axis)) for axis in (0, 1))
    # With a margin as wide as the image, moving can only lead out of sight, never around to the other side.
    wide = np.pad(scaled, SIDE)
    return np.ascontiguousarray(wide[SIDE - top : 2 * SIDE - top, SIDE - left : 2 * SIDE - left])


def _scaled(box: Ink) -> Ink:
    from PIL import Image

    height, width = box.shape
    scale = BOX / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    # The mean over the area that becomes a pixel is right for shrinking; for enlarging it would make stairs.
    how = Image.Resampling.BOX if scale <= 1 else Image.Resampling.BICUBIC
    image = Image.fromarray(np.rint(np.clip(box, 0, 1) * 255).astype(np.uint8))
    return np.asarray(image.resize(size, how), np.float32) / np.float32(255)


def _start(mass: Ink) -> int:
    """The first row (column) of the field for an image whose rows (columns) have this mass."""
    centre = float(np.average(np.arange(len(mass)) + 0.5, weights=mass))
    return round(_MIDDLE - centre)


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
