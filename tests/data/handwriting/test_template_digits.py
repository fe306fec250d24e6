"""Digits drawn from the templates."""

import numpy as np

from mnist_lab.data.handwriting import template_digits
from mnist_lab.drawing import normalize_drawing


def test_each_digit_is_there_equally_often() -> None:
    images, labels = template_digits(200, np.random.default_rng(1))
    assert images.shape == (200, 28, 28)
    assert images.dtype == labels.dtype == np.uint8
    assert np.bincount(labels).tolist() == [20] * 10
    assert template_digits(0, np.random.default_rng(1))[0].shape == (0, 28, 28)


def test_the_random_numbers_alone_decide_and_no_two_are_alike() -> None:
    one, same, other = (template_digits(60, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert (one[0] == same[0]).all()
    assert (one[1] == same[1]).all()
    assert not (one[0] == other[0]).all()
    assert len(np.unique(one[0].reshape(60, -1), axis=0)) == 60


def test_they_are_placed_as_the_lab_places_a_drawing() -> None:
    images, _ = template_digits(400, np.random.default_rng(3))
    differences = []
    for image in images:
        drawing = normalize_drawing(image)
        assert drawing is not None
        differences.append(np.abs(drawing.pixels - image / 255).mean())
    # Placed anew, nearly all stay where they are; a grey edge more or less moves or scales some by a pixel.
    assert np.median(differences) < 0.02
    rows = (images > 60).any(axis=2).sum(axis=1)
    columns = (images > 60).any(axis=1).sum(axis=1)
    assert np.median(np.maximum(rows, columns)) == 20
    assert np.maximum(rows, columns).min() >= 17
    assert np.maximum(rows, columns).max() <= 22
