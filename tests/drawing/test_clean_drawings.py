"""Clean drawings are read exactly as they were before photos were read."""

import numpy as np

from mnist_lab.drawing import normalize_drawing
from tests.drawing.clean_drawings import clean_drawings, recorded


def test_clean_drawings_are_read_bit_for_bit_as_recorded() -> None:
    levels, is_dot = recorded()
    drawings = [normalize_drawing(picture, pen_width=pen) for picture, pen in clean_drawings()]
    found = [drawing for drawing in drawings if drawing is not None]
    assert len(found) == len(drawings) == len(levels)
    assert np.array_equal(np.stack([drawing.pixels for drawing in found]), levels / np.float32(255))
    assert [drawing.is_dot for drawing in found] == is_dot.tolist()
    assert not any(drawing.is_photo for drawing in found)


def test_a_single_digit_has_the_pixels_of_the_whole_drawing() -> None:
    for picture, pen in clean_drawings():
        drawing = normalize_drawing(picture, pen_width=pen)
        assert drawing is not None
        if len(drawing.digits) == 1:
            assert np.array_equal(drawing.digits[0].pixels, drawing.pixels)
            assert drawing.digits[0].is_dot == drawing.is_dot
