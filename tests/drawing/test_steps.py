"""The steps from a picture to a network's input."""

import numpy as np
import pytest

from mnist_lab.drawing import normalize_drawing
from mnist_lab.drawing.steps import normalization_steps

PICTURE = np.full((320, 320), 255, np.uint8)
PICTURE[40:240, 20:60] = 0


def test_the_steps_lead_from_the_picture_to_the_drawing():
    drawing = normalize_drawing(PICTURE)
    assert drawing is not None
    steps = normalization_steps(PICTURE, drawing)

    assert steps is not None
    assert steps.ink.shape == (320, 320)
    assert steps.cropped.shape == (200, 40)
    assert steps.scaled.shape == (20, 4)
    assert steps.pixels is drawing.pixels


def test_without_them_the_ink_stays_where_it_was_drawn():
    drawing = normalize_drawing(PICTURE)
    assert drawing is not None
    steps = normalization_steps(PICTURE, drawing)

    assert steps is not None
    rows, columns = np.nonzero(steps.uncentred > 0.5)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (4, 20, 2, 4)
    assert steps.uncentred.sum() * (320 / 28) ** 2 == pytest.approx(200 * 40, rel=0.02)


def test_a_blank_picture_has_no_steps():
    drawing = normalize_drawing(PICTURE)
    assert drawing is not None
    assert normalization_steps(np.full((320, 320), 255, np.uint8), drawing) is None
