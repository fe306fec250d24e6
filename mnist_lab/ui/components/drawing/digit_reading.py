"""How a network reads the drawing: the digit, a sentence and ten bars, which follow the pen by themselves."""

from urllib.parse import urlencode

import streamlit as st

from mnist_lab.ui.components.assets import script, style
from mnist_lab.ui.live.reading_feed import ADDRESS
from mnist_lab.ui.session.query_params import RUN

_COLUMNS = "".join(f'<div class="lab-reading-column"><i></i><b>{digit}</b></div>' for digit in range(10))

_component = st.components.v2.component(
    "mnist_lab_digit_reading",
    html=f"""
    <div class="lab-reading" translate="no">
      <p class="lab-reading-digit" aria-hidden="true"></p>
      <p class="lab-reading-text"></p>
      <p class="lab-reading-status" role="status"></p>
      <div class="lab-reading-bars" role="img" aria-label="No digit is read yet"><div>{_COLUMNS}</div></div>
      <p class="lab-reading-by"></p>
    </div>
    """,
    css=style("digit_reading"),
    js=script("digit_reading", "drawing_bus"),
    isolate_styles=False,
)


def digit_reading(run_id: str, *, prompt: str, key: str) -> None:
    """Draw how a network reads the drawing on the canvas of the page. The browser keeps it up to date by itself.

    Args:
        run_id: The run whose network reads, in any state; "" if there is none.
        prompt: Shown while the canvas is empty.
        key: Identifies the bars on the page.
    """
    address = f"{ADDRESS}?{urlencode({RUN: run_id})}" if run_id else ""
    # A tuple: to check whether the values of a dictionary are tables, Streamlit would load pandas.
    _component(data=(address, prompt), key=key)
