"""The layout of Start: one screen on a projector, one column with the canvas first on a phone."""

from mnist_lab.ui.components import streamlit_dom as dom
from mnist_lab.ui.live.canvas_picture import SIDE

_FRAME = SIDE + 34
"""Width in pixels of the canvas with its frame."""
_BARS_BESIDE = 620
"""Pixels, from which on one column has room for the bars beside the canvas."""
_PRESENTED_COLUMNS = 906
"""Pixels, from which on the presented page has two columns."""
_MARK = ".badge, .tag.warning, .tag.error"
"""In the network diagram: what marks a layer that has a problem."""


def _canvas_beside_bars(look: str, until: int) -> str:
    """The rule for a page of one column that is wide, as at a zoom of 200 %."""
    pad = dom.by_key("start-pad")
    return f"""@media (min-width: {_BARS_BESIDE}px) and (max-width: {until}px) {{
  {look} :is({dom.START_DRAW}, {dom.START_PAD_WRAPPER}) {{ width: 100%; max-width: none; flex: 1 1 100%; }}
  {look} {pad} {{ flex-direction: row; align-items: center; gap: 1.5rem; }}
  {look} {pad} > :first-child {{ flex: none; width: {_FRAME}px; }}
  {look} {pad} > :last-child {{ flex: 1; }}
}}"""


STYLE = f"""<style>
/* A projector has 720 pixels of height: no pixel of them is empty, and the page does not scroll. */
{dom.PAGE_WITH_START} {{ margin-bottom: -{dom.EMPTY_BOTTOM}; }}
{dom.by_key("page-foot")} {{ display: none; }}
/* Its buttons are higher than the title: without them, the page below must not move. */
{dom.by_key("start-tour")} {{ margin-block: -0.3rem; }}
{dom.by_key("start-tour")}:has(.lab-tour-offer[hidden]) {{ position: absolute; }}
{dom.by_key("start-head")} h1 {{ font-size: 1.625rem; padding: 0; }}
{dom.by_key("start-train-card")} {{ padding: 0.75rem 1rem; }}
{dom.START_CURVE} {{ min-width: min(17rem, 100%); flex-grow: 999; }}
/* Below each other, both have the whole width. */
{dom.START_FIGURES} {{ flex-grow: 1; }}
{dom.START_LAB} {{ min-width: min(20rem, 100%); }}
/* One line each, so that nothing below moves. */
{dom.by_key("start-figures")} .lab-run :is(p, .headline) {{ white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis; }}
{dom.by_key("start-figures")} .lab-run p {{ font-size: 0.875rem; }}
@media (max-width: {_BARS_BESIDE - 1}px) {{ {dom.by_key("start-figures")} .lab-run p {{ white-space: normal; }} }}
{dom.PRESENTING} {dom.START_FIGURES} {{ flex-basis: 14.25rem; }}
{dom.PRESENTING} {dom.by_key("start-figures")} {{ width: 100%; }}
{dom.by_key("start-name")} {{ margin-bottom: -0.75rem; }}
{dom.PRESENTING} {dom.by_key("start-name")} {{ margin-top: -0.75rem; }}
/* It draws nothing, and must not leave a gap. */
{dom.by_key("live-feed")} {{ position: absolute; }}
{dom.by_key("start-presets")} .lab-gallery li {{ flex-basis: 8.75rem; }}
{dom.by_key("start-presets")} .lab-gallery li button {{ padding: 0.4rem 0.6rem; gap: 0; }}
{dom.by_key("start-presets")} .lab-gallery .picture {{ padding: 0.2rem; margin: -0.4rem -0.6rem 0.2rem; }}
{dom.by_key("start-presets")} .lab-gallery .picture svg {{ max-width: 6rem; }}
{dom.by_key("start-presets")} .lab-gallery .title + .quiet {{ display: none; }}
{dom.by_key("start-presets")} .lab-gallery .accuracy {{ padding: 0; white-space: nowrap; }}
/* The text of a presentation is larger: what a class does not need makes room for the Train button. */
{dom.PRESENTING} {dom.by_key("start-head")} {{ position: absolute; clip-path: inset(50%); width: 1px; height: 1px;
  overflow: hidden; }}
{dom.PRESENTING} {dom.by_key("start-presets")} .lab-gallery :is(.picture, .quiet) {{ display: none; }}
{dom.PRESENTING} {dom.START_LAB}:has(li [aria-pressed="true"]) {dom.by_key("start-network")}:not(:has({_MARK}))
  {dom.by_key("start-name")} {{ display: none; }}
{dom.PRESENTING} {dom.by_key("start-draw")} .lab-reading-bars {{ height: 5rem; }}
{dom.PRESENTING} {dom.by_key("start-page")} {{ margin-top: -1rem; gap: 1rem; }}
{dom.PRESENTING} {dom.by_key("start-closer")} {{ display: none; }}
@media (max-width: {dom.MENU_MIN_WIDTH - 1}px) {{
  {dom.START_DRAW} {{ order: -1; }}
  {dom.START_LAB} {{ min-width: 100%; }}
}}
{_canvas_beside_bars(f":root:not(.{dom.PRESENTING_CLASS})", dom.MENU_MIN_WIDTH - 1)}
{_canvas_beside_bars(dom.PRESENTING, _PRESENTED_COLUMNS - 1)}
</style>"""
