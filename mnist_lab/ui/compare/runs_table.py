"""The table of ended runs: which runs it shows, their columns and formats, and the CSV export."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import streamlit as st

from mnist_lab import formatting
from mnist_lab.charts import PALETTES, RUN_COLOURS, run_colour
from mnist_lab.insight import notebook_columns
from mnist_lab.network import analyse
from mnist_lab.runs import Run, RunState
from mnist_lab.runs.search import SearchResult
from mnist_lab.ui.compare.selection import requested_ids
from mnist_lab.ui.compare.sweep_filter import clear_sweep_filter
from mnist_lab.ui.services.container import MAX_TABLE_ROWS

if TYPE_CHECKING:
    import pandas as pd
    from pandas.io.formats.style import Styler

COLOUR = " "
CURVE = "Curve"
SWEEP = "Sweep"
INITIALLY_SELECTED = 2
SEARCH_KEY = "compare-search"
"""Widget key of the search field."""
_STATES = "compare-states"
MAX_LENGTHS = {"Name": 27, "Convolution filters": 40, "Dropout": 32, "Data": 30, SWEEP: 24, "Note": 40}
"""Length in characters at which a text is cut in its column; a double click on the cell shows the full text."""
_NARROW = frozenset(" .,:;·'il")
_NARROW_PIXELS, _OTHER_PIXELS, _PADDING = 3.5, 7.6, 20
"""Widths of narrow and other characters in Streamlit's font, slightly above average, and of the padding of a cell."""
_LISTS = ("Convolution filters", "Dropout")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def shown_ids(ids: Sequence[str], parameter: str | None) -> list[str]:
    """The ids of the runs that the table shows, newest first: a limited number, and those requested by the URL.

    Args:
        ids: Ids of all runs found, newest first.
        parameter: The runs requested by the URL: ids separated by commas.
    """
    older = set(ids[MAX_TABLE_ROWS:]).intersection(requested_ids(parameter))
    return [*ids[:MAX_TABLE_ROWS], *(run_id for run_id in ids[MAX_TABLE_ROWS:] if run_id in older)]


def count_message(found: SearchResult, shown: int, total: int) -> str:
    """The numbers of runs that are found, shown, and not trained on MNIST itself, as Markdown.

    Args:
        found: The runs that match the filters.
        shown: Number of them in the table.
        total: Number of all ended runs.
    """
    text = f"{len(found.ids):,} of {total:,} runs. "
    if len(found.ids) > shown:
        text += (
            f"**Only the newest {shown:,} are shown.** The filters search all runs, and the CSV contains all matches. "
        )
    text += "Tick rows to compare them."
    if found.on_sample:
        text += (
            f" **{found.on_sample:,} of them used the MNIST sample (5,000 images) or an earlier one: "
            "their test results cannot be compared with those on MNIST.**"
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


def row(run: Run) -> dict[str, Any]:
    """The values of one run by column, for the table and the CSV; unknown values are None."""
    result, analysis = run.result, analyse(run.network)
    return {
        "Name": run.name,
        "State": run.state.value,
        SWEEP: run.group,
        **notebook_columns(run.network, result),
        "Test accuracy": None if result is None else result.test_accuracy * 100,
        "Parameters": analysis.parameters,
        "Multiply-adds": analysis.multiply_adds,
        "Epochs": run.epochs_done if result is None else result.epochs,
        "Best epoch": result.best_epoch or None if result else None,
        "Time": run.training_seconds,
        "Images/s": None if result is None else result.samples_per_second,
        "Data": formatting.NONE if run.data is None else run.data.title,
        "Seed": run.recipe.seed,
        "Created": run.created,
        "Note": run.note,
        "Id": run.id,
    }


def initial_selection(runs: Sequence[Run], parameter: str | None, *, of_one_sweep: bool = False) -> list[int]:
    """The rows that are selected when the table appears: the runs requested by the URL, else the newest ones.

    Args:
        runs: In the order of the table.
        parameter: Ids separated by commas; "" for no run; None if the URL has no such parameter. If the table has none
            of the ids, the parameter is ignored.
        of_one_sweep: Whether the table shows the runs of one sweep: up to ten of them are selected then.
    """
    ids = requested_ids(parameter)
    requested = [row for row, run in enumerate(runs) if run.id in ids]
    if requested or parameter == "":
        return requested
    tested = [row for row, run in enumerate(runs) if run.result is not None]
    return tested[: RUN_COLOURS if of_one_sweep else INITIALLY_SELECTED]


def table_frame(runs: Sequence[Run], curves: Mapping[str, Sequence[float]], theme: str = "light") -> "pd.DataFrame":
    """The table as a data frame, one row per run, with its colour and its sparkline."""
    import pandas as pd

    dots = [_dot(PALETTES[theme][run_colour(index).removeprefix("@")]) for index in range(RUN_COLOURS)]
    rows = [{COLOUR: dots[run.number % RUN_COLOURS], **row(run), CURVE: curves.get(run.id, [])} for run in runs]
    frame = pd.DataFrame(rows)
    frame["Convolution filters"] = [", ".join(map(str, each)) or "none" for each in frame["Convolution filters"]]
    frame["Created"] = pd.to_datetime(frame["Created"], utc=True)
    for name in ("Best epoch", "Epochs"):
        frame[name] = frame[name].astype("Int64")
    return frame[_ordered([name for name in frame.columns if name != SWEEP or any(run.group for run in runs)])]


def styled(frame: "pd.DataFrame") -> "Styler":
    """The table with formatted cells; sorting still uses their values."""
    formats: dict[str, Any] = {name: partial(_cell_text, name) for name in MAX_LENGTHS if name in frame.columns}
    formats |= {"Multiply-adds": formatting.short_count, "Time": formatting.seconds}
    # The other columns are formatted by `column_config`.
    return frame.style.format(formats, na_rep=formatting.NONE)


def column_config(frame: "pd.DataFrame") -> dict[str, Any]:
    """Streamlit's configuration of each column; text columns are as wide as their longest text."""
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    widths = {name: _width(frame, name) for name in (*MAX_LENGTHS, "State", "Batch norm") if name in frame.columns}
    configured = {
        COLOUR: st.column_config.ImageColumn(COLOUR, width=36, help="The run's colour in every chart", pinned=True),
        "Name": text(width=widths["Name"], pinned=True),
        "State": text(width=widths["State"]),
        "Convolution filters": text(width=widths["Convolution filters"], help="Filters of each convolution, in order"),
        "Test accuracy": number(format="%.2f %%"),
        "Test loss": number(format="%.4f", help="Mean cross-entropy on the test images"),
        "Dropout": text(width=widths["Dropout"], help="Rates of the dropout layers, in order"),
        "Batch norm": text(width=widths["Batch norm"]),
        "Parameters": number(format="%,d"),
        "Multiply-adds": number(help="For one image"),
        "Best epoch": number(help="The epoch with the lowest validation loss"),
        "Time": number(help="Training alone, without loading and testing"),
        "Images/s": number(format="%,.0f", help="Training images a second"),
        "Data": text(width=widths["Data"]),
        "Seed": number(format="%d"),
        "Created": st.column_config.DatetimeColumn(
            format="D MMM YYYY, HH:mm", timezone=st.context.timezone, help="When the run was created, in your time zone"
        ),
        "Note": text(width=widths["Note"]),
        CURVE: st.column_config.LineChartColumn(width="small", y_min=0, help="Validation loss after each epoch"),
    }
    if SWEEP in widths:
        configured[SWEEP] = text(width=widths[SWEEP], help="Name of the sweep that the run belongs to")
    return configured


def csv_of(runs: Sequence[Run]) -> bytes:
    """The runs as CSV for a spreadsheet: UTF-8 with byte-order mark, with formulas made harmless."""
    out = io.StringIO()
    # A spreadsheet evaluates text that starts like a formula (OWASP, "CSV Injection"), so such text gets an apostrophe.
    writer = csv.writer(out)
    rows = [row(run) for run in runs]
    if rows:
        writer.writerow(rows[0])
    for each in rows:
        writer.writerow([_csv_cell(value) for value in each.values()])
    return out.getvalue().encode("utf-8-sig")


def _cell_text(column: str, value: str) -> str:
    """The text of a cell. A list is cut between its numbers, never inside one."""
    short = formatting.shortened(value, MAX_LENGTHS.get(column, len(value) or 1))
    return short.rpartition(", ")[0] + ", …" if short != value and column in _LISTS else short


def _width(frame: "pd.DataFrame", column: str) -> int:
    texts = {column, *(_cell_text(column, value) for value in frame[column].unique())}
    return _PADDING + math.ceil(max(map(_pixels, texts)))


def _pixels(text: str) -> float:
    return sum(_NARROW_PIXELS if character in _NARROW else _OTHER_PIXELS for character in text)


def _dot(colour: str) -> str:
    circle = f"<circle cx='8' cy='8' r='4.5' fill='{colour}'/>"
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='16' height='16' viewBox='0 0 16 16'>{circle}</svg>"
    return f"data:image/svg+xml,{quote(svg)}"


def _ordered(names: list[str]) -> list[str]:
    rest = [name for name in names if name != CURVE]
    index = rest.index("Batch norm") + 1
    return [*rest[:index], CURVE, *rest[index:]]


def _csv_cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(map(str, value))
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
    if isinstance(value, float):
        return f"{value:.6g}"
    return value.isoformat(timespec="seconds") if hasattr(value, "isoformat") else value
