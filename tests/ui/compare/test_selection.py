"""Which runs the URL requests, and the message about those that do not exist."""

from streamlit.testing.v1 import AppTest

from mnist_lab.runs import RunStore
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
    assert f"2 runs that are not among the ended runs of this lab: “gone”, “{waiting.id}”;" in missing_runs_message(
        store, f"gone,{waiting.id}"
    )
    assert "“e”, …;" in missing_runs_message(store, "a,b,c,d,e,f")


def test_the_table_is_reset_when_the_url_changes_elsewhere() -> None:
    script = """
import streamlit as st

from mnist_lab.ui.compare.selection import table_key, write_selection

st.text(table_key(["a", "b"], st.query_params.get("runs")))
if st.button("Select"):
    write_selection(["a"])
"""
    page = AppTest.from_string(script).run()
    first_key = page.text[0].value
    page.button[0].click().run()
    assert page.query_params["runs"] in ("a", ["a"])
    assert page.run().text[0].value == first_key
    page.query_params.clear()
    assert page.run().text[0].value != first_key
    assert not page.exception
