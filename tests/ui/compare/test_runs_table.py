"""The table of ended runs: its rows, formats, initial selection and CSV export."""

import csv
import io

import pytest

from mnist_lab.network import Conv2D, Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run, RunState, RunStore
from mnist_lab.runs.search import SearchResult
from mnist_lab.ui.compare import runs_table
from tests.pages.ended_runs import HOSTILE, ended


def csv_rows(runs: list[Run]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(runs_table.csv_of(runs).decode("utf-8-sig"))))


def displayed(frame) -> list[dict[str, str]]:
    """The formatted cells of the table, by column."""
    shown = runs_table.styled(frame).hide(axis="index").to_string(delimiter="\t")
    return list(csv.DictReader(io.StringIO(shown), delimiter="\t"))


def test_the_csv_has_every_run_and_no_formula(store: RunStore) -> None:
    for name in HOSTILE:
        store.annotate(ended(store, name).id, "@SUM(A1)")
    rows = csv_rows(store.list())
    assert len(rows) == len(HOSTILE)
    assert {row["Note"] for row in rows} == {"'@SUM(A1)"}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert rows[0]["Convolution filters"] == "8; 16"


def test_the_newest_tested_runs_are_selected_at_first(store: RunStore) -> None:
    for name in ("First", "Second", "Third"):
        ended(store, name)
    ended(store, "Bad", state=RunState.FAILED)
    runs = store.list()
    assert [runs[row].name for row in runs_table.initial_selection(runs, None)] == ["Third", "Second"]
    assert [runs[row].name for row in runs_table.initial_selection(runs, "no-such-run")] == ["Third", "Second"]
    assert [runs[row].name for row in runs_table.initial_selection(runs, None, of_one_sweep=True)] == [
        "Third",
        "Second",
        "First",
    ]


def test_runs_requested_by_the_url_are_selected_instead(store: RunStore) -> None:
    runs = [ended(store, name) for name in ("First", "Second", "Third")]
    assert runs_table.initial_selection(runs, ",".join([runs[2].id, "no-such-run", runs[0].id])) == [0, 2]
    assert runs_table.initial_selection(runs, "") == []


def test_requested_runs_are_shown_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs_table, "MAX_TABLE_ROWS", 2)
    ids = ["d", "c", "b", "a"]
    assert runs_table.shown_ids(ids, "b,a,d,gone") == ids
    assert runs_table.shown_ids(ids, None) == runs_table.shown_ids(ids, "") == ["d", "c"]


@pytest.mark.parametrize(
    ("found", "shown", "expected"),
    [
        (SearchResult(["a"], 0), 1, "1 of 4 runs. Tick rows to compare them."),
        (SearchResult(["a", "b", "c"], 0), 2, "3 of 4 runs. **Only the newest 2 are shown.**"),
        (SearchResult(["a"], 1), 1, "**1 of them used"),
    ],
)
def test_the_message_about_the_number_of_runs(found: SearchResult, shown: int, expected: str) -> None:
    assert expected in runs_table.count_message(found, shown, 4)


def test_each_run_has_its_colour_in_both_themes(store: RunStore) -> None:
    runs = [ended(store, "One"), ended(store, "Two")]
    light, dark = (runs_table.table_frame(runs, {}, theme)[runs_table.COLOUR] for theme in ("light", "dark"))
    assert len({*light, *dark}) == 4
    assert all(dot.startswith("data:image/svg+xml,") for dot in light)


def test_cells_are_formatted_and_long_texts_end_with_an_ellipsis(store: RunStore) -> None:
    runs = [ended(store, "A name of very many characters"), ended(store, "Short", preset="notebook-3")]
    store.annotate(runs[0].id, "long " * 20)
    frame = runs_table.table_frame(store.list(), {})
    short, long = displayed(frame)
    assert (short["Time"], short["Multiply-adds"]) == ("1 m 24 s", "1.5 M")
    assert (long["Name"], long["Note"][-1]) == ("A name of very many charac…", "…")
    assert short["Convolution filters"] == "100, 80, 70, 50, 60, 100, 100, 250"
    assert frame["Name"][1] == "A name of very many characters"
    widths = {name: runs_table.column_config(frame)[name]["width"] for name in ("Name", "Convolution filters", "Note")}
    assert widths["Note"] > widths["Convolution filters"] > widths["Name"] > 150


def test_a_list_is_never_cut_inside_a_number(store: RunStore) -> None:
    run = store.create(Network(name="Deep", layers=(Conv2D(filters=128, padding="same"),) * 20), Recipe())
    (cells,) = displayed(runs_table.table_frame([run], {}))
    assert cells["Convolution filters"] == "128, 128, 128, 128, 128, 128, 128, …"
    assert (cells["Best epoch"], cells["Time"]) == ("–", "0.0 s")


def test_the_column_of_sweeps_is_there_only_if_there_are_sweeps(store: RunStore) -> None:
    run = ended(store)
    assert "Sweep" not in runs_table.table_frame([run], {}).columns
    assert "Sweep" in runs_table.table_frame([run, ended(store, group="Tiny · seed")], {}).columns


def test_a_run_is_created_at_its_exact_time(store: RunStore) -> None:
    run = ended(store)
    assert runs_table.row(run)["Created"] == run.created
