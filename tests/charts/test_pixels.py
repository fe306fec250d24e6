"""Digits as PNG."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from mnist_lab.charts import PALETTES, data_uri, digit_png, digit_sheet_png


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def rgba(theme: str, name: str) -> list[int]:
    return [*bytes.fromhex(PALETTES[theme][name][1:]), 255]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_every_pixel_is_a_square_of_one_colour(theme, dtype):
    image = np.zeros((28, 28), dtype)
    image[3, 5] = 255 if dtype is np.uint8 else 1.0
    shown = pixels(digit_png(image, scale=4, theme=theme))
    assert shown.shape == (112, 112, 4)
    assert (shown[12:16, 20:24] == rgba(theme, "sequence-4")).all()
    shown = np.delete(shown.reshape(28, 4, 28, 4, 4).swapaxes(1, 2).reshape(784, 16, 4), 3 * 28 + 5, axis=0)
    assert (shown == rgba(theme, "sequence-0")).all()


def test_floats_outside_their_range_are_cut_off():
    image = np.array([[-1.0, 0.0, 1.0, 7.0, np.nan]])
    shown = pixels(digit_png(image, scale=1))[0].tolist()
    assert shown[0] == shown[1] == shown[4] == rgba("light", "sequence-0")
    assert shown[2] == shown[3] == rgba("light", "sequence-4")


def test_ink_and_whole_numbers_agree():
    image = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert digit_png(image) == digit_png(image / 255)


def test_a_sheet_has_gaps_and_an_unfilled_last_row():
    sheet = pixels(digit_sheet_png(np.full((5, 28, 28), 255, np.uint8), columns=3, scale=2, gap=2))
    assert sheet.shape == ((2 * 28 + 2) * 2, (3 * 28 + 4) * 2, 4)
    opaque = sheet[::2, ::2, 3] == 255
    assert opaque.sum() == 5 * 28 * 28
    assert not opaque[28:30].any()
    assert not opaque[30:, 60:].any()


def test_fewer_pictures_than_columns_make_a_narrow_sheet():
    assert pixels(digit_sheet_png(np.zeros((2, 28, 28)), columns=10, scale=1, gap=0)).shape == (28, 56, 4)


@pytest.mark.parametrize("images", [np.zeros((28, 28)), np.zeros((0, 28, 28)), np.zeros((2, 28, 28, 1))])
def test_other_shapes_are_refused(images):
    with pytest.raises(ValueError, match=r"\(n, height, width\)"):
        digit_sheet_png(images)


def test_other_scales_and_themes_are_refused():
    with pytest.raises(ValueError, match="at least 1"):
        digit_png(np.zeros((28, 28)), scale=0)
    with pytest.raises(KeyError, match="sepia"):
        digit_png(np.zeros((28, 28)), theme="sepia")


def test_data_uri():
    png = digit_png(np.zeros((28, 28)))
    head, _, body = data_uri(png).partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(body) == png
