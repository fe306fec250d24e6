"""The live chart: one figure of one run on one node, from its first point to its last, and how it is to be drawn."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from mnist_lab.charts import Curve, Track, run_figure, text
from mnist_lab.runs import Run
from mnist_lab.ui.moments import TESTED_STATES
from mnist_lab.ui.plot import plot
from mnist_lab.ui.services import services

CHART_HEIGHT = 470
_SCALE, _SMOOTHING, _GHOST = "chart-scale", "chart-smoothing", "chart-ghost"
_SMOOTHINGS = (0.0, 0.3, 0.6, 0.9, 0.97)
_MOST_GHOSTS = 200
_GHOSTS = "chart-ghosts"


def run_chart(run: Run, track: Track) -> None:
    """Draw the run's curves, or change the ones drawn, and the button behind which they are adjusted."""
    # What the widgets below say: the figure stands above them.
    choices = st.session_state
    curves = [Curve(run.name, track, best_epoch=run.result.best_epoch or None if run.result else track.best_epoch)]
    ghosts = {ghost.id: ghost for ghost in _ghosts() if ghost.id != run.id}
    ghost = ghosts.get(choices.get(_GHOST) or "")
    if ghost is not None:
        curves.append(Curve(ghost.name, services().tracks.of(ghost), key="ghost", ghost=True))
    figure = run_figure(
        curves,
        log=choices.get(_SCALE) == "logarithmic",
        smoothing=float(choices.get(_SMOOTHING, 0.6)),
        epochs=None if run.state.is_ended else run.recipe.epochs,
        key=run.id,
    )
    plot(figure, key="live-chart", alt=chart_words(run, track, ghost), height=CHART_HEIGHT)
    with st.popover("Chart", icon=":material/tune:", type="tertiary"):
        st.segmented_control(
            "Loss axis", ["linear", "logarithmic"], default="linear", required=True, key=_SCALE, persist_state="session"
        )
        st.select_slider(
            "Smoothing of the training curve", _SMOOTHINGS, value=0.6, key=_SMOOTHING, persist_state="session"
        )
        st.selectbox(
            "Compare with",
            list(ghosts),
            index=None,
            format_func=lambda run_id: _label(ghosts[run_id]) if run_id in ghosts else run_id,
            placeholder="No other run" if ghosts else "No other run has ended yet",
            disabled=not ghosts,
            key=_GHOST,
            persist_state="session",
        )


def chart_words(run: Run, track: Track, ghost: Run | None = None) -> str:
    """What the chart shows, in words, for those who do not see it."""
    words = [f"Loss, accuracy and learning rate of the run {run.name}"]
    if not track.points:
        return f"{words[0]}: no curves yet"
    newest, check = track.points[-1], track.last_check
    words.append(f"{newest.epoch:.3g} of {run.recipe.epochs} epochs")
    words.append(f"training loss {text.loss(newest.training_loss)}, accuracy {text.accuracy(newest.training_accuracy)}")
    if check is not None:
        loss, accuracy = text.loss(check.validation_loss), text.accuracy(check.validation_accuracy)
        words.append(f"validation loss {loss}, accuracy {accuracy}")
    if track.best_epoch:
        words.append(f"best epoch {track.best_epoch}")
    if ghost is not None:
        words.append(f"behind it the run {ghost.name}")
    return "; ".join(words)


def _ghosts() -> Sequence[Run]:
    """The newest ended runs that have curves; listed anew only when there are more or fewer of them."""
    count = services().moments.now().tested
    known: tuple[int, Sequence[Run]] | None = st.session_state.get(_GHOSTS)
    if known is None or known[0] != count:
        ended = services().store.list(TESTED_STATES, limit=_MOST_GHOSTS)
        known = st.session_state[_GHOSTS] = count, [run for run in ended if run.epochs_done]
    return known[1]


def _label(run: Run) -> str:
    result: Any = run.result
    accuracy = f" · {text.accuracy(result.test_accuracy)}" if result else ""
    return f"{text.shortened(run.name, 36)}{accuracy} · {run.id}"
