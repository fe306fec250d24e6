"""The look of presentation mode: large text, full contrast, and nothing around the page but links to the others.

`components/page/presentation_switch.py` begins and leaves it. Sizes are in rem, in Streamlit and in the lab, so most of
what there is grows with the root's font size; charts enlarge themselves (`assets/presentation_chart.js`).
"""

from mnist_lab.ui.components import streamlit_dom as dom

ROOT_SIZE = 24
"""Pixels: one and a half times the usual size, so that text of at least 12 px has at least 18 px."""

ONLY_READ_ALOUD = "position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);"
"""Hides an element without a gap; screen readers find it."""

_QUIET_KEYS = ("export", "compare-filters", "compare-csv", "compare-actions")
_QUIET = ", ".join([*map(dom.by_key, _QUIET_KEYS), dom.by_key_prefix("import-")])
"""What a class need not see."""

_ON = dom.PRESENTING

_INSPECT = f"""
@container (min-width: 40rem) {{
  {_ON} .lab-confusion .parts {{
    grid-template-columns: minmax(0, clamp(20.5rem, 45cqw, 30rem)) minmax(0, 1fr); }}
  {_ON} .lab-confusion td button {{
    height: clamp(1.25rem, (100vh - 13.75rem - var(--lab-notice, 0rem)) / 10 - 3px, 2.2rem); }}
  {_ON} .lab-confusion .rates button {{
    height: clamp(1.15rem, (100vh - 18rem - var(--lab-notice, 0rem)) / 10, 1.65rem); }}
  {_ON} .lab-confusion .frequent button {{ padding: 0.1rem 0.6rem; font-size: 0.875rem; }}
}}
/* On a phone, cells are too narrow for a number of four large digits. */
@container (max-width: 20rem) {{
  {_ON} .lab-confusion .right span {{ display: none; }}
  {_ON} .lab-confusion .right:not([aria-disabled])::before {{ content: "✓"; }}
}}
@media (1010px <= width <= 1100px) {{ {_ON} {dom.INSPECT_PICKER} {{ flex-basis: 15rem; }} }}
{_ON} {dom.PAGE_BELOW_NOTICE} {{ --lab-notice: 2.25rem; }}
{_ON} .lab-confusion .hint {{ display: none; }}
{_ON} .lab-confusion .level-3 {{ background: color-mix(in srgb, var(--lab-error-3) 65%, var(--lab-background)); }}
{_ON} .lab-confusion .level-4 {{ background: var(--lab-bad); }}
"""
"""The figures, the confusion matrix, the error rates and the most frequent mistakes: on one screen, if it is wide."""

PRESENTATION = f"""
/* Out of the flow: it must not leave a gap. */
{dom.by_key("presentation")} {{ position: absolute; width: 0; overflow: hidden; }}
/* Left of the switch, Streamlit shows that a page takes long. */
{dom.HEADER_RIGHT} {{ padding-right: 3rem; }}
{_ON} {{ font-size: {ROOT_SIZE}px; }}
{_ON} :is({dom.HEADER}, {_QUIET}, {dom.LAYOUT_WRAPPER}:has(> :is({_QUIET}))) {{ display: none; }}
{_ON} {dom.FRAME} {{ padding: 0.5rem 1rem 2rem; }}
{_ON} {dom.PAGE} {{ margin-top: 0; gap: 0.75rem; }}
{_ON} {dom.NARROW_MENU} {{ display: flex; justify-content: flex-start; padding-right: 2.5rem; }}
{_ON} .lab-presentation {{ top: 0.4rem; width: 1.75rem; height: 1.75rem; }}
{_ON} {dom.VISIBLE_TITLE_WRAPPER} {{ {ONLY_READ_ALOUD} }}
{_ON} {dom.CAPTION} {{ color: inherit; }}
{_ON} {dom.PAGE} :is(h1, h2) {{ font-size: 1.5rem; padding-top: 0.25rem; }}
{_ON} {dom.PAGE} h3 {{ font-size: 1.15rem; padding-top: 0.25rem; }}
{_ON} :is(a, {dom.CHOSEN_SEGMENT}, [role="tab"] p) {{ color: light-dark(#004B78, #8FCFF5); }}
{_ON} :is({dom.ALERT}, {dom.BADGE}) {{ color: light-dark(#1F2933, #E6EBF0) !important; }}
{_ON} ::placeholder {{ color: light-dark(#3E4C59, #C3CDD6); }}
{_ON} {dom.PRIMARY_BUTTON}:enabled {{ background: light-dark(#00548A, #56B4E9); }}
/* What is muted elsewhere, and the grounds of text in the strongest tints. */
{_ON} :is(.lab-run small, .lab-run th, .lab-digits p) {{ color: inherit; }}
{_ON} .lab-run td {{ font-size: 1rem; }}
{_ON} :is(.lab-form-facts, .lab-field) {{ color: var(--lab-muted); }}
{_INSPECT}
{_ON} .lab-network .cell {{ fill: color-mix(in srgb, var(--tone) 34%, var(--lab-background)); }}
/* The canvas has a fixed width, whatever the size of the text. */
{_ON} {dom.by_key("canvas-frame")} {{ padding-block: 16px; }}
/* Charts are higher then. */
{_ON} {dom.ELEMENT}:has(.lab-plot) {{ height: auto; overflow: visible; }}
@media (max-width: 1400px) {{ {_ON} {dom.SETUP_COLUMN} {{ min-width: 100%; }} }}
@media (max-width: 1100px) {{ {_ON} {dom.STACKED_COLUMN} {{ min-width: 100%; }} }}
"""
"""A part of the style sheet of every page."""
