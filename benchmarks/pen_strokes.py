"""How well finished networks read real pen strokes, and what each step from pen to pixels is worth.

    python -m benchmarks.pen_strokes NETWORK.keras... [--every N]

Takes `mnist.npz` and `pen-strokes.json.gz` from the folder that MNIST_LAB_DATA names. Draws each of the 7,494 digits as
on the canvas (20 px wide on 320 px), makes 28×28 of it as the lab does and in other ways, and prints the share that
each network reads right. The standard error of a share near 94 % of 7,494 digits is 0.3 points.
"""

import argparse
import gzip
import json
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.strokes import rasterize
from mnist_lab.data import load_mnist
from mnist_lab.drawing import normalize_drawing
from mnist_lab.settings import load_settings

Picture = NDArray[np.uint8]
Small = NDArray[np.float32]
How = Callable[[Picture], Small | None]

BLANK = np.zeros((28, 28), np.float32)
WIDTH = 20
OTHER_WIDTHS = (6, 10, 14, 28, 36, 44)
FILTERS = {
    "nearest pixel": Image.Resampling.NEAREST,
    "area (as the lab does)": Image.Resampling.BOX,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "Lanczos": Image.Resampling.LANCZOS,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("networks", nargs="+", type=Path, metavar="NETWORK.keras")
    parser.add_argument("--every", type=int, default=1, help="take only every N-th drawing")
    options = parser.parse_args()
    folder = load_settings().data
    if folder is None or not (folder / "pen-strokes.json.gz").is_file():
        parser.error("MNIST_LAB_DATA must name the folder that holds mnist.npz and pen-strokes.json.gz")
    networks = [keras.saving.load_model(path, compile=False) for path in options.networks]
    print(f"{'':46}" + "".join(f"{path.parent.name[:8]:>10}" for path in options.networks))
    for title, pictures, labels in chain(mnist_rows(folder), pen_rows(folder, options.every)):
        print(
            f"{title:46}" + "".join(f"{accuracy(network, pictures, labels):10.2%}" for network in networks), flush=True
        )


def mnist_rows(folder: Path) -> Iterator[tuple[str, Small, Picture]]:
    mnist = load_mnist(folder / "mnist.npz")
    yield "MNIST's test images", mnist.test_images.astype(np.float32) / 255, mnist.test_labels
    yield "the same, normalized", made(mnist.test_images, normalized), mnist.test_labels
    yield "the same, black on white", made(255 - mnist.test_images, normalized), mnist.test_labels


def pen_rows(folder: Path, every: int) -> Iterator[tuple[str, Small, Picture]]:
    with gzip.open(folder / "pen-strokes.json.gz") as file:
        drawings = json.load(file)["drawings"][::every]
    labels = np.array([drawing["digit"] for drawing in drawings], np.uint8)
    canvas = drawn(drawings, WIDTH)
    started = time.perf_counter()
    usual = made(canvas, normalized)
    each = 1000 * (time.perf_counter() - started) / len(canvas)
    yield f"pen strokes, {WIDTH} px ({each:.1f} ms a picture)", usual, labels
    for width in OTHER_WIDTHS:
        yield f"pen strokes, {width} px", made(drawn(drawings, width), normalized), labels
    yield "20 px, white on black", made([255 - picture for picture in canvas], normalized), labels
    for name, resampling in FILTERS.items():
        yield f"20 px, whole pixels, {name}", made(canvas, lambda p, r=resampling: placed(p, r)), labels
    yield "20 px, moved by parts of pixels, area", made(canvas, moved_smoothly), labels
    yield "20 px, box in the middle, not its mass", made(canvas, boxed), labels
    yield "20 px, canvas only made smaller", made(canvas, shrunk), labels


def drawn(drawings: list[dict[str, Any]], width: float) -> list[Picture]:
    return [rasterize(drawing["strokes"], width=width) for drawing in drawings]


def normalized(picture: Picture) -> Small | None:
    drawing = normalize_drawing(picture)
    return None if drawing is None else drawing.pixels


def made(pictures: list[Picture] | Picture, how: How) -> Small:
    results = (how(picture) for picture in pictures)
    return np.stack([BLANK if small is None else small for small in results])


def accuracy(network: keras.Model, pictures: Small, labels: Picture) -> float:
    answers = network.predict(pictures[..., None], batch_size=500, verbose=0)
    return float((answers.argmax(axis=1) == labels).mean())


def scaled(picture: Picture, resampling: Image.Resampling) -> Small:
    """The ink's box, its longer side 20 pixels."""
    image = Image.fromarray(255 - picture)
    image = image.crop(image.getbbox())
    scale = 20 / max(image.size)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return np.asarray(image.resize(size, resampling), np.float32) / np.float32(255)


def centre(small: Small) -> tuple[float, float]:
    """Row and column of the centre of mass; the first pixel reaches from 0 to 1."""
    rows, columns = (np.arange(side) + 0.5 for side in small.shape)
    return float(np.average(rows, weights=small.sum(axis=1))), float(np.average(columns, weights=small.sum(axis=0)))


def put(small: Small, top: int, left: int) -> Small:
    field = np.zeros((84, 84), np.float32)
    field[28 + top : 28 + top + small.shape[0], 28 + left : 28 + left + small.shape[1]] = small
    return field[28:56, 28:56]


def placed(picture: Picture, resampling: Image.Resampling) -> Small:
    small = scaled(picture, resampling)
    row, column = centre(small)
    return put(small, round(14.5 - row), round(14.5 - column))


def moved_smoothly(picture: Picture) -> Small:
    small = put(scaled(picture, Image.Resampling.BOX), 4, 4)
    row, column = centre(small)
    shift = (1, 0, column - 14.5, 0, 1, row - 14.5)
    moved = Image.fromarray(small).transform((28, 28), Image.Transform.AFFINE, shift, Image.Resampling.BILINEAR)
    return np.asarray(moved)


def boxed(picture: Picture) -> Small:
    small = scaled(picture, Image.Resampling.BOX)
    return put(small, (28 - small.shape[0]) // 2, (28 - small.shape[1]) // 2)


def shrunk(picture: Picture) -> Small:
    image = Image.fromarray(255 - picture).resize((28, 28), Image.Resampling.BOX)
    return np.asarray(image, np.float32) / np.float32(255)


if __name__ == "__main__":
    main()
