"""The slider over the epochs of a training. It can replay them, and shows the newest until it is moved."""

from collections.abc import Sequence

import streamlit as st

from mnist_lab.ui.components.assets import script

_component = st.components.v2.component(
    "mnist_lab_epoch_slider",
    html="""
    <div class="lab-epoch-slider">
      <button type="button"></button>
      <input type="range" min="0" step="1" aria-label="Epoch">
      <output translate="no"></output>
    </div>
    """,
    css="""
    .lab-epoch-slider { display: flex; align-items: center; gap: 12px; color: var(--st-text-color);
      font-size: .875rem; }
    .lab-epoch-slider button { flex: none; width: 40px; height: 40px; border-radius: 50%; cursor: pointer; padding: 0;
      display: grid; place-items: center; border: 1px solid var(--st-border-color); background: none;
      color: var(--st-primary-color); }
    .lab-epoch-slider button:hover { border-color: var(--st-primary-color); }
    .lab-epoch-slider button:disabled { opacity: .4; cursor: default; }
    .lab-epoch-slider input { flex: 1; min-width: 60px; height: 40px; margin: 0; cursor: pointer;
      accent-color: var(--st-primary-color); }
    .lab-epoch-slider :focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px;
      border-radius: 20px; }
    .lab-epoch-slider output { flex: none; min-width: 11.5em; font-variant-numeric: tabular-nums; }
    @media (max-width: 640px) { .lab-epoch-slider { flex-wrap: wrap; row-gap: 0; }
      .lab-epoch-slider output { flex: 1 0 100%; text-align: center; min-width: 0; } }
    """,
    js=script("epoch_slider", "part", "ask", "motion"),
    isolate_styles=False,
)


def epoch_slider(
    epochs: Sequence[int], *, total: int, live: bool, best: int | None, done: int | None, newest: str, key: str
) -> None:
    """Draw the slider. Call this after drawing the picture: a replay waits until the slider has been drawn again.

    Args:
        epochs: The epochs that can be shown, in order; at least one.
        total: Number of epochs of the whole training, shown beside the slider.
        live: Whether there will be more epochs.
        best: The best epoch, marked in the text; None if unknown.
        done: Number of epochs that an ended training completed; None while it is active. A later snapshot was
            taken in the middle of an epoch.
        newest: Version of the newest snapshot; when the live feed reports another one, the fragment runs again.
        key: Identifies the slider; a slider with a new key shows the newest epoch at first.
    """
    # A tuple: to check whether a list is a table, Streamlit would load pandas.
    data = {
        "epochs": tuple(epochs),
        "wanted": _wanted(key),
        "total": total,
        "live": live,
        "best": best,
        "done": done,
        "newest": newest,
        "key": key,
    }
    _component(data=data, key=key, on_epoch_change=lambda: None, on_newer_change=lambda: None)


def chosen_epoch(epochs: Sequence[int], key: str) -> int:
    """The one of `epochs` that the slider with this key is set to."""
    return shown_epoch(epochs, _wanted(key))


def shown_epoch(epochs: Sequence[int], wanted: int | None) -> int:
    """The latest epoch that is not later than the wanted one; the newest of all if none is wanted.

    The wanted epoch itself may be missing: only some of many snapshots are kept.
    """
    if wanted is None:
        return epochs[-1]
    return max((epoch for epoch in epochs if epoch <= wanted), default=epochs[0])


def _wanted(key: str) -> int | None:
    state = st.session_state.get(key)
    return state.get("epoch") if state else None
