"""Small curves over the epochs, without axes, for cards and table cells."""

import math
from collections.abc import Mapping


def spark_svg(values: Mapping[int, float | None], shown: int, low: float, high: float) -> str:
    """A curve over the epochs as an SVG element that fills its container, with a vertical line at the shown epoch.

    Args:
        values: The value of each epoch; None, NaN and infinite values are gaps.
        shown: The epoch of the vertical line.
        low: Value at the lower edge.
        high: Value at the upper edge.
    """
    epochs = sorted(values)
    first, last = (epochs[0], epochs[-1]) if epochs else (0, 0)

    def x_of(epoch: float) -> float:
        return 100 * (epoch - first) / (last - first) if last > first else 50.0

    parts, gap = [], True
    for epoch in epochs:
        value = values[epoch]
        if value is None or not math.isfinite(value):
            gap = True
            continue
        share = min(max((value - low) / (high - low), 0.0), 1.0) if high > low else 0.0
        y = 20 - 18 * share
        # A single point becomes a short line, because a path of one point is not drawn.
        parts.append(f"M{x_of(epoch):.1f} {y:.1f}h.1" if gap else f"L{x_of(epoch):.1f} {y:.1f}")
        gap = False
    return (
        '<svg class="spark" viewBox="0 0 100 22" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="base" d="M0 21H100"/><path d="{"".join(parts)}"/>'
        f'<path class="now" d="M{x_of(min(max(shown, first), last)):.1f} 1V21"/></svg>'
    )
