"""The select box for one tested run: initially the run in the URL, else the one shown before, else the best."""

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from mnist_lab import formatting
from mnist_lab.errors import UnknownRunError
from mnist_lab.runs import Run, RunState
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.run_sign import SIGN_WIDTH, run_sign
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.navigation import go
from mnist_lab.ui.session.query_params import RUN

_LAST_SHOWN = "picked-run"


def pick_signed_run(runs: Sequence[Run], *, key: str) -> Run:
    """Draw the select box of `pick_run` beside the sign that the selected run has in all charts."""
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"{key}-signed"):
        sign = st.container(width=SIGN_WIDTH)
        run = pick_run(runs, key=key)
    with sign:
        run_sign(run, beside_box=True)
    return run


def pick_run(runs: Sequence[Run], *, key: str) -> Run:
    """Draw a select box with the runs (at least one), synchronised with the URL; warns if the URL names no such run.

    The selected run stays selected on every page of the session until the user or a URL selects another.
    """
    by_id = {run.id: run for run in runs}
    labels = _labels(runs)
    requested = st.query_params.get(RUN)

    def write_url() -> None:
        st.query_params[RUN] = st.session_state[key]

    # The links of the menu contain no run id.
    first = next((run_id for run_id in (requested, st.session_state.get(_LAST_SHOWN)) if run_id in by_id), runs[0].id)
    selected = st.selectbox(
        "Network",
        list(by_id),
        index=list(by_id).index(first),
        format_func=lambda run_id: labels.get(run_id, run_id),
        on_change=write_url,
        key=key,
    )
    run = by_id.get(selected, runs[0])
    st.session_state[_LAST_SHOWN] = run.id
    if requested and requested not in by_id:
        st.warning(
            f"{_why_not_shown(requested)} {plain(formatting.shortened_inside(run.name, 36))} is shown instead.",
            icon=":material/link_off:",
        )
    elif requested != run.id:
        st.query_params[RUN] = run.id
    if run.data is not None and run.used_sample:
        st.caption(
            f":material/cloud_off: Trained and tested on the {plain(run.data.title)}, **not on MNIST itself**: "
            "it is less accurate on drawings."
        )
    return run


def _why_not_shown(run_id: str) -> str:
    try:
        run = services().store.get(run_id)
    except UnknownRunError:
        return f"There is no tested run {plain(formatting.shortened(run_id, 20))}; it may have been deleted."
    return f"{plain(formatting.shortened_inside(run.name, 36))} is {run.state} and has no test result yet."


def pick_next(run: Run) -> None:
    """Let the pages that show one run's network show this one next, unless their URL names another."""
    st.session_state[_LAST_SHOWN] = run.id


def empty_state(message: str, *, key: str) -> None:
    """Show a message about what is missing, with buttons for the next step."""
    with st.container(border=True, key=f"{key}-empty"):
        st.markdown(message)
        with st.container(horizontal=True):
            if st.button("Train a network", type="primary", icon=":material/play_circle:", key=f"{key}-train"):
                go("train")
            if st.button("Compose one first", icon=":material/layers:", key=f"{key}-compose"):
                go("compose")


def _labels(runs: Sequence[Run]) -> dict[str, str]:
    """The menu label of each run, by its id; equal labels get the id appended."""
    labels = {run.id: _label(run) for run in runs}
    counts = Counter(labels.values())
    return {run_id: f"{label} · {run_id}" if counts[label] > 1 else label for run_id, label in labels.items()}


def _label(run: Run) -> str:
    parts = [formatting.shortened_inside(run.name, 36)]
    if run.result is not None:
        parts.append(formatting.accuracy(run.result.test_accuracy))
    if run.state is RunState.STOPPED:
        parts.append("stopped")
    if run.data is not None and run.used_sample:
        parts.append(run.data.title)
    return " · ".join(parts)
