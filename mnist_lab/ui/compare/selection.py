"""The runs that Compare's address names: which of them are not there, and what is ticked kept in step with it.

Each change of the address is a step of the browser's history. So it is left as it is until somebody ticks a row, and
when Back or Forward changes it, the table is ticked anew.
"""

from collections.abc import Sequence

import streamlit as st

from mnist_lab import formatting
from mnist_lab.runs import RunStore
from mnist_lab.ui.session.query_params import RUNS

MOST_ASKED = 50
_MOST_NAMED = 5
_SEEN = "compare-seen"


def asked_ids(asked: str | None) -> list[str]:
    """The ids that the address names, each once: at most the first fifty."""
    return list(dict.fromkeys(run_id for run_id in (asked or "").split(",")[:MOST_ASKED] if run_id))


def missing_words(store: RunStore, asked: str | None) -> str:
    """What of the address no ended run goes by, in a sentence; "" if there is nothing to say."""
    ids = asked_ids(asked)
    ended = {run.id for run in store.runs_of(ids) if run.state.is_ended}
    missing = [f"“{formatting.shortened(run_id, 20)}”" for run_id in ids if run_id not in ended]
    if not missing:
        return ""
    if len(missing) == 1:
        return (
            f"The address names the run {missing[0]}, which is not among this lab's ended runs; "
            "it may have been deleted."
        )
    named = ", ".join(missing[:_MOST_NAMED]) + (", …" if len(missing) > _MOST_NAMED else "")
    return (
        f"The address names {len(missing)} runs that are not among this lab's ended runs: {named}; "
        "they may have been deleted."
    )


def table_key(ids: Sequence[str], asked: str | None) -> str:
    """Names the table: another one for other runs, as selections are row numbers, and for an address changed by others.

    Args:
        ids: Of the runs that the table shows, in its order.
        asked: What the address names.
    """
    seen, changes = st.session_state.get(_SEEN, (asked, 0))
    if seen != asked:
        changes += 1
    st.session_state[_SEEN] = asked, changes
    return f"runs-{hash(tuple(ids))}-{changes}"


def write_chosen(ids: Sequence[str]) -> None:
    """Let the address name these runs, which have been ticked in the table that there is."""
    _, changes = st.session_state[_SEEN]
    asked = st.query_params[RUNS] = ",".join(ids)
    st.session_state[_SEEN] = asked, changes
