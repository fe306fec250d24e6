"""HTML made by `mnist_lab.charts`, changed in place and coloured for the light or the dark theme.

Pictures of `charts/snapshots/tiles.py` in it can be enlarged.
"""

from typing import Literal

import streamlit as st

from mnist_lab.charts import PALETTES
from mnist_lab.ui.components.assets import MORPH, script
from mnist_lab.ui.components.theme import theme

_component = st.components.v2.component(
    "mnist_lab_themed_html",
    html="""
    <div class="lab-themed-html" translate="no"></div>
    <dialog class="lab-enlarged" aria-label="Enlarged picture" translate="no">
      <div class="pictures"></div>
      <p class="caption" aria-live="polite"></p>
      <div class="buttons">
        <button type="button" data-step="-1">Previous</button>
        <button type="button" data-step="1">Next</button>
        <button type="button">Close</button>
      </div>
    </dialog>
    """,
    css="""
    .lab-themed-html { width: 100%; }
    .lab-enlarged { max-width: 94vw; border: 1px solid var(--st-border-color); border-radius: 12px; padding: 1.25rem;
      background: var(--st-background-color); color: var(--st-text-color); text-align: center; }
    .lab-enlarged::backdrop { background: rgb(0 0 0 / .5); }
    .lab-enlarged .pictures { display: flex; flex-wrap: wrap; gap: 1rem; justify-content: center; }
    .lab-enlarged img { width: min(26rem, 56vh, 84vw) !important; height: auto; image-rendering: pixelated;
      border: 1px solid var(--st-border-color); border-radius: 4px; }
    .lab-enlarged .caption { margin: 1rem 0; font-size: 1.125rem; }
    .lab-enlarged .buttons { display: flex; gap: .5rem; justify-content: center; }
    .lab-enlarged button { min-height: 2.5rem; padding: 0 1rem; border: 1px solid var(--st-border-color);
      border-radius: 8px; background: none; color: inherit; font: inherit; cursor: pointer; }
    .lab-enlarged button:hover { border-color: var(--st-primary-color); }
    .lab-enlarged button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
    """,
    js=script("themed_html", MORPH, "enlarge"),
    isolate_styles=False,
)


def themed_html(html: str, *, key: str, width: int | Literal["stretch"] = "stretch") -> None:
    """Draw the HTML, or change the HTML that was drawn under this key before.

    Args:
        html: From `mnist_lab.charts`, with all text of users and files escaped. Its colours are CSS variables
            `--lab-<colour>`; its images must be made for the theme that `pixel_theme` returns for this key.
        key: Identifies this HTML; with the same key, only changed parts are drawn again.
        width: In pixels, or the whole width.
    """
    data = {"html": html, "theme": pixel_theme(key)}
    _component(data=data, key=key, width=width, on_theme_change=lambda: None)


def pixel_theme(key: str) -> str:
    """The theme, "light" or "dark", that the images in the HTML must be made for.

    Streamlit knows the theme in which the page was opened; the component reports later changes.
    """
    state = st.session_state.get(key)
    reported = state.get("theme") if state else None
    return reported if reported in PALETTES else theme()
