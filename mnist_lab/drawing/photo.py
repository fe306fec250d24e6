"""Find the ink of a number in a photo: on paper or a board, in uneven light, with a desk, lines or holes around it."""

import numpy as np
from numpy.typing import NDArray

from mnist_lab.drawing.grouping import keep_line
from mnist_lab.drawing.local_threshold import Writing, find_writing
from mnist_lab.drawing.photo_parts import Labels, Part, find_parts, possible_writing, without_drawn_frames
from mnist_lab.drawing.ruled_lines import without_lines
from mnist_lab.drawing.sheet import find_sheet

Grey = NDArray[np.float32]
Mask = NDArray[np.bool_]

_SIDE = 640
"""A photo is scaled until its longer side has so many pixels."""

_MIN_STRENGTH = 0.25
"""How much darker than the paper writing is, 0..1; the lines of squared paper and creases are fainter."""
_MIN_LENGTH = 20
"""Of the main part, in pixels; what is smaller alone is noise."""
_MIN_LEFT = 0.5
"""Share of the ink that is left without lines, if the paper is not ruled."""
_SMALL, _MIN_STRENGTH_SMALL = 48, 0.35
"""A digit shorter than so many pixels must be so much darker than the paper; bits of creases are fainter."""


def find_photo_ink(grey: Grey) -> Grey | None:
    """Find what is written in a photo.

    Args:
        grey: float32 (h, w), 0 to 255.

    Returns:
        float32 (h, w), 1 for ink and 0 for all else, scaled so that the longer side has 640 pixels; None if nothing
        is written.
    """
    writing = find_writing(scaled := _scaled(grey), find_sheet(scaled))
    unframed = without_drawn_frames(writing.mask)
    unlined = without_lines(unframed)
    found = _main_part(writing, unlined)
    if found is None:
        # A straight 1 that stands on a line of squared paper was taken for that line, but is darker.
        found = _main_part(writing, unframed & (writing.strength >= _MIN_STRENGTH_SMALL))
    if found is None:
        return None
    # Again, with what is about as dark as the main part alone: without shadows that touch it. Strokes that lie along
    # one of the faint lines of ruled paper are whole again; a single line is no fainter, and stays away.
    is_ruled = unlined.sum() < _MIN_LEFT * unframed.sum()
    strong = writing.as_strong_as(found[0] == found[2].label)
    found = _main_part(writing, without_lines(strong & (unframed if is_ruled else unlined)))
    if found is None:
        return None
    labels, parts, main = found
    kept = keep_line(main.box, {part.label: part.box for part in parts})
    return np.isin(labels, list(kept)).astype(np.float32)


def _main_part(writing: Writing, mask: Mask) -> tuple[Labels, list[Part], Part] | None:
    """The longest and strongest part of the writing, with all parts; None if there is no writing."""
    labels, parts = find_parts(mask)
    strengths = {part.label: writing.strength_of(labels == part.label) for part in possible_writing(parts, labels)}
    strong = [part for part in parts if strengths.get(part.label, 0) >= _MIN_STRENGTH]
    main = max(strong, key=lambda part: part.box.length * strengths[part.label], default=None)
    if main is None or main.box.length < _MIN_LENGTH:
        return None
    if main.box.length < _SMALL and strengths[main.label] < _MIN_STRENGTH_SMALL:
        return None
    return labels, strong, main


def _scaled(grey: Grey) -> Grey:
    from PIL import Image

    image = Image.fromarray(grey)
    factor = _SIDE / max(image.size)
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    filter_ = Image.Resampling.BOX if factor <= 1 else Image.Resampling.BILINEAR
    return np.asarray(image.resize(size, filter_), np.float32)
