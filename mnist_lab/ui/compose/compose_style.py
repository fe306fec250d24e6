"""The style of Compose: what stays in sight while the page is scrolled, and how the form of a layer is laid out."""

from mnist_lab.charts import DRAWING_STYLE, PALETTES
from mnist_lab.ui.components import streamlit_dom as dom

_COLOURS = {name: f"light-dark({PALETTES['light'][name]}, {PALETTES['dark'][name]})" for name in PALETTES["light"]}
_BELOW_DIAGRAM = f"calc({dom.HEADER_HEIGHT} + var(--lab-picture-height, 12rem) + 0.75rem)"
_NARROW_FORM = 900
"""Pixels: on a narrower screen, the fields of the form have its whole width."""
_FIELD = dom.by_key_prefix("field-")
_FIELD_INPUT = dom.by_key_prefix("layer-")
_SPACE = "9rem"
_WITH_FORM = f"{dom.by_key('compose-body')}:has({dom.LAYER_FORMS})"
_FOOT = "4.5rem"
"""Height of what is below the list; a higher form would be pushed below the picture at the end of the page."""
_USUAL = f":root:not(.{dom.PRESENTING_CLASS})"
"""A page that is not presented: presented, it is scrolled as a whole, as its parts are too large to stay in sight."""

STYLE = f"""<style>
{dom.DIAGRAM} {{ padding-block: 0.5rem; }}
/* Where the window is high enough, the picture stays in sight; the form is beside the list and below the picture. */
@media (min-width: 641px) and (min-height: 760px) {{
  {_USUAL} {dom.DIAGRAM_WRAPPER} {{ position: sticky; top: {dom.HEADER_HEIGHT}; z-index: 50;
    background: {_COLOURS["background"]}; }}
  {_USUAL} {dom.SIDE_WRAPPER}:has({dom.LAYER_FORMS}) {{ position: sticky; top: {_BELOW_DIAGRAM};
    max-height: calc(100vh - {_BELOW_DIAGRAM} - {_FOOT}); overflow-y: auto; overscroll-behavior: contain; }}
}}
@media (min-width: 641px) and (max-height: 759px) {{
  {_USUAL} {dom.SIDE_WRAPPER}:has({dom.LAYER_FORMS}) {{ position: sticky; top: {dom.HEADER_HEIGHT};
    max-height: calc(100vh - {dom.HEADER_HEIGHT} - 1rem); overflow-y: auto; overscroll-behavior: contain; }}
}}
/* The button is higher than the title beside it. */
{dom.by_key("close-form")} {{ margin-top: -0.5rem; }}
/* In one row, where a name of usual length leaves room for it. */
{dom.by_key("network-name")} {{ flex: 1 1 8rem; }}
@media (max-width: 900px) {{ {_USUAL} {dom.by_key("compose-toolbar")} {{ gap: 0.5rem; }} }}
/* It draws nothing: it must leave no gap, and must not reach beyond a narrow screen. */
{dom.by_key("undo-shortcuts")} {{ position: absolute; width: 0; overflow: hidden; }}
.lab-form-head {{ display: flex; gap: 0.6rem; align-items: baseline; line-height: 1.4; }}
.lab-form-head b {{ font-size: 1.05rem; font-weight: 650; }}
.lab-form-head i {{ flex: none; width: 0.8rem; height: 0.8rem; border-radius: 0.2rem; background: var(--tone); }}
.lab-form-facts {{ color: {_COLOURS["muted"]}; font-size: 0.8125rem; line-height: 1.45; overflow-wrap: anywhere;
  font-variant-numeric: tabular-nums; }}
.lab-field {{ display: flex; gap: 0.7rem; align-items: center; min-height: 2.5rem; font-size: 0.8125rem;
  line-height: 1.4; color: {_COLOURS["muted"]}; }}
.lab-field .lab-drawing {{ flex: none; width: 5.4rem; height: 3.6rem; }}
/* The explanation has the rest of the row, or a row of its own. */
{dom.by_key_prefix("explain-")} {{ flex: 1 1 11rem; }}
@media (max-width: {_NARROW_FORM}px) {{
  {dom.LAYER_FORMS} :is({_FIELD} > :first-child, {_FIELD_INPUT}) {{ flex-grow: 1; }}
}}
{dom.PRESENTING} {dom.LAYER_FORMS} :is({_FIELD} > :first-child, {_FIELD_INPUT}) {{ flex-grow: 1; }}
{dom.PRESENTING} .lab-layers .row {{ scroll-margin-top: 0.5rem; }}
{dom.PRESENTING} .lab-field {{ flex-wrap: wrap; gap: 0.3rem 0.7rem; }}
{DRAWING_STYLE}
/* The form has its place beside the list to itself: its head tells the cost of the whole network. */
@media (min-width: 641px) {{
  {_USUAL} {_WITH_FORM} {dom.COST_WRAPPER} {{ display: none; }}
}}
/* The list reaches into the empty space below the page, so that the form stays below the diagram there, too. */
@media (min-width: 641px) {{
  {_WITH_FORM} {{ margin-bottom: -{_SPACE}; }}
  {_WITH_FORM} .lab-layers {{ padding-bottom: {_SPACE}; }}
}}
@media (max-width: 640px) {{
  {dom.LAYER_FORMS} {{ position: fixed; z-index: 70; inset: auto 0 0 0; max-height: 55vh; overflow-y: auto;
    overscroll-behavior: contain; border-radius: 1rem 1rem 0 0; background: {_COLOURS["background"]};
    box-shadow: 0 -0.4rem 1.6rem #0004; }}
}}
</style>"""
