"""The table of ended runs: what it shows of each, how it is filtered, and how it is written as CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import streamlit as st

from mnist_lab.charts import PALETTES, RUN_COLOURS, run_colour, sparkline_values, text
from mnist_lab.insight import notebook_columns
from mnist_lab.network import analyse
from mnist_lab.runs import MetricPoint, Run, RunState

if TYPE_CHECKING:
    import pandas as pd

COLOUR = " "
CURVE = "Curve"
SWEEP = "Sweep"
CHOSEN_AT_FIRST = 2
MOST_ASKED = 50
OFFLINE = "UCI sample, not MNIST"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def is_offline(run: Run) -> bool:
    """Whether the run was trained and tested on the offline sample."""
    return run.data is not None and run.data.source != "mnist"


def filtered(runs: Sequence[Run], words: str, states: Sequence[RunState], sweep: str | None = None) -> list[Run]:
    """The runs of a sweep, in one of the states (none given: any), whose name, note, data … hold all of the words."""
    wanted = words.casefold().split()
    return [
        run
        for run in runs
        if (not states or run.state in states)
        and (sweep is None or run.group == sweep)
        and all(word in _haystack(run) for word in wanted)
    ]


def state_pills(runs: Sequence[Run]) -> list[RunState]:
    """Draw a pill for each state that the runs are in, if there are several; the chosen ones."""
    there = sorted({run.state for run in runs})
    if len(there) < 2:
        return []
    chosen = st.pills(
        "State",
        [state.value for state in there],
        format_func=str.capitalize,
        selection_mode="multi",
        label_visibility="collapsed",
        key="compare-states",
    )
    return [RunState(state) for state in chosen]


def sweeps(runs: Sequence[Run]) -> list[str]:
    """The names of the sweeps that the runs belong to, each once, in the order of the runs."""
    return list(dict.fromkeys(run.group for run in runs if run.group))


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
        "Time": run.seconds if result is None else result.seconds,
        "Images/s": None if result is None else result.samples_per_second,
        "Data": text.NONE if run.data is None else OFFLINE if is_offline(run) else run.data.title,
        "Seed": run.recipe.seed,
        "Date": run.ended or run.created,
        "Note": run.note,
        "Id": run.id,
    }


def rows_at_first(runs: Sequence[Run], asked: str | None, *, of_one_sweep: bool = False) -> list[int]:
    """The rows that are ticked when the table appears: the runs that the address names, else the newest ones.

    Args:
        runs: As the table shows them.
        asked: Ids with commas between them; "" is none, None when the address says nothing.
        of_one_sweep: The table shows the runs of one sweep, which are there to be compared with each other.
    """
    if asked is None:
        tested = [place for place, run in enumerate(runs) if run.result is not None]
        return tested[: RUN_COLOURS if of_one_sweep else CHOSEN_AT_FIRST]
    ids = set(asked.split(",")[:MOST_ASKED])
    return [place for place, run in enumerate(runs) if run.id in ids]


def table_frame(
    runs: Sequence[Run], points: Mapping[str, Sequence[MetricPoint]], theme: str = "light"
) -> "pd.DataFrame":
    """The table's rows in the order of the runs, with each run's colour and small curve."""
    import pandas as pd

    dots = [_dot(PALETTES[theme][run_colour(index).removeprefix("@")]) for index in range(RUN_COLOURS)]
    rows = [
        {COLOUR: dots[run.number % RUN_COLOURS], **row(run), CURVE: sparkline_values(points.get(run.id, ()))}
        for run in runs
    ]
    frame = pd.DataFrame(rows)
    frame["Convolution filters"] = [", ".join(map(str, each)) or "none" for each in frame["Convolution filters"]]
    frame["Date"] = pd.to_datetime(frame["Date"], utc=True)
    for name in ("Best epoch", "Epochs"):
        frame[name] = frame[name].astype("Int64")
    return frame[_ordered([name for name in frame.columns if name != SWEEP or sweeps(runs)])]


def column_config() -> dict[str, Any]:
    """How Streamlit shows each column."""
    number = st.column_config.NumberColumn
    return {
        COLOUR: st.column_config.ImageColumn(COLOUR, width=36, help="The run's colour in every chart", pinned=True),
        "Name": st.column_config.TextColumn(width="medium", pinned=True),
        "Convolution filters": st.column_config.TextColumn(help="Filters of each convolution, in order"),
        "Test accuracy": number(format="%.2f %%"),
        "Test loss": number(format="%.4f", help="Mean cross-entropy on the test images"),
        "Dropout": st.column_config.TextColumn(help="Rates of the dropout layers, in order"),
        "Parameters": number(format="localized"),
        "Multiply-adds": number(format="compact", help="For one image"),
        "Best epoch": number(help="The epoch with the lowest validation loss"),
        "Time": number(format="duration", help="Training alone, without loading and testing"),
        "Images/s": number(format="%.0f", help="Training images a second"),
        "Seed": number(format="%d"),
        "Date": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", help="When the run ended"),
        "Note": st.column_config.TextColumn(width="medium"),
        SWEEP: st.column_config.TextColumn(width="small", help="Runs that were launched together have its name"),
        CURVE: st.column_config.LineChartColumn(width="small", y_min=0, help="Validation loss after each epoch"),
    }


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


def _dot(colour: str) -> str:
    circle = f"<circle cx='8' cy='8' r='4.5' fill='{colour}'/>"
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='16' height='16' viewBox='0 0 16 16'>{circle}</svg>"
    return f"data:image/svg+xml,{quote(svg)}"


def _haystack(run: Run) -> str:
    values = (run.name, run.note, run.id, run.state, run.group, row(run)["Data"], run.recipe.optimizer)
    return " ".join(map(str, values)).casefold()


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
