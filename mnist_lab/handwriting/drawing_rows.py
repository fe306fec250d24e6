"""Converting rows of the table of drawings to drawings, and back."""

import base64
import zlib
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row

from mnist_lab.errors import HandwritingError
from mnist_lab.handwriting.kept_drawing import IMAGE_SHAPE, KeptDrawing, NewDrawing, is_drawing_id
from mnist_lab.handwriting.stroke import strokes_from_json, strokes_to_json
from mnist_lab.network import CLASSES
from mnist_lab.strict_json import StrictJSONError, parse_json

_PIXELS = IMAGE_SHAPE[0] * IMAGE_SHAPE[1]
MAX_PIXELS_TEXT = 2_000
"""Characters of the longest text that `pixels_to_text` writes, and some more."""


def pixels_to_text(pixels: NDArray[np.uint8]) -> str:
    """Pixels (28, 28) as base64 of what zlib makes of them: about 250 characters."""
    return base64.b64encode(zlib.compress(pixels.tobytes(), 9)).decode("ascii")


def pixels_from_text(text: object) -> NDArray[np.uint8]:
    """Pixels (28, 28), as `pixels_to_text` writes them.

    Raises:
        HandwritingError: They are damaged, or something else.
    """
    damaged = HandwritingError("The pixels of a drawing are damaged: they must be 28×28 bytes, by zlib and in base64.")
    if not isinstance(text, str) or len(text) > MAX_PIXELS_TEXT:
        raise damaged
    try:
        # One byte more than there may be: a bomb is not unpacked any further.
        content = zlib.decompressobj().decompress(base64.b64decode(text, validate=True), _PIXELS + 1)
    except (ValueError, zlib.error) as error:
        raise damaged from error
    if len(content) != _PIXELS:
        raise damaged
    return np.frombuffer(content, np.uint8).reshape(IMAGE_SHAPE)


def drawing_to_row(drawing: NewDrawing, owner: str, created: float) -> dict[str, Any]:
    """The values of one row; `created` is seconds since 1970."""
    return {
        "id": drawing.id,
        "label": int(drawing.label),
        "pixels": pixels_to_text(drawing.pixels),
        "strokes": strokes_to_json(drawing.strokes),
        "owner": owner,
        "created": created,
    }


def drawing_from_row(row: Row[*tuple[Any, ...]]) -> KeptDrawing | None:
    """The drawing in one row; None if it is damaged: SQLite keeps values of any type in any column."""
    try:
        if not is_readable_entry(row):
            return None
        return KeptDrawing(
            id=row.id,
            label=row.label,
            pixels=pixels_from_text(row.pixels),
            strokes=strokes_from_json(parse_json(row.strokes)),
            owner=row.owner,
            created=datetime.fromtimestamp(row.created, UTC),
        )
    except (HandwritingError, StrictJSONError, TypeError, ValueError, OverflowError, OSError):
        return None


def is_readable_entry(row: Row[*tuple[Any, ...]]) -> bool:
    """Whether id, label and owner of a row are what they must be."""
    is_label = isinstance(row.label, int) and 0 <= row.label < CLASSES
    return is_drawing_id(row.id) and is_label and isinstance(row.owner, str)
