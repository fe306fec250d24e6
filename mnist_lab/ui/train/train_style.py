"""The style of the Train page."""

from mnist_lab.ui.components import streamlit_dom as dom

STYLE = f"""<style>
/* Narrower, its text would have two lines now and one line then, and all below would move. */
{dom.RUN_PROGRESS_WRAPPER} {{ min-width: min(20rem, 100%); }}
/* Beside each other, the picture of the network would be cut off, and the recipe's lines would wrap. */
@media (max-width: 1100px) {{ {dom.SETUP_COLUMN} {{ min-width: 100%; }} }}
/* The figures beside a heading stand on its line. */
:is({dom.by_key("network-head")}, {dom.by_key("digits-head")}) {{ align-items: baseline; }}
/* A text of the recipe's size must fit, also in presentation mode. */
{dom.by_key("chart-smoothing")} {{ min-width: 9.75rem; }}
{dom.by_key("chart-baseline")} {{ min-width: 11.5rem; }}
/* On the screen of a projector, the curves and their figures fit below the name and the buttons. */
{dom.PRESENTING} {dom.by_key("run-controls")} button {{ min-height: 2rem; padding-block: 0.1rem; }}
@media (max-height: 800px) {{
  {dom.PRESENTING} {dom.by_key("run-head")} {dom.CAPTION} {{ display: none; }}
}}
</style>"""
