"""The style of the Train page."""

from mnist_lab.ui.components import streamlit_dom as dom

_RED = "#D94A57"
"""For lines and icons, which need less contrast than text; it has enough on both backgrounds."""

STYLE = f"""<style>
{dom.DESTRUCTIVE_BUTTON}:not(:disabled) {{ border-color: {_RED}; }}
{dom.DESTRUCTIVE_BUTTON}:not(:disabled) {dom.ICON} {{ color: {_RED}; }}
/* Narrower, its text would have two lines now and one line then, and all below would move. */
{dom.RUN_PROGRESS_WRAPPER} {{ min-width: min(20rem, 100%); }}
</style>"""
