"""Open a picture file that may be damaged or malicious."""

import re
import warnings
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mnist_lab.errors import PictureError

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")

MAX_BYTES = 30_000_000
_MAX_PIXELS = 50_000_000
_MAX_SIDE = 30_000
"""Pillow takes half a minute and a gigabyte to make a picture of 1×49,000,000 pixels smaller."""
_MAX_SIZE = (2048, 2048)
_WITHOUT_SHADES = frozenset({"1", "P", "PA"})
"""Modes in which the mean of two pixels is no colour between them."""
_HINT = "save it as PNG or JPEG"


def open_picture(
    source: Path | str | bytes, *, formats: tuple[str, ...] = FORMATS, size: tuple[int, int] | None = None
) -> NDArray[np.uint8]:
    """Read a picture: PNG, JPEG, GIF (its first frame), BMP, WebP or TIFF, rotated as its EXIF data says.

    Args:
        source: The path of the file, or its content.
        formats: Those that are read, some of `FORMATS`.
        size: The width and height that it must have, in pixels; None for any.

    Returns:
        uint8 (h, w) grey, (h, w, 3) RGB or (h, w, 4) RGBA, made smaller where a side has more than 2,048 pixels.

    Raises:
        PictureError: The file cannot be read, is not a picture, has another size, or is too large (30 MB, 50 million
            pixels, 30,000 on a side).
    """
    content = source if isinstance(source, bytes) else _read(Path(source))
    if not content:
        raise PictureError(f"The file is empty; {_HINT}.")
    if len(content) > MAX_BYTES:
        raise PictureError(
            f"A picture file has at most {MAX_BYTES / 1e6:.0f} MB, and this one has more; {_HINT}, smaller."
        )
    from PIL import Image, UnidentifiedImageError

    # Without these, Pillow would print warnings about a picture that is refused or repaired below.
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    warnings.filterwarnings("ignore", module=r"PIL\.")
    try:
        with Image.open(BytesIO(content), formats=formats) as image:
            _ensure_size(image, size)
            return _pixels(image)
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise PictureError(f"The file is not a picture of a known kind ({', '.join(formats)}); {_HINT}.") from error
    except Image.DecompressionBombError as error:
        raise _too_large(_pixel_count_in(str(error))) from error
    except Exception as error:  # a decoder may raise any exception on a malicious file
        raise PictureError(f"The picture is cut off or damaged; {_HINT} again.") from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise PictureError(f"{path} cannot be read: {reason or error}.") from error


def _ensure_size(image: "Image.Image", size: tuple[int, int] | None) -> None:
    if size is not None and image.size != size:
        raise PictureError(f"The picture must have {size[0]}×{size[1]} pixels.")


def _pixels(image: "Image.Image") -> NDArray[np.uint8]:
    from PIL import ImageOps

    width, height = image.size
    if width * height > _MAX_PIXELS:
        raise _too_large(f"{width:,} × {height:,}")
    if max(width, height) > _MAX_SIDE:
        raise PictureError(
            f"A side of a picture has at most {_MAX_SIDE:,} pixels. Received: {width:,} × {height:,}; crop it."
        )
    if image.mode.startswith("I;16"):
        image = _with_8_bits(ImageOps.exif_transpose(image))
    elif image.mode in ("I", "F"):
        image = _stretched(ImageOps.exif_transpose(image))
    # A JPEG file is decoded at half its size or less if that is large enough.
    image.draft(None, _MAX_SIZE)
    if image.mode in _WITHOUT_SHADES:
        image = image.convert(_mode(image))
    # Made smaller first: each of the steps after it makes a copy.
    image.thumbnail(_MAX_SIZE)
    upright = ImageOps.exif_transpose(image)
    return np.asarray(upright.convert(_mode(upright)))


def _with_8_bits(image: "Image.Image") -> "Image.Image":
    """The picture with its largest number as white, rounded up to bits: a scanner may fill only 10 or 12 of the 16."""
    from PIL import Image

    numbers = np.asarray(image)
    bits = max(int(numbers.max()).bit_length(), 8)
    return Image.fromarray((numbers >> (bits - 8)).astype(np.uint8))


def _stretched(image: "Image.Image") -> "Image.Image":
    """The picture with its smallest number as black and its largest as white: nothing says what its numbers mean."""
    from PIL import Image

    numbers = np.asarray(image, np.float32)
    low, high = float(numbers.min()), float(numbers.max())
    if not np.isfinite(high - low):
        raise PictureError(f"The picture has pixels that are infinite or not a number; {_HINT}.")
    factor = 255 / (high - low) if high > low else 0.0
    return Image.fromarray(((numbers - low) * factor).astype(np.uint8))


def _mode(image: "Image.Image") -> str:
    if image.has_transparency_data:
        return "RGBA"
    return "L" if image.mode in ("1", "L") else "RGB"


def _pixel_count_in(message: str) -> str:
    """The number of pixels in Pillow's message "Image size (3600000000 pixels) exceeds limit …"."""
    found = re.search(r"(\d+) pixels", message)
    return f"{int(found.group(1)) / 1e6:,.0f} million" if found else "more"


def _too_large(received: str) -> PictureError:
    return PictureError(
        f"A picture has at most {_MAX_PIXELS / 1e6:.0f} million pixels. Received: {received}; make it smaller."
    )
