"""Open a picture file that may be damaged or hostile."""

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

_MOST_BYTES = 30_000_000
_MOST_PIXELS = 50_000_000
_ENOUGH = (2048, 2048)
_ADVICE = "save it as PNG or JPEG"


def open_picture(source: Path | str | bytes) -> NDArray[np.uint8]:
    """Read a picture: PNG, JPEG, GIF (its first frame), BMP, WebP or TIFF, turned the right way up.

    Args:
        source: The path of the file, or its content.

    Returns:
        uint8 (h, w) grey, (h, w, 3) RGB or (h, w, 4) RGBA; what is larger than 2,048 pixels a side is made smaller.

    Raises:
        PictureError: The file cannot be read, is no picture, or is too large (30 MB, 50 million pixels).
    """
    content = source if isinstance(source, bytes) else _read(Path(source))
    if not content:
        raise PictureError(f"The file is empty; {_ADVICE}.")
    if len(content) > _MOST_BYTES:
        raise PictureError(
            f"A picture file has at most {_MOST_BYTES / 1e6:.0f} MB, and this one has more; {_ADVICE}, smaller."
        )
    from PIL import Image, UnidentifiedImageError

    # Pillow warns, on standard error, of what is refused below anyway.
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            return _pixels(image)
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise PictureError(f"The file is not a picture of a known kind ({', '.join(FORMATS)}); {_ADVICE}.") from error
    except Image.DecompressionBombError as error:
        raise _too_large(_pixels_in(str(error))) from error
    except Exception as error:  # a decoder may raise anything on a hostile file
        raise PictureError(f"The picture is cut off or damaged; {_ADVICE} again.") from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise PictureError(f"{path} cannot be read: {reason or error}.") from error


def _pixels(image: "Image.Image") -> NDArray[np.uint8]:
    from PIL import ImageOps

    width, height = image.size
    if width * height > _MOST_PIXELS:
        raise _too_large(f"{width:,} × {height:,}")
    if image.mode.startswith("I;16"):
        return (np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8)
    if image.mode in ("I", "F"):
        raise PictureError(f"The picture has {image.mode} numbers for pixels, not colours; {_ADVICE}.")
    # A JPEG file is decoded at half its size, or less, where that is enough.
    image.draft(None, _ENOUGH)
    turned = ImageOps.exif_transpose(image)
    coloured = turned.convert(_mode(turned))
    coloured.thumbnail(_ENOUGH)
    return np.asarray(coloured)


def _mode(image: "Image.Image") -> str:
    if image.has_transparency_data:
        return "RGBA"
    return "L" if image.mode in ("1", "L") else "RGB"


def _pixels_in(words: str) -> str:
    """The size in Pillow's "Image size (3600000000 pixels) exceeds limit …": it comes before width and height do."""
    found = re.search(r"(\d+) pixels", words)
    return f"{int(found.group(1)) / 1e6:,.0f} million" if found else "more"


def _too_large(received: str) -> PictureError:
    return PictureError(
        f"A picture has at most {_MOST_PIXELS / 1e6:.0f} million pixels. Received: {received}; make it smaller."
    )
