"""Digits as a person draws them, recorded on the canvas with a mouse, and how a test replays them."""

from collections.abc import Iterator, Sequence

Point = tuple[int, int]

SEVEN = (
    ((88, 86), (97, 84), (112, 82), (131, 80), (152, 79), (174, 78), (196, 78), (214, 79), (226, 81), (229, 88),
     (224, 101), (216, 119), (207, 140), (198, 162), (189, 185), (181, 207), (174, 228), (169, 246), (166, 258)),
)  # fmt: skip
FOUR = (
    ((122, 66), (117, 80), (110, 97), (102, 115), (95, 133), (91, 148), (94, 157), (107, 161), (127, 162),
     (149, 161), (171, 159), (191, 157), (206, 156)),
    ((184, 92), (182, 111), (180, 134), (178, 158), (177, 183), (176, 207), (175, 230), (175, 251)),
)  # fmt: skip
"""Points (x, y) of each stroke, in pixels of a canvas of 320×320."""


def on_screen(
    strokes: Sequence[Sequence[Point]], left: float, top: float, side: float
) -> Iterator[list[tuple[float, float]]]:
    """The points of each stroke on a canvas that is shown at this place, `side` pixels wide."""
    for stroke in strokes:
        yield [(left + x * side / 320, top + y * side / 320) for x, y in stroke]
