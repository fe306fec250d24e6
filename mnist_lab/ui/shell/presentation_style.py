"""The look of presentation mode: large text, full contrast, and nothing around the page but links to the others.

`components/page/presentation_switch.py` begins and leaves it. Sizes are in rem, in Streamlit and in the lab, so most of
what there is grows with the root's font size; charts enlarge themselves (`assets/presentation_chart.js`).
"""

from mnist_lab.ui.components import streamlit_dom as dom

ROOT_SIZE = 24
"""Pixels: one and a half times the usual size, so that text of at least 12 px has at least 18 px."""

_QUIET_KEYS = ("export", "compare-filters", "compare-csv", "page-foot")
_QUIET = ", ".join([*map(dom.by_key, _QUIET_KEYS), dom.by_key_prefix("import-")])
"""What a class need not see."""

_ON = dom.PRESENTING

PRESENTATION = f"""
/* Out of the flow: it must not leave a gap. */
{dom.by_key("presentation")} {{ position: absolute; width: 0; overflow: hidden; }}
/* Left of the switch, Streamlit shows that a page takes long. */
{dom.HEADER_RIGHT} {{ padding-right: 3rem; }}
{_ON} {{ font-size: {ROOT_SIZE}px; }}
{_ON} :is({dom.HEADER}, {_QUIET}) {{ display: none; }}
{_ON} {dom.FRAME} {{ padding: 0.5rem 1rem 2rem; }}
{_ON} {dom.PAGE} {{ margin-top: 0; gap: 0.75rem; }}
{_ON} {dom.NARROW_MENU} {{ display: flex; justify-content: flex-start; padding-right: 2.5rem; }}
{_ON} .lab-presentation {{ top: 0.4rem; width: 1.75rem; height: 1.75rem; }}
{_ON} {dom.CAPTION} {{ color: inherit; }}
{_ON} {dom.PAGE} :is(h1, h2) {{ font-size: 1.5rem; padding-top: 0.25rem; }}
{_ON} {dom.PAGE} h3 {{ font-size: 1.15rem; padding-top: 0.25rem; }}
{_ON} :is(a, {dom.CHOSEN_SEGMENT}) {{ color: light-dark(#004B78, #8FCFF5); }}
{_ON} :is({dom.ALERT}, {dom.BADGE}) {{ color: light-dark(#1F2933, #E6EBF0) !important; }}
{_ON} ::placeholder {{ color: light-dark(#3E4C59, #C3CDD6); }}
{_ON} {dom.PRIMARY_BUTTON}:enabled {{ background: light-dark(#00548A, #56B4E9); }}
/* What is muted elsewhere, and the grounds of text in the strongest tints. */
{_ON} :is(.lab-run small, .lab-run th, .lab-digits p) {{ color: inherit; }}
{_ON} :is(.lab-form-facts, .lab-field) {{ color: var(--lab-muted); }}
{_ON} .lab-confusion .level-3 {{ background: color-mix(in srgb, var(--lab-error-3) 65%, var(--lab-background)); }}
{_ON} .lab-confusion .level-4 {{ background: var(--lab-bad); }}
{_ON} .lab-network .cell {{ fill: color-mix(in srgb, var(--tone) 34%, var(--lab-background)); }}
/* The canvas has a fixed width, whatever the size of the text. */
{_ON} {dom.by_key("canvas-frame")} {{ padding-block: 16px; }}
/* Charts are higher then. */
{_ON} {dom.ELEMENT}:has(.lab-plot) {{ height: auto; overflow: visible; }}
@media (max-width: 1400px) {{ {_ON} {dom.SETUP_COLUMN} {{ min-width: 100%; }} }}
@media (max-width: 1100px) {{ {_ON} {dom.STACKED_COLUMN} {{ min-width: 100%; }} }}
"""
"""A part of the style sheet of every page."""
