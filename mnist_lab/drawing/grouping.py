"""Which connected parts of the ink are one digit, and which are the digits of a number."""

from collections.abc import Mapping, Sequence

from mnist_lab.drawing.boxes import Box

_MIN_OVERLAP = 0.25
"""Two parts are of one digit if they have this share of the narrower one's width in common."""
_MIN_HEIGHT = 0.3
"""Share of the highest part's height that a digit has; what is lower is a piece of a digit beside it."""
_SAME_HEIGHT = 0.5
"""Of two digits of one number in a photo, the lower one has this share of the other's height, and of its rows."""
_NEAR = 0.25
"""Distance between a digit and a piece of it, in heights of the highest part."""
_WORD_GAP = 1.5
"""Distance between two digits of a number, in heights of the main part."""


def group_digits(boxes: Sequence[Box]) -> list[tuple[int, ...]]:
    """Group parts into digits, from left to right.

    Touching digits are one part, and are not divided.

    Args:
        boxes: One for each part; at least one.

    Returns:
        The indices of the parts of each digit.
    """
    highest = max(box.height for box in boxes)
    groups: list[tuple[Box, tuple[int, ...]]] = []
    for index, box in enumerate(boxes):
        if box.height >= _MIN_HEIGHT * highest:
            groups = _with(groups, box, (index,))
    for index, box in enumerate(boxes):
        if box.height < _MIN_HEIGHT * highest:
            nearest = min(range(len(groups)), key=lambda place: groups[place][0].distance(box))
            groups[nearest] = groups[nearest][0], (*groups[nearest][1], index)
    return [indices for _, indices in sorted(groups, key=lambda group: group[0].left + group[0].right)]


def _with(
    groups: list[tuple[Box, tuple[int, ...]]], box: Box, indices: tuple[int, ...]
) -> list[tuple[Box, tuple[int, ...]]]:
    """The groups with one more, united with those that it overlaps."""
    for place, (other, others) in enumerate(groups):
        if box.overlap_across(other) >= _MIN_OVERLAP:
            return _with([*groups[:place], *groups[place + 1 :]], box.union(other), (*others, *indices))
    return [*groups, (box, indices)]


def keep_line(main: Box, boxes: Mapping[int, Box]) -> set[int]:
    """Of all that is written in a photo, what belongs to one number: the main part, digits beside it, their pieces.

    Args:
        main: The main part.
        boxes: All parts by their label, the main part included.
    """
    line = [main]
    waiting = {label: box for label, box in boxes.items() if _is_digit_like(box, main)}
    while found := [label for label, box in waiting.items() if min(map(box.distance, line)) <= _WORD_GAP * main.height]:
        line += [waiting.pop(label) for label in found]
    return {label for label, box in boxes.items() if box in line or min(map(box.distance, line)) <= _NEAR * main.height}


def _is_digit_like(box: Box, main: Box) -> bool:
    height = box.height / max(main.height, 1)
    return _SAME_HEIGHT <= height <= 1 / _SAME_HEIGHT and box.overlap_down(main) >= _SAME_HEIGHT
