"""How well networks read the digits of people whom they have never seen, and what handwriting styles cost.

    python -m benchmarks.strangers [NETWORK.keras ...] [--every N] [--sheet PICTURE.png]

Without networks it takes the reference run that Draw starts with; of several, such as three seeds, it prints the means.
Needs `mnist.npz` and `pen-strokes.json.gz`, 7,494 digits of 30 writers that no network was trained on, in the folder
that MNIST_LAB_DATA names. They are drawn as on the canvas (320 px), with pens of several widths, and normalized as the
lab does. `--sheet` draws what the first network still reads wrong, each with its true digit and what it was read as.
"""

import argparse
import gzip
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from benchmarks.figures import Figure
from mnist_lab.data import EpochDigits, load_mnist, split_dataset
from mnist_lab.insight.prediction import MIN_SURE_PROBABILITY
from mnist_lab.network import PRESETS
from mnist_lab.recipe import HANDWRITING, PRESET_RECIPES, learning_rates
from mnist_lab.reference import shipped_archives, unpack
from mnist_lab.runs import RunFolder
from mnist_lab.settings import load_settings

Small = NDArray[np.float32]
Labels = NDArray[np.uint8]

WIDTH, OTHER_WIDTHS = 20, (8, 14, 28, 40)
MIN_READ, MIN_ANY_WIDTH, MIN_MNIST, MAX_SURELY_WRONG, MAX_COST = 98.5, 97.0, 99.5, 0.5, 5.0
"""The targets, in percent."""
COSTS = {"reader": 30, "strong": 60}
"""Networks whose cost is measured, and training steps in each turn."""
TURNS = 5
COLUMNS, TILE, CAPTION = 16, 56, 16


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("networks", nargs="*", type=Path, metavar="NETWORK.keras")
    parser.add_argument("--every", type=int, default=1, help="take only every N-th drawing")
    parser.add_argument("--sheet", type=Path, help="where to draw what the first network reads wrong")
    options = parser.parse_args()
    for figure in figures(options.networks, every=options.every, sheet=options.sheet):
        print(figure.line(), flush=True)


def figures(paths: Sequence[Path] = (), *, every: int = 1, sheet: Path | None = None) -> Iterator[Figure]:
    import keras

    from benchmarks.pen_strokes import drawn, made, normalized

    folder = data_folder()
    with tempfile.TemporaryDirectory() as temporary:
        chosen = list(paths) or [shipped_network(Path(temporary))]
        networks = [keras.saving.load_model(path, compile=False) for path in chosen]
    drawings, labels = strokes(folder, every)
    of = f"mean of {len(networks)} networks, " if len(networks) > 1 else ""
    pictures = made(drawn(drawings, WIDTH), normalized)
    answers = [probabilities(network, pictures) for network in networks]
    yield from read_figures(answers, labels, of)
    for width in OTHER_WIDTHS:
        read = [
            accuracy(probabilities(network, made(drawn(drawings, width), normalized)), labels) for network in networks
        ]
        yield Figure(f"strangers, pen of {width} px", *_mean(read), "%", of + _list(read), MIN_ANY_WIDTH)
    mnist = load_mnist(folder / "mnist.npz")
    tested = mnist.test_images.astype(np.float32) / 255
    right = [accuracy(probabilities(network, tested), mnist.test_labels) for network in networks]
    yield Figure("strangers' reader, MNIST test accuracy", *_mean(right), "%", of + _list(right), MIN_MNIST)
    if sheet is not None:
        sheet.write_bytes(mistakes_png(pictures, labels, answers[0]))
    yield from cost_figures()


def read_figures(answers: Sequence[Small], labels: Labels, of: str) -> Iterator[Figure]:
    """Share of the drawings that are read, and that are read wrong though the network is quite sure."""
    read = [accuracy(answer, labels) for answer in answers]
    yield Figure(f"strangers, pen of {WIDTH} px", *_mean(read), "%", of + _list(read), MIN_READ)
    wrong = [surely_wrong(answer, labels) for answer in answers]
    yield Figure("strangers, quite sure and wrong", _mean(wrong)[0], MAX_SURELY_WRONG, "%", of + _list(wrong))


def accuracy(answers: Small, labels: Labels) -> float:
    """Percent of the answers, (n, 10), that are right."""
    return 100 * float((answers.argmax(axis=1) == labels).mean())


def surely_wrong(answers: Small, labels: Labels) -> float:
    """Percent of the answers that are wrong, and that Draw calls quite sure."""
    is_sure = answers.max(axis=1) >= MIN_SURE_PROBABILITY
    return 100 * float((is_sure & (answers.argmax(axis=1) != labels)).mean())


def mistakes_png(pictures: Small, labels: Labels, answers: Small) -> bytes:
    """The pictures that are read wrong, ordered by digit, each below "true > read", in few grey levels."""
    import io

    read = answers.argmax(axis=1)
    wrong = [int(index) for index in np.argsort(labels, kind="stable") if read[index] != labels[index]]
    rows = max(1, -(-len(wrong) // COLUMNS))
    sheet = Image.new("L", (COLUMNS * (TILE + 8), rows * (TILE + CAPTION + 8)), 255)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=13)
    for place, index in enumerate(wrong):
        left, top = place % COLUMNS * (TILE + 8) + 4, place // COLUMNS * (TILE + CAPTION + 8) + 4
        pen.text((left + 10, top), f"{labels[index]} > {read[index]}", fill=0, font=font)
        tile = Image.fromarray(np.rint(255 - 255 * pictures[index]).astype(np.uint8))
        sheet.paste(tile.resize((TILE, TILE), Image.Resampling.NEAREST), (left, top + CAPTION))
    out = io.BytesIO()
    sheet.quantize(8).save(out, "PNG", optimize=True)
    return out.getvalue()


def cost_figures() -> Iterator[Figure]:
    """How much longer a training takes because of the digits that are made for it: both are timed in turns."""
    for name, steps in COSTS.items():
        made, trained = _costs(name, steps)
        each = f"{1000 * made:.0f} ms made, {1000 * trained:.0f} ms trained an epoch"
        yield Figure(f"handwriting styles, share of the time of {name}", 100 * made / trained, MAX_COST, "%", each)


def _costs(name: str, steps: int) -> tuple[float, float]:
    """Processor seconds of an average epoch for making digits, and for training steps: medians of the turns."""
    import tensorflow as tf

    from mnist_lab.training.engine.model import build, make_optimizer
    from mnist_lab.training.engine.precision import choose_precision
    from mnist_lab.training.engine.train_step import StepRunner

    settings = load_settings()
    recipe = PRESET_RECIPES[name].recipe.with_changes(augmentation="styles")
    shares = HANDWRITING["styles"]
    split = split_dataset(
        load_mnist(data_folder() / "mnist.npz"), validation="holdout", fraction=0.02, limit=None, seed=0
    )
    model = build(PRESETS[name].network, seed=0, precision=choose_precision(settings, recipe.precision))
    runner = StepRunner(model, make_optimizer(recipe), recipe)
    images, labels = tf.constant(split.train_images), tf.constant(split.train_labels)
    batches = -(-len(split.train_labels) // recipe.batch_size)
    order, rates = tf.range(len(split.train_labels)), tf.constant(learning_rates(recipe, batches))
    made, trained = [], []
    for turn in range(TURNS + 1):
        digits = EpochDigits(split.train_images, split.train_labels, shares, seed=turn)
        start = time.process_time()
        for epoch in range(recipe.epochs):
            if shares.are_in(epoch, recipe.epochs):
                digits.of(epoch)
        middle = time.process_time()
        runner.run(images, labels, order, rates, first_batch=0, first_step=0, count=steps)
        made.append((middle - start) / recipe.epochs)
        trained.append((time.process_time() - middle) / steps * batches)
    # In the first turn TensorFlow compiles.
    return float(np.median(made[1:])), float(np.median(trained[1:]))


def data_folder() -> Path:
    folder = load_settings().data
    if folder is None or not (folder / "pen-strokes.json.gz").is_file():
        raise FileNotFoundError("MNIST_LAB_DATA must name the folder that holds mnist.npz and pen-strokes.json.gz.")
    return folder


def strokes(folder: Path, every: int) -> tuple[list[dict[str, Any]], Labels]:
    with gzip.open(folder / "pen-strokes.json.gz") as file:
        drawings = json.load(file)["drawings"][::every]
    return drawings, np.array([drawing["digit"] for drawing in drawings], np.uint8)


def shipped_network(folder: Path) -> Path:
    """The weights of the reference run that Draw starts with."""
    run_folder = RunFolder(folder)
    unpack(shipped_archives()[0], run_folder)
    return run_folder.last_weights


def probabilities(network: Any, pictures: Small) -> Small:
    answers: Small = network.predict(pictures[..., np.newaxis], batch_size=500, verbose=0)
    return answers


def _mean(values: Sequence[float]) -> tuple[float, None]:
    """The mean, and that it has no upper limit."""
    return float(np.mean(values)), None


def _list(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)


if __name__ == "__main__":
    main()
