"""The style sheet of the snapshot panel. It applies to the whole page, so every selector begins with a class."""

from mnist_lab.charts.palette import SEQUENCE, SIGNED, variable

_INK, _MUTED, _GRID, _GOOD, _BAD, _SURFACE = (
    variable(name) for name in ("ink", "muted", "grid", "good", "bad", "surface")
)
_LINE = f"border-bottom:1px solid {_GRID}"


def _gradient(stops: tuple[tuple[float, str], ...]) -> str:
    return f"linear-gradient(to right,{','.join(variable(token[1:]) for _, token in stops)})"


_RULES = {
    "": f"color:{_INK};font-size:14px;line-height:1.35;font-variant-numeric:tabular-nums",
    " img": "display:block;image-rendering:pixelated;max-width:100%",
    " p": f"margin:0 0 12px;font-size:14px;color:{_MUTED}",
    " p b": f"color:{_INK};font-weight:600",
    " .good": f"color:{_GOOD};font-weight:600",
    " .bad": f"color:{_BAD};font-weight:600",
    " .spark": "display:block;width:100%;height:22px;overflow:visible",
    " .spark path": f"fill:none;stroke:{_MUTED};stroke-width:1.5;vector-effect:non-scaling-stroke",
    " .spark .now": f"stroke:{_INK};stroke-width:2",
    " .spark .base": f"stroke:{_GRID};stroke-width:1",
    " .legend": f"display:flex;align-items:center;gap:8px;color:{_MUTED};font-size:12px",
    " .legend i": f"flex:1;max-width:160px;height:10px;border-radius:2px;border:1px solid {_GRID}",
    " .legend .signed": f"background:{_gradient(SIGNED)}",
    " .legend .sequence": f"background:{_gradient(SEQUENCE)}",
    # Guesses: one card per digit.
    " .cards": "display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:12px",
    " .card": f"border:1px solid {_GRID};border-radius:8px;padding:10px 12px",
    " .card .top": "display:flex;gap:10px;align-items:center;margin-bottom:8px;min-height:56px",
    " .card img": f"width:56px;height:56px;border:1px solid {_GRID};border-radius:3px;box-sizing:content-box",
    " .card .top span": "display:block;font-size:13px",
    " .guess": "display:grid;grid-template-columns:12px 1fr 44px;gap:6px;align-items:center;height:20px;font-size:13px",
    " .guess b": "font-weight:600",
    " .guess.true b": f"color:{_GOOD}",
    " .guess i": f"display:block;height:10px;border-radius:2px;background:{_SURFACE}",
    " .guess i i": f"background:{_MUTED};transition:width .25s;min-width:1px",
    " .guess.true i i": f"background:{_GOOD}",
    " .guess span": f"text-align:right;color:{_MUTED};font-size:12px;white-space:nowrap",
    " .card .spark": "margin-top:8px",
    # Filters and maps: images of pixels.
    " .sheet": f"background:{_GRID};border:1px solid {_GRID};border-radius:3px",
    " .legend.wide": "margin-bottom:16px",
    # Filters have the background of the page: grey around them would look like a weight.
    " .pairs .sheet": "background:none;border-color:transparent;border-radius:0",
    " .pairs .sheet+.sheet": f"margin-top:3px;background:{_GRID}",
    " .layers": "display:grid;grid-template-columns:repeat(auto-fill,minmax(min(320px,100%),1fr));gap:20px 24px",
    " .layer": "min-width:0",
    " .layer h4": "margin:0 0 2px;padding:0;font-size:14px;font-weight:600",
    " .layer small": f"display:block;margin-bottom:6px;color:{_MUTED};font-size:12px",
    " .layer .sheet": "width:100%",
    " .layer .legend": "margin-top:5px",
    " .answer": "display:grid;grid-template-columns:repeat(10,1fr);gap:3px",
    " .answer span": f"display:flex;align-items:flex-end;height:88px;background:{_SURFACE};border-radius:3px",
    " .answer i": f"flex:1;border-radius:3px;background:{variable('sequence-3')};transition:height .25s",
    " .answer b": "display:block;text-align:center;font-size:13px;font-weight:600",
    # Health: a table.
    " table": "width:100%;border-collapse:collapse;table-layout:fixed",
    " th": f"text-align:left;font-weight:600;padding:6px 12px 6px 0;vertical-align:bottom;{_LINE}",
    " td": f"padding:6px 12px 6px 0;vertical-align:top;{_LINE}",
    " th small": f"display:block;font-weight:400;color:{_MUTED};font-size:12px",
    " tbody th": "font-weight:500;vertical-align:top",
}

STYLE = (
    "<style>"
    + "".join(f".lab-snapshot{selector}{{{rule}}}" for selector, rule in _RULES.items())
    + "@media (max-width:640px){.lab-snapshot .cards{grid-template-columns:repeat(2,1fr);gap:8px}"
    ".lab-snapshot .card{padding:8px}.lab-snapshot .card img{width:44px;height:44px}"
    ".lab-snapshot td{padding-right:8px}.lab-snapshot td,.lab-snapshot th{font-size:13px}}"
    "</style>"
)
"""CSS; colours are the variables `--lab-<colour>`, with those of the light theme as fallback."""
