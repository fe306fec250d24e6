"""Blocks of layers that a network repeats directly, which a list can show once."""

from collections.abc import Sequence
from dataclasses import dataclass

from mnist_lab.network.layers import AnyLayer

MIN_HIDDEN = 2
"""A repeat that would spare fewer rows of a list is none: two equal layers are shown as two."""


@dataclass(frozen=True)
class Repeat:
    """`times` equal blocks of `length` layers each, the first one at index `start`."""

    start: int
    length: int
    times: int

    @property
    def stop(self) -> int:
        """Index after the last layer of the last block."""
        return self.start + self.length * self.times

    @property
    def hidden(self) -> int:
        """How many layers are equal to one of the first block."""
        return self.length * (self.times - 1)


def find_repeats(layers: Sequence[AnyLayer]) -> tuple[Repeat, ...]:
    """Return the repeats from the first layer to the last; they do not overlap.

    Two blocks are equal if all arguments of all their layers are: other filters are another block. A block has at least
    two different layers: equal layers are clearer one below the other.
    """
    found: list[Repeat] = []
    start = 0
    while start < len(layers):
        longest = _longest_repeat(layers, start)
        if longest.hidden >= MIN_HIDDEN:
            found.append(longest)
            start = longest.stop
        else:
            start += 1
    return tuple(found)


def _longest_repeat(layers: Sequence[AnyLayer], start: int) -> Repeat:
    """The repeat at `start` that spares the most rows; of equally good ones that with the shortest block."""
    lengths = range(2, (len(layers) - start) // 2 + 1)
    blocks = (length for length in lengths if any(layer != layers[start] for layer in layers[start : start + length]))
    candidates = (Repeat(start, length, _times(layers, start, length)) for length in blocks)
    return max(candidates, key=lambda repeat: repeat.hidden, default=Repeat(start, 1, 1))


def _times(layers: Sequence[AnyLayer], start: int, length: int) -> int:
    block = layers[start : start + length]
    times = 1
    while layers[start + times * length : start + (times + 1) * length] == block:
        times += 1
    return times
