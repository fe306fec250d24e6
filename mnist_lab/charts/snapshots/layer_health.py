"""Layer health as an HTML table: dead units, gradients and weights after one epoch, with their curves."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from mnist_lab import formatting
from mnist_lab.charts.snapshots.snapshot_style import STYLE
from mnist_lab.charts.sparkline import spark_svg

if TYPE_CHECKING:
    from mnist_lab.runs.snapshot import LayerHealth

_MOSTLY_DEAD = 0.5


def health_html(history: "Mapping[int, Sequence[LayerHealth]]", epoch: int) -> str:
    """The table of one epoch, with each number above its curve; all curves of a column have the same scale.

    Args:
        history: Epoch → health of the layers, of all epochs with a snapshot.
        epoch: The epoch shown.
    """
    spans = {
        name: _span(getattr(layer, name) for rows in history.values() for layer in rows)
        for name in ("gradient", "weight")
    }
    rows = "".join(_row(layer, history, epoch, spans) for layer in history.get(epoch, ()))
    return (
        f'{STYLE}<div class="lab-snapshot"><table><thead><tr><th>Layer</th>'
        "<th>Dead<small>units that are always 0</small></th>"
        "<th>Gradient<small>typical size</small></th>"
        f"<th>Weight<small>typical size</small></th></tr></thead><tbody>{rows}</tbody></table>"
        "<p style='margin-top:12px'>The curves run over the epochs; those of gradients and weights have the same "
        "logarithmic scale for all layers. If the gradients are a thousand times smaller in the first layers than in "
        "the last ones, they vanish.</p></div>"
    )


def _row(
    layer: "LayerHealth",
    history: "Mapping[int, Sequence[LayerHealth]]",
    epoch: int,
    spans: Mapping[str, tuple[float, float]],
) -> str:
    same = {past: next((other for other in rows if other.layer == layer.layer), None) for past, rows in history.items()}

    def curve(name: str, change: Callable[[float], float | None]) -> dict[int, float | None]:
        values = {past: None if other is None else getattr(other, name) for past, other in same.items()}
        return {past: None if value is None else change(value) for past, value in values.items()}

    dead = _cell(layer.dead, _share, spark_svg(curve("dead", lambda value: value), epoch, 0, 1))
    gradient, weight = (
        _cell(getattr(layer, name), _number, spark_svg(curve(name, _logarithm), epoch, *spans[name]))
        for name in ("gradient", "weight")
    )
    return f'<tr><th scope="row">{escape(layer.title)}</th>{dead}{gradient}{weight}</tr>'


def _cell(value: float | None, write: Callable[[float], str], curve: str) -> str:
    return "<td>–</td>" if value is None else f"<td>{write(value)}{curve}</td>"


def _share(value: float) -> str:
    text = f"{100 * value:.0f} %"
    return f'<span class="bad">! {text}</span>' if value >= _MOSTLY_DEAD else text


def _number(value: float) -> str:
    text = formatting.magnitude(value)
    return text if math.isfinite(value) else f'<span class="bad">✗ {text}</span>'


def _logarithm(value: float) -> float | None:
    return math.log10(value) if value > 0 and math.isfinite(value) else None


def _span(values: Iterable[float | None]) -> tuple[float, float]:
    """Lowest and highest logarithm, at least 1 apart, so that noise does not look like a change."""
    found = [power for value in values if value is not None and (power := _logarithm(value)) is not None]
    if not found:
        return 0.0, 1.0
    low, high = min(found), max(found)
    room = max(0.0, 1 - (high - low)) / 2
    return low - room, high + room
