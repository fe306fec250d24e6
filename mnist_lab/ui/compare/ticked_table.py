"""The table of runs on Compare with its ticks: drawn from what all sessions share, and kept in the URL."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import streamlit as st

from mnist_lab import formatting
from mnist_lab.charts import swatch_svg
from mnist_lab.runs import Run, RunState
from mnist_lab.ui.compare.runs_table import (
    COLUMNS,
    TABLE_KEY,
    RunsTable,
    initial_selection,
    make_table,
    shown_ids,
)
from mnist_lab.ui.compare.selection import current_ticks, requested_ids, write_ticks
from mnist_lab.ui.components.data_table import HiddenRow, data_table, reported_columns, reported_ticks
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.compared_runs import columns_parameter, runs_parameter, write_columns
from mnist_lab.ui.session.deletions import last_deleted

_CHOSEN = "compare-columns-chosen"
_NAMES = frozenset(column.name for column in COLUMNS)
_MAX_NAME = 80
_HINT = "The newest tested runs are ticked to begin with. Tick those that you want to compare."


@dataclass(frozen=True, slots=True)
class TickedTable:
    """What is in the table, and which of it is ticked."""

    table: RunsTable
    key: Hashable
    """Identifies the table among those that sessions share."""
    selected: Sequence[Run]
    """The ticked runs: first those in the table in its order, then those that the filters hide."""
    are_chosen: bool
    """Whether the user or the URL has ticked them, not the lab to begin with."""


def ticked_table(
    ids: Sequence[str], filters: Hashable, sweep: str | None, count: Callable[[int], str] = lambda _rows: ""
) -> TickedTable:
    """Draw the table; without runs it is invisible, but notices when the first one begins.

    Args:
        ids: The runs that match the filters, newest first.
        filters: The filters; equal ones give the same runs.
        sweep: The sweep whose runs the table shows; None for all.
        count: From the number of rows to the line above the table.
    """
    lab = services()
    parameter = runs_parameter()
    shown = shown_ids(ids, parameter)
    # Most sessions share a table: only those runs of the URL count that would not be shown without it.
    key = ("table", filters, tuple(shown[len(shown_ids(ids, None)) :]), lab.handwriting.version())
    table = lab.table_cache.shared(key, lambda: make_table(lab, shown))
    ticks = current_ticks(
        reported_ticks(TABLE_KEY),
        (parameter, sweep),
        # After a deletion, nobody has chosen other runs, and the next click must not be aimed at them.
        lambda: (
            ()
            if last_deleted() and not parameter
            else initial_selection(table.runs, parameter, of_one_sweep=sweep is not None)
        ),
    )
    selected = _selected(table, ticks.ids)
    are_chosen = ticks.by_user or bool(parameter)
    _write_chosen_columns()
    data_table(
        table.content,
        ticks,
        key=TABLE_KEY,
        version=table.version,
        alt="Runs; the arrow keys lead from row to row",
        hidden=_hidden_rows(table, selected),
        columns=columns_parameter(),
        count=count(len(table.runs)),
        hint=_HINT if selected and not are_chosen else "",
    )
    chosen = [run.id for run in selected]
    if ticks.by_user and (parameter is None or set(chosen) != set(requested_ids(parameter))):
        write_ticks(chosen, sweep)
    return TickedTable(table, key, selected, are_chosen)


def _selected(table: RunsTable, ids: Sequence[str]) -> list[Run]:
    ticked = set(ids)
    found = [run for run in table.runs if run.id in ticked]
    if others := ticked - {run.id for run in found}:
        hidden = services().store.runs_of([run_id for run_id in ids if run_id in others])
        found += [run for run in hidden if run.state is not RunState.QUEUED]
    return found


def _hidden_rows(table: RunsTable, selected: Sequence[Run]) -> list[HiddenRow]:
    in_table = {run.id for run in table.runs}
    return [
        HiddenRow(
            run.id,
            formatting.shortened(run.name, _MAX_NAME),
            swatch_svg(run.number),
            "" if run.result is None else formatting.accuracy(run.result.test_accuracy),
        )
        for run in selected
        if run.id not in in_table
    ]


def _write_chosen_columns() -> None:
    """Write the columns into the URL if the user has just chosen others."""
    chosen = reported_columns(TABLE_KEY)
    if chosen == st.session_state.get(_CHOSEN):
        return
    st.session_state[_CHOSEN] = chosen
    write_columns(None if chosen is None else [name for name in chosen if name in _NAMES])
