"""What is wrong with a network, each with the buttons that repair it: the same on a layer's card and on Train."""

from collections.abc import Sequence

import streamlit as st

from mnist_lab.network import Network, Problem
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.session import network_draft

_MOST_SHOWN = 5


def problem_list(problems: Sequence[Problem], *, key: str) -> None:
    """Draw the first few problems with their repairs; a repair is a step that can be undone.

    Args:
        problems: Of one layer or of a whole network.
        key: Tells the buttons apart from those of other lists on the page.
    """
    for number, problem in enumerate(problems[:_MOST_SHOWN]):
        _problem(problem, f"repair-{key}-{number}-{problem.rule}")
    if (more := len(problems) - _MOST_SHOWN) > 0:
        st.caption(f"And {more} more; they show when these are repaired.")


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
    # A repair that removes a layer moves the others: the card that was open is another one then.
    same = len(network.layers) == len(network_draft.history().network.layers)
    network_draft.change(network, pick=network_draft.picked() if same else None)
