"""Clean drawings whose pixels were recorded before photos were read: they must be read in the same way for ever.

`python -m tests.drawing.clean_drawings` records them again: only if clean drawings are to be read otherwise.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.sheet_photos import variants
from benchmarks.strokes import rasterize
from mnist_lab.drawing import normalize_drawing

RECORD = Path(__file__).parent / "recorded" / "clean_drawings.npz"
WIDTHS = (8, 20, 40)
PAPERS = (((255, 255, 255), (0, 0, 0)), ((0x12, 0x16, 0x1B), (0xE6, 0xEB, 0xF0)), ((250, 245, 220), (20, 40, 160)))


def clean_drawings() -> Iterator[tuple[NDArray[np.uint8], float | None]]:
    """Pictures with the width of their pen, if it is known: canvas drawings and clean files, in three colours."""
    for index, (_, strokes) in enumerate(variants(8)):
        width = WIDTHS[index % 3]
        grey = rasterize(strokes, width=width)
        paper, ink = PAPERS[index // 3 % 3]
        share = grey[..., None] / 255
        coloured = np.rint(share * paper + (1 - share) * ink).astype(np.uint8)
        opaque = np.dstack([coloured, np.full_like(grey, 255)])
        transparent = np.dstack([coloured, 255 - grey])
        yield opaque, float(width)
        yield grey, None
        yield (coloured, None) if index % 2 else (transparent, None)
        yield rasterize(strokes, size=900, width=width * 3), None
        yield rasterize(strokes, size=28, width=2.5), None


def recorded() -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Pixels of every drawing as levels 0 to 255, shape (n, 28, 28), and whether it is a dot, shape (n,)."""
    with np.load(RECORD, allow_pickle=False) as record:
        return record["levels"], record["is_dot"]


def _record() -> None:
    drawings = [normalize_drawing(picture, pen_width=pen) for picture, pen in clean_drawings()]
    found = [drawing for drawing in drawings if drawing is not None]
    levels = np.rint(np.stack([drawing.pixels for drawing in found]) * 255).astype(np.uint8)
    assert len(found) == len(drawings)
    RECORD.parent.mkdir(exist_ok=True)
    np.savez_compressed(RECORD, levels=levels, is_dot=[drawing.is_dot for drawing in found])


if __name__ == "__main__":
    _record()
