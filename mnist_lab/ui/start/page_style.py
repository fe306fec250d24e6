"""The layout of Start: one screen on a projector, one column with the canvas first on a phone."""

from mnist_lab.ui.components import streamlit_dom as dom

STYLE = f"""<style>
/* A projector has 720 pixels of height. */
{dom.by_key("start-head")} h1 {{ font-size: 1.625rem; padding: 0; }}
{dom.by_key("start-train-card")} {{ padding: 0.75rem 1rem; }}
{dom.by_key("start-curve")} {{ min-width: 17rem; }}
{dom.by_key("start-network")} .lab-network-diagram svg {{ max-height: 8.5rem; }}
{dom.by_key("start-presets")} .lab-gallery li {{ flex-basis: 8.25rem; }}
{dom.by_key("start-presets")} .lab-gallery .picture {{ padding: 0.2rem 0.75rem; margin-bottom: 0.15rem; }}
{dom.by_key("start-presets")} .lab-gallery .picture svg {{ max-width: 6rem; }}
{dom.by_key("start-presets")} .lab-gallery .title + .quiet {{ display: none; }}
@media (max-width: {dom.MENU_MIN_WIDTH - 1}px) {{
  {dom.START_DRAW} {{ order: -1; }}
}}
</style>"""
