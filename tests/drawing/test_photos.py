"""Photos of paper: what is ink is found, and nothing where nothing is written."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from benchmarks.sheet_photos import BLANKS, CONDITIONS, DIGITS, PLAIN, photographed, ruled, saved, written
from benchmarks.strokes import rasterize
from mnist_lab.drawing import Box, NormalizedDrawing, normalize_drawing, open_picture
from mnist_lab.errors import PictureError

SEVEN = DIGITS[7][0]
# A pen of another width, or the stub of a line beside it, changes a digit more than another place does.
SAME = 0.7


def read(content: bytes) -> NormalizedDrawing | None:
    return normalize_drawing(open_picture(content))


def likeness(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """The correlation of two images, blurred: of thin strokes, a pixel's difference in place would leave nothing."""
    blurred = (
        np.asarray(Image.fromarray(np.rint(image * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1.5)))
        for image in (one, other)
    )
    return float(np.corrcoef(*(image.ravel() for image in blurred))[0, 1])


@pytest.fixture(scope="module")
def expected() -> NDArray[np.float32]:
    drawing = normalize_drawing(rasterize(SEVEN, size=800, width=36))
    assert drawing is not None
    return drawing.pixels


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_digit_is_found_in_every_condition(name: str, expected: NDArray[np.float32]) -> None:
    drawing = read(CONDITIONS[name](SEVEN))
    assert drawing is not None
    # In even light, strong compression or blur leave a paper of one grey, as in a clean drawing.
    assert drawing.is_photo or name in {"low quality", "blurred"}
    assert len(drawing.digits) == 1
    assert likeness(drawing.digits[0].pixels, expected) > SAME


@pytest.mark.parametrize("name", BLANKS)
def test_nothing_is_read_where_nothing_is_written(name: str) -> None:
    assert read(BLANKS[name]()) is None


def two_digits() -> bytes:
    """A 4 at the left and a 2 at the right, on ruled paper."""
    image = Image.new("RGB", (1100, 800))
    for left, digit in ((0, 4), (500, 2)):
        image.paste(photographed(written(DIGITS[digit][0], PLAIN), PLAIN, ruled()), (left, 0))
    return saved(image)


def test_a_number_is_read_digit_by_digit_from_left_to_right() -> None:
    drawing = read(two_digits())
    assert drawing is not None
    assert [digit.is_dot for digit in drawing.digits] == [False, False]
    left, right = (digit.box for digit in drawing.digits)
    assert left.right < 500 < right.left
    for found, digit in zip(drawing.digits, (4, 2), strict=True):
        alone = normalize_drawing(rasterize(DIGITS[digit][0], size=800, width=36))
        assert alone is not None
        assert likeness(found.pixels, alone.pixels) > SAME


def test_in_a_box_only_its_digit_is_read_and_its_place_is_that_in_the_picture() -> None:
    picture = open_picture(two_digits())
    drawing = normalize_drawing(picture, box=Box(560, 100, 1060, 700))
    assert drawing is not None
    assert len(drawing.digits) == 1
    box = drawing.digits[0].box
    assert 560 < box.left < box.right < 1060
    assert 100 < box.top < box.bottom < 700
    assert box.height > 200


def test_in_a_box_without_a_digit_nothing_is_read() -> None:
    assert normalize_drawing(open_picture(two_digits()), box=Box(10, 10, 500, 150)) is None


@pytest.mark.parametrize("box", [Box(2000, 0, 3000, 100), Box(50, 50, 50, 90), Box(-90, -90, -10, -10)])
def test_a_box_beside_the_picture_is_refused_in_a_sentence(box: Box) -> None:
    with pytest.raises(PictureError, match="draw it around the digit"):
        normalize_drawing(np.full((80, 120), 255, np.uint8), box=box)


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image.resize((3, 800)),
        lambda image: image.resize((900, 2)),
        lambda image: image.resize((70, 70)),
        lambda image: Image.eval(image, lambda value: value // 16),
        lambda image: Image.eval(image, lambda value: 255 - value),
        lambda image: Image.effect_noise((300, 300), 120).convert("RGB"),
        lambda image: Image.effect_mandelbrot((300, 200), (-3, -2.5, 2, 2.5), 50).convert("RGB"),
        lambda image: Image.linear_gradient("L").convert("RGB"),
    ],
    ids=["narrow", "flat", "small", "dark", "negative", "noise", "fractal", "gradient"],
)
def test_strange_photos_give_digits_or_nothing(change: Callable[[Image.Image], Image.Image]) -> None:
    image = change(Image.open(io.BytesIO(CONDITIONS["squared"](SEVEN))).convert("RGB"))
    drawing = normalize_drawing(np.asarray(image))
    for digit in drawing.digits if drawing is not None else ():
        assert digit.pixels.shape == (28, 28)
        assert digit.pixels.max() > 0
        assert 0 <= digit.box.left < digit.box.right <= image.width + 1
        assert 0 <= digit.box.top < digit.box.bottom <= image.height + 1
