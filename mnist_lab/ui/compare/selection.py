"""The ticked runs of Compare, synchronised with the URL, and a message about requested runs that do not exist.

Each change of the URL is an entry in the browser's history. Therefore it only changes when the user ticks rows, and
when Back or Forward changes it, the table gets new ticks.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from mnist_lab import formatting
from mnist_lab.runs import RunState, RunStore
from mnist_lab.ui.components.data_table import Ticks
from mnist_lab.ui.session.compared_runs import runs_parameter, sweep_parameter, write_runs

MAX_REQUESTED = 50
_MAX_NAMED = 5
_LINK = "compare-link"
_SEEN = "compare-seen"
BEHIND_SECONDS = 3.0
"""A browser that ticks quickly sends the URL from before its last tick; an older URL after this time is a step back."""

Url = tuple[str | None, str | None]


def requested_ids(parameter: str | None) -> list[str]:
    """The run ids in the URL parameter, without duplicates: at most the first fifty."""
    return list(dict.fromkeys(run_id for run_id in (parameter or "").split(",")[:MAX_REQUESTED] if run_id))


def is_new_link() -> bool:
    """Whether the URL requests other runs or another sweep than when the page was drawn last."""
    link = (runs_parameter(), sweep_parameter())
    is_new: bool = st.session_state.get(_LINK) != link
    st.session_state[_LINK] = link
    return is_new


def tick_too(run_ids: Sequence[str]) -> None:
    """Tick these runs beside those that the URL requests, when the page is drawn next."""
    write_runs(dict.fromkeys([*requested_ids(runs_parameter()), *run_ids]))


def missing_runs_message(store: RunStore, parameter: str | None) -> str:
    """Which requested runs are not here or have not started, and what is shown instead; "" if there are none."""
    ids = requested_ids(parameter)
    known = {run.id for run in store.runs_of(ids) if run.state is not RunState.QUEUED}
    missing = [f"“{formatting.shortened(run_id, 20)}”" for run_id in ids if run_id not in known]
    if not missing:
        return ""
    if len(missing) == 1:
        return (
            f"The address requests the run {missing[0]}, which is not among the runs of this table; "
            f"it may have been deleted, or it has not started yet. {_shown_instead(has_others=bool(known))}"
        )
    named = ", ".join(missing[:_MAX_NAMED]) + (", …" if len(missing) > _MAX_NAMED else "")
    return (
        f"The address requests {len(missing)} runs that are not among the runs of this table: {named}; "
        f"they may have been deleted, or they have not started yet. {_shown_instead(has_others=bool(known))}"
    )


def _shown_instead(*, has_others: bool) -> str:
    return "The others of the address are ticked." if has_others else "The newest tested runs are ticked instead."


@dataclass(frozen=True)
class _Memory:
    """What the last run of the page knew about the ticks."""

    url: Url
    ticks: Ticks
    reported: Ticks | None = None
    """What the browser had reported."""
    earlier: tuple[Url, ...] = ()
    """What the URL was before the page wrote ticks into it."""
    written: float = -math.inf
    """When it did that last, in seconds."""


def current_ticks(reported: Ticks | None, url: Url, first: Callable[[], Sequence[str]]) -> Ticks:
    """The ticks that are valid now.

    Those that the user set last; before that, the first ones, which stay when other runs end meanwhile. When something
    else than the user changed the URL, the ticks start again.

    Args:
        reported: The ticks that the browser reported last.
        url: The runs and the sweep that the URL requests.
        first: Returns the ids of the runs that are ticked at first; it is asked again as long as there are none.
    """
    memory: _Memory = st.session_state.get(_SEEN, _Memory(url, Ticks(0, ())))
    if memory.url != url and not _is_behind(memory, reported, url):
        memory = _Memory(url, Ticks(memory.ticks.version + 1, ()))
    ticks = memory.ticks
    if reported is not None and reported.version == ticks.version:
        ticks = reported
    elif not ticks.ids:
        ticks = Ticks(ticks.version, tuple(first()))
    st.session_state[_SEEN] = replace(memory, ticks=ticks, reported=reported)
    return ticks


def _is_behind(memory: _Memory, reported: Ticks | None, url: Url) -> bool:
    """Whether the browser sent an older URL, because it ticked again before it had the one that the page wrote."""
    ticked = reported is not None and reported.version == memory.ticks.version and reported != memory.reported
    return ticked or (url in memory.earlier and time.monotonic() - memory.written < BEHIND_SECONDS)


def write_ticks(ids: Sequence[str], sweep: str | None) -> None:
    """Write the ticked runs into the URL, which keeps the ticks."""
    memory: _Memory = st.session_state[_SEEN]
    parameter = write_runs(ids)
    now = time.monotonic()
    recent = memory.earlier if now - memory.written < BEHIND_SECONDS else ()
    st.session_state[_SEEN] = replace(memory, url=(parameter, sweep), earlier=(*recent, memory.url), written=now)
