"""The style sheet of the snapshot panel. It applies to the whole page, so every selector begins with a class."""

from mnist_lab.charts.even_columns import even_columns
from mnist_lab.charts.palette import SEQUENCE, SIGNED, variable

_INK, _MUTED, _GRID, _GOOD, _BAD, _SURFACE = (
    variable(name) for name in ("ink", "muted", "grid", "good", "bad", "surface")
)
_LINE = f"border-bottom:1px solid {_GRID}"


def _gradient(stops: tuple[tuple[float, str], ...]) -> str:
    return f"linear-gradient(to right,{','.join(variable(token[1:]) for _, token in stops)})"


_RULES = {
    "": f"color:{_INK};font-size:.875rem;line-height:1.35;font-variant-numeric:tabular-nums;container-type:inline-size",
    " img": "display:block;image-rendering:pixelated;max-width:100%",
    " p": f"margin:0 0 12px;font-size:.875rem;color:{_MUTED}",
    " p b": f"color:{_INK};font-weight:600",
    " .good": f"color:{_GOOD};font-weight:600",
    " .bad": f"color:{_BAD};font-weight:600",
    " .spark": "display:block;width:100%;height:22px;overflow:visible",
    " .spark path": f"fill:none;stroke:{_MUTED};stroke-width:1.5;vector-effect:non-scaling-stroke",
    " .spark .now": f"stroke:{_INK};stroke-width:2",
    " .spark .base": f"stroke:{_GRID};stroke-width:1",
    " .legend": f"display:flex;align-items:center;gap:8px;color:{_MUTED};font-size:.75rem",
    " .legend i": f"flex:1;max-width:160px;height:10px;border-radius:2px;border:1px solid {_GRID}",
    " .legend .signed": f"background:{_gradient(SIGNED)}",
    " .legend .sequence": f"background:{_gradient(SEQUENCE)}",
    # Guesses: one card per digit.
    " .cards": "display:grid;gap:.75rem",
    " .card": f"border:1px solid {_GRID};border-radius:8px;padding:10px 12px",
    " .card .top": "display:flex;gap:10px;align-items:center;margin-bottom:8px;min-height:3.5rem",
    " .card img": f"width:3.5rem;height:3.5rem;border:1px solid {_GRID};border-radius:3px;box-sizing:content-box",
    " .card .top span": "display:block;font-size:.8125rem",
    " .guess": "display:grid;grid-template-columns:.75rem 1fr 2.75rem;gap:6px;align-items:center;height:1.25rem;"
    "font-size:.8125rem",
    " .guess b": "font-weight:600",
    " .guess.true b": f"color:{_GOOD}",
    " .guess i": f"display:block;height:10px;border-radius:2px;background:{_SURFACE}",
    " .guess i i": f"background:{_MUTED};transition:width .25s;min-width:1px",
    " .guess.true i i": f"background:{_GOOD}",
    " .guess span": f"text-align:right;color:{_MUTED};font-size:.75rem;white-space:nowrap",
    " .card .spark": "margin-top:8px",
    # Filters and maps: pictures of pixels, in rows that fill the width.
    " .tiles": "display:grid;grid-template-columns:repeat(var(--wide),minmax(0,10rem));gap:8px",
    " .tile": "display:block;min-width:0;padding:0;border:0;background:none;font:inherit;color:inherit;cursor:zoom-in",
    " .tile:hover .sheet": f"border-color:{_INK}",
    " .tile:focus-visible": f"outline:2px solid {_INK};outline-offset:2px;border-radius:3px",
    " .sheet": f"width:100%;background:{_GRID};border:1px solid {_GRID};border-radius:3px",
    " .sheet+.sheet": "margin-top:3px",
    " .tile small": f"display:block;color:{_MUTED};font-size:.75rem;line-height:1.4;text-align:center",
    " .legend.wide": "margin-bottom:16px",
    " .layers": "display:grid;gap:20px",
    " .layer": "min-width:0",
    " .layer .head": "display:flex;flex-wrap:wrap;align-items:baseline;gap:2px 10px;margin-bottom:6px",
    " .layer h4": "margin:0;padding:0;font-size:.875rem;font-weight:600",
    " .layer .head small": f"color:{_MUTED};font-size:.75rem",
    " .layer .head .legend": "margin-left:auto;width:13rem;align-self:center",
    " .layer .head .legend i": "max-width:none",
    " .units .tiles": "display:block",
    " .units .tile": "width:100%",
    " .given": "display:flex;align-items:center;gap:12px;margin-bottom:16px",
    " .given .sheet": "flex:none;width:4rem",
    " .given p": "margin:0",
    " .answer+.legend": "max-width:26rem;margin-top:5px",
    " .answer": "display:grid;grid-template-columns:repeat(10,1fr);gap:3px;max-width:26rem",
    " .answer span": f"display:flex;align-items:flex-end;height:88px;background:{_SURFACE};border-radius:3px",
    " .answer i": f"flex:1;border-radius:3px;background:{variable('sequence-3')};transition:height .25s",
    " .answer b": "display:block;text-align:center;font-size:.8125rem;font-weight:600",
    # Health: a table.
    " table": "width:100%;border-collapse:collapse;table-layout:fixed",
    " th": f"text-align:left;font-weight:600;padding:6px 12px 6px 0;vertical-align:bottom;{_LINE}",
    " td": f"padding:6px 12px 6px 0;vertical-align:top;{_LINE}",
    " th small": f"display:block;font-weight:400;color:{_MUTED};font-size:.75rem",
    " tbody th": "font-weight:500;vertical-align:top",
}

STYLE = (
    "<style>"
    + "".join(f".lab-snapshot{selector}{{{rule}}}" for selector, rule in _RULES.items())
    + even_columns(".lab-snapshot .cards", 9.4, 0.75)
    + "@media (max-width:900px){.lab-snapshot .tiles{grid-template-columns:repeat(var(--middle),minmax(0,10rem))}}"
    "@media (max-width:640px){.lab-snapshot .tiles{grid-template-columns:repeat(var(--narrow),minmax(0,10rem))}}"
    "@media (max-width:640px){.lab-snapshot .cards{gap:.5rem}"
    ".lab-snapshot .card{padding:8px}.lab-snapshot .card img{width:2.75rem;height:2.75rem}"
    ".lab-snapshot td{padding-right:8px}.lab-snapshot td,.lab-snapshot th{font-size:.8125rem}}"
    "</style>"
)
"""CSS; colours are the variables `--lab-<colour>`, with those of the light theme as fallback."""
