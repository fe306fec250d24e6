"""How a network reads the drawing: a sentence and ten bars, which the browser keeps up to date by itself."""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from mnist_lab.inference.protocol import pack
from mnist_lab.ui.components.assets import script
from mnist_lab.ui.live.reading_feed import ADDRESS, DOT
from mnist_lab.ui.session.query_params import RUN

if TYPE_CHECKING:
    from mnist_lab.drawing import NormalizedDrawing

_COLUMNS = "".join(f'<div class="lab-reading-column"><i></i><b>{digit}</b></div>' for digit in range(10))

_component = st.components.v2.component(
    "mnist_lab_digit_reading",
    html=f"""
    <div class="lab-reading" translate="no">
      <p class="lab-reading-text" role="status"></p>
      <div class="lab-reading-bars" role="img" aria-label="No digit is read yet">{_COLUMNS}</div>
      <p class="lab-reading-by"></p>
    </div>
    """,
    css="""
    .lab-reading { color: var(--st-text-color); font-variant-numeric: tabular-nums; }
    .lab-reading p { margin: 0; overflow-wrap: anywhere; }
    .lab-reading-text { font-size: 1.25rem; font-weight: 650; line-height: 1.3; min-height: 1.65rem; }
    .lab-reading-text.lab-note { font-size: 0.9375rem; font-weight: 400; line-height: 1.65rem; }
    .lab-reading-by { font-size: 0.875rem; line-height: 1.4; min-height: 1.25rem; }
    .lab-reading-bars { display: grid; grid-template-columns: repeat(10, 1fr); gap: 0.3rem; height: 6.25rem; }
    .lab-reading-column { position: relative; display: flex; flex-direction: column; justify-content: flex-end; }
    .lab-reading-column i { display: block; height: calc((100% - 2.75rem) * var(--share, 0)); min-height: 2px;
      border-radius: 0.2rem 0.2rem 0 0; background: color-mix(in srgb, var(--st-text-color) 45%, transparent);
      transition: height 0.15s ease-out, opacity 0.15s ease-out; }
    .lab-reading-column::before { content: attr(data-value); text-align: center; font-size: 0.75rem;
      line-height: 1.25rem; white-space: nowrap; }
    .lab-reading-column b { text-align: center; line-height: 1.5rem; font-weight: 400; font-size: 1rem;
      border-top: 1px solid var(--st-border-color); }
    .lab-reading-column.lab-best i { background: var(--st-text-color); }
    .lab-reading-bars.lab-no-digit i { opacity: 0.3; }
    .lab-reading-column.lab-best b, .lab-reading-column.lab-best::before { font-weight: 700; }
    """,
    js=script("digit_reading"),
    isolate_styles=False,
)


def digit_reading(run_id: str, drawing: "NormalizedDrawing | None", *, prompt: str, key: str) -> None:
    """Draw how a network reads a drawing, and have the browser read it again while the network is in training.

    Args:
        run_id: The run whose network reads, in any state; "" if there is none.
        drawing: What is drawn; None while the canvas is empty.
        prompt: Shown while the canvas is empty.
        key: Identifies the bars on the page.
    """
    dot = {DOT: "1"} if drawing is not None and drawing.is_dot else {}
    address = f"{ADDRESS}?{urlencode({RUN: run_id, **dot})}" if run_id else ""
    image = "" if drawing is None or not run_id else pack(drawing.pixels)
    # A tuple: to check whether the values of a dictionary are tables, Streamlit would load pandas.
    _component(data=(address, image, prompt), key=key)
