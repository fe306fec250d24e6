"""How well a finished network reads photos of paper, for each condition of `sheet_photos`.

    python -m benchmarks.photos [RUN] [--variants N]

Prints the share read right for each condition, the share called sure but wrong, and how many photos of blank sheets
were read; and, where MNIST_LAB_DATA has `pen-strokes.json.gz`, how single digits and numbers are divided.
"""

import argparse
import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import Figure
from benchmarks.sheet_photos import BLANKS, CONDITIONS, variants
from benchmarks.strokes import FIELD, Stroke, rasterize
from mnist_lab.cli.runs import open_run_store
from mnist_lab.drawing import normalize_drawing, open_picture
from mnist_lab.inference.weights import weights_of
from mnist_lab.insight import interpret_number, interpret_probabilities
from mnist_lab.settings import load_settings

Read = Callable[[bytes], tuple[str, bool]]
"""From a picture file to the number in it ("" if there is none), and whether it is called sure."""

MIN_RIGHT, MAX_SURELY_WRONG = 90.0, 2.0
MAX_DIVIDED, MIN_SEPARATE = 0.4, 95.0
PEN = 20.0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("run", nargs="?", default="refchamp")
    parser.add_argument("--variants", type=int, default=2, help="digits of each kind in each condition")
    options = parser.parse_args()
    for figure in figures(options.run, options.variants):
        print(figure.line(), flush=True)


def figures(run: str = "refchamp", count: int = 2) -> Iterator[Figure]:
    """All figures, those of the conditions first."""
    yield from photo_figures(reader(run), count)
    yield Figure(
        "photos of blank sheets that are read", float(blanks_read()), 0, "photos", f"of {len(BLANKS)}", digits=0
    )
    yield from number_figures()


def reader(run: str) -> Read:
    """How the network of a run reads a picture file."""
    from mnist_lab.inference.engine.model_cache import load_model, make_predict_function

    store = open_run_store(load_settings())
    weights = weights_of(store.find(run), store.files)
    predict = make_predict_function(load_model(weights), weights.run_id)

    def read(content: bytes) -> tuple[str, bool]:
        drawing = normalize_drawing(open_picture(content))
        if drawing is None:
            return "", False
        predictions = [interpret_probabilities(predict(digit.pixels)) for digit in drawing.digits]
        number = interpret_number(predictions)
        return number.number, number.is_sure

    return read


def photo_figures(read: Read, count: int) -> Iterator[Figure]:
    """The share read right in each condition, and the shares of right and of sure but wrong over all."""
    digits = variants(count)
    right, surely_wrong = [], []
    for name, photo in CONDITIONS.items():
        answers = [(str(digit), *read(photo(strokes))) for digit, strokes in digits]
        here = [number == digit for digit, number, _ in answers]
        right += here
        surely_wrong += [sure and number != digit for digit, number, sure in answers]
        yield Figure(f"read right: {name}", share(here), None, "%", f"of {len(here)}", MIN_RIGHT, 0)
    yield Figure("read right: all conditions", share(right), None, "%", f"of {len(right)}", MIN_RIGHT, 1)
    yield Figure("sure but wrong: all conditions", share(surely_wrong), MAX_SURELY_WRONG, "%", digits=1)


def blanks_read() -> int:
    """How many photos of blank sheets have a digit in them."""
    return sum(normalize_drawing(open_picture(photo())) is not None for photo in BLANKS.values())


def share(answers: Iterable[bool]) -> float:
    """In per cent."""
    return 100 * float(np.mean(list(answers)))


def number_figures() -> Iterator[Figure]:
    """How real pen strokes are divided into digits; nothing where they are not on this machine."""
    folder = load_settings().data
    path = None if folder is None else folder / "pen-strokes.json.gz"
    if path is None or not path.is_file():
        return
    with gzip.open(path) as file:
        drawings = [drawing["strokes"] for drawing in json.load(file)["drawings"]]
    divided = [digit_count(rasterize(strokes, width=PEN), PEN) != 1 for strokes in drawings[::3]]
    yield Figure("single digits that are divided", share(divided), MAX_DIVIDED, "%", f"of {len(divided)}")
    chance = np.random.default_rng(0)
    for size in (2, 3):
        chosen = (chance.choice(len(drawings), size) for _ in range(150))
        whole = [digit_count(*number_picture([drawings[index] for index in indices])) == size for indices in chosen]
        yield Figure(
            f"numbers of {size} digits with a gap, divided right", share(whole), None, "%", "of 150", MIN_SEPARATE
        )


def digit_count(picture: NDArray[np.uint8], pen: float) -> int:
    drawing = normalize_drawing(picture, pen_width=pen)
    return 0 if drawing is None else len(drawing.digits)


def number_picture(digits: Sequence[Sequence[Stroke]], gap: float = 45) -> tuple[NDArray[np.uint8], float]:
    """Digits beside each other with a gap, in units of their field, and the width of the pen in pixels."""
    strokes: list[NDArray[np.float64]] = []
    right = 0.0
    for digit in digits:
        points = [np.array(stroke, float) for stroke in digit]
        left = min(stroke[:, 0].min() for stroke in points)
        strokes += [stroke + np.array([right - left, 0]) for stroke in points]
        right = max(stroke[:, 0].max() for stroke in strokes) + gap
    scale = FIELD / max(right, FIELD)
    return rasterize([(stroke * scale).tolist() for stroke in strokes], size=640, width=PEN * scale), PEN * scale


if __name__ == "__main__":
    main()
