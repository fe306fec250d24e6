"""The selected runs of Compare, synchronised with the URL, and a message about requested runs that do not exist.

Each change of the URL is an entry in the browser's history. Therefore it only changes when the user selects rows, and
when Back or Forward changes it, the table gets a new selection.
"""

from collections.abc import Sequence

import streamlit as st

from mnist_lab import formatting
from mnist_lab.runs import RunStore
from mnist_lab.ui.session.query_params import RUNS

MAX_REQUESTED = 50
_MAX_NAMED = 5
_SEEN = "compare-seen"


def requested_ids(parameter: str | None) -> list[str]:
    """The run ids in the URL parameter, without duplicates: at most the first fifty."""
    return list(dict.fromkeys(run_id for run_id in (parameter or "").split(",")[:MAX_REQUESTED] if run_id))


def missing_runs_message(store: RunStore, parameter: str | None) -> str:
    """A message about requested runs that are not among the ended runs; "" if all are."""
    ids = requested_ids(parameter)
    ended = {run.id for run in store.runs_of(ids) if run.state.is_ended}
    missing = [f"“{formatting.shortened(run_id, 20)}”" for run_id in ids if run_id not in ended]
    if not missing:
        return ""
    if len(missing) == 1:
        return (
            f"The address requests the run {missing[0]}, which is not among the ended runs of this lab; "
            "it may have been deleted."
        )
    named = ", ".join(missing[:_MAX_NAMED]) + (", …" if len(missing) > _MAX_NAMED else "")
    return (
        f"The address requests {len(missing)} runs that are not among the ended runs of this lab: {named}; "
        "they may have been deleted."
    )


def table_key(ids: Sequence[str], parameter: str | None) -> str:
    """Widget key of the table, which changes when its selection must be reset.

    That is when the table shows other runs, as a selection consists of row numbers, and when the URL was changed by
    something else.

    Args:
        ids: Ids of the runs in the table, in its order.
        parameter: The runs requested by the URL.
    """
    seen, changes = st.session_state.get(_SEEN, (parameter, 0))
    if seen != parameter:
        changes += 1
    st.session_state[_SEEN] = parameter, changes
    return f"runs-{hash(tuple(ids))}-{changes}"


def write_selection(ids: Sequence[str]) -> None:
    """Write the selected runs of the current table into the URL."""
    _, changes = st.session_state[_SEEN]
    parameter = st.query_params[RUNS] = ",".join(ids)
    st.session_state[_SEEN] = parameter, changes
