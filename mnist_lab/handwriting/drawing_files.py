"""Drawings as files: JSON with everything, or a zip of pictures. `docs/handwriting.md` describes both.

A file may come from anybody: all that it declares is bounded, and what is wrong with it is one sentence.
"""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from mnist_lab.archive_reader import MIB, Archive, ArchiveError, archive_of
from mnist_lab.drawing import normalize_drawing, open_picture
from mnist_lab.errors import HandwritingError, PictureError
from mnist_lab.handwriting.drawing_rows import pixels_from_text, pixels_to_text
from mnist_lab.handwriting.kept_drawing import (
    IMAGE_SHAPE,
    KeptDrawing,
    NewDrawing,
    checked_drawing,
    new_drawing,
)
from mnist_lab.handwriting.stroke import strokes_from_json, strokes_to_json
from mnist_lab.strict_json import StrictJSONError, parse_json, short_repr

FORMAT, VERSION = "mnist-lab-handwriting", 1
MAX_FILE_BYTES = 32 * MIB
MAX_DRAWINGS = 20_000
_MAX_PICTURE_BYTES = 200_000
_MAX_PICTURE_SIDE = 1_000
_MAX_PIXELS = 60_000_000
"""Of all pictures of a zip together, which takes some ten seconds to read."""
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp")
_DARK = 64
"""A picture of 28×28 whose border is darker on average is white on black, as MNIST's images are."""


def drawings_to_json(drawings: Sequence[KeptDrawing]) -> str:
    """The drawings with their labels, pixels and strokes. Who kept them is not in it."""
    return json.dumps({"format": FORMAT, "version": VERSION, "drawings": [_to_entry(each) for each in drawings]})


def drawings_to_zip(drawings: Sequence[KeptDrawing]) -> bytes:
    """The drawings as pictures of 28×28, white on black: "7/0123456789abcdef.png" is a seven."""
    from PIL import Image

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for each in drawings:
            picture = io.BytesIO()
            Image.fromarray(each.pixels).save(picture, "PNG")
            archive.writestr(f"{each.label}/{each.id}.png", picture.getvalue())
    return content.getvalue()


def drawings_from_file(content: bytes, max_drawings: int = MAX_DRAWINGS) -> list[NewDrawing]:
    """The drawings in a file that `drawings_to_json` or `drawings_to_zip` wrote, or another program.

    Args:
        content: The whole file.
        max_drawings: The most that it may hold.

    Raises:
        HandwritingError: It is something else, damaged or too large.
    """
    if len(content) > MAX_FILE_BYTES:
        raise HandwritingError(f"A file of drawings has at most {MAX_FILE_BYTES // MIB} MiB, and this one has more.")
    found = _from_zip(content, max_drawings) if content[:2] == b"PK" else _from_json(content, max_drawings)
    if not found:
        raise HandwritingError("There is no drawing in the file.")
    _ensure_one_label_each(found)
    return found


def _to_entry(drawing: KeptDrawing) -> Mapping[str, object]:
    return {
        "label": drawing.label,
        "pixels": pixels_to_text(drawing.pixels),
        "strokes": json.loads(strokes_to_json(drawing.strokes)),
    }


def _from_json(content: bytes, max_drawings: int) -> list[NewDrawing]:
    try:
        parsed = parse_json(content)
    except StrictJSONError as error:
        raise HandwritingError(f"The file is neither a zip nor JSON: {error}.") from error
    if not isinstance(parsed, dict) or parsed.get("format") != FORMAT:
        raise HandwritingError(f'The file holds no drawings: it must say "format": "{FORMAT}".')
    if parsed.get("version") != VERSION:
        raise HandwritingError(
            f"The file has version {short_repr(parsed.get('version'))}, and this lab reads version {VERSION}."
        )
    entries = parsed.get("drawings")
    if not isinstance(entries, list):
        raise HandwritingError(f"Its drawings must be a list. Received: {short_repr(entries)}.")
    _ensure_few(len(entries), max_drawings)
    return [_from_entry(entry, number) for number, entry in enumerate(entries, 1)]


def _from_entry(entry: object, number: int) -> NewDrawing:
    if not isinstance(entry, dict):
        raise HandwritingError(f"Drawing {number:,} must be an object. Received: {short_repr(entry)}.")
    label = entry.get("label")
    if not isinstance(label, int) or isinstance(label, bool):
        raise HandwritingError(f"The label of drawing {number:,} is a digit, 0 to 9. Received: {short_repr(label)}.")
    try:
        strokes = strokes_from_json(entry.get("strokes", []))
        return checked_drawing(NewDrawing(pixels_from_text(entry.get("pixels")), label, strokes))
    except HandwritingError as error:
        raise HandwritingError(f"Drawing {number:,} cannot be read. {error}") from error


def _from_zip(content: bytes, max_drawings: int) -> list[NewDrawing]:
    try:
        archive = archive_of(io.BytesIO(content), max_members=2 * max_drawings)
        names = [name for name in archive.names if _is_picture(name)]
        _ensure_few(len(names), max_drawings)
        found, pixels = [], 0
        for name in names:
            drawing, size = _from_picture(archive, name)
            found.append(drawing)
            pixels += size
            _ensure_few_pixels(pixels)
    except ArchiveError as error:
        raise HandwritingError(f"The file {error}.") from error
    return found


def _is_picture(name: str) -> bool:
    # macOS adds a folder with a shadow of each file.
    return name.lower().endswith(_PICTURES) and not name.startswith("__MACOSX/")


def _from_picture(archive: Archive, name: str) -> tuple[NewDrawing, int]:
    """The drawing that a picture shows, and how many pixels the picture has."""
    shown = short_repr(name)
    try:
        content = archive.read(name, _MAX_PICTURE_BYTES)
        size = _pixel_count(content)
        pixels = _pixels(open_picture(content))
    except PictureError as error:
        raise HandwritingError(f"The picture {shown} cannot be used. {error}") from error
    if pixels is None:
        raise HandwritingError(f"The picture {shown} is blank.")
    return new_drawing(pixels, _label_of(name)), size


def _pixel_count(content: bytes) -> int:
    """The number of pixels that a picture declares, before it is decoded: a small file may be a huge picture.

    Raises:
        PictureError: It is no picture, or too large.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content)) as image:
            width, height = image.size
    except Exception as error:  # Pillow raises exceptions of many types for a damaged picture
        raise PictureError("It is damaged, or no picture.") from error
    if max(width, height) > _MAX_PICTURE_SIDE:
        raise PictureError(
            f"It has {max(width, height):,} pixels on a side, and at most {_MAX_PICTURE_SIDE:,} are read."
        )
    return int(width * height)


def _pixels(picture: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """What a network receives, float32 (28, 28): an image like MNIST's as it is, any other normalized."""
    if picture.shape == IMAGE_SHAPE:
        border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
        if border.mean() < _DARK:
            return picture.astype(np.float32) / np.float32(255) if picture.any() else None
    drawing = normalize_drawing(picture)
    return None if drawing is None else drawing.pixels


def _label_of(name: str) -> int:
    """The digit of "7/anything.png" or of "7-anything.png".

    Raises:
        HandwritingError: The name has none.
    """
    path = PurePosixPath(name)
    for text in (path.parent.name, path.stem[:1]):
        if len(text) == 1 and text in "0123456789":
            return int(text)
    raise HandwritingError(
        f'The digit of {short_repr(name)} is not known: put the picture into a folder with its name, such as "7", or'
        " begin the name of the file with it."
    )


def _ensure_one_label_each(found: Sequence[NewDrawing]) -> None:
    """Check that no drawing comes twice with different labels: one of them would be lost."""
    labels: dict[str, tuple[int, int]] = {}
    for number, drawing in enumerate(found, 1):
        first, label = labels.setdefault(drawing.id, (number, drawing.label))
        if label != drawing.label:
            raise HandwritingError(
                f"Drawings {first:,} and {number:,} of the file are the same, with the labels {label} and"
                f" {drawing.label}. Remove one of them."
            )


def _ensure_few_pixels(pixels: int) -> None:
    if pixels > _MAX_PIXELS:
        raise HandwritingError(
            f"The pictures have more than {_MAX_PIXELS / 1e6:.0f} million pixels together. Make them smaller: 200"
            " pixels on a side are enough."
        )


def _ensure_few(number: int, most: int) -> None:
    if number > most:
        raise HandwritingError(f"The file holds {number:,} drawings, and at most {most:,} are read at once.")
