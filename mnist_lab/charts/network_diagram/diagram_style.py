"""The style sheet of the network diagram. It applies to the whole page, so every selector begins with a class."""

from mnist_lab.charts.palette import variable
from mnist_lab.network import KIND_GROUPS


def _tint(percent: int) -> str:
    return f"color-mix(in srgb,var(--tone) {percent}%,{variable('background')})"


_INK, _MUTED, _BAD, _WARN, _PAPER = (variable(name) for name in ("ink", "muted", "bad", "warn", "background"))

_RULES = {
    "": f"font-size:12px;--tone:{_MUTED}",
    " text": f"text-anchor:middle;fill:{_INK};font-variant-numeric:tabular-nums;pointer-events:none",
    " .kind": "font-weight:600",
    " .shape": f"fill:{_MUTED}",
    " .digit": "font-weight:600",
    " .what": f"font-size:18px;fill:{_MUTED}",
    " .plane": f"fill:var(--tone);fill:{_tint(24)};stroke:var(--tone);stroke-width:1",
    " .paper": f"fill:{_PAPER};stroke:{_MUTED};stroke-width:1",
    " .ink": f"fill:{_INK}",
    " .stack": f"fill:{_tint(32)};stroke:var(--tone);stroke-width:1",
    " .edges": "fill:none;stroke:var(--tone);stroke-width:.7;opacity:.75",
    " .grid": "fill:none;stroke:var(--tone);stroke-width:.6;opacity:.35",
    " .bar .plane": f"fill:{_tint(38)}",
    " .cell": f"fill:var(--tone);fill:{_tint(45)}",
    " .output .plane": f"fill:{_PAPER}",
    " .fan": "fill:var(--tone);opacity:.13",
    " .window": "pointer-events:none;fill:none;stroke:var(--tone);stroke-width:1.2",
    " .window path": "opacity:.75;stroke-width:1",
    " .window rect": "fill:var(--tone);fill-opacity:.25",
    " .window .value": "fill-opacity:1;stroke:none",
    " .implied .plane": "stroke-dasharray:3 2",
    " .unknown .plane": f"fill:none;stroke:{_MUTED};stroke-dasharray:4 3",
    " .halo": "fill:transparent;stroke:transparent;stroke-width:1.5",
    " .block": "cursor:pointer;outline:none",
    " .fold .plane": "stroke-width:1.4;stroke-dasharray:5 2.5",
    " .fold .kind": "text-decoration:underline;text-decoration-style:dotted;text-underline-offset:3px",
    " .tag": "cursor:pointer;outline:none",
    " .tag rect": f"fill:{_tint(16)};stroke:var(--tone);stroke-width:1",
    " .tag:hover rect": f"fill:{_tint(34)}",
    " .tag.selected rect": f"stroke:{_INK};stroke-width:2",
    " .tag:focus-visible rect": f"stroke:{_INK};stroke-width:2.5",
    " .tag.warning rect": f"stroke:{_WARN};stroke-width:1.6",
    " .tag.error rect": f"stroke:{_BAD};stroke-width:1.6",
    " .block:hover .halo": f"fill:{_INK};fill-opacity:.05",
    " .selected .halo": f"fill:{_INK};fill-opacity:.07;stroke:{_INK};stroke-opacity:.55",
    " .block:focus-visible .halo": f"stroke:{_INK};stroke-width:2.5",
    " .error .plane": f"stroke:{_BAD};stroke-width:1.6",
    " .error .halo": f"stroke:{_BAD}",
    " .error .badge circle": f"fill:{_BAD}",
    " .warning .badge circle": f"fill:{_WARN}",
    " .badge text": f"fill:{_PAPER};font-weight:700",
}

STYLE = "".join(
    f".lab-network{selector}{{{rule}}}"
    for selector, rule in (
        *_RULES.items(),
        *((f" .g-{group}", f"--tone:{variable(group)}") for group in sorted(set(KIND_GROUPS.values()))),
    )
)
"""CSS; colours are the variables `--lab-<colour>`, with those of the light theme as fallback."""
