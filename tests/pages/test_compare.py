"""The Compare page and its table, without a browser."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import streamlit as st
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from mnist_lab.data import DataSource, load_mnist_sample
from mnist_lab.errors import UnknownRunError
from mnist_lab.network import Conv2D, Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import REFERENCE, Run, RunState, RunStore
from mnist_lab.runs.schema import runs as table
from mnist_lab.ui.compare import runs_table
from mnist_lab.ui.compare.comparison import difference_rows, distinct_names, run_colour_indices
from mnist_lab.ui.compare.selection import missing_words
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.services.container import services
from tests.pages.ended_runs import HOSTILE, ended

PAGE = Path(__file__).resolve().parents[2] / "pages" / "compare.py"


@pytest.fixture
def store() -> RunStore:
    return services().store


def opened(monkeypatch: pytest.MonkeyPatch, ticked: Sequence[int] = ()) -> AppTest:
    """The page with rows ticked, which AppTest cannot do by itself."""
    real = st.dataframe

    def dataframe(*args, **options):
        state = real(*args, **options)
        if options.get("on_select") == "rerun":
            return type("Ticked", (), {"selection": type("Rows", (), {"rows": list(ticked)})})
        return state

    monkeypatch.setattr(st, "dataframe", dataframe)
    return ok(AppTest.from_file(str(PAGE), default_timeout=30).run())


def ok(test: AppTest) -> AppTest:
    assert not test.exception, test.exception
    return test


def words(test: AppTest) -> str:
    kinds = (test.markdown, test.caption, test.subheader, test.info, test.warning, test.error)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def dots(test: AppTest) -> list[tuple[str, list[int], list[float]]]:
    """Name, parameters and accuracy of what the plot of costs shows."""
    plots = [one.proto for one in test.get("bidi_component") if "compare-cost" in one.proto.id]
    return [(dot["name"], dot["x"], dot["y"]) for plot in plots for dot in json.loads(plot.json)[0]["data"]]


def cells(runs: list[Run]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(runs_table.csv_of(runs).decode("utf-8-sig"))))


def test_an_empty_store_offers_the_next_step(monkeypatch):
    page = opened(monkeypatch)
    assert "No run has ended yet" in words(page)
    assert [button.label for button in page.button] == ["Train a network", "Compose one first"]


def test_the_table_shows_the_notebooks_columns_and_the_state(monkeypatch, store):
    ended(store, "Good", preset="notebook-3")
    ended(store, "Bad", state=RunState.FAILED, sentence="Out of memory.")
    frame = opened(monkeypatch).dataframe[0].value
    assert list(frame["Name"]) == ["Bad", "Good"]
    assert list(frame["State"]) == ["failed", "finished"]
    good = frame.iloc[1]
    assert good["Convolution filters"].startswith("100, 80")
    assert (good["Convolution layers"], good["Batch norm"], good["Parameters"]) == (8, "yes (2)", 186_140)
    assert good["Test accuracy"] == pytest.approx(93)
    assert list(good["Curve"]) == pytest.approx([0.4, 0.2])


def test_runs_under_way_are_not_in_the_table(monkeypatch, store):
    run = ended(store)
    store.create(run.network, run.recipe, name="Waiting")
    assert list(opened(monkeypatch).dataframe[0].value["Name"]) == ["A run"]


@pytest.mark.parametrize("source", [DataSource.MNIST_SAMPLE, DataSource.UCI])
def test_a_run_of_a_sample_is_shown_as_such_in_the_table_and_above_it(monkeypatch, store, source):
    ended(store, source=source)
    page = opened(monkeypatch)
    assert page.dataframe[0].value["Data"][0] == source.dataset_title
    assert "1 of them used a sample, not MNIST itself" in words(page)


def test_words_and_states_filter(monkeypatch, store):
    ended(store, "Alpha")
    ended(store, "Beta", state=RunState.STOPPED)
    page = opened(monkeypatch)
    page.text_input(key="compare-words").set_value("alp")
    assert list(ok(page.run()).dataframe[0].value["Name"]) == ["Alpha"]
    page.text_input(key="compare-words").set_value("nothing like it")
    assert "No run matches." in words(ok(page.run()))


def test_from_no_match_one_button_leads_back_to_all_runs(monkeypatch, store):
    ended(store, "Alpha", group="Tiny · seed")
    ended(store, "Beta", state=RunState.STOPPED, group="Tiny · dropout")
    page = opened(monkeypatch)
    page.button_group(key="compare-states").set_value(["stopped"])
    page.selectbox(key="compare-sweep").set_value("Tiny · seed")
    page.text_input(key="compare-words").set_value("alp")
    ok(page.run())
    assert not page.dataframe
    ok(page.button(key="compare-all").click().run())
    assert list(page.dataframe[0].value["Name"]) == ["Beta", "Alpha"]
    assert "sweep" not in page.query_params


def test_only_states_that_there_are_can_be_chosen(monkeypatch, store):
    ended(store, "Alpha")
    assert not opened(monkeypatch).get("button_group")
    ended(store, "Beta", state=RunState.STOPPED)
    page = opened(monkeypatch)
    assert page.button_group(key="compare-states").options == ["Finished", "Stopped"]
    page.button_group(key="compare-states").set_value(["stopped"])
    assert list(ok(page.run()).dataframe[0].value["Name"]) == ["Beta"]


def test_what_accuracy_costs_shows_every_run_with_a_result(monkeypatch, store):
    ended(store, "Alpha", wrong=10)
    assert not dots(opened(monkeypatch, ticked=[0]))
    ended(store, "Broken", state=RunState.FAILED)
    ended(store, "Beta", preset="notebook-3")
    assert dots(opened(monkeypatch, ticked=[0])) == [("Beta", [186_140], [93.0]), ("Alpha", [14_410], [90.0])]


def test_two_runs_are_compared_by_their_test_images(monkeypatch, store):
    ended(store, "Worse", wrong=40)
    ended(store, "Better", wrong=0, preset="lenet-5")
    page = opened(monkeypatch, ticked=[0, 1])
    assert plain("Better is better than Worse by 40.00 points") in words(page)
    assert page.toggle(key="compare-log-several").value
    assert "What differs" in words(page)
    assert "Convolution filters" in str(page.table[0].value)


def test_the_layers_that_differ_stand_one_a_line(store):
    runs = [ended(store, "Tiny"), ended(store, "LeNet", preset="lenet-5")]
    row = next(row for row in difference_rows(runs, ["A", "B"], differing=True) if row[""] == "Layers of its own")
    first, *others = row["A"].split("  \n")
    assert first == plain("1 Convolution 8 filters 3×3 · relu")
    assert others
    assert all(line[0].isdigit() for line in others)


def test_one_runs_loss_is_linear_at_first(monkeypatch, store):
    ended(store)
    assert not opened(monkeypatch, ticked=[0]).toggle(key="compare-log-one").value


def test_runs_tested_on_other_images_are_not_compared(monkeypatch, store):
    ended(store, "MNIST run")
    ended(store, "Sample run", digits=load_mnist_sample(), source=DataSource.MNIST_SAMPLE)
    assert "tested on different images" in words(opened(monkeypatch, ticked=[0, 1]))


def test_a_failed_run_says_why(monkeypatch, store):
    run = ended(store, "Bad", state=RunState.FAILED, sentence="Out of memory.")
    store.folder(run.id).path.mkdir(parents=True)
    store.folder(run.id).log_path.write_text("the log", encoding="utf-8")
    page = opened(monkeypatch, ticked=[0])
    assert plain("Out of memory.") in page.error[0].value
    assert page.code[0].value == "the log"
    assert "before it had a curve" in words(page)


def dialog(which: str) -> AppTest:
    """One dialog on the newest run; a rerun of AppTest closes dialogs, so here each run opens it anew."""
    script = f"""
from mnist_lab.ui.compare import run_dialogs
from mnist_lab.ui.services.container import services

for run in services().store.list(limit=1):
    run_dialogs.{which}(run)
"""
    return ok(AppTest.from_string(script, default_timeout=30).run())


def test_deleting_asks_first(monkeypatch, store):
    run = ended(store)
    page = ok(opened(monkeypatch, ticked=[0]).button(key="compare-delete").click().run())
    assert "cannot be undone" in words(page)
    assert store.get(run.id)
    ok(dialog("delete_dialog").button(key="delete-cancel").click().run())
    assert store.get(run.id)
    ok(dialog("delete_dialog").button(key="delete-confirm").click().run())
    assert store.count() == 0
    assert not store.folder(run.id).path.exists()


def test_deleting_a_run_that_the_lab_brought_says_that_it_stays_away(store):
    run = ended(store)
    assert "comes with the lab" not in words(dialog("delete_dialog"))
    spoil(store, run.id, owner=REFERENCE)
    assert "It comes with the lab, and does not come back" in words(dialog("delete_dialog"))


def test_the_address_names_no_run_that_was_just_deleted(store):
    run = ended(store)
    page = dialog("delete_dialog")
    page.query_params["runs"] = run.id
    ok(page.button(key="delete-confirm").click().run())
    assert "runs" not in page.query_params


def test_a_run_that_is_gone_already_is_a_sentence(monkeypatch, store):
    ended(store)
    page = dialog("delete_dialog")
    monkeypatch.setattr(RunStore, "delete", refuse)
    assert plain("There is no such run.") in words(ok(page.button(key="delete-confirm").click().run()))


def refuse(*_args: object) -> None:
    raise UnknownRunError("There is no such run.")


def test_rename_and_note(monkeypatch, store):
    run = ended(store)
    page = dialog("rename_dialog")
    page.text_input(key=f"rename-{run.id}").set_value("Another name")
    ok(page.button(key="rename-confirm").click().run())
    page = dialog("note_dialog")
    page.text_area(key=f"note-{run.id}").set_value("<b>mine</b>")
    ok(page.button(key="note-confirm").click().run())
    assert (store.get(run.id).name, store.get(run.id).note) == ("Another name", "<b>mine</b>")
    assert plain("<b>mine</b>") in words(opened(monkeypatch, ticked=[0]))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_shown_as_they_are(monkeypatch, store, name):
    ended(store, name)
    ended(store, name, state=RunState.FAILED, sentence=name)
    assert "<script>" not in words(opened(monkeypatch, ticked=[0, 1]))
    assert "<script>" not in words(opened(monkeypatch, ticked=[0]))


@pytest.mark.parametrize("note", HOSTILE)
def test_hostile_notes_are_shown_as_they_are(monkeypatch, store, note):
    run = ended(store)
    store.annotate(run.id, note)
    page = opened(monkeypatch, ticked=[0])
    assert plain(store.get(run.id).note) in [element.value for element in page.caption]
    assert page.dataframe[0].value["Note"][0] == store.get(run.id).note
    assert "<script>" not in words(page)


def test_damaged_records_are_counted_and_can_be_deleted(monkeypatch, store):
    good, bad, weird = ended(store, "Good"), ended(store, "Bad"), ended(store, "Weird")
    assert "damaged" not in words(opened(monkeypatch))
    spoil(store, bad.id, network="{")
    page = opened(monkeypatch)
    assert "1 record is damaged." in words(page)
    assert sorted(page.dataframe[0].value["Name"]) == ["Good", "Weird"]
    spoil(store, weird.id, state="weird")
    page = opened(monkeypatch)
    assert "2 records are damaged." in words(page)
    page = ok(page.button(key="delete-damaged").click().run())
    assert "cannot be undone" in words(page)
    ok(dialog_on_damaged().button(key="delete-damaged-confirm").click().run())
    assert store.damaged() == []
    assert store.count() == 1
    assert store.get(good.id)
    assert not store.folder(bad.id).path.exists()


def test_damaged_records_are_told_where_no_run_is_whole(monkeypatch, store):
    spoil(store, ended(store).id, result="null")
    page = opened(monkeypatch)
    assert "1 record is damaged." in words(page)
    assert "No run has ended yet" in words(page)


def spoil(store: RunStore, run_id: str, **values: str) -> None:
    with store.db.write() as connection:
        connection.execute(update(table).where(table.c.id == run_id).values(**values))


def dialog_on_damaged() -> AppTest:
    script = """
from mnist_lab.ui.compare import run_dialogs
from mnist_lab.ui.services.container import services

if ids := services().store.damaged():
    run_dialogs.damaged_dialog(ids)
"""
    return ok(AppTest.from_string(script, default_timeout=30).run())


def test_csv_has_every_run_and_no_formula(store):
    for name in HOSTILE:
        store.annotate(ended(store, name).id, "@SUM(A1)")
    rows = cells(store.list())
    assert len(rows) == len(HOSTILE)
    assert {row["Note"] for row in rows} == {"'@SUM(A1)"}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert rows[0]["Convolution filters"] == "8; 16"


def test_names_and_colours_of_chosen_runs_are_distinct(store):
    runs = [ended(store) for _ in range(11)]
    assert len(set(distinct_names(runs))) == 11
    assert len(set(run_colour_indices(runs[:10]))) == 10
    assert len(run_colour_indices(runs)) == 11


def test_the_newest_tested_runs_are_ticked_at_first_and_those_of_the_address_before_them(store):
    for name in ("First", "Second", "Third"):
        ended(store, name)
    ended(store, "Bad", state=RunState.FAILED)
    runs = store.list()
    assert [runs[place].name for place in runs_table.rows_at_first(runs, None)] == ["Third", "Second"]
    asked = ",".join([runs[3].id, "no-such-run", runs[0].id])
    assert [runs[place].name for place in runs_table.rows_at_first(runs, asked)] == ["Bad", "First"]
    assert runs_table.rows_at_first(runs, "") == []
    assert [runs[place].name for place in runs_table.rows_at_first(runs, "no-such-run")] == ["Third", "Second"]


def test_the_address_stays_as_it_is_until_somebody_ticks(monkeypatch, store):
    first, second, third = (ended(store, name) for name in ("First", "Second", "Third"))
    assert "runs" not in opened(monkeypatch, ticked=[0, 1]).query_params
    page = opened(monkeypatch, ticked=[0, 2])
    assert page.query_params["runs"] in (f"{third.id},{first.id}", [f"{third.id},{first.id}"])
    assert second.id not in page.query_params["runs"]


def test_the_table_is_another_one_once_the_address_changed_without_it():
    script = """
import streamlit as st

from mnist_lab.ui.compare.selection import table_key, write_chosen

st.text(table_key(["a", "b"], st.query_params.get("runs")))
if st.button("Tick"):
    write_chosen(["a"])
"""
    page = ok(AppTest.from_string(script).run())
    opened_as = page.text[0].value
    ok(page.button[0].click().run())
    assert page.query_params["runs"] in ("a", ["a"])
    assert ok(page.run()).text[0].value == opened_as
    page.query_params.clear()
    assert ok(page.run()).text[0].value != opened_as


def test_runs_of_the_address_that_are_not_there_are_told(store):
    run = ended(store)
    waiting = store.create(run.network, run.recipe)
    assert missing_words(store, None) == missing_words(store, "") == missing_words(store, run.id) == ""
    assert "names the run “gone”, which is not among" in missing_words(store, f"gone,{run.id},gone")
    assert f"2 runs that are not among this lab's ended runs: “gone”, “{waiting.id}”;" in missing_words(
        store, f"gone,{waiting.id}"
    )
    assert "“e”, …;" in missing_words(store, "a,b,c,d,e,f")


@pytest.mark.parametrize("asked", ["doesnotexist", *HOSTILE])
def test_an_address_of_unknown_runs_shows_the_newest_with_a_warning(store, asked):
    ended(store)
    page = AppTest.from_file(str(PAGE), default_timeout=30)
    page.query_params["runs"] = asked
    ok(page.run())
    assert "The address names" in page.warning[0].value
    assert "<script>" not in words(page)
    assert page.query_params["runs"] in (asked, [asked])


def test_each_run_has_its_colour_in_the_table(store):
    runs = [ended(store, "One"), ended(store, "Two")]
    light, dark = (runs_table.table_frame(runs, {}, theme)[runs_table.COLOUR] for theme in ("light", "dark"))
    assert len({*light, *dark}) == 4
    assert all(dot.startswith("data:image/svg+xml,") for dot in light)


def test_cells_are_written_as_everywhere_and_never_cut_without_a_sign(store):
    runs = [ended(store, "A name of very many characters"), ended(store, "Short", preset="notebook-3")]
    store.annotate(runs[0].id, "long " * 20)
    frame = runs_table.table_frame(store.list(), {})
    short, long = as_shown(frame)
    assert (short["Time"], short["Multiply-adds"]) == ("1 m 24 s", "1.5 M")
    assert (long["Name"], long["Note"][-1]) == ("A name of very many charac…", "…")
    assert short["Convolution filters"] == "100, 80, 70, 50, 60, 100, 100, 250"
    assert frame["Name"][1] == "A name of very many characters"
    widths = {name: runs_table.column_config(frame)[name]["width"] for name in ("Name", "Convolution filters", "Note")}
    assert widths["Note"] > widths["Convolution filters"] > widths["Name"] > 150


def test_a_list_of_numbers_is_never_cut_within_a_number(store):
    run = store.create(Network(name="Deep", layers=(Conv2D(filters=128, padding="same"),) * 20), Recipe())
    (cells,) = as_shown(runs_table.table_frame([run], {}))
    assert cells["Convolution filters"] == "128, 128, 128, 128, 128, 128, 128, …"
    assert (cells["Best epoch"], cells["Time"]) == ("–", "0.0 s")


def as_shown(frame) -> list[dict[str, str]]:
    """The words in the cells of the table, by column."""
    shown = runs_table.styled(frame).hide(axis="index").to_string(delimiter="\t")
    return list(csv.DictReader(io.StringIO(shown), delimiter="\t"))


def test_the_table_and_the_command_line_tell_the_same_moment(store):
    run = ended(store)
    assert runs_table.row(run)["Made"] == run.created


def test_a_sweep_is_found_by_its_name_with_all_its_runs_chosen(monkeypatch, store):
    swept = [ended(store, f"Rate {rate}", group="Tiny · dropout") for rate in (0, 1, 2)]
    ended(store, "Another", group="Tiny · seed")
    page = AppTest.from_file(str(PAGE), default_timeout=30)
    page.query_params["sweep"] = "Tiny · dropout"
    ok(page.run())
    assert page.selectbox(key="compare-sweep").value == "Tiny · dropout"
    assert "3 of 4 runs" in words(page)
    rows = runs_table.rows_at_first(swept, None, of_one_sweep=True)
    assert rows == [0, 1, 2]
    ok(page.selectbox(key="compare-sweep").set_value("Tiny · seed").run())
    assert "1 of 4 runs" in words(page)
    assert page.query_params["sweep"] in ("Tiny · seed", ["Tiny · seed"])


def test_without_a_sweep_the_table_has_neither_filter_nor_column(monkeypatch, store):
    run = ended(store)
    assert "Sweep" not in [box.label for box in opened(monkeypatch).selectbox]
    assert "Sweep" not in runs_table.table_frame([run], {}).columns
    assert "Sweep" in runs_table.table_frame([run, ended(store, group="Tiny · seed")], {}).columns


def test_of_very_many_runs_the_newest_are_shown_and_all_are_found(monkeypatch, store):
    monkeypatch.setattr(runs_table, "MAX_TABLE_ROWS", 2)
    for name in ("First", "Second", "Third", "Fourth"):
        ended(store, name, source=DataSource.UCI if name == "First" else DataSource.MNIST)
    page = opened(monkeypatch)
    assert list(page.dataframe[0].value["Name"]) == ["Fourth", "Third"]
    assert "4 of 4 runs. **The newest 2 are shown**" in words(page)
    assert "1 of them used a sample" in words(page)
    ok(page.text_input(key="compare-words").set_value("first").run())
    assert list(page.dataframe[0].value["Name"]) == ["First"]
    assert "1 of 4 runs. Tick rows" in words(page)


def test_an_old_run_that_the_address_names_is_shown_too(monkeypatch, store):
    monkeypatch.setattr(runs_table, "MAX_TABLE_ROWS", 2)
    old, *_ = [ended(store, name) for name in ("First", "Second", "Third", "Fourth")]
    page = AppTest.from_file(str(PAGE), default_timeout=30)
    page.query_params["runs"] = old.id
    assert list(ok(page.run()).dataframe[0].value["Name"]) == ["Fourth", "Third", "First"]
    ids = ["d", "c", "b", "a"]
    assert runs_table.shown_ids(ids, "b,a,d,gone") == ids
    assert runs_table.shown_ids(ids, None) == runs_table.shown_ids(ids, "") == ["d", "c"]


def test_the_csv_has_all_runs_that_were_found(monkeypatch, store):
    monkeypatch.setattr(runs_table, "MAX_TABLE_ROWS", 1)
    for name in ("First", "Second", "Third"):
        ended(store, name)
    written = []
    monkeypatch.setattr(st, "download_button", lambda *_args, **options: written.append(options["data"]()))
    opened(monkeypatch)
    rows = csv.DictReader(io.StringIO(written[-1].decode("utf-8-sig")))
    assert [row["Name"] for row in rows] == ["Third", "Second", "First"]
