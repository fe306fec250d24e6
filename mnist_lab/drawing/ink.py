"""Find the ink in a picture, for any colours of ink and paper."""

import numpy as np
from numpy.typing import NDArray

from mnist_lab.errors import PictureError

Picture = NDArray[np.uint8]
Ink = NDArray[np.float32]

# A digit needs 20 pixels. At this size even a small digit on a large page has them, and the computation is fast.
_MAX_SIDE = 1024

# Minimum difference of ink and paper, of 255; the noise of a camera or of JPEG on blank paper is smaller.
_MIN_CONTRAST = 24.0

# Noise of the paper, as a share of full ink.
_NOISE = 0.1

# Fainter pixels are ignored for the bounding box: compression and scaling leave a grey edge around a stroke.
MIN_BOX_INK = 0.2


def find_ink(picture: Picture) -> Ink | None:
    """Compute the amount of ink in each pixel.

    Paper is the colour of most of the picture and of most of its border; a transparent pixel is paper. Everything that
    differs from paper is ink.

    Args:
        picture: uint8 (h, w), (h, w, 3) or (h, w, 4), the fourth channel 0 for transparent to 255.

    Returns:
        float32 (h, w), 0 for paper to 1 for full ink; a picture with more than 1,024 pixels a side is made smaller.
        None for a blank picture.

    Raises:
        PictureError: `picture` has another shape or type.
    """
    check_picture(picture)
    small = _shrunk(picture)
    grey = grey_of(small)
    if small.ndim == 2 or small.shape[2] == 3 or small[..., 3].min() == 255:
        return _ink_of_grey(grey)
    return _ink_of_transparent(grey, small[..., 3])


def grey_of(picture: Picture) -> Ink:
    """The picture in grey, float32 (h, w), 0 to 255; opacity is ignored."""
    if picture.ndim == 2:
        return picture.astype(np.float32)
    return picture[..., :3].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)  # luma of ITU-R BT.601


def crop_to_ink(ink: Ink) -> Ink | None:
    """The smallest rectangle that holds all ink; None if there is no ink."""
    has_ink = ink >= MIN_BOX_INK
    rows, columns = np.flatnonzero(has_ink.any(axis=1)), np.flatnonzero(has_ink.any(axis=0))
    if not len(rows):
        return None
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def check_picture(picture: Picture) -> None:
    """Refuse what is no picture.

    Raises:
        PictureError: Another type than uint8, or another shape than (h, w), (h, w, 3) or (h, w, 4).
    """
    has_picture_shape = picture.ndim == 2 or (picture.ndim == 3 and picture.shape[2] in (3, 4))
    if picture.dtype != np.uint8 or not has_picture_shape or picture.size == 0:
        raise PictureError(
            "A picture must be uint8 of shape (height, width), (height, width, 3) or (height, width, 4), and not "
            f"empty. Received: {picture.dtype} of shape {picture.shape}."
        )


def _shrunk(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    factor = -(-max(height, width) // _MAX_SIDE)
    if factor == 1:
        return picture
    from PIL import Image

    # `reduce` takes the mean over whole blocks, and weights a colour by its opacity.
    return np.asarray(Image.fromarray(picture).reduce((min(factor, width), min(factor, height))))


def _ink_of_transparent(grey: Ink, alpha: Picture) -> Ink | None:
    opaque = grey[alpha >= 128]
    if opaque.size > alpha.size / 2 and np.ptp(opaque) >= 2 * _MIN_CONTRAST:
        # A drawing on opaque paper with transparent edges: the edges count as paper too.
        share = alpha.astype(np.float32) / np.float32(255)
        filled: Ink = grey * share + np.float32(np.median(opaque)) * (1 - share)
        return _ink_of_grey(filled)
    if alpha.max() < _MIN_CONTRAST:
        return None
    return alpha.astype(np.float32) / np.float32(alpha.max())


def _ink_of_grey(grey: Ink) -> Ink | None:
    darkest, lightest = float(grey.min()), float(grey.max())
    if lightest - darkest < _MIN_CONTRAST:
        return None
    dark = grey < (darkest + lightest) / 2
    levels = float(np.median(grey[dark])), float(np.median(grey[~dark]))
    paper, ink = levels[::-1] if not is_dark_paper(dark) else levels
    if abs(ink - paper) < _MIN_CONTRAST:
        return None
    share = (grey - paper) / (ink - paper)
    return np.where(share < _NOISE, 0, np.minimum(share, 1)).astype(np.float32)


def is_dark_paper(dark: NDArray[np.bool_]) -> bool:
    """Whether the paper is what is dark: paper is most of the picture and most of its border.

    Args:
        dark: (h, w), true for dark pixels.
    """
    border = np.concatenate([dark[0], dark[-1], dark[:, 0], dark[:, -1]])
    return bool(border.mean() + dark.mean() > 1)
