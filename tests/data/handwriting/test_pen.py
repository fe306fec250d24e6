"""The pen: what it draws, compared with the exact distance from the stroke."""

import numpy as np
import pytest

from mnist_lab.data.handwriting.pen import draw_strokes, lengths_along


def line(start: tuple[float, float], end: tuple[float, float], count: int = 60) -> np.ndarray:
    return np.linspace(start, end, count, dtype=np.float32)[np.newaxis]


def drawn(points: np.ndarray, width: float, joined: np.ndarray | None = None) -> np.ndarray:
    joined = np.ones(points.shape[1] - 1, np.float32) if joined is None else joined
    return draw_strokes(points, lengths_along(points, joined), np.array([width], np.float32))[0]


@pytest.mark.parametrize("width", [1.0, 2.5, 5.0])
@pytest.mark.parametrize("ends", [((6, 14), (22, 14)), ((6, 6), (22, 20))])
def test_a_line_is_as_wide_as_the_pen(width: float, ends: tuple[tuple[float, float], tuple[float, float]]) -> None:
    image = drawn(line(*ends), width)
    start, end = np.array(ends)
    y, x = np.mgrid[:28, :28] + 0.5
    along = (end - start) / np.linalg.norm(end - start)
    share = (x - start[0]) * along[0] + (y - start[1]) * along[1]
    beside = np.abs((y - start[1]) * along[0] - (x - start[0]) * along[1])
    middle = (share > 2) & (share < np.linalg.norm(end - start) - 2)
    exact = np.clip(width / 2 + 0.5 - beside, 0, 1)
    np.testing.assert_allclose(image[middle], exact[middle], atol=0.02)


def test_it_draws_nothing_between_two_strokes() -> None:
    points = np.concatenate([line((5, 5), (5, 22), 30), line((22, 5), (22, 22), 30)], axis=1)
    joined = np.ones(59, np.float32)
    joined[29] = 0
    image = drawn(points, 2.0, joined)
    assert image[:, 8:20].max() == 0
    assert image[14, 4] > 0.9
    assert image[14, 21] > 0.9


def test_many_pictures_are_drawn_as_each_alone() -> None:
    random = np.random.default_rng(1)
    starts, ends = random.uniform(4, 24, (2, 300, 2)).astype(np.float32)
    points = np.concatenate([line(tuple(a), tuple(b)) for a, b in zip(starts, ends, strict=True)])
    widths = random.uniform(1, 5, 300).astype(np.float32)
    together = draw_strokes(points, lengths_along(points, np.ones(59, np.float32)), widths)
    for index in (0, 127, 128, 299):
        np.testing.assert_allclose(together[index], drawn(points[index : index + 1], widths[index]), atol=1e-4)
    assert draw_strokes(points[:0], np.zeros((0, 60), np.float32), widths[:0]).shape == (0, 28, 28)


def test_the_lengths_add_up_to_the_length_of_the_strokes() -> None:
    points = line((2, 3), (26, 3))
    assert lengths_along(points, np.ones(59, np.float32)).sum() == pytest.approx(24, rel=1e-4)
    assert lengths_along(points, np.zeros(59, np.float32)).sum() == 0
