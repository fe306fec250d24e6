"""The table of ended runs: which of them it shows, what of each, and how it is written as CSV."""

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
from mnist_lab.runs.search import Found
from mnist_lab.ui.compare.selection import asked_ids
from mnist_lab.ui.compare.sweep_filter import any_sweep
from mnist_lab.ui.services.container import MAX_TABLE_ROWS

if TYPE_CHECKING:
    import pandas as pd
    from pandas.io.formats.style import Styler

COLOUR = " "
CURVE = "Curve"
SWEEP = "Sweep"
CHOSEN_AT_FIRST = 2
WORDS = "compare-words"
"""Key of the field for words."""
_STATES = "compare-states"
LONGEST = {"Name": 27, "Convolution filters": 40, "Dropout": 32, "Data": 30, SWEEP: 24, "Note": 40}
"""Characters of a text that its column shows; a double click on the cell shows the whole one."""
_NARROW = frozenset(" .,:;·'il")
_NARROW_PIXELS, _OTHER_PIXELS, _PADDING = 3.5, 7.6, 20
"""What Streamlit's font takes for a character, a little more than on average; and for the cell around the text."""
_LISTS = ("Convolution filters", "Dropout")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def shown_ids(ids: Sequence[str], asked: str | None) -> list[str]:
    """Of the runs that were found, newest first, those that the table shows: the newest, and those the address names.

    Args:
        ids: Of all that were found, newest first.
        asked: Ids with commas between them, as the address has them.
    """
    older = set(ids[MAX_TABLE_ROWS:]).intersection(asked_ids(asked))
    return [*ids[:MAX_TABLE_ROWS], *(run_id for run_id in ids[MAX_TABLE_ROWS:] if run_id in older)]


def count_words(found: Found, shown: int, of: int) -> str:
    """How many runs of how many were found, how many of them are shown, and how many are not of MNIST; Markdown."""
    words = f"{len(found.ids):,} of {of:,} runs. "
    if len(found.ids) > shown:
        words += f"**The newest {shown:,} are shown**; words, state and sweep look through all, and the CSV has all. "
    words += "Tick rows to compare them."
    if found.on_sample:
        words += (
            f" **{found.on_sample:,} of them used a sample, not MNIST itself: "
            "their test figures do not compare with those on MNIST.**"
        )
    return words


def state_pills(states: Sequence[RunState]) -> list[RunState]:
    """Draw a pill for each of the states, if there are several; the chosen ones."""
    if len(states) < 2:
        return []
    chosen = st.pills(
        "State",
        [state.value for state in states],
        format_func=str.capitalize,
        selection_mode="multi",
        label_visibility="collapsed",
        key=_STATES,
    )
    return [RunState(state) for state in chosen]


def show_all() -> None:
    """Take back what was looked for; for callbacks."""
    st.session_state[WORDS] = ""
    st.session_state[_STATES] = []
    any_sweep()


def row(run: Run) -> dict[str, Any]:
    """One run as the table and the CSV show it, by column; what is not known is None."""
    result, analysis = run.result, analyse(run.network)
    six = notebook_columns(run.network, result)
    return {
        "Name": run.name,
        "State": run.state.value,
        SWEEP: run.group,
        **six,
        "Test accuracy": None if result is None else result.test_accuracy * 100,
        "Parameters": analysis.parameters,
        "Multiply-adds": analysis.multiply_adds,
        "Epochs": run.epochs_done if result is None else result.epochs,
        "Best epoch": result.best_epoch or None if result else None,
        "Time": run.training_seconds,
        "Images/s": None if result is None else result.samples_per_second,
        "Data": formatting.NONE if run.data is None else run.data.title,
        "Seed": run.recipe.seed,
        "Made": run.created,
        "Note": run.note,
        "Id": run.id,
    }


def rows_at_first(runs: Sequence[Run], asked: str | None, *, of_one_sweep: bool = False) -> list[int]:
    """The rows that are ticked when the table appears: the runs that the address names, else the newest ones.

    Args:
        runs: As the table shows them.
        asked: Ids with commas between them; "" is none, None when the address says nothing. If the table has none of
            them, it is as if it said nothing.
        of_one_sweep: The table shows the runs of one sweep, which are there to be compared with each other.
    """
    ids = asked_ids(asked)
    named = [place for place, run in enumerate(runs) if run.id in ids]
    if named or asked == "":
        return named
    tested = [place for place, run in enumerate(runs) if run.result is not None]
    return tested[: RUN_COLOURS if of_one_sweep else CHOSEN_AT_FIRST]


def table_frame(runs: Sequence[Run], curves: Mapping[str, Sequence[float]], theme: str = "light") -> "pd.DataFrame":
    """The table's rows in the order of the runs, with each run's colour and small curve."""
    import pandas as pd

    dots = [_dot(PALETTES[theme][run_colour(index).removeprefix("@")]) for index in range(RUN_COLOURS)]
    rows = [{COLOUR: dots[run.number % RUN_COLOURS], **row(run), CURVE: curves.get(run.id, [])} for run in runs]
    frame = pd.DataFrame(rows)
    frame["Convolution filters"] = [", ".join(map(str, each)) or "none" for each in frame["Convolution filters"]]
    frame["Made"] = pd.to_datetime(frame["Made"], utc=True)
    for name in ("Best epoch", "Epochs"):
        frame[name] = frame[name].astype("Int64")
    return frame[_ordered([name for name in frame.columns if name != SWEEP or any(run.group for run in runs)])]


def styled(frame: "pd.DataFrame") -> "Styler":
    """The table with its cells as the lab writes them; they are sorted by their values."""
    written: dict[str, Any] = {name: partial(_shown, name) for name in LONGEST if name in frame.columns}
    written |= {"Multiply-adds": formatting.short_count, "Time": formatting.seconds}
    # Of the other columns it is `column_config` that says how they are written.
    return frame.style.format(written, na_rep=formatting.NONE)


def column_config(frame: "pd.DataFrame") -> dict[str, Any]:
    """How Streamlit shows each column. Texts get the width that they need: by itself it cuts off what is unusual."""
    number, words = st.column_config.NumberColumn, st.column_config.TextColumn
    widths = {name: _width(frame, name) for name in (*LONGEST, "State", "Batch norm") if name in frame.columns}
    configured = {
        COLOUR: st.column_config.ImageColumn(COLOUR, width=36, help="The run's colour in every chart", pinned=True),
        "Name": words(width=widths["Name"], pinned=True),
        "State": words(width=widths["State"]),
        "Convolution filters": words(width=widths["Convolution filters"], help="Filters of each convolution, in order"),
        "Test accuracy": number(format="%.2f %%"),
        "Test loss": number(format="%.4f", help="Mean cross-entropy on the test images"),
        "Dropout": words(width=widths["Dropout"], help="Rates of the dropout layers, in order"),
        "Batch norm": words(width=widths["Batch norm"]),
        "Parameters": number(format="%,d"),
        "Multiply-adds": number(help="For one image"),
        "Best epoch": number(help="The epoch with the lowest validation loss"),
        "Time": number(help="Training alone, without loading and testing"),
        "Images/s": number(format="%,.0f", help="Training images a second"),
        "Data": words(width=widths["Data"]),
        "Seed": number(format="%d"),
        "Made": st.column_config.DatetimeColumn(
            format="D MMM YYYY, HH:mm", timezone=st.context.timezone, help="When the run was made, by your clock"
        ),
        "Note": words(width=widths["Note"]),
        CURVE: st.column_config.LineChartColumn(width="small", y_min=0, help="Validation loss after each epoch"),
    }
    if SWEEP in widths:
        configured[SWEEP] = words(width=widths[SWEEP], help="Runs that were launched together have its name")
    return configured


def csv_of(runs: Sequence[Run]) -> bytes:
    """The runs as CSV for a spreadsheet (UTF-8 with byte-order mark); no cell of it is taken for a formula."""
    out = io.StringIO()
    # A spreadsheet runs what starts like a formula (OWASP, "CSV Injection"): such text gets an apostrophe.
    writer = csv.writer(out)
    rows = [row(run) for run in runs]
    if rows:
        writer.writerow(rows[0])
    for each in rows:
        writer.writerow([_cell(value) for value in each.values()])
    return out.getvalue().encode("utf-8-sig")


def _shown(column: str, value: str) -> str:
    """A text as its column shows it; a list of numbers is cut between them, as half a number is another one."""
    short = formatting.shortened(value, LONGEST.get(column, len(value) or 1))
    return short.rpartition(", ")[0] + ", …" if short != value and column in _LISTS else short


def _width(frame: "pd.DataFrame", column: str) -> int:
    texts = {column, *(_shown(column, value) for value in frame[column].unique())}
    return _PADDING + math.ceil(max(map(_pixels, texts)))


def _pixels(words: str) -> float:
    return sum(_NARROW_PIXELS if character in _NARROW else _OTHER_PIXELS for character in words)


def _dot(colour: str) -> str:
    circle = f"<circle cx='8' cy='8' r='4.5' fill='{colour}'/>"
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='16' height='16' viewBox='0 0 16 16'>{circle}</svg>"
    return f"data:image/svg+xml,{quote(svg)}"


def _ordered(names: list[str]) -> list[str]:
    rest = [name for name in names if name != CURVE]
    place = rest.index("Batch norm") + 1
    return [*rest[:place], CURVE, *rest[place:]]


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(map(str, value))
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
    if isinstance(value, float):
        return f"{value:.6g}"
    return value.isoformat(timespec="seconds") if hasattr(value, "isoformat") else value
