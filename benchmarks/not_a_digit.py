"""How many drawings that are no digits the reference runs tell as such, and how many digits they take for none.

    python -m benchmarks.not_a_digit [--every N] [RUN...]

Takes `mnist.npz` and `pen-strokes.json.gz` from the folder that MNIST_LAB_DATA names. Draws letters, shapes, scribbles
and pairs of digits (`benchmarks.non_digits`), and the digits of the pen strokes as on the canvas, 20 px wide on 320 px.
The subspaces are fitted as at a run's end; their threshold comes from MNIST's test images alone.
"""

import argparse
import gzip
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import Figure
from benchmarks.non_digits import NonDigit, letters, non_digits
from benchmarks.strangers import data_folder
from benchmarks.strokes import Stroke, rasterize
from mnist_lab.data import Dataset, load_mnist
from mnist_lab.drawing import normalize_drawing
from mnist_lab.inference.engine.model_cache import LoadedModel
from mnist_lab.inference.weights import Weights
from mnist_lab.novelty.engine.features import fit_to_model
from mnist_lab.reference import shipped_archives, unpack
from mnist_lab.runs import RunFolder

Small = NDArray[np.float32]

MIN_FOUND, MAX_ALARMS = 80.0, 5.0
HARD = 8
"""Of the kinds that are found least, so many are named."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("runs", nargs="*", help="ids of reference runs; all if none is named")
    parser.add_argument("--every", type=int, default=1, help="take only every N-th pen stroke drawing")
    options = parser.parse_args()
    if not letters():
        print("There are no TrueType fonts on this computer, so no letters are drawn.")
    for figure in figures(options.runs, every=options.every):
        print(figure.line(), flush=True)


def figures(runs: Sequence[str] = (), *, every: int = 1) -> Iterator[Figure]:
    """The figures of reference runs, or of all of them; of the pen strokes only every N-th drawing is taken."""
    folder = data_folder()
    drawings = _drawings(folder)
    pens = [_small(drawing) for drawing in drawings[::every]]
    made = [*non_digits(drawings), *letters()]
    others = [(one, _small(one.strokes) if one.picture is None else _normalized(one.picture)) for one in made]
    mnist = load_mnist(folder / "mnist.npz")
    for path in shipped_archives():
        if not runs or path.stem in runs:
            yield from _run_figures(path, mnist, pens, others)


def _run_figures(
    path: Path, mnist: Dataset, pens: Sequence[Small], others: Sequence[tuple[NonDigit, Small]]
) -> Iterator[Figure]:
    """False alarms, and what is found of all kinds and of each, of one reference run."""
    loaded = _fitted(path, mnist)
    alarms = 100 * np.mean([not _is_digit(loaded, pen) for pen in pens])
    yield Figure(f"{path.stem}: pen strokes taken for no digit", float(alarms), MAX_ALARMS, "%", f"{len(pens)} digits")
    found = [(one, not _is_digit(loaded, small)) for one, small in others]
    share = 100 * float(np.mean([is_found for _, is_found in found]))
    detail = f"{len(found)} drawings; least: {_least(found)}"
    yield Figure(f"{path.stem}: non-digits found", share, None, "%", detail, at_least=MIN_FOUND)
    for kind in dict.fromkeys(one.kind for one, _ in found):
        of_kind = [is_found for one, is_found in found if one.kind == kind]
        value = 100 * float(np.mean(of_kind))
        yield Figure(f"{path.stem}: {kind}", value, None, "%", f"{len(of_kind)} drawings", at_least=MIN_FOUND)


def _fitted(path: Path, mnist: Dataset) -> LoadedModel:
    with tempfile.TemporaryDirectory() as temporary:
        run = RunFolder(Path(temporary))
        unpack(path, run)
        weights = next(file for file in (run.best_weights, run.last_weights) if file.exists())
        loaded = LoadedModel(Weights(path.stem, weights))
    loaded.subspaces = fit_to_model(loaded.model, mnist.train_images, mnist.train_labels, mnist.test_images)
    return loaded


def _is_digit(loaded: LoadedModel, small: Small) -> bool:
    score = loaded.read(small).digit_score
    return score is None or score.is_digit


def _least(found: Sequence[tuple[NonDigit, bool]]) -> str:
    """The drawings that are found least, with the share of each that is missed."""
    missed = Counter(one.name for one, is_found in found if one.name and not is_found)
    drawn = Counter(one.name for one, _ in found)
    shares = sorted(((count / drawn[name], name) for name, count in missed.items()), reverse=True)
    return ", ".join(f"{name} ({100 * (1 - share):.0f} %)" for share, name in shares[:HARD])


def _drawings(folder: Path) -> list[list[Stroke]]:
    with gzip.open(folder / "pen-strokes.json.gz") as file:
        return [drawing["strokes"] for drawing in json.load(file)["drawings"]]


def _small(strokes: Sequence[Stroke]) -> Small:
    return _normalized(rasterize(strokes))


def _normalized(picture: NDArray[np.uint8]) -> Small:
    drawing = normalize_drawing(picture)
    if drawing is None:
        raise ValueError("a drawing is blank")
    return drawing.pixels


if __name__ == "__main__":
    main()
