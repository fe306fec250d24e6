"""Digits as crisp pictures: every pixel a square, never smoothed, on the lab's one sequential scale."""

import base64
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_lab.charts.palette import PALETTES, SEQUENCE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Grey = NDArray[np.integer[Any]] | NDArray[np.floating[Any]]


def digit_png(image: "Grey", scale: int = 8, theme: str = "light") -> bytes:
    """One picture as PNG, ink in the theme's strongest colour on its background.

    Args:
        image: Shape (h, w): uint8 0..255, or floats 0..1 (outside values are cut off, NaN is paper).
        scale: Side of a pixel's square, at least 1.
        theme: "light" or "dark".

    Raises:
        ValueError: The shape or the scale is another one.
        KeyError: The theme does not exist.
    """
    return digit_sheet_png(image[np.newaxis], columns=1, scale=scale, theme=theme, gap=0)


def digit_sheet_png(images: "Grey", columns: int = 10, scale: int = 2, theme: str = "light", gap: int = 1) -> bytes:
    """Many pictures on one transparent sheet, row by row, as PNG.

    Args:
        images: Shape (n, h, w), n at least 1; as in `digit_png`.
        columns: Pictures in a row.
        scale: Side of a pixel's square, at least 1.
        theme: "light" or "dark".
        gap: Space between pictures, in pixels of the pictures.

    Raises:
        ValueError: The shape is another one, or columns, scale or gap is too small.
        KeyError: The theme does not exist.
    """
    if images.ndim != 3 or not images.size:
        raise ValueError(f"Pictures have the shape (n, height, width) with n ≥ 1. Received: {images.shape}.")
    if columns < 1 or scale < 1 or gap < 0:
        raise ValueError(f"columns and scale must be at least 1, gap at least 0. Received: {columns}, {scale}, {gap}.")
    count, height, width = images.shape
    columns = min(columns, count)
    rows = -(-count // columns)
    sheet = np.zeros((rows * (height + gap) - gap, columns * (width + gap) - gap, 4), np.uint8)
    colours = _scale(theme)
    for place, levels in enumerate(_levels(images)):
        top, left = place // columns * (height + gap), place % columns * (width + gap)
        sheet[top : top + height, left : left + width] = colours[levels]
    return _png(sheet.repeat(scale, axis=0).repeat(scale, axis=1))


def data_uri(png: bytes) -> str:
    """A PNG as text that can stand in an `src`."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _levels(images: "Grey") -> "NDArray[np.uint8]":
    if images.dtype == np.uint8:
        return images.astype(np.uint8, copy=False)
    levels: NDArray[np.uint8] = np.round(np.clip(np.nan_to_num(images), 0, 1) * 255).astype(np.uint8)
    return levels


def _scale(theme: str) -> "NDArray[np.uint8]":
    """RGBA of each of the 256 levels of ink, shape (256, 4)."""
    palette = PALETTES[theme]
    places = [place * 255 for place, _ in SEQUENCE]
    stops = [bytes.fromhex(palette[token[1:]][1:]) for _, token in SEQUENCE]
    channels = [np.interp(np.arange(256), places, [stop[channel] for stop in stops]) for channel in range(3)]
    colours: NDArray[np.uint8] = np.stack([*channels, np.full(256, 255)], axis=1).round().astype(np.uint8)
    return colours


def _png(rgba: "NDArray[np.uint8]") -> bytes:
    from PIL import Image  # Pillow takes as long to import as the rest of the package

    out = io.BytesIO()
    Image.fromarray(rgba, "RGBA").save(out, "PNG", optimize=False)
    return out.getvalue()
