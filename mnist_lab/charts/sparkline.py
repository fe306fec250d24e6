"""Small curves over the epochs, without axes, for cards and table cells."""

import math
from collections.abc import Mapping


def spark_svg(values: Mapping[int, float | None], shown: int, low: float, high: float) -> str:
    """A curve over the epochs as an SVG element that fills its place, with a stroke at the epoch that is shown.

    Args:
        values: Epoch to value; None, NaN and infinite ones are gaps.
        shown: The epoch of the stroke.
        low: Value at the bottom.
        high: Value at the top.
    """
    epochs = sorted(values)
    first, last = (epochs[0], epochs[-1]) if epochs else (0, 0)

    def across(epoch: float) -> float:
        return 100 * (epoch - first) / (last - first) if last > first else 50.0

    parts, gap = [], True
    for epoch in epochs:
        value = values[epoch]
        if value is None or not math.isfinite(value):
            gap = True
            continue
        share = min(max((value - low) / (high - low), 0.0), 1.0) if high > low else 0.0
        y = 20 - 18 * share
        # A lone point is a short line: a path of one point is not drawn.
        parts.append(f"M{across(epoch):.1f} {y:.1f}h.1" if gap else f"L{across(epoch):.1f} {y:.1f}")
        gap = False
    return (
        '<svg class="spark" viewBox="0 0 100 22" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="base" d="M0 21H100"/><path d="{"".join(parts)}"/>'
        f'<path class="now" d="M{across(min(max(shown, first), last)):.1f} 1V21"/></svg>'
    )
