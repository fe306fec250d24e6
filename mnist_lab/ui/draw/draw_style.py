"""The layout of Draw: canvas and answer as large as the screen allows, one below the other on a phone."""

from mnist_lab.charts import PALETTES
from mnist_lab.ui.components import streamlit_dom as dom

_PAGE = dom.by_key("draw-page")
_STRIP = f"{dom.PAGE}:has({dom.by_key('draw-strip')} .lab-network)"
_NOTICE = dom.by_key("kept-drawing-notice")
_BACKGROUND = f"light-dark({PALETTES['light']['background']}, {PALETTES['dark']['background']})"
_ANSWER = f"{dom.DRAW_ANSWER} .lab-reading"

STYLE = f"""<style>
/* What is above and below the canvas takes so much of the height. */
{_PAGE} {{ --lab-canvas-side: clamp(320px, min(100vh - 21.5rem, 42vw), 520px); align-items: flex-start; }}
{dom.PRESENTING} {_PAGE} {{ --lab-canvas-side: clamp(320px, min(100vh - 11.5rem, 50vw), 860px); }}
{_STRIP} {_PAGE} {{ --lab-canvas-side: clamp(280px, min(100vh - 33rem, 42vw), 520px); }}
{_STRIP} h1 {{ font-size: 1.5rem; padding: 0; }}
{dom.DRAW_ANSWER} {{ min-width: min(340px, 100%); }}
{_ANSWER} {{ display: grid; grid-template-columns: auto 1fr; column-gap: 1.5rem; align-items: center; }}
{_ANSWER} :is(.lab-reading-bars, .lab-reading-by) {{ grid-column: 1 / -1; }}
{_ANSWER} .lab-reading-digit {{ display: block; min-width: 0.6em; line-height: 1; font-weight: 700;
  font-size: calc(0.42 * var(--lab-canvas-side) / max(1, 0.6 * var(--digits, 1))); height: 1em; }}
{_ANSWER} .lab-reading-text {{ font-size: clamp(1.25rem, 0.075 * var(--lab-canvas-side), 2.25rem); }}
/* Without a digit, its place is given up, but not its height. */
{_ANSWER}:has(.lab-note) {{ grid-template-columns: 0 1fr; column-gap: 0; }}
{_ANSWER}:has(.lab-note) .lab-reading-digit {{ min-width: 0; }}
{_ANSWER} .lab-reading-text.lab-note {{ font-size: 1.125rem; line-height: 1.4; }}
{_ANSWER} .lab-reading-bars {{ height: calc(0.52 * var(--lab-canvas-side)); --gap: 0.5rem; }}
{_ANSWER} .lab-reading-column::before {{ font-size: 0.875rem; }}
{_ANSWER} .lab-reading-column b {{ font-size: 1.25rem; }}
{_ANSWER} .lab-reading-by {{ display: none; }}
{dom.PRESENTING} {_ANSWER} .lab-reading-digit {{
  font-size: calc(0.52 * var(--lab-canvas-side) / max(1, 0.6 * var(--digits, 1))); }}
{dom.PRESENTING} {_ANSWER} .lab-reading-bars {{ height: calc(0.44 * var(--lab-canvas-side)); }}
/* Over the page's lower edge: nothing moves when it comes, and it goes with the drawing that it is about. */
{dom.LAYOUT_WRAPPER}:has(> {_NOTICE}) {{ position: absolute; }}
{_NOTICE} {{ position: fixed; z-index: 70; left: 50%; bottom: 1rem; translate: -50%; width: max-content;
  max-width: calc(100vw - 1.5rem); padding: 0.5rem 1rem; border-radius: 0.75rem; box-shadow: 0 0.4rem 1.6rem #0004;
  border: 1px solid var(--st-border-color, #8888); background: {_BACKGROUND}; }}
:root:not(.lab-kept) {_NOTICE} {{ display: none; }}
{dom.by_key("draw-why")} {{ min-width: min(36rem, 100%); }}
@media (max-width: {dom.MENU_MIN_WIDTH - 1}px) {{
  {_PAGE} {{ --lab-canvas-side: min(320px, 100vw - 70px) !important; }}
  {_ANSWER} .lab-reading-digit {{ font-size: 4.5rem; }}
  {_ANSWER} .lab-reading-bars {{ height: 7rem; --gap: 0.3rem; }}
  {_ANSWER} .lab-reading-column::before {{ font-size: 0.75rem; }}
}}
</style>"""
