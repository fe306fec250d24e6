"""Any picture becomes what MNIST would have made of it."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from benchmarks.strokes import rasterize
from mnist_lab.data import load_mnist
from mnist_lab.drawing import normalize_drawing
from mnist_lab.errors import PictureError

SEVEN = [[[150, 120], [350, 120], [220, 400]]]


def seven() -> NDArray[np.uint8]:
    return rasterize(SEVEN)


def made(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    drawing = normalize_drawing(picture)
    assert drawing is not None
    small = drawing.pixels
    assert small.shape == (28, 28)
    assert small.dtype == np.float32
    assert 0 <= small.min() <= small.max() <= 1
    return small


def ink_box(small: NDArray[np.float32]) -> tuple[int, int]:
    rows, columns = np.nonzero(small)
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def centre_of_mass(small: NDArray[np.float32]) -> tuple[float, float]:
    places = np.arange(28)
    return (
        float(np.average(places, weights=small.sum(axis=1))),
        float(np.average(places, weights=small.sum(axis=0))),
    )


def test_the_ink_has_mnists_size_and_place_and_grey_edges() -> None:
    small = made(seven())
    assert max(ink_box(small)) == 20
    assert centre_of_mass(small) == pytest.approx((14, 14), abs=0.51)
    assert ((small > 0.1) & (small < 0.9)).sum() > 10
    assert small.max() == 1


def test_mnists_own_images_stay_as_they_are(mnist_folder: Path) -> None:
    images = load_mnist(mnist_folder / "mnist.npz").test_images[:200]
    differences = [float(np.abs(made(image) - image / 255).mean()) for image in images]
    assert np.mean(differences) < 0.01


def test_light_on_dark_is_the_same_digit() -> None:
    assert np.allclose(made(255 - seven()), made(seven()), atol=0.01)


@pytest.mark.parametrize(("paper", "ink"), [((255, 250, 230), (20, 40, 160)), ((0, 60, 30), (240, 240, 210))])
def test_coloured_ink_on_coloured_paper_is_the_same_digit(
    paper: tuple[int, int, int], ink: tuple[int, int, int]
) -> None:
    share = seven()[..., None] / 255
    picture = np.rint(share * paper + (1 - share) * ink).astype(np.uint8)
    assert np.allclose(made(picture), made(seven()), atol=0.05)


@pytest.mark.parametrize("colour", [0, 128, 255])
def test_transparent_is_paper_whatever_the_colour_of_the_ink(colour: int) -> None:
    picture = np.full((320, 320, 4), colour, np.uint8)
    picture[..., 3] = 255 - seven()
    assert np.allclose(made(picture), made(seven()), atol=0.01)


def test_the_transparent_edges_of_a_sheet_are_paper() -> None:
    picture = np.zeros((400, 400, 4), np.uint8)
    picture[40:360, 40:360, :3] = seven()[..., None]
    picture[40:360, 40:360, 3] = 255
    assert np.allclose(made(picture), made(seven()), atol=0.01)


@pytest.mark.parametrize(("down", "right"), [(8, 0), (-8, 0), (0, 8), (0, -8), (8, -8)])
def test_where_the_digit_is_drawn_makes_no_difference(down: int, right: int) -> None:
    moved = np.roll(seven(), (down, right), axis=(0, 1))
    assert np.array_equal(made(moved), made(seven()))


def test_the_size_of_the_picture_makes_little_difference() -> None:
    large = rasterize(SEVEN, size=1920, width=120)
    assert float(np.abs(made(large) - made(seven())).mean()) < 0.02


def test_a_digit_that_fills_its_picture_is_still_dark_on_light() -> None:
    tight = seven()[60:270, 80:240]
    assert np.array_equal(made(tight), made(seven()))


@pytest.mark.parametrize(
    "picture",
    [
        np.full((320, 320), 255, np.uint8),
        np.zeros((320, 320), np.uint8),
        np.zeros((320, 320, 4), np.uint8),
        np.full((320, 320, 4), 255, np.uint8),
        np.full((50, 40, 3), (200, 30, 90), np.uint8),
        np.zeros((1, 1), np.uint8),
        np.random.default_rng(0).normal(200, 4, (320, 320)).astype(np.uint8),
    ],
    ids=["white", "black", "transparent", "opaque white", "red", "one pixel", "noise of a camera"],
)
def test_a_blank_picture_has_no_digit(picture: NDArray[np.uint8]) -> None:
    assert normalize_drawing(picture) is None


def test_a_dot_and_a_dash_keep_their_shape() -> None:
    assert ink_box(made(rasterize([[[40, 460]]]))) == (20, 20)
    height, width = ink_box(made(rasterize([[[50, 250], [450, 250]]])))
    assert width == 20
    assert height <= 3


def test_ink_far_from_its_middle_is_cut_off_and_never_comes_back_on_the_other_side() -> None:
    picture = np.zeros((200, 200), np.uint8)
    picture[20:60, 20:60] = 255
    picture[60:180, 178:180] = 255
    picture[178:180, 60:180] = 255
    small = made(picture)
    assert small[:4].sum() == 0
    assert small[:, :4].sum() == 0


@pytest.mark.parametrize("shape", [(5000, 5000), (9000, 3), (3, 9000, 3), (4000, 2000, 4)])
def test_huge_pictures_are_read(shape: tuple[int, ...]) -> None:
    picture = np.full(shape, 255, np.uint8)
    picture[shape[0] // 3 : shape[0] // 2 + 1, shape[1] // 3 : shape[1] // 2 + 1, ...] = 0
    if len(shape) == 3 and shape[2] == 4:
        picture[..., 3] = 255
    assert max(ink_box(made(picture))) == 20


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((0, 5), np.uint8),
        np.zeros(5, np.uint8),
        np.zeros((5, 5, 2), np.uint8),
        np.zeros((5, 5), np.float32),
    ],
    ids=["empty", "a row", "two channels", "float"],
)
def test_other_shapes_and_types_are_refused_in_a_sentence(picture: NDArray[np.uint8]) -> None:
    with pytest.raises(PictureError, match="Received: "):
        normalize_drawing(picture)


@settings(max_examples=100, deadline=None)
@given(
    arrays.arrays(
        np.uint8,
        st.one_of(
            st.tuples(st.integers(1, 12), st.integers(1, 12)),
            st.tuples(st.integers(1, 12), st.integers(1, 12), st.sampled_from([3, 4])),
        ),
    )
)
def test_any_picture_at_all_gives_a_picture_or_none(picture: NDArray[np.uint8]) -> None:
    before = picture.copy()
    drawing = normalize_drawing(picture)
    assert np.array_equal(picture, before)
    if drawing is not None:
        small = drawing.pixels
        assert small.shape == (28, 28)
        assert 0 <= small.min() <= small.max() <= 1
        assert small.max() > 0


def test_real_pen_strokes_become_digits_like_mnists(pen_strokes: Path, mnist_folder: Path) -> None:
    with gzip.open(pen_strokes) as file:
        drawings = json.load(file)["drawings"][::25]
    pictures = np.stack([made(rasterize(drawing["strokes"])).ravel() for drawing in drawings])
    mnist = load_mnist(mnist_folder / "mnist.npz")
    known = mnist.train_images[:5000].reshape(5000, -1) / np.float32(255)
    # The nearest neighbour among a few MNIST images is a poor reader, yet off-centre or ill-sized ink leaves it none.
    nearest = np.argmin((known**2).sum(axis=1) - 2 * pictures @ known.T, axis=1)
    right = mnist.train_labels[nearest] == [drawing["digit"] for drawing in drawings]
    assert right.mean() > 0.75
