"""Images and feature maps as PNG: each pixel is a square, without smoothing, in the colours of the theme."""

import base64
import io
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_lab.charts.palette import PALETTES, SEQUENCE, SIGNED

_SEQUENCE_TOKENS = [token for _, token in SEQUENCE]
_SIGNED_TOKENS = [token for _, token in SIGNED]

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Grey = NDArray[np.integer[Any]] | NDArray[np.floating[Any]]


def digit_png(image: "Grey", scale: int = 8, theme: str = "light") -> bytes:
    """One image as PNG, with ink in the theme's strongest colour.

    Args:
        image: Shape (h, w): uint8 0..255, or floats 0..1 (other values are clipped, NaN is paper).
        scale: Side of a pixel's square, at least 1.
        theme: "light" or "dark".

    Raises:
        ValueError: Wrong shape or scale.
        KeyError: The theme does not exist.
    """
    return digit_sheet_png(image[np.newaxis], columns=1, scale=scale, theme=theme, gap=0)


def ink_png(image: "NDArray[np.uint8]") -> bytes:
    """One image as the alpha of a PNG: where there is ink it is opaque. For CSS masks, which have any colour.

    Args:
        image: uint8 (h, w), 255 is ink.
    """
    rgba = np.zeros((*image.shape, 4), np.uint8)
    rgba[..., 3] = image
    # Enlarged: some browsers smooth masks.
    return _png(rgba.repeat(3, axis=0).repeat(3, axis=1))


def ink_column_png(images: "NDArray[np.uint8]") -> bytes:
    """Many images below each other in one PNG: black, and opaque where there is ink. CSS shows one of them at a time.

    Args:
        images: uint8 (n, h, w), n at least 1; 255 is ink.
    """
    rows = images.reshape(-1, images.shape[2])
    rgba = np.zeros((*rows.shape, 4), np.uint8)
    rgba[..., 3] = rows
    return _png(rgba)


def digit_sheet_png(images: "Grey", columns: int = 10, scale: int = 2, theme: str = "light", gap: int = 1) -> bytes:
    """Many images in one transparent PNG, row by row.

    Args:
        images: Shape (n, h, w), n at least 1; as in `digit_png`.
        columns: Images in a row.
        scale: Side of a pixel's square, at least 1.
        theme: "light" or "dark".
        gap: Space between images, in their pixels.

    Raises:
        ValueError: Wrong shape, or columns, scale or gap too small.
        KeyError: The theme does not exist.
    """
    return _sheet(_levels(images), _scale(theme), columns, scale, gap)


def signed_sheet_png(
    values: "NDArray[np.floating[Any]]",
    limit: float,
    columns: int = 8,
    scale: int = 1,
    theme: str = "light",
    gap: int = 1,
) -> bytes:
    """Many images of signed values in one transparent PNG: blue below zero, paper at zero, orange above.

    Args:
        values: Shape (n, h, w), n at least 1; NaN is grey.
        limit: The value, above 0, that gets the strongest orange; its negative gets the strongest blue.
        columns: Images in a row.
        scale: Side of a value's square.
        theme: "light" or "dark".
        gap: Space between images, in squares of values.

    Raises:
        ValueError: As in `digit_sheet_png`, or the limit is not above 0.
        KeyError: The theme does not exist.
    """
    if not limit > 0:
        raise ValueError(f"limit must be above 0. Received: {limit}.")
    shares = np.clip(np.nan_to_num(values / limit, nan=0.0), -1, 1)
    # Level 0 is NaN; of the levels 1 to 255, 128 is zero.
    levels = np.where(np.isnan(values), 0, np.round(shares * 127) + 128).astype(np.uint8)
    colours = np.concatenate([_scale(theme, ["@muted"] * 2, 1), _scale(theme, _SIGNED_TOKENS, 255)])
    return _sheet(levels, colours, columns, scale, gap)


def _sheet(levels: "NDArray[np.uint8]", colours: "NDArray[np.uint8]", columns: int, scale: int, gap: int) -> bytes:
    if levels.ndim != 3 or not levels.size:
        raise ValueError(f"Images have the shape (n, height, width) with n ≥ 1. Received: {levels.shape}.")
    if columns < 1 or scale < 1 or gap < 0:
        raise ValueError(f"columns and scale must be at least 1, gap at least 0. Received: {columns}, {scale}, {gap}.")
    count, height, width = levels.shape
    columns = min(columns, count)
    rows = -(-count // columns)
    sheet = np.zeros((rows * (height + gap) - gap, columns * (width + gap) - gap, 4), np.uint8)
    for index, image in enumerate(levels):
        top, left = index // columns * (height + gap), index % columns * (width + gap)
        sheet[top : top + height, left : left + width] = colours[image]
    return _png(sheet.repeat(scale, axis=0).repeat(scale, axis=1))


def data_uri(content: bytes, kind: str = "png") -> str:
    """A picture file as a data URI for the `src` of an image."""
    return f"data:image/{kind};base64," + base64.b64encode(content).decode("ascii")


def image_tag(png: bytes, alt: str, style: str = "") -> str:
    """A PNG as an `<img>` element of class `sheet`, decoded synchronously so that it does not flicker.

    Args:
        png: The image.
        alt: Description; escaped here.
        style: Trusted CSS.
    """
    return f'<img class="sheet" style="{style}" src="{data_uri(png)}" alt="{escape(alt)}" decoding="sync">'


def _levels(images: "Grey") -> "NDArray[np.uint8]":
    if images.dtype == np.uint8:
        return images.astype(np.uint8, copy=False)
    levels: NDArray[np.uint8] = np.round(np.clip(np.nan_to_num(images), 0, 1) * 255).astype(np.uint8)
    return levels


def _scale(theme: str, stops: Sequence[str] = _SEQUENCE_TOKENS, steps: int = 256) -> "NDArray[np.uint8]":
    """RGBA of each of `steps` levels between evenly spaced colours, shape (steps, 4)."""
    palette = PALETTES[theme]
    stop_positions = np.linspace(0, 1, len(stops))
    parts = np.array([list(bytes.fromhex(palette[token[1:]][1:])) for token in stops])
    channels = [np.interp(np.linspace(0, 1, steps), stop_positions, parts[:, channel]) for channel in range(3)]
    colours: NDArray[np.uint8] = np.stack([*channels, np.full(steps, 255)], axis=1).round().astype(np.uint8)
    return colours


def _png(rgba: "NDArray[np.uint8]") -> bytes:
    from PIL import Image  # Pillow takes as long to import as the rest of the package

    out = io.BytesIO()
    Image.fromarray(rgba, "RGBA").save(out, "PNG", optimize=False)
    return out.getvalue()
