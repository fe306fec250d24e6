"""The style of the Train page."""

from mnist_lab.ui.components import streamlit_dom as dom

_RED = "#D94A57"
"""For lines and icons, which need less contrast than text; it has enough on both backgrounds."""

STYLE = f"""<style>
{dom.DESTRUCTIVE_BUTTON}:not(:disabled) {{ border-color: {_RED}; }}
{dom.DESTRUCTIVE_BUTTON}:not(:disabled) {dom.ICON} {{ color: {_RED}; }}
</style>"""
