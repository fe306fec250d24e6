"""The buttons of one run, in a row whose places stay the same: what can be asked of it in the state that it is in."""

import math
from collections.abc import Callable

import streamlit as st

from mnist_lab import formatting
from mnist_lab.errors import LabError
from mnist_lab.runs import Command, Run, RunState
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.live.run_labels import epochs, is_tested
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.navigation import go
from mnist_lab.ui.session.query_params import RUN, SWEEP
from mnist_lab.ui.session.session_id import session_id
from mnist_lab.ui.train.run_buttons import ask_button, command_button

_LOG_BYTES = 20_000
_SPINNER = "spinner"
_SMALLER = 1 / 3


def run_controls(run: Run, *, is_next: bool = False) -> None:
    """Draw the buttons of a run.

    Args:
        run: In any state.
        is_next: Whether it is the first of the queue.
    """
    with st.container(horizontal=True, gap="xsmall", key="run-controls"):
        if run.state is RunState.QUEUED:
            queue_buttons(run, is_next=is_next)
        elif run.state.is_active:
            _while_active(run)
        else:
            if run.result is not None and run.state is not RunState.FAILED:
                _ended_well(run)
            else:
                _ended_badly(run)
            _another_button(run)


def queue_buttons(run: Run, *, is_next: bool) -> None:
    """Draw the buttons of a run that waits."""
    if not is_next:
        ask_button("To the front", ":material/vertical_align_top:", f"front-{run.id}", lambda: _move_to_front(run))
    # What was trained in part stays, to be resumed another time; of a run that never began nothing is lost.
    command = Command.STOP if run.attempt else Command.DISCARD
    command_button("Cancel", ":material/close:", run, command, hint="Take it out of the queue")


def _while_active(run: Run) -> None:
    ends = run.command in {Command.STOP, Command.DISCARD}
    fixed = ends or is_tested(run)
    if run.command is Command.PAUSE:
        command_button("Continue", ":material/play_arrow:", run, Command.NONE, kind="primary", disabled=fixed)
    else:
        command_button("Pause", ":material/pause:", run, Command.PAUSE, disabled=fixed)
    stepping = run.command is Command.STEP
    command_button(
        "One epoch …" if stepping else "One epoch",
        _SPINNER if stepping else ":material/skip_next:",
        run,
        Command.STEP,
        disabled=fixed or stepping,
        hint="Train to the end of the epoch, then pause",
    )
    stopping = run.command is Command.STOP
    command_button(
        "Stopping …" if stopping else "Stop",
        _SPINNER if stopping else ":material/stop:",
        run,
        Command.STOP,
        disabled=fixed,
        hint="End the training now; what was learnt is tested and kept",
    )
    rate_popover(run, disabled=fixed)
    _discard_popover(run, disabled=run.command is Command.DISCARD)


def _ended_well(run: Run) -> None:
    if st.button("Draw a digit", icon=":material/draw:", key=f"draw-{run.id}", type="primary"):
        go("draw", {RUN: run.id})
    _mistakes_button(run)
    hint = "The runs of this sweep, side by side" if run.group else "This run and others, side by side"
    if st.button("Compare", icon=":material/table_chart:", key=f"compare-{run.id}", help=hint):
        go("compare", {SWEEP: run.group} if run.group else None)
    more_epochs_popover(run)


def _ended_badly(run: Run) -> None:
    store = services().store
    resumes = bool(store.folder(run.id).checkpoint_files())
    verb = "Resume" if resumes else "Train it again"
    if run.diverged:
        label, key = f"{verb} at a third of the learning rate", f"smaller-{run.id}"
        ask_button(label, ":material/replay:", key, lambda: _again_smaller(run), kind="primary")
    elif run.state in {RunState.INTERRUPTED, RunState.FAILED}:
        ask_button(verb, ":material/replay:", f"again-{run.id}", lambda: store.requeue(run.id), kind="primary")
    if run.result is not None:
        _mistakes_button(run)
    _log_popover(run)
    _discard_popover(run)


def _mistakes_button(run: Run) -> None:
    if st.button("See its mistakes", icon=":material/search_insights:", key=f"mistakes-{run.id}"):
        go("inspect", {RUN: run.id})


def _another_button(run: Run) -> None:
    """The way to the next training: with no run in the address it stands first on the page."""
    if RUN in st.query_params and st.button("Train another", key=f"another-{run.id}"):
        del st.query_params[RUN]
        st.rerun()


def _discard_popover(run: Run, *, disabled: bool = False) -> None:
    """Ask whether the run is really to go, where the button is: a dialog would close at the next second's look."""
    discarding = run.command is Command.DISCARD
    label, icon = ("Discarding …", _SPINNER) if discarding else ("Discard", ":material/delete:")
    with st.popover(label, icon=icon, disabled=disabled, key=f"discard-popover-{run.id}"):
        what = "its curves and what it has learnt" if run.epochs_done or run.steps_done else "all that there is of it"
        st.markdown(f"**{plain(run.name)}** goes for good, with {what}.")
        command_button("Discard it", ":material/delete:", run, Command.DISCARD, kind="primary")


def _log_popover(run: Run) -> None:
    with st.popover("Log", icon=":material/article:"):
        log = services().store.folder(run.id).read_log(_LOG_BYTES)
        st.code(log or "The training process wrote nothing.", language=None, height=300)


def _move_to_front(run: Run) -> None:
    services().store.move_to_front(run.id)


def _again_smaller(run: Run) -> None:
    store = services().store
    store.requeue(run.id)
    store.set_learning_rate(run.id, run.learning_rate_factor * _SMALLER)


_MOST_EPOCHS = 1000


def more_epochs_popover(run: Run) -> None:
    """Draw the button that opens the choice; nothing if the run cannot be continued."""
    store = services().store
    most = _MOST_EPOCHS - run.epochs_done
    if not run.epochs_done or most < 1 or not store.folder(run.id).checkpoint_files():
        return
    with st.popover("Train on", icon=":material/fast_forward:", key=f"more-popover-{run.id}"):
        proposed = min(run.recipe.epochs, most)
        more = int(st.number_input("More epochs", 1, most, value=proposed, key=f"more-epochs-{run.id}"))
        st.caption(plain(f"A run of its own goes on from epoch {run.epochs_done:,}; {run.name} stays as it is."))
        if st.button(f"Train {epochs(more).replace(' ', ' more ')}", type="primary", key=f"more-{run.id}"):
            try:
                continued = store.continue_run(run.id, more, owner=session_id())
            except LabError as error:
                st.error(plain(str(error)), icon=":material/error:")
            else:
                st.query_params[RUN] = continued.id
                st.rerun()


FACTORS: dict[str, float] = {"÷ 10": 1 / 10, "÷ 3": 1 / 3, "× 1": 1.0, "× 3": 3.0, "× 10": 10.0}
"""What the recipe's learning rate can be multiplied by, evenly spaced to a logarithm."""


def rate_popover(run: Run, *, disabled: bool = False) -> None:
    """Draw the button that opens the choices; buttons and not a slider, so that two browsers show the same."""
    with st.popover(
        f"Learning rate {factor_words(run.learning_rate_factor)}".strip(),
        icon=":material/speed:",
        disabled=disabled,
        key=f"rate-popover-{run.id}",
    ):
        st.markdown(_in_words(run))
        with st.container(horizontal=True, gap="xsmall"):
            for word, factor in FACTORS.items():
                ask_button(
                    word,
                    "",
                    f"rate-{word}-{run.id}",
                    _setter(run, factor),
                    kind="primary" if _same(factor, run.learning_rate_factor) else "secondary",
                    hint=f"Learning rate {formatting.learning_rate(run.recipe.learning_rate * factor)}",
                )
        st.caption("From the next steps on.")


def factor_words(factor: float) -> str:
    """1/3 → "÷ 3", 10 → "× 10", 1 → ""; any other in three digits."""
    if _same(factor, 1.0):
        return ""
    return f"÷ {1 / factor:.3g}" if factor < 1 else f"× {factor:.3g}"


def _in_words(run: Run) -> str:
    """The rate in effect and how it comes about, as safe Markdown."""
    recipe, times = run.recipe, factor_words(run.learning_rate_factor)
    own = formatting.learning_rate(recipe.learning_rate)
    if recipe.schedule != "constant":
        return plain(f"The {recipe.schedule} schedule of {own}, {times or 'as it is'}.")
    now = plain(formatting.learning_rate(recipe.learning_rate * run.learning_rate_factor))
    return f"In effect: **{now}**" + (plain(f", the recipe's {own} {times}.") if times else ".")


def _setter(run: Run, factor: float) -> Callable[[], None]:
    return lambda: services().store.set_learning_rate(run.id, factor)


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-6)
