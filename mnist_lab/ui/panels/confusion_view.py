"""The confusion matrix, the error rates and the most frequent mistakes, whose buttons choose images."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from mnist_lab.charts import Part, confusion_html
from mnist_lab.insight import most_confused
from mnist_lab.ui.components.assets import MORPH, script

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_MOST = 5
_component = st.components.v2.component(
    "mnist_lab_confusion_view",
    html='<div class="lab-confusion" translate="no"></div>',
    css="""
    .lab-confusion { container-type: inline-size; color: var(--lab-ink); font-size: 0.875rem;
      font-variant-numeric: tabular-nums; }
    .lab-confusion .parts { display: grid; gap: 1rem 2rem;
      grid-template-columns: minmax(0, min(30rem, 55cqw)) minmax(0, 1fr); }
    .lab-confusion h3 { margin: 0 0 0.5rem; padding: 0; font-size: 1.15rem; font-weight: 600; line-height: 1.4; }
    .lab-confusion h3 a { display: inline-block; margin-left: 0.25rem; width: 1.15rem; height: 1.15rem;
      border: 1px solid var(--lab-muted); border-radius: 50%; font-size: 0.75rem; line-height: 1.1rem;
      text-align: center; vertical-align: 0.15rem; text-decoration: none; color: var(--lab-muted); }
    .lab-confusion h3 a:hover { color: var(--lab-ink); border-color: var(--lab-ink); }
    .lab-confusion h3 a:focus-visible { outline: 3px solid var(--st-primary-color); }
    .lab-confusion ul { list-style: none; margin: 0; padding: 0; }
    .lab-confusion li { margin: 0; font-size: inherit; }
    .lab-confusion button { all: unset; box-sizing: border-box; cursor: pointer; border-radius: 0.3rem; }
    .lab-confusion button[aria-disabled] { cursor: default; }
    .lab-confusion button:not([aria-disabled]):hover { outline: 2px solid var(--lab-muted); }
    .lab-confusion button[aria-pressed="true"] { outline: 2px solid var(--lab-ink); outline-offset: 1px; }
    .lab-confusion button:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 1px; }
    .lab-confusion table { width: 100%; border-collapse: separate; border-spacing: 2px; table-layout: fixed;
      margin: 0; }
    .lab-confusion caption { caption-side: top; text-align: left; color: var(--lab-muted); padding: 0 0 0.25rem; }
    .lab-confusion caption span { margin-right: 1.25rem; }
    .lab-confusion :is(th, td) { padding: 0; border: 0; text-align: center; }
    .lab-confusion th { font-weight: 600; color: var(--lab-muted); }
    .lab-confusion :is(thead td, tbody th) { width: 1.5rem; }
    .lab-confusion td button { display: grid; place-items: center; width: 100%; height: 2.2rem; }
    .lab-confusion .right { background: var(--lab-surface); color: var(--lab-muted); font-size: 0.8125rem; }
    .lab-confusion .level-1 { background: var(--lab-error-1); }
    .lab-confusion .level-2 { background: var(--lab-error-2); }
    .lab-confusion .level-3 { background: var(--lab-error-3); }
    .lab-confusion .level-4 { background: var(--lab-error-4); color: var(--lab-background); font-weight: 600; }
    .lab-confusion .rates button { display: grid; grid-template-columns: 1rem 1fr 3.75rem; gap: 0.6rem; width: 100%;
      align-items: center; height: 1.65rem; padding: 0 0.4rem; }
    .lab-confusion .rates b { font-weight: 600; }
    .lab-confusion .rates i { display: block; height: 0.9rem; border-radius: 2px; }
    .lab-confusion .rates i i { background: var(--lab-error-3); }
    .lab-confusion .rates .worst i i { background: var(--lab-error-4); }
    .lab-confusion .rates span { white-space: nowrap; color: var(--lab-muted); text-align: right; }
    .lab-confusion .rates .worst span { color: var(--lab-bad); font-weight: 600; }
    .lab-confusion .frequent { margin-top: 1rem; }
    .lab-confusion .frequent ul { display: flex; flex-wrap: wrap; gap: 0.4rem 0.5rem; }
    .lab-confusion .frequent button { padding: 0.3rem 0.7rem; border: 1px solid var(--lab-grid); border-radius: 1rem; }
    @container (max-width: 44rem) { .lab-confusion .parts { grid-template-columns: minmax(0, 1fr); }
      .lab-confusion table { border-spacing: 1px; }
      .lab-confusion td button { height: 2rem; } .lab-confusion .right { font-size: 0.75rem; letter-spacing: -0.02em; }
      .lab-confusion .rates button { height: 2.25rem; } .lab-confusion .frequent button { padding: 0.5rem 0.8rem; } }
    """,
    js=script("confusion_view", MORPH),
    isolate_styles=False,
)


def confusion_view(matrix: "ArrayLike", selected: Part, on_choose: Callable[[], None], *, key: str) -> None:
    """Draw the three pictures.

    Args:
        matrix: Counts (10, 10): rows are true digits, columns predicted ones.
        selected: The part that is chosen.
        on_choose: Called before the next run when a part was clicked; it asks `chosen_part` for it.
        key: Identifies them.
    """
    frequent = [(Part(mistake.true, mistake.predicted), mistake.text) for mistake in most_confused(matrix, _MOST)]
    # A tuple: to check whether a string is a table, Streamlit would load pandas.
    _component(data=(confusion_html(matrix, frequent, selected),), key=key, on_chosen_change=on_choose)


def chosen_part(key: str) -> Part | None:
    """The part of the button that was clicked just now in the view with this key; None if there was none."""
    state = st.session_state.get(key)
    text = state.get("chosen") if state else None
    # Whoever speaks to the server without our page may send anything.
    if not isinstance(text, str) or len(numbers := text.split(",")) != 2:
        return None
    if any(number not in {"", *"0123456789"} for number in numbers):
        return None
    true, predicted = (int(number) if number else None for number in numbers)
    return Part(true, predicted)
