"""One measured figure with its target, as the benchmarks print it."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A measured value with its target: a maximum, a minimum or both.

    Attributes:
        what: What was measured, for the reader.
        value: In `unit`.
        at_most: The target, in `unit`; None if the target is `at_least`.
        unit: Unit of value and target.
        detail: How the value came about.
        at_least: The target, in `unit`; None if the target is `at_most`.
        digits: Number of decimals printed.
    """

    what: str
    value: float
    at_most: float | None
    unit: str
    detail: str = ""
    at_least: float | None = None
    digits: int = 2

    @property
    def holds(self) -> bool:
        above = self.at_least is None or self.value >= self.at_least
        return above and (self.at_most is None or self.value <= self.at_most)

    @property
    def target(self) -> str:
        limits = [f"at most {self.at_most:g}"] if self.at_most is not None else []
        return " and ".join([*limits, *([f"at least {self.at_least:g}"] if self.at_least is not None else [])])

    def line(self) -> str:
        text = f"{self.what:58} {self.value:8.{self.digits}f} {self.unit} ({self.target}: "
        return text + ("holds)" if self.holds else "MISSES)") + (f"   {self.detail}" if self.detail else "")


def ratio(what: str, bare: Sequence[float], lab: Sequence[float], at_most: float) -> Figure:
    """The lab's median divided by that of the bare app."""
    one, other = statistics.median(bare), statistics.median(lab)
    return Figure(what, other / one, at_most, "times", f"bare {one:.2f} s, lab {other:.2f} s, {len(lab)} rounds")


def difference(what: str, bare: Sequence[float], lab: Sequence[float], at_most: float) -> Figure:
    """The lab's median minus that of the bare app, in seconds."""
    one, other = statistics.median(bare), statistics.median(lab)
    return Figure(what, other - one, at_most, "s more", f"bare {one:.2f} s, lab {other:.2f} s, {len(lab)} rounds")
