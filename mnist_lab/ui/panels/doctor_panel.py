"""What the run doctor says of a run, and the buttons that try what it proposes."""

from collections.abc import Mapping, Sequence

import streamlit as st

from mnist_lab.insight.doctor import Finding, Remedy
from mnist_lab.runs import MetricPoint, Run
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.live.run_view import examine
from mnist_lab.ui.session import network_draft
from mnist_lab.ui.session.navigation import go
from mnist_lab.ui.session.recipe_draft import open_recipe

_ICONS = {
    "serious": ":red[:material/error:]",
    "moderate": ":orange[:material/warning:]",
    "note": ":gray[:material/info:]",
}


def doctor_panel(run: Run, points: Sequence[MetricPoint], findings: Sequence[Finding]) -> None:
    """Show the findings on a run; nothing while it is under way and nothing is certain.

    Args:
        run: In any state.
        points: Its curves.
        findings: What `examine` found in it.
    """
    if not findings and not (run.state.is_ended and any(point.kind == "epoch" for point in points)):
        return
    with st.container(border=True, gap="medium", key=f"doctor-{run.id}"):
        if not findings:
            st.markdown(":green[:material/check_circle:] **Nothing wrong**, as far as the curves tell.")
        for number, finding in enumerate(findings):
            _finding(run, finding, is_first=number == 0)


def doctor_lines(runs: Sequence[Run], names: Sequence[str], points: Mapping[str, Sequence[MetricPoint]]) -> None:
    """Show in a line for each run what is wrong with it; nothing for those with which nothing is.

    Args:
        runs: In any state.
        names: What the lines call them, in the order of the runs.
        points: Of each run, by its id.
    """
    for run, name in zip(runs, names, strict=True):
        wrong = [finding for finding in examine(run, points[run.id]) if finding.severity != "note"]
        if wrong:
            titles = " · ".join(finding.title for finding in wrong)
            st.markdown(f"{_ICONS[wrong[0].severity]} **{plain(name)}**: {plain(titles)}")


def _finding(run: Run, finding: Finding, *, is_first: bool) -> None:
    says, tries = st.columns([2, 1], gap="large")
    with says, st.container(gap="xsmall"):
        st.markdown(f"{_ICONS[finding.severity]} **{plain(finding.title)}**")
        st.markdown(plain(finding.evidence))
        if is_first:
            st.caption(plain(finding.why))
        else:
            with st.expander("Why", type="compact"):
                st.caption(plain(finding.why))
    if finding.remedies:
        with tries, st.container(gap="xsmall"):
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
    """Make the changed network and recipe the session's: that of the run, but for the one change."""
    network = remedy.network or run.network
    same_places = len(network.layers) == len(run.network.layers)
    network_draft.start_with(network, pick=finding.index if remedy.network is not None and same_places else None)
    open_recipe(remedy.recipe or run.recipe)
