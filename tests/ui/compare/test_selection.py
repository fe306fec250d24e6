"""Which runs the URL requests, and the message about those that do not exist."""

import pytest
from streamlit.testing.v1 import AppTest

from mnist_lab.runs import RunStore
from mnist_lab.ui.compare import selection
from mnist_lab.ui.compare.selection import MAX_REQUESTED, missing_runs_message, requested_ids
from tests.pages.ended_runs import ended


def test_requested_ids_have_no_duplicates_and_a_limit() -> None:
    assert requested_ids(None) == requested_ids("") == requested_ids(",") == []
    assert requested_ids("a,b,a") == ["a", "b"]
    assert len(requested_ids(",".join(map(str, range(1000))))) == MAX_REQUESTED


def test_without_missing_runs_there_is_no_message(store: RunStore) -> None:
    run = ended(store)
    assert missing_runs_message(store, None) == missing_runs_message(store, "") == ""
    assert missing_runs_message(store, run.id) == ""


def test_missing_runs_are_named(store: RunStore) -> None:
    run = ended(store)
    waiting = store.create(run.network, run.recipe)
    assert "requests the run “gone”, which is not" in missing_runs_message(store, f"gone,{run.id},gone")
    assert f"2 runs that are not among the runs of this table: “gone”, “{waiting.id}”;" in missing_runs_message(
        store, f"gone,{waiting.id}"
    )
    assert "“e”, …;" in missing_runs_message(store, "a,b,c,d,e,f")


def test_the_message_says_what_is_shown_instead(store: RunStore) -> None:
    run = ended(store)
    assert missing_runs_message(store, f"gone,{run.id}").endswith("The others of the address are ticked.")
    assert missing_runs_message(store, "gone,too").endswith("The newest tested runs are ticked instead.")


def test_a_run_under_way_is_not_missing(store: RunStore) -> None:
    run = ended(store)
    started = store.claim(store.create(run.network, run.recipe).id, "test")
    assert started is not None
    assert missing_runs_message(store, started.id) == ""


SCRIPT = """
import streamlit as st

from mnist_lab.ui.compare import selection
from mnist_lab.ui.compare.selection import current_ticks, write_ticks
from mnist_lab.ui.components.data_table import Ticks

reported = st.session_state.get("reported")
ticks = current_ticks(
    Ticks(*reported, by_user=True) if reported else None,
    (st.query_params.get("runs"), st.query_params.get("sweep")),
    lambda: st.session_state["first"],
)
if ticks.by_user:
    write_ticks(ticks.ids, st.query_params.get("sweep"))
st.text(ticks.version)
st.text(",".join(ticks.ids))
"""


@pytest.fixture
def page() -> AppTest:
    test = AppTest.from_string(SCRIPT, default_timeout=120)
    test.session_state["first"] = ["a", "b"]
    return test


def ticks(test: AppTest) -> tuple[int, str]:
    """The version of the ticks and the ticked ids, after running the page again."""
    test.run()
    assert not test.exception
    return int(test.text[0].value), test.text[1].value


def test_the_first_ticks_stay_when_other_runs_appear(page: AppTest) -> None:
    assert ticks(page) == (0, "a,b")
    page.session_state["first"] = ["new", "a"]
    assert ticks(page) == (0, "a,b")


def test_as_long_as_there_is_no_run_the_first_ticks_are_looked_for_again(page: AppTest) -> None:
    page.session_state["first"] = []
    assert ticks(page) == (0, "")
    page.session_state["first"] = ["new"]
    assert ticks(page) == (0, "new")


def test_the_users_ticks_are_kept_and_written_into_the_url(page: AppTest) -> None:
    ticks(page)
    page.session_state["reported"] = (0, ("c",))
    assert ticks(page) == (0, "c")
    assert page.query_params["runs"] in ("c", ["c"])
    page.session_state["first"] = ["new", "a"]
    assert ticks(page) == (0, "c")
    page.session_state["reported"] = (0, ())
    assert ticks(page) == (0, "")


def test_a_browser_that_ticks_faster_than_its_url_follows_loses_nothing(page: AppTest) -> None:
    ticks(page)
    for ids in (("c",), ("c", "d"), ("c", "d", "e")):
        # The URL of the page has not reached the browser yet.
        page.query_params.clear()
        page.session_state["reported"] = (0, ids)
        assert ticks(page) == (0, ",".join(ids))
    # Nor has it when the table asks for a drawing because a run ended.
    page.query_params.clear()
    assert ticks(page) == (0, "c,d,e")


def test_a_step_back_gives_the_ticks_of_then(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks(page)
    page.session_state["reported"] = (0, ("c",))
    ticks(page)
    monkeypatch.setattr(selection, "BEHIND_SECONDS", 0.0)
    page.query_params.clear()
    assert ticks(page) == (1, "a,b")


@pytest.mark.parametrize("parameter", ["runs", "sweep"])
def test_another_url_gives_new_ticks(page: AppTest, parameter: str) -> None:
    ticks(page)
    page.session_state["reported"] = (0, ("c",))
    ticks(page)
    page.query_params[parameter] = "other"
    page.session_state["first"] = ["x"]
    assert ticks(page) == (1, "x")
    # A tick that was on its way belongs to the table before.
    assert ticks(page) == (1, "x")
