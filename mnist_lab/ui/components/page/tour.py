"""A tour of a page in a few steps, which a browser offers until it was taken or declined once."""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from mnist_lab.ui.components.assets import script
from mnist_lab.ui.components.streamlit_dom import by_key

_component = st.components.v2.component(
    "mnist_lab_tour",
    html="""
    <div class="lab-tour" translate="no">
      <div class="lab-tour-offer" hidden>
        <button type="button">Take the tour</button>
        <button type="button" aria-label="Do not offer the tour again">✕</button>
      </div>
      <div class="lab-tour-frame" hidden></div>
      <div class="lab-tour-card" popover="manual" role="dialog" aria-label="Tour of this page">
        <p class="count"></p><p class="title" aria-live="polite"></p><p class="text" aria-live="polite"></p>
        <div><button type="button">Back</button><button type="button" class="next">Next</button>
          <button type="button" class="skip">Skip the tour</button></div>
      </div>
    </div>
    """,
    css="""
    .lab-tour { color: var(--st-text-color); font-size: 1rem; line-height: 1.5; }
    .lab-tour-offer { display: flex; justify-content: flex-end; gap: 0.25rem; }
    .lab-tour-offer[hidden] { display: none; }
    .lab-tour button { font: inherit; font-size: 0.9375rem; color: inherit; background: none; cursor: pointer;
      min-height: 2.25rem; padding: 0.25rem 0.75rem; border: 1px solid var(--st-border-color); border-radius: 0.5rem; }
    .lab-tour button:enabled:hover { color: var(--st-primary-color); border-color: var(--st-primary-color); }
    .lab-tour button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
    .lab-tour button:disabled { opacity: 0.4; cursor: not-allowed; }
    .lab-tour-offer button:last-child { border-color: transparent; padding-inline: 0.5rem; }
    .lab-tour-frame { position: fixed; z-index: 1000; pointer-events: none; border-radius: 0.75rem;
      border: 3px solid var(--st-primary-color); }
    .lab-tour-frame[hidden] { display: none; }
    .lab-tour-card { margin: 0; inset: auto; position: fixed; width: min(22rem, calc(100vw - 1.5rem)); padding: 1rem;
      color: inherit; background: var(--st-background-color); border: 1px solid var(--st-primary-color);
      border-radius: 0.75rem; box-shadow: 0 0.5rem 2rem rgb(0 0 0 / 25%); }
    .lab-tour-card p { margin: 0; }
    .lab-tour-card .count { font-size: 0.875rem; }
    .lab-tour-card .title { font-size: 1.125rem; font-weight: 650; }
    .lab-tour-card div { display: flex; gap: 0.5rem; margin-top: 0.75rem; align-items: center; }
    .lab-tour-card .next { border-color: var(--st-primary-color); }
    .lab-tour-card .skip { border-color: transparent; margin-left: auto; }
    """,
    js=script("tour", "motion", "focus"),
    isolate_styles=False,
)


class TourStep(NamedTuple):
    """One step of a tour."""

    key: str
    """Key of the element or container that it explains."""
    title: str
    text: str


def tour(steps: Sequence[TourStep], *, key: str) -> None:
    """Draw the button that starts the tour; nothing in a browser in which it was taken or declined.

    Args:
        steps: In their order.
        key: Identifies the tour on the page.
    """
    _component(data=[(by_key(step.key), step.title, step.text) for step in steps], key=key, width="content")
