"""The table of runs: its rows, columns and formats, and the ticks at first."""

import json
import math
from typing import Any

import pytest

from mnist_lab.handwriting.collection_score import CollectionScore
from mnist_lab.network import Conv2D, Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run, RunState, RunStore
from mnist_lab.runs.queries.search import SearchResult
from mnist_lab.ui.compare import runs_table
from tests.factories import make_data, make_result, make_run
from tests.pages.ended_runs import ended

Scores = dict[str, CollectionScore]
Curves = dict[str, list[float]]


def content(runs: list[Run], curves: Curves | None = None, scores: Scores | None = None) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(runs_table.table_json(runs, curves or {}, scores or {}))
    return parsed


def cells(runs: list[Run], column: str, curves: dict[str, list[float]] | None = None) -> list[Any]:
    table = content(runs, curves)
    index = [each["name"] for each in table["columns"]].index(column)
    return [row["cells"][index] for row in table["rows"]]


def usual(runs: list[Run]) -> set[str]:
    """The columns that are shown until the user chooses others."""
    return {column["name"] for column in content(runs)["columns"] if not column["hidden"]}


def test_how_runs_read_the_collection_is_a_column_once_one_has_read_it(store: RunStore) -> None:
    good, bad, unread = (ended(store, name) for name in ("Good", "Bad", "Unread"))
    runs = [good, bad, unread]
    assert "Our handwriting" not in usual(runs)
    table = content(runs, scores={good.id: CollectionScore(27, 28), bad.id: CollectionScore(0, 9)})
    (index,) = [place for place, each in enumerate(table["columns"]) if each["name"] == "Our handwriting"]
    assert not table["columns"][index]["hidden"]
    assert [row["cells"][index] for row in table["rows"]] == [["96.4 % of 28", 27 / 28], ["0.0 % of 9", 0.0], None]


def test_the_newest_tested_runs_are_ticked_at_first(store: RunStore) -> None:
    for name in ("First", "Second", "Third"):
        ended(store, name)
    ended(store, "Bad", state=RunState.FAILED)
    runs = store.list()
    names = {run.id: run.name for run in runs}

    def first(parameter: str | None, **more: bool) -> list[str]:
        return [names[run_id] for run_id in runs_table.initial_selection(runs, parameter, **more)]

    assert first(None) == first("no-such-run") == ["Third", "Second"]
    assert first(None, of_one_sweep=True) == ["Third", "Second", "First"]


def test_runs_requested_by_the_url_are_ticked_instead(store: RunStore) -> None:
    runs = [ended(store, name) for name in ("First", "Second", "Third")]
    requested = ",".join([runs[2].id, "no-such-run", runs[0].id])
    assert runs_table.initial_selection(runs, requested) == [runs[0].id, runs[2].id]
    assert runs_table.initial_selection(runs, "") == []


def test_requested_runs_are_shown_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs_table, "MAX_TABLE_ROWS", 2)
    ids = ["d", "c", "b", "a"]
    assert runs_table.shown_ids(ids, "b,a,d,gone") == ids
    assert runs_table.shown_ids(ids, None) == runs_table.shown_ids(ids, "") == ["d", "c"]


@pytest.mark.parametrize(
    ("found", "shown", "expected"),
    [
        (SearchResult(["a"], 0), 1, "1 of 4 runs."),
        (SearchResult(["a", "b", "c"], 0), 2, "3 of 4 runs. The newest 2 are in the table, and only they are sorted;"),
        (SearchResult(["a"], 1), 1, "1 of them used"),
    ],
)
def test_the_message_about_the_number_of_runs(found: SearchResult, shown: int, expected: str) -> None:
    assert expected in runs_table.count_message(found, shown, 4)


def test_accuracy_and_parameters_come_first() -> None:
    assert [column["name"] for column in content([make_run()])["columns"][:2]] == ["Test accuracy", "Parameters"]


def test_each_run_has_its_sign() -> None:
    runs = [make_run(id=f"run{number:05}", number=number) for number in range(15)]
    signs = [tuple(row["sign"]) for row in content(runs)["rows"]]
    assert len(set(signs)) == 15
    assert [tuple(row["sign"]) for row in content(runs[9:])["rows"]] == signs[9:]
    assert {shape for shape, _ in signs} == content(runs)["signs"].keys()


def test_the_recipe_and_the_data_of_a_run_are_in_the_table() -> None:
    recipe = Recipe(optimizer="sgd", learning_rate=0.02, batch_size=1024, schedule="one-cycle", augmentation="pen")
    run = make_run(recipe=recipe, data=make_data(training=54_000), result=make_result(validation_accuracy=0.9876))
    assert cells([run], "Learning rate") == [["0.02", 0.02]]
    assert cells([run], "Optimizer") == ["SGD"]
    assert cells([run], "Batch size") == [["1,024", 1024]]
    assert cells([run], "Schedule") == ["One-cycle"]
    assert cells([run], "Augmentation") == ["pen"]
    assert cells([run], "Training images") == [["54,000", 54_000]]
    assert cells([run], "Validation accuracy") == [["98.76 %", pytest.approx(98.76)]]


def test_columns_that_are_the_same_in_all_rows_are_hidden_at_first() -> None:
    first = make_run(id="first000", recipe=Recipe())
    assert usual([first]) == {"Test accuracy", "Parameters", "Loss curve"}
    for change in ({"learning_rate": 0.1}, {"optimizer": "sgd"}, {"batch_size": 7}, {"augmentation": "light"}):
        (field,) = change
        other = make_run(id="other000", recipe=Recipe(**change))
        assert usual([first, other]) - usual([first]) == {field.replace("_", " ").capitalize()}
    # Less important ones are hidden even if they differ.
    assert usual([first, make_run(id="other000", recipe=Recipe(seed=7, precision="float32"))]) == usual([first])


def test_runs_with_other_data_are_marked() -> None:
    whole = make_run(id="whole000", data=make_data())
    tenth = make_run(id="tenth000", data=make_data(training=5_400, validation=600))
    assert [row["warning"] for row in content([whole, tenth])["rows"]] == [
        "",
        "Trained on 6,000 images; other runs here on up to 60,000.",
    ]
    assert content([tenth])["rows"][0]["warning"] == ""


def test_cells_are_formatted_and_long_texts_end_with_an_ellipsis(store: RunStore) -> None:
    runs = [ended(store, "A name"), ended(store, "Other", preset="notebook-3")]
    store.annotate(runs[0].id, "long " * 20)
    short, long = ({"id": run.id} for run in store.list())
    for name in ("Time", "Multiply-adds", "Note", "Convolution filters"):
        short[name], long[name] = cells(store.list(), name)
    assert (short["Time"][0], short["Multiply-adds"][0]) == ("1 m 24 s", "1.5 M")
    assert (long["Note"][0][-1], long["Note"][1], short["Note"]) == ("…", ("long " * 20).strip(), None)
    assert short["Convolution filters"] == ["100, 80, 70, 50, 60, …", "100, 80, 70, 50, 60, 100, 100, 250"]


def test_namesakes_are_told_apart_by_their_ids(store: RunStore) -> None:
    runs = [ended(store, name) for name in ("Same", "Same", "Other")]
    rows = json.loads(runs_table.table_json(runs, {}))["rows"]
    assert [row["name"] for row in rows] == [f"Same #{runs[0].number}", f"Same #{runs[1].number}", "Other"]


def test_a_list_is_never_cut_inside_a_number(store: RunStore) -> None:
    run = store.create(Network(name="Deep", layers=(Conv2D(filters=128, padding="same"),) * 20), Recipe())
    assert cells([run], "Convolution filters")[0][0] == "128, 128, 128, 128, …"
    assert (cells([run], "Best epoch"), cells([run], "Time")[0][0]) == ([None], "0.0 s")


def test_numbers_that_are_not_finite_can_be_sent() -> None:
    run = make_run(result=make_result(test_loss=math.nan, last_test_loss=math.inf))
    assert cells([run], "Test loss") == [["NaN", None]]
    assert cells([run], "Loss curve", {run.id: [0.5, math.nan, 0.25]}) == [[0.5, 0.25]]


def test_a_run_is_created_at_its_time(store: RunStore) -> None:
    run = ended(store)
    assert cells([run], "Created") == [round(run.created.timestamp())]


def test_no_row_is_no_problem() -> None:
    assert content([])["rows"] == []


def test_the_time_of_a_run_says_if_it_was_trained_elsewhere() -> None:
    here = make_run(result=make_result(seconds=84.0))
    other = make_run(result=make_result(seconds=84.0, machine={"processor": "another", "cores": 3}))
    assert cells([here, other], "Time") == [["1 m 24 s", 84.0], ["elsewhere: 1 m 24 s", 84.0]]
