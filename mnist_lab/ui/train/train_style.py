"""The style of the Train page."""

from mnist_lab.ui.components import streamlit_dom as dom

STYLE = f"""<style>
/* Narrower, its text would have two lines now and one line then, and all below would move. */
{dom.RUN_PROGRESS_WRAPPER} {{ min-width: min(20rem, 100%); }}
</style>"""
