"""The slider over a training's epochs; it replays them at a click, and follows the newest until it is moved."""

from collections.abc import Sequence

import streamlit as st

from mnist_lab.ui.components.assets import script

_component = st.components.v2.component(
    "mnist_lab_timeline",
    html="""
    <div class="lab-timeline lab-part">
      <button type="button"></button>
      <input type="range" min="0" step="1" aria-label="Epoch">
      <output></output>
    </div>
    """,
    css="""
    .lab-timeline { display: flex; align-items: center; gap: 12px; color: var(--st-text-color); font-size: 14px; }
    .lab-timeline button { flex: none; width: 40px; height: 40px; border-radius: 50%; cursor: pointer; padding: 0;
      display: grid; place-items: center; border: 1px solid var(--st-border-color); background: none;
      color: var(--st-primary-color); }
    .lab-timeline button:hover { border-color: var(--st-primary-color); }
    .lab-timeline button:disabled { opacity: .4; cursor: default; }
    .lab-timeline input { flex: 1; min-width: 60px; height: 40px; margin: 0; cursor: pointer;
      accent-color: var(--st-primary-color); }
    .lab-timeline :focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px;
      border-radius: 20px; }
    .lab-timeline output { flex: none; min-width: 11.5em; font-variant-numeric: tabular-nums; }
    @media (max-width: 640px) { .lab-timeline { flex-wrap: wrap; row-gap: 0; }
      .lab-timeline output { flex: 1 0 100%; text-align: center; min-width: 0; } }
    """,
    js=script("epoch_slider", "ask"),
    isolate_styles=False,
)


def timeline(
    epochs: Sequence[int], *, total: int, live: bool, best: int | None, done: int | None, newest: str, key: str
) -> None:
    """Draw the slider. A replay waits for it, so draw it after what it is the slider of.

    Args:
        epochs: The epochs that can be shown, in order; at least one.
        total: The epochs of the whole training, which the words beside it name.
        live: Whether there will be more.
        best: The best epoch, marked in words; None if that is not known.
        done: The epochs that an ended training completed, None while it goes on; what is shown after them is of the
            middle of an epoch.
        newest: The newest snapshot there is; when the live feed tells of another, the fragment runs again.
        key: Names the slider; another key is another one, which follows the newest epoch at first.
    """
    # A tuple: of a list, Streamlit asks whether it is a table, and loads pandas for that.
    data = {
        "epochs": tuple(epochs),
        "wanted": _wanted(key),
        "total": total,
        "live": live,
        "best": best,
        "done": done,
        "newest": newest,
    }
    _component(data=data, key=key, on_epoch_change=lambda: None, on_newer_change=lambda: None)


def chosen_epoch(epochs: Sequence[int], key: str) -> int:
    """The epoch of `epochs` to be shown where the slider of that key stands now."""
    return shown_epoch(epochs, _wanted(key))


def shown_epoch(epochs: Sequence[int], wanted: int | None) -> int:
    """The latest epoch that is not later than the wanted one; the newest of all if none is wanted.

    The wanted one itself may be gone: of many snapshots only some stay.
    """
    if wanted is None:
        return epochs[-1]
    return max((epoch for epoch in epochs if epoch <= wanted), default=epochs[0])


def _wanted(key: str) -> int | None:
    kept = st.session_state.get(key)
    return kept.get("epoch") if kept else None
