"""The findings of the run doctor on a run, with buttons that open the remedies."""

from collections.abc import Mapping, Sequence

import streamlit as st

from mnist_lab.charts import MetricHistory
from mnist_lab.insight.doctor import Finding, Remedy
from mnist_lab.runs import Run
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.streamlit_dom import about_runs
from mnist_lab.ui.live.run_view import examine
from mnist_lab.ui.session import network_draft
from mnist_lab.ui.session.navigation import go
from mnist_lab.ui.session.recipe_draft import open_recipe

_ICONS = {
    "serious": ":red[:material/error:]",
    "moderate": ":orange[:material/warning:]",
    "note": ":gray[:material/info:]",
}


def doctor_panel(run: Run, history: MetricHistory, findings: Sequence[Finding]) -> None:
    """Show the findings on a run; nothing if there are none and the run has not ended.

    Args:
        run: In any state.
        history: Its metrics.
        findings: The result of `examine`.
    """
    if not findings and not (run.state.is_ended and any(point.kind == "epoch" for point in history.points)):
        return
    with st.container(border=True, gap="medium", key=f"doctor-{run.id}"):
        if not findings:
            st.markdown(":green[:material/check_circle:] **No problem found** in the curves.")
        for number, finding in enumerate(findings):
            _finding(run, finding, is_first=number == 0)


def doctor_lines(runs: Sequence[Run], names: Sequence[str], histories: Mapping[str, MetricHistory]) -> None:
    """Show one line per run that has a problem, with the titles of its findings.

    Args:
        runs: In any state.
        names: Their names, in the order of the runs.
        histories: The metrics of each run, by its id.
    """
    for run, name in zip(runs, names, strict=True):
        problems = [finding for finding in examine(run, histories[run.id]) if finding.severity != "note"]
        if problems:
            titles = " · ".join(finding.title for finding in problems)
            with st.container(key=about_runs(run.id)):
                st.markdown(f"{_ICONS[problems[0].severity]} **{plain(name)}**: {plain(titles)}")


def _finding(run: Run, finding: Finding, *, is_first: bool) -> None:
    text, buttons = st.columns([2, 1], gap="large")
    with text, st.container(gap="xsmall"):
        st.markdown(f"{_ICONS[finding.severity]} **{plain(finding.title)}**")
        st.markdown(plain(finding.evidence))
        if is_first:
            st.caption(plain(finding.why))
        else:
            with st.expander("Why", type="compact"):
                st.caption(plain(finding.why))
    if finding.remedies:
        with buttons, st.container(gap="xsmall"):
            st.caption("Try this")
            for number, remedy in enumerate(finding.remedies):
                _try_button(run, finding, remedy, number)


def _try_button(run: Run, finding: Finding, remedy: Remedy, number: int) -> None:
    pressed = st.button(
        plain(remedy.label),
        key=f"try-{finding.kind}-{number}-{run.id}",
        icon=":material/layers:" if remedy.network is not None else ":material/tune:",
        help="Opens the changed network" if remedy.network is not None else "Opens the changed recipe",
        width="stretch",
        on_click=_prepare,
        args=(run, finding, remedy),
    )
    if pressed:
        go("compose" if remedy.network is not None else "train", network_draft.link_parameters())


def _prepare(run: Run, finding: Finding, remedy: Remedy) -> None:
    """Put the run's network and recipe, with the one change, into the session's drafts."""
    network = remedy.network or run.network
    same_indices = len(network.layers) == len(run.network.layers)
    network_draft.start_with(network, pick=finding.index if remedy.network is not None and same_indices else None)
    open_recipe(remedy.recipe or run.recipe)
