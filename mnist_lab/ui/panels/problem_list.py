"""The problems of a network, each with its repair buttons; shown on Train."""

from collections.abc import Sequence

import streamlit as st

from mnist_lab.network import Network, Problem
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.session import network_draft

_MAX_SHOWN = 5


def problem_list(problems: Sequence[Problem], *, key: str) -> None:
    """Draw the first five problems with their repairs; a repair can be undone.

    Args:
        problems: Of one layer or of a whole network.
        key: Prefix of the widget keys, unique on the page.
    """
    for number, problem in enumerate(problems[:_MAX_SHOWN]):
        _problem(problem, f"repair-{key}-{number}-{problem.rule}")
    if (more := len(problems) - _MAX_SHOWN) > 0:
        st.caption(f"{more} more are shown when these are repaired.")


def _problem(problem: Problem, key: str) -> None:
    if problem.severity == "error":
        st.error(plain(problem.message), icon=":material/error:")
    else:
        st.warning(plain(problem.message), icon=":material/warning:")
    if not problem.repairs:
        return
    with st.container(horizontal=True, gap="small"):
        for number, repair in enumerate(problem.repairs):
            st.button(
                plain(repair.label),
                key=f"{key}-{number}",
                icon=":material/build:",
                on_click=_repair,
                args=(repair.network,),
            )


def _repair(network: Network) -> None:
    # A repair that removes a layer changes the indices of other layers, so the open form would belong to another layer.
    same_indices = len(network.layers) == len(network_draft.history().network.layers)
    network_draft.change(network, pick=network_draft.picked_layers() if same_indices else None)
