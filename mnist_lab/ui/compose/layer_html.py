"""The content of a layer card as HTML, with its text escaped, and its style."""

from html import escape

from mnist_lab import formatting
from mnist_lab.charts import PALETTES
from mnist_lab.network import KIND_GROUPS, Dense, LayerReport
from mnist_lab.ui.components import streamlit_dom as dom
from mnist_lab.ui.components.markdown import unbroken

_COLOURS = {name: f"light-dark({PALETTES['light'][name]}, {PALETTES['dark'][name]})" for name in PALETTES["light"]}

STYLE = f"""<style>
.lab-layer {{ display: flex; gap: 0.6rem; align-items: baseline; line-height: 1.45; font-size: 0.95rem; }}
.lab-layer-square {{ flex: none; width: 0.8rem; height: 0.8rem; border-radius: 0.2rem; position: relative;
  top: 0.05rem; }}
.lab-layer-number {{ color: {_COLOURS["muted"]}; font-variant-numeric: tabular-nums; min-width: 1.1rem;
  text-align: right; flex: none; }}
.lab-layer-text {{ min-width: 0; overflow-wrap: anywhere; }}
.lab-layer-text b {{ font-weight: 650; margin-right: 0.35rem; }}
.lab-layer-facts {{ color: {_COLOURS["muted"]}; font-size: 0.84rem; font-variant-numeric: tabular-nums; }}
.lab-layer-quiet {{ opacity: 0.85; }}
{dom.DIAGRAM_WRAPPER} {{ position: sticky; top: {dom.HEADER_HEIGHT}; z-index: 50;
  background: {_COLOURS["background"]}; }}
{dom.DIAGRAM} {{ padding-block: 0.5rem; }}
</style>"""
"""The style of the cards, and of the diagram, which stays visible when the page is scrolled; added to a page once."""


def card_html(report: LayerReport) -> str:
    """Return the HTML of a layer's card: colour, number, title and arguments; below, shapes and cost."""
    number = "" if report.number is None else str(report.number)
    quiet = " lab-layer-quiet" if report.implied else ""
    details = escape(unbroken(layer_facts(report)))
    text = f"<b>{escape(report.title)}</b>{escape(report.summary)}"
    return (
        f'<div class="lab-layer{quiet}">'
        f'<span class="lab-layer-square" style="background:{_COLOURS[KIND_GROUPS[report.layer.kind]]}"></span>'
        f'<span class="lab-layer-number">{number}</span>'
        f'<span class="lab-layer-text">{text}<br><span class="lab-layer-facts">{details}</span></span>'
        "</div>"
    )


def layer_facts(report: LayerReport) -> str:
    """Return `28×28×1 → 26×26×32 · 3·3·1·32 + 32 = 320 parameters · 9 % of the multiply-adds`, as far as known."""
    if report.input_shape is None:
        return "its shape is unknown until the layers before it are repaired"
    parts = [f"{formatting.shape(report.input_shape)} → {formatting.shape(report.output_shape)}"]
    if report.arithmetic:
        parts.append(f"{report.arithmetic} parameters")
    if report.multiply_adds and report.share is not None:
        parts.append(f"{formatting.probability(report.share)} of the multiply-adds")
    if report.implied:
        parts.append("the output layer, always last" if isinstance(report.layer, Dense) else "added automatically")
    return " · ".join(parts)
