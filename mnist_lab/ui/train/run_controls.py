"""The buttons of a run, depending on its state. Each button keeps its position in the row."""

import math
from collections.abc import Callable

import streamlit as st

from mnist_lab import formatting
from mnist_lab.errors import LabError
from mnist_lab.runs import Command, Run, RunState
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.message import for_viewer
from mnist_lab.ui.components.ownership import ownership_note
from mnist_lab.ui.components.page.scroll_to import scroll_to
from mnist_lab.ui.components.streamlit_dom import by_key
from mnist_lab.ui.live.run_labels import epochs, is_testing
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.requeue_verb import requeue_verb
from mnist_lab.ui.session.navigation import go
from mnist_lab.ui.session.query_params import RUN, SWEEP
from mnist_lab.ui.session.viewer import viewer
from mnist_lab.ui.train.run_buttons import command_button, confirmed_button, request_button

_LOG_BYTES = 20_000
_LOG_SECONDS = 2.0
"""How long a page waits for the log of a run that another machine trains."""
_SPINNER = "spinner"
_TO_SETUP, _SETUPS = "scroll-to-setup", "scrolled-to-setup"
"""The number of the wanted scroll to the next training, and of the last one: each is an element of its own."""
_SMALLER_FACTOR = 1 / 3
_MAX_EPOCHS = 1000

LEARNING_RATE_FACTORS: dict[str, float] = {"÷ 10": 1 / 10, "÷ 3": 1 / 3, "× 1": 1.0, "× 3": 3.0, "× 10": 10.0}
"""Factors that the recipe's learning rate can be multiplied by, about evenly spaced on a logarithmic scale."""


def run_controls(run: Run, *, is_next: bool = False, training: Run | None = None) -> None:
    """Draw the buttons of a run.

    Args:
        run: In any state.
        is_next: Whether it is the first run in the queue.
        training: The run that trains now, if any.
    """
    is_own = viewer().may_change(run.owner)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", width="content", key="run-controls"):
        if run.state is RunState.QUEUED and training is not None:
            _watch_button(training)
        if not is_own and not run.state.is_ended:
            ownership_note(run)
        elif run.state is RunState.QUEUED:
            queue_buttons(run, is_next=is_next)
        elif run.state.is_active or run.state is RunState.SET_ASIDE:
            _while_active(run)
        else:
            if run.result is not None and run.state is not RunState.FAILED:
                _after_success(run)
            else:
                _after_failure(run, is_own=is_own)
        _another_button(run)


def queue_buttons(run: Run, *, is_next: bool) -> None:
    """Draw the buttons of a queued run."""
    if run.command is Command.STOP:
        # It was set aside, then stopped: it waits to be tested, which cannot be undone.
        return
    if not is_next:
        request_button("To the front", ":material/vertical_align_top:", f"front-{run.id}", lambda: _move_to_front(run))
    # A partly trained run is kept, so that it can be resumed; a run that has never started is deleted.
    command = Command.STOP if run.attempt else Command.DISCARD
    after = "What it has learned so far is kept." if run.attempt else "You can bring it back for a day."
    confirmed_button(
        "Cancel",
        ":material/close:",
        run,
        command,
        consequence=f"**{plain(run.name)}** will be taken out of the queue. {after}",
        confirm="Cancel this run",
    )


def _while_active(run: Run) -> None:
    locked = _is_locked(run)
    if run.command is Command.PAUSE or run.state is RunState.SET_ASIDE:
        continue_button(run, disabled=locked)
    else:
        hint = "If other runs wait, the first of them trains meanwhile"
        command_button("Pause", ":material/pause:", run, Command.PAUSE, disabled=locked, hint=hint)
    stepping = run.command is Command.STEP
    command_button(
        "One epoch …" if stepping else "One epoch",
        _SPINNER if stepping else ":material/skip_next:",
        run,
        Command.STEP,
        disabled=locked or stepping,
        hint="Finish this epoch or, between two epochs, train one more; then pause",
    )
    stop_button(run)
    learning_rate_popover(run, disabled=locked)
    _discard_button(run, disabled=run.command is Command.DISCARD)


def stop_button(run: Run) -> None:
    """Draw the button that ends the training of an active run."""
    stopping = run.command is Command.STOP
    confirmed_button(
        "Stopping …" if stopping else "Stop",
        _SPINNER if stopping else ":material/stop:",
        run,
        Command.STOP,
        consequence="The training ends now. Its network is tested and kept.",
        confirm="Stop it",
        disabled=_is_locked(run),
    )


def _is_locked(run: Run) -> bool:
    """Whether an active run takes no more commands, since it ends or is being tested."""
    return run.command in {Command.STOP, Command.DISCARD} or is_testing(run)


def continue_button(run: Run, *, disabled: bool = False) -> None:
    """Draw the button that lets a paused run go on; one that was set aside goes back into the queue."""
    hint = "It goes on when it is its turn" if run.state is RunState.SET_ASIDE else None
    command_button("Continue", ":material/play_arrow:", run, Command.NONE, kind="primary", disabled=disabled, hint=hint)


def _after_success(run: Run) -> None:
    if st.button("Draw a digit", icon=":material/draw:", key=f"draw-{run.id}", type="primary"):
        go("draw", {RUN: run.id})
    _mistakes_button(run)
    hint = "The runs of this sweep, side by side" if run.group else "This run and others, side by side"
    if st.button("Compare", icon=":material/table_chart:", key=f"compare-{run.id}", help=hint):
        go("compare", {SWEEP: run.group} if run.group else None)
    more_epochs_popover(run)


def _after_failure(run: Run, *, is_own: bool) -> None:
    if is_own:
        _again_button(run)
    if run.result is not None:
        _mistakes_button(run)
    if is_own:
        _log_popover(run)
        _discard_button(run)
    else:
        ownership_note(run)


def _again_button(run: Run) -> None:
    verb = requeue_verb([run])
    if run.diverged:
        label, key = f"{verb} at a third of the learning rate", f"smaller-{run.id}"
        request_button(label, ":material/replay:", key, lambda: _requeue_smaller(run), kind="primary")
    elif run.state in {RunState.INTERRUPTED, RunState.FAILED}:
        request_button(verb, ":material/replay:", f"again-{run.id}", _requeuer(run), kind="primary")


def _mistakes_button(run: Run) -> None:
    if st.button("See its mistakes", icon=":material/search_insights:", key=f"mistakes-{run.id}"):
        go("inspect", {RUN: run.id})


def _watch_button(training: Run) -> None:
    """Draw the button that leads from a waiting run to the one that trains."""
    if st.button("Watch the training", icon=":material/play_circle:", key=f"watch-{training.id}", type="primary"):
        st.query_params[RUN] = training.id
        st.rerun()


def _another_button(run: Run) -> None:
    """Draw the button that leads to the next training, which is further down when the URL names a run."""
    if RUN in st.query_params:
        st.button("Train another", icon=":material/add:", key=f"another-{run.id}", on_click=_ask_for_setup)


def _ask_for_setup() -> None:
    st.session_state[_TO_SETUP] = st.session_state.get(_SETUPS, 0) + 1


def scroll_to_setup() -> None:
    """Scroll, once, to the next training, after a click on "Train another"."""
    if asked := st.session_state.pop(_TO_SETUP, 0):
        st.session_state[_SETUPS] = asked
        scroll_to(by_key("train-head"), key=f"scroll-to-setup-{asked}", block="start", focus=":scope")


def _discard_button(run: Run, *, disabled: bool = False) -> None:
    discarding = run.command is Command.DISCARD
    label, icon = ("Discarding …", _SPINNER) if discarding else ("Discard", ":material/delete:")
    consequence = f"**{plain(run.name)}** will be deleted. You can bring it back for a day."
    confirmed_button(
        label, icon, run, Command.DISCARD, consequence=consequence, confirm="Discard it", disabled=disabled
    )


def _log_popover(run: Run) -> None:
    with st.popover("Log", icon=":material/article:"):
        log = services().store.files.fetched(run.id, _LOG_SECONDS).read_log(_LOG_BYTES)
        st.code(log or "The training process wrote nothing.", language=None, height=300)


def _move_to_front(run: Run) -> None:
    services().store.move_to_front(run.id, actor=viewer())


def _requeuer(run: Run) -> Callable[[], None]:
    return lambda: services().store.requeue(run.id, actor=viewer())


def _requeue_smaller(run: Run) -> None:
    store = services().store
    store.requeue(run.id, actor=viewer())
    store.set_learning_rate(run.id, run.learning_rate_factor * _SMALLER_FACTOR, actor=viewer())


def more_epochs_popover(run: Run) -> None:
    """Draw the popover that trains more epochs in a new run; nothing if the run cannot be continued."""
    store = services().store
    maximum = _MAX_EPOCHS - run.epochs_done
    if not run.epochs_done or maximum < 1 or not store.files.has_checkpoint(run.id, of_epoch_end=True):
        return
    with st.popover("More epochs", icon=":material/fast_forward:", key=f"more-popover-{run.id}"):
        proposed = min(run.recipe.epochs, maximum)
        more = int(st.number_input("Additional epochs", 1, maximum, value=proposed, key=f"more-epochs-{run.id}"))
        st.caption(plain(f"A new run continues from epoch {run.epochs_done:,}; {run.name} stays unchanged."))
        keep = _keeps_learning_rate(run)
        if st.button(f"Train {epochs(more).replace(' ', ' more ')}", type="primary", key=f"more-{run.id}"):
            try:
                continued = store.continue_run(run.id, more, actor=viewer(), keep_learning_rate=keep)
            except LabError as error:
                st.error(plain(for_viewer(error)), icon=":material/error:")
            else:
                st.query_params[RUN] = continued.id
                st.rerun()


def _keeps_learning_rate(run: Run) -> bool:
    """Whether the new run keeps the learning rate that was set by hand; asks if there is one."""
    times = factor_text(run.learning_rate_factor)
    if not times:
        return True
    label = f"Keep the learning rate that was set by hand, {times}"
    return st.checkbox(plain(label), value=True, key=f"keep-rate-{run.id}", help="Otherwise the recipe's own is used")


def learning_rate_popover(run: Run, *, disabled: bool = False) -> None:
    """Draw the popover with the learning rate; it has buttons, not a slider, so that all browsers show the same."""
    with st.popover(
        f"Learning rate {factor_text(run.learning_rate_factor)}".strip(),
        icon=":material/speed:",
        disabled=disabled,
        key=f"rate-popover-{run.id}",
    ):
        st.markdown(_rate_text(run))
        with st.container(horizontal=True, gap="xsmall"):
            for text, factor in LEARNING_RATE_FACTORS.items():
                request_button(
                    text,
                    "",
                    f"rate-{text}-{run.id}",
                    _setter(run, factor),
                    kind="primary" if _same(factor, run.learning_rate_factor) else "secondary",
                    hint=f"Learning rate {formatting.learning_rate(run.recipe.learning_rate * factor)}",
                )
        st.caption("A change takes effect with the next training steps.")


def factor_text(factor: float) -> str:
    """The factor on the learning rate; "" for 1."""
    return "" if _same(factor, 1.0) else formatting.factor(factor)


def _rate_text(run: Run) -> str:
    """The learning rate in effect and how it is computed, as safe Markdown."""
    recipe, times = run.recipe, factor_text(run.learning_rate_factor)
    own = formatting.learning_rate(recipe.learning_rate)
    if recipe.schedule != "constant":
        return plain(f"The {recipe.schedule} schedule of {own}, {times or 'as it is'}.")
    now = plain(formatting.learning_rate(recipe.learning_rate * run.learning_rate_factor))
    return f"In effect: **{now}**" + (plain(f", the recipe's {own} {times}.") if times else ".")


def _setter(run: Run, factor: float) -> Callable[[], None]:
    return lambda: services().store.set_learning_rate(run.id, factor, actor=viewer())


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-6)
