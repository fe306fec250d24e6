"""Styles of writing, drawn onto images."""

import numpy as np
import pytest

from mnist_lab.data.handwriting.digit_ink import Digits
from mnist_lab.data.handwriting.drawn_styles import DRAWN_STYLES, DrawnStyle, in_style, styled_digits


def bar_digits(count: int = 40) -> np.ndarray:
    """Upright strokes, four pixels wide and 20 high: a 1 at its plainest."""
    images = np.zeros((count, 28, 28), np.uint8)
    images[:, 4:24, 12:16] = 255
    return images


def seven_digits(count: int = 40) -> np.ndarray:
    images = bar_digits(count)
    images[:, 4:7, 6:16] = 255
    return images


def styled(name: str, images: np.ndarray, seed: int = 1) -> np.ndarray:
    style = next(style for style in DRAWN_STYLES if style.name == name)
    return in_style(images, style, np.random.default_rng(seed)).astype(int)


def beside(images: np.ndarray, rows: slice) -> np.ndarray:
    """Ink to the left of the stroke and to its right, in some of the rows of 20: (n, 2)."""
    columns = images[:, rows].sum(axis=1)
    middle = images[:, 12:16].sum(axis=1).argmax(axis=1)
    left = [columns[index, : middle[index] - 3].sum() for index in range(len(images))]
    right = [columns[index, middle[index] + 4 :].sum() for index in range(len(images))]
    return np.stack([left, right], axis=1) / 255


def test_where_the_ink_is() -> None:
    digits = Digits(bar_digits(3).astype(np.float32) / 255)
    for found, expected in ((digits.top, 4), (digits.bottom, 24), (digits.left, 12), (digits.right, 16)):
        assert found.tolist() == [expected] * 3
    np.testing.assert_allclose(digits.middle(digits.top), 14, atol=0.01)
    assert 3.5 < digits.pen[0] < 5.5
    column, row = digits.leftmost(digits.top, digits.bottom)
    assert (column[0], row[0]) == (12.5, 14)


def test_a_flag_goes_down_to_the_left_from_the_top() -> None:
    digits = Digits((styled("a flag", bar_digits()) / 255).astype(np.float32))
    foot = digits.middle(digits.bottom - 2)
    # A steep, short one is hidden by a thick stroke.
    assert np.median(foot - digits.left) > 5
    assert (digits.right - foot < 4).all()
    assert (digits.ink[:, 18:].any(axis=1).sum(axis=1) <= 5).mean() > 0.8


def test_a_foot_and_serifs_are_on_both_sides() -> None:
    for name in ("a flag and a foot", "serifs"):
        foot = beside(styled(name, bar_digits()), slice(18, 28))
        assert (foot > 1).mean() > 0.8
    # Its middle is not that of the stroke.
    assert (styled("serifs", bar_digits())[:, :8].max(axis=1) > 100).sum(axis=1).min() >= 5


def test_a_bar_crosses_the_middle_of_a_seven() -> None:
    images = styled("a bar", seven_digits())
    plain = seven_digits().astype(int)
    added = (images - plain).clip(0)[:, 10:22].sum(axis=(1, 2)) / 255
    assert (added > 10).all()


def test_a_seven_begins_with_a_serif_and_a_nine_ends_with_a_hook() -> None:
    serif = styled("a serif", seven_digits())
    assert (serif[:, 8:12, 2:10].sum(axis=(1, 2)) / 255 > 1).all()
    hook = styled("a hook", bar_digits())
    assert (beside(hook, slice(16, 28))[:, 0] > 5).all()


def test_a_stem_becomes_shorter() -> None:
    four = bar_digits()
    four[:, 14:17, 6:22] = 255
    images = styled("a short stem", four)
    bar = images.sum(axis=2).argmax(axis=1)
    below = np.array([(images[i, bar[i] :].max(axis=1) > 127).sum() for i in range(len(images))])
    assert (below < 10).all()
    assert (below > 1).all()


def test_a_slash_crosses_a_zero_and_a_loop_is_at_the_lower_left_of_a_two() -> None:
    y, x = np.mgrid[:28, :28]
    radius = np.hypot(x - 13.5, y - 13.5)
    ring = np.repeat(((radius > 7) & (radius < 10))[np.newaxis] * np.uint8(255), 40, axis=0)
    assert (styled("a slash", ring)[:, 11:17, 11:17].max(axis=(1, 2)) > 200).all()
    base = np.zeros((40, 28, 28), np.uint8)
    base[:, 4:24, 18:21] = 255
    base[:, 21:24, 6:21] = 255
    assert (styled("a loop", base)[:, 14:20, 4:12].sum(axis=(1, 2)) / 255 > 2).all()


@pytest.mark.parametrize("style", DRAWN_STYLES, ids=lambda style: style.name)
def test_a_style_keeps_the_digit_in_its_box_and_depends_on_the_random_numbers_alone(style: DrawnStyle) -> None:
    images = seven_digits()
    one, same, other = (in_style(images, style, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert (one == same).all()
    assert not (one == other).all()
    assert one.dtype == np.uint8
    assert (one[:, [0, -1]] < 128).all()
    sides = [(one > 60).any(axis=axis).sum(axis=1) for axis in (1, 2)]
    assert np.maximum(*sides).min() >= 18
    assert np.maximum(*sides).max() <= 23
    assert in_style(images[:0], style, np.random.default_rng(1)).shape == (0, 28, 28)


def test_an_image_without_ink_stays_empty() -> None:
    empty = np.zeros((5, 28, 28), np.uint8)
    style = next(style for style in DRAWN_STYLES if style.name == "a short stem")
    assert not in_style(empty, style, np.random.default_rng(1)).any()


def test_digits_without_a_style_stay_as_they_are_and_the_others_get_each_of_theirs() -> None:
    labels = np.repeat(np.arange(10, dtype=np.uint8), 12)
    images = seven_digits(120)
    result = styled_digits(images, labels, np.random.default_rng(1))
    changed = {int(digit) for digit in np.unique(labels[(result != images).any(axis=(1, 2))])}
    assert changed == {style.digit for style in DRAWN_STYLES} == {0, 1, 2, 4, 7, 9}
    assert (images == seven_digits(120)).all()
