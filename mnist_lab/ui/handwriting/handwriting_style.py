"""The style of the page."""

from mnist_lab.ui.components import streamlit_dom as dom

STYLE = f"""<style>
{dom.HANDWRITING_HEAD} {dom.METRIC_VALUE} {{ font-size: 1.5rem; }}
@media (max-width: 640px) {{ {dom.HANDWRITING_HEAD} {dom.METRIC_VALUE} {{ font-size: 1.25rem; }} }}
</style>"""
"""The figures have room in one line, beside the picker or on a phone below it."""
