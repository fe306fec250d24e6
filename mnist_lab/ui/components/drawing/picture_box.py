"""A picture with the digits that were found in it, in which the user can draw a box around the right one."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from mnist_lab.ui.components.assets import script

Shares = tuple[float, float, float, float]
"""Left, top, right and bottom of a rectangle, each as a share of the picture's width or height, 0 to 1."""

_component = st.components.v2.component(
    "mnist_lab_picture_box",
    html="""
    <div class="lab-picture-box" translate="no" tabindex="0" role="application" aria-describedby="lab-picture-keys">
      <img alt="" draggable="false"><div class="lab-picture-frames"></div>
    </div>
    <p id="lab-picture-keys">Arrow keys move a box, with Shift they change its size. Enter reads what is in it.</p>
    """,
    css="""
    .lab-picture-box { position: relative; width: fit-content; max-width: 100%; margin: 0; line-height: 0;
      cursor: crosshair; touch-action: none; user-select: none; -webkit-user-select: none; }
    .lab-picture-box img { max-width: 100%; max-height: 22rem; border-radius: 0.5rem; display: block; }
    .lab-picture-box:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
    .lab-picture-box:not(:focus-visible) + p { display: none; }
    .lab-picture-box + p { margin: 0.5rem 0 0; font-size: 0.875rem; }
    .lab-picture-frames { position: absolute; inset: 0; pointer-events: none; }
    .lab-picture-frames i { position: absolute; box-sizing: border-box; border: 2px solid var(--st-primary-color);
      border-radius: 4px; box-shadow: 0 0 0 1px rgb(255 255 255 / .7); }
    .lab-picture-frames i.lab-drawn { border-style: dashed; background: rgb(255 255 255 / .15); }
    """,
    js=script("picture_box"),
    isolate_styles=False,
)


def picture_box(image: str, found: Sequence[Shares], *, alt: str, key: str) -> None:
    """Draw the picture; `drawn_box` has the box that the user drew.

    Args:
        image: Data URI.
        found: The rectangles of the digits.
        alt: Description of the picture.
        key: Identifies the picture; with another key there is no box at first.
    """
    # Tuples: to check whether a list is a table, Streamlit would load pandas.
    _component(data=(image, alt, tuple(found)), key=key, on_box_change=lambda: None)


def drawn_box(key: str) -> Shares | None:
    """The box that the user drew in the picture with this key; None if there is none."""
    state = st.session_state.get(key)
    return box_of(state.get("box")) if state else None


def box_of(value: Any) -> Shares | None:
    """What the browser has sent, as a box; anything that our page does not send counts as none."""
    if not isinstance(value, list | tuple) or len(value) != 4:
        return None
    if not all(isinstance(share, int | float) and 0 <= share <= 1 for share in value):
        return None
    left, top, right, bottom = map(float, value)
    return (left, top, right, bottom) if left < right and top < bottom else None
