"""The table of runs: which runs it shows, its columns and formats."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import streamlit as st

from mnist_lab import formatting
from mnist_lab.charts import RUN_COLOURS, run_style
from mnist_lab.charts.run_swatch import swatch_template
from mnist_lab.handwriting.collection_score import CollectionScore
from mnist_lab.insight import was_trained_elsewhere
from mnist_lab.insight.run_columns import OUR_HANDWRITING, data_warnings, run_columns
from mnist_lab.runs import ACTIVE_STATES, ENDED_STATES, Run, RunState
from mnist_lab.runs.queries.search import SearchResult
from mnist_lab.training.hardware import machine_info
from mnist_lab.ui.compare.comparison import row_names
from mnist_lab.ui.compare.selection import requested_ids
from mnist_lab.ui.compare.sweep_filter import clear_sweep_filter
from mnist_lab.ui.live.table_feed import state_text, table_version
from mnist_lab.ui.services.container import MAX_TABLE_ROWS, Services

SHOWN_STATES = ACTIVE_STATES | ENDED_STATES | {RunState.SET_ASIDE}
"""States of the runs in the table: all that have begun; the queue is on the Train page."""
INITIALLY_SELECTED = 2
SEARCH_KEY = "compare-search"
"""Widget key of the search field."""
TABLE_KEY = "compare-table"
_STATES = "compare-states"
MAX_LENGTHS = {"Convolution filters": 26, "Dropout": 20, "Data": 30, "Sweep": 24, "Note": 40}
"""Length in characters at which a text is cut in its column; the browser shows the rest when the mouse is over it."""
_MACHINE_COLUMNS = ("Time", "Images/s")
"""Columns whose values depend on the computer."""
_LISTS = ("Convolution filters", "Dropout")
_MAX_TITLE = 300


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table, beside that of the names."""

    name: str
    """Of `run_columns`; "Loss curve" is the sparkline."""
    kind: str = "text"
    """How the browser draws and sorts it: "text", "number", "time" or "line"."""
    format: Callable[[Any], str] = str
    help: str = ""
    usual: bool | None = None
    """Whether it is shown until the user chooses; None: if its values are not the same in all rows."""


def _percent(value: float) -> str:
    return formatting.accuracy(value / 100)


# On a phone, only the name and the first two are in sight.
COLUMNS = (
    Column("Test accuracy", "number", _percent, "Share of the test images that are classified correctly", usual=True),
    Column("Parameters", "number", formatting.count, usual=True),
    Column(
        OUR_HANDWRITING,
        "number",
        help="Share of the kept drawings that are read correctly, of those that it was not trained on",
    ),
    Column("State"),
    Column("Loss curve", "line", help="Validation loss over the epochs", usual=True),
    Column("Validation accuracy", "number", _percent, "Of the weights that were kept"),
    Column("Test loss", "number", formatting.loss, "Mean cross-entropy on the test images"),
    Column("Convolution filters", help="Filters of each convolution, in order"),
    Column("Dropout", help="Rates of the dropout layers, in order"),
    Column("Batch norm"),
    Column("Learning rate", "number", formatting.learning_rate, "As the recipe says, before its schedule"),
    Column("Optimizer"),
    Column("Batch size", "number", formatting.count),
    Column("Schedule"),
    Column("Augmentation"),
    Column("Training images", "number", formatting.count, "Without those held out for validation"),
    Column("Data"),
    Column("Epochs", "number", formatting.count),
    Column(
        "Time",
        "number",
        formatting.seconds,
        "Training alone, without loading and testing; elsewhere: on another computer",
    ),
    Column("Sweep", help="Name of the sweep that the run belongs to"),
    Column("Created", "time", help="When the run was created, in your time zone"),
    Column("Note"),
    Column("Convolution layers", "number", formatting.count, usual=False),
    Column("Multiply-adds", "number", formatting.short_count, "For one image", usual=False),
    Column("Momentum", "number", formatting.learning_rate, "Of SGD", usual=False),
    Column("Weight decay", "number", formatting.learning_rate, "Of AdamW", usual=False),
    Column("Validated on", usual=False),
    Column("Epochs planned", "number", formatting.count, usual=False),
    Column("Early stopping", "number", formatting.count, "After this many epochs without improvement", usual=False),
    Column("Best epoch", "number", formatting.count, "The epoch with the lowest validation loss", usual=False),
    Column("Images/s", "number", lambda value: f"{value:,.0f}", "Training images a second", usual=False),
    Column("Precision", usual=False),
    Column("Seed", "number", str, usual=False),
    Column("Id", usual=False),
)


@dataclass(frozen=True, slots=True)
class RunsTable:
    """The table for some filters, made once for all sessions."""

    runs: Sequence[Run]
    """In the order of its rows, newest first."""
    content: str
    """Columns and rows as JSON, for `components/data_table`."""
    version: str
    """Version of the list of runs that it shows."""


def make_table(lab: Services, ids: Sequence[str]) -> RunsTable:
    """The table of the runs with these ids.

    Raises:
        StoreError: The store cannot be read.
    """
    # Read first: the rows may then be newer than the version, which only makes the page draw them once more.
    version = table_version(lab)
    runs = lab.store.runs_of(ids)
    curves = lab.sparkline_cache.of([run for run in runs if run.state.is_ended])
    tested = [run for run in runs if run.result is not None]
    lab.handwriting.want(tested)
    scores = {run.id: score for run in tested if (score := lab.handwriting.score(run)) is not None}
    return RunsTable(runs, table_json(runs, curves, scores), version)


def table_json(
    runs: Sequence[Run],
    curves: Mapping[str, Sequence[float]],
    scores: Mapping[str, CollectionScore] = MappingProxyType({}),
) -> str:
    """Columns and rows as JSON.

    Args:
        runs: In the order of the rows.
        curves: The sparkline of each run that has one, by the run's id.
        scores: How each run reads the collection of drawings, if it does, by the run's id.
    """
    warnings, machine = data_warnings(runs), machine_info()
    rows = [
        {**run_columns(run), "Loss curve": curves.get(run.id, ()), OUR_HANDWRITING: scores.get(run.id)} for run in runs
    ]
    for run, row in zip(runs, rows, strict=True):
        row["State"] = state_text(run)
        row["Convolution filters"] = ", ".join(map(str, row["Convolution filters"])) or "none"
    columns = [
        {"name": column.name, "kind": column.kind, "help": column.help, "hidden": not _is_usual(column, rows)}
        for column in COLUMNS
    ]
    styles = [run_style(run.number) for run in runs]
    content = {
        "columns": columns,
        "signs": {f"{style.marker} {style.dash}": swatch_template(style.marker, style.dash) for style in styles},
        "rows": [
            {
                "id": run.id,
                "name": name,
                "sign": (f"{style.marker} {style.dash}", style.colour.removeprefix("@")),
                "warning": warnings.get(run.id, ""),
                "cells": _cells(row, elsewhere=was_trained_elsewhere(run, machine)),
            }
            for run, name, row, style in zip(runs, row_names(runs), rows, styles, strict=True)
        ],
    }
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def shown_ids(ids: Sequence[str], parameter: str | None) -> list[str]:
    """The ids of the runs that the table shows, newest first: a limited number, and those requested by the URL.

    Args:
        ids: Ids of all runs found, newest first.
        parameter: The runs requested by the URL: ids separated by commas.
    """
    older = set(ids[MAX_TABLE_ROWS:]).intersection(requested_ids(parameter))
    return [*ids[:MAX_TABLE_ROWS], *(run_id for run_id in ids[MAX_TABLE_ROWS:] if run_id in older)]


def count_message(found: SearchResult, shown: int, total: int) -> str:
    """The numbers of runs that are found, shown, and not trained on MNIST itself.

    Args:
        found: The runs that match the filters.
        shown: Number of them in the table.
        total: Number of all runs that have begun.
    """
    text = f"{len(found.ids):,} of {total:,} runs."
    if len(found.ids) > shown:
        text += (
            f" The newest {shown:,} are in the table, and only they are sorted; the filters search all runs, and the"
            " CSV has all matches."
        )
    if found.on_sample:
        text += (
            f" {found.on_sample:,} of them used the MNIST sample (5,000 images) or an earlier one: their test results"
            " cannot be compared with those on MNIST."
        )
    return text


def state_pills(states: Sequence[RunState]) -> list[RunState]:
    """Draw a pill for each state, if there are several; returns the selected states."""
    if len(states) < 2:
        return []
    selected = st.pills(
        "State",
        [state.value for state in states],
        format_func=str.capitalize,
        selection_mode="multi",
        label_visibility="collapsed",
        key=_STATES,
    )
    return [RunState(state) for state in selected]


def clear_filters() -> None:
    """Reset all filters; must be called from a callback."""
    st.session_state[SEARCH_KEY] = ""
    st.session_state[_STATES] = []
    clear_sweep_filter()


def initial_selection(runs: Sequence[Run], parameter: str | None, *, of_one_sweep: bool = False) -> list[str]:
    """The ids of the runs that are ticked when the table appears: those requested by the URL, else the newest ones.

    Args:
        runs: In the order of the table.
        parameter: Ids separated by commas; "" for no run; None if the URL has no such parameter. If the table has none
            of the ids, the parameter is ignored.
        of_one_sweep: Whether the table shows the runs of one sweep: up to ten of them are ticked then.
    """
    ids = requested_ids(parameter)
    requested = [run.id for run in runs if run.id in ids]
    if requested or parameter == "":
        return requested
    tested = [run.id for run in runs if run.result is not None]
    return tested[: RUN_COLOURS if of_one_sweep else INITIALLY_SELECTED]


def _is_usual(column: Column, rows: Sequence[Mapping[str, Any]]) -> bool:
    if column.usual is not None:
        return column.usual
    values = [row[column.name] for row in rows]
    return any(value != values[0] for value in values)


def _cells(row: Mapping[str, Any], *, elsewhere: bool) -> list[Any]:
    cells = {column.name: _cell(column, row[column.name]) for column in COLUMNS}
    for name in _MACHINE_COLUMNS:
        if elsewhere and cells[name] is not None:
            text, value = cells[name]
            cells[name] = [f"elsewhere: {text}", value]
    return list(cells.values())


def _cell(column: Column, value: Any) -> Any:
    """A cell as `data_table.js` reads it."""
    if column.kind == "line":
        return [float(f"{each:.4g}") for each in value if math.isfinite(each)]
    if value is None or value == "":
        return None
    if isinstance(value, CollectionScore):
        return [f"{formatting.accuracy(value.accuracy, 1)} of {value.drawings:,}", value.accuracy]
    if column.kind == "time":
        return round(value.timestamp())
    if column.kind == "text":
        cell: list[Any] = [_cell_text(column.name, value), formatting.shortened(value, _MAX_TITLE)]
    else:
        # JSON has no NaN; such a value is sorted as if the cell were empty.
        cell = [column.format(value), value if math.isfinite(value) else None]
    return cell[0] if cell[0] == cell[1] else cell


def _cell_text(column: str, value: str) -> str:
    """The text of a cell. A list is cut between its numbers, never inside one."""
    short = formatting.shortened(value, MAX_LENGTHS.get(column, len(value) or 1))
    return short.rpartition(", ")[0] + ", …" if short != value and column in _LISTS else short
