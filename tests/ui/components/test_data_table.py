"""What a browser reports of a table; whoever speaks to the server without our page may send anything."""

import pytest
import streamlit as st

from mnist_lab.ui.components.data_table import Ticks, reported_columns, reported_ticks
from mnist_lab.ui.services.container import MAX_TABLE_ROWS


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What the browser has reported of the table `table`."""
    state: dict[str, object] = {}
    monkeypatch.setattr(st, "session_state", {"table": state})
    return state


def test_ticks_are_read(report: dict[str, object]) -> None:
    assert reported_ticks("table") is None
    assert reported_ticks("other") is None
    report["ticked"] = {"version": 3, "ids": ["a", "b"]}
    assert reported_ticks("table") == Ticks(3, ("a", "b"), by_user=True)


@pytest.mark.parametrize(
    "ticked",
    [1, "x", [], {}, {"version": 0}, {"version": 0, "ids": 5}, {"version": "0", "ids": []}, {"version": 0, "ids": [1]}],
)
def test_ticks_of_another_form_count_as_none(report: dict[str, object], ticked: object) -> None:
    report["ticked"] = ticked
    assert reported_ticks("table") is None


def test_no_more_rows_are_ticked_than_the_table_has(report: dict[str, object]) -> None:
    report["ticked"] = {"version": 0, "ids": [str(number) for number in range(9_999)]}
    ticks = reported_ticks("table")
    assert ticks is not None
    assert len(ticks.ids) == MAX_TABLE_ROWS


def test_chosen_columns_are_read(report: dict[str, object]) -> None:
    assert reported_columns("table") is None
    report["columns"] = ["Seed", "Id"]
    assert reported_columns("table") == ["Seed", "Id"]


@pytest.mark.parametrize("columns", [None, 1, "x", {}, [1]])
def test_columns_of_another_form_count_as_the_usual_ones(report: dict[str, object], columns: object) -> None:
    report["columns"] = columns
    assert reported_columns("table") is None
