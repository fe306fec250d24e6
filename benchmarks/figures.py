"""One measured figure with its target, as the benchmarks print it."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured, and at most how much it may be.

    Attributes:
        what: For people.
        value: In `unit`.
        at_most: The target, in `unit`.
        unit: Stands after both numbers.
        detail: What the value was made of.
    """

    what: str
    value: float
    at_most: float
    unit: str
    detail: str = ""

    @property
    def holds(self) -> bool:
        return self.value <= self.at_most

    def line(self) -> str:
        words = f"{self.what:44} {self.value:7.2f} {self.unit} (at most {self.at_most:g}: "
        return words + ("holds)" if self.holds else "MISSES)") + (f"   {self.detail}" if self.detail else "")


def ratio(what: str, bare: Sequence[float], lab: Sequence[float], at_most: float) -> Figure:
    """The lab's median over that of the bare app, both in seconds."""
    one, other = statistics.median(bare), statistics.median(lab)
    return Figure(what, other / one, at_most, "times", f"bare {one:.2f} s, lab {other:.2f} s, {len(lab)} rounds")


def difference(what: str, bare: Sequence[float], lab: Sequence[float], at_most: float) -> Figure:
    """How many seconds the lab's median is more than that of the bare app."""
    one, other = statistics.median(bare), statistics.median(lab)
    return Figure(what, other - one, at_most, "s more", f"bare {one:.2f} s, lab {other:.2f} s, {len(lab)} rounds")
