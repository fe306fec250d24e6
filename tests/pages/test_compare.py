"""The Compare page, without a browser: what it shows and does; texts are tested where they are made."""

import csv
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from mnist_lab.data import DataSource
from mnist_lab.errors import UnknownRunError
from mnist_lab.export.script import training_script
from mnist_lab.insight.significance import RESERVATION
from mnist_lab.network import PRESETS, EditHistory, Network, link_from_network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import REFERENCE, Command, Run, RunState, RunStore, open_store
from mnist_lab.runs.records import MAX_NOTE
from mnist_lab.runs.schema import runs as runs_table_schema
from mnist_lab.settings import Settings
from mnist_lab.ui.compare import new_seeds, run_actions, runs_table, ticked_table
from mnist_lab.ui.compare.comparison import distinct_names, significance_messages
from mnist_lab.ui.compare.selection import missing_runs_message
from mnist_lab.ui.components.data_table import Ticks
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.live import table_feed
from mnist_lab.ui.services import table_cache
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session import network_draft
from mnist_lab.ui.session.ui_state import UiState
from tests.factories import start_run
from tests.pages.compare_page import chart, table_data, table_rows
from tests.pages.ended_runs import HOSTILE, ended

PAGE = Path(__file__).resolve().parents[2] / "pages" / "compare.py"


@pytest.fixture
def store() -> RunStore:
    return services().store


def opened(monkeypatch: pytest.MonkeyPatch, selected: Sequence[int] | None = None) -> AppTest:
    """The page with these rows ticked by the user, newest first, which AppTest cannot do by itself."""
    if selected is not None:
        ids = [run.id for run in services().store.list(runs_table.SHOWN_STATES)]
        ticked = Ticks(0, tuple(ids[row] for row in selected), by_user=True)
        monkeypatch.setattr(ticked_table, "reported_ticks", lambda _key: ticked)
    return ok(AppTest.from_file(str(PAGE), default_timeout=120).run())


def opened_at(**parameters: str) -> AppTest:
    """The page at a URL with these parameters."""
    page = AppTest.from_file(str(PAGE), default_timeout=120)
    for name, value in parameters.items():
        page.query_params[name] = value
    return ok(page.run())


def ok(test: AppTest) -> AppTest:
    assert not test.exception, test.exception
    return test


def names(test: AppTest) -> list[str]:
    """The names of the runs in the table."""
    return [row["Name"] for row in table_rows(test)]


def texts(test: AppTest) -> list[str]:
    kinds = (test.markdown, test.caption, test.subheader, test.info, test.warning, test.error)
    return [str(element.value) for kind in kinds for element in kind]


def dots(test: AppTest) -> list[tuple[str, list[int], list[float]]]:
    """Name, parameters and accuracy of each dot in the plot of accuracy over parameters."""
    plots = [one.proto for one in test.get("bidi_component") if "compare-cost" in one.proto.id]
    return [(dot["name"], dot["x"], dot["y"]) for plot in plots for dot in json.loads(plot.json)[0]["data"]]


def damage(store: RunStore, run_id: str, **values: str) -> None:
    """Overwrite columns of a run's record."""
    with store.db.write() as connection:
        connection.execute(update(runs_table_schema).where(runs_table_schema.c.id == run_id).values(**values))


def test_an_empty_store_offers_the_next_step(monkeypatch):
    page = opened(monkeypatch)
    assert names(page) == []
    assert [button.key for button in page.button] == ["compare-train", "compare-compose"]


# The table and its filters


def test_the_table_shows_the_notebooks_columns_and_the_state(monkeypatch, store):
    ended(store, "Good", preset="notebook-3")
    ended(store, "Bad", state=RunState.FAILED, message="Out of memory.")
    page = opened(monkeypatch)
    assert names(page) == ["Bad", "Good"]
    bad, good = table_rows(page)
    assert (bad["State"], good["State"]) == ("failed", "finished")
    assert good["Convolution filters"][1].startswith("100, 80")
    assert (good["Convolution layers"], good["Batch norm"]) == (["8", 8], "yes (2)")
    assert (good["Parameters"], good["Test accuracy"]) == (["186,140", 186_140], ["93.00 %", 93.0])
    assert good["Loss curve"] == [0.4, 0.2]


def test_runs_under_way_are_in_the_table_and_queued_ones_are_not(monkeypatch, store):
    run = ended(store)
    store.create(run.network, run.recipe, name="Waiting")
    under_way = store.claim(store.create(run.network, run.recipe, name="Under way").id, "test")
    assert under_way is not None
    store.attempt(under_way).move(RunState.RUNNING)
    page = opened(monkeypatch, selected=[0])
    assert [(row["Name"], row["State"]) for row in table_rows(page)] == [
        ("Under way", "epoch 1 of 2"),
        ("A run", "finished"),
    ]
    keys = {button.key for button in page.button}
    assert "compare-watch" in keys
    assert "compare-delete" not in keys


@pytest.mark.parametrize("source", [DataSource.MNIST_SAMPLE, DataSource.UCI])
def test_runs_on_a_sample_are_marked(monkeypatch, store, source):
    ended(store, source=source)
    page = opened(monkeypatch)
    assert table_rows(page)[0]["Data"] == source.dataset_title
    found = store.search("", [RunState.FINISHED], None)
    assert table_data(page)[9] == runs_table.count_message(found, 1, 1)


def test_search_and_state_filter_the_table(monkeypatch, store):
    ended(store, "Alpha")
    assert not opened(monkeypatch).get("button_group"), "one state needs no filter"
    ended(store, "Beta", state=RunState.STOPPED)
    page = opened(monkeypatch)
    page.text_input(key=runs_table.SEARCH_KEY).set_value("alp")
    assert names(ok(page.run())) == ["Alpha"]
    page.text_input(key=runs_table.SEARCH_KEY).set_value("")
    assert page.button_group(key="compare-states").options == ["Finished", "Stopped"]
    page.button_group(key="compare-states").set_value(["stopped"])
    assert names(ok(page.run())) == ["Beta"]


def test_without_a_match_one_button_clears_all_filters(monkeypatch, store):
    ended(store, "Alpha", group="Tiny · seed")
    ended(store, "Beta", state=RunState.STOPPED, group="Tiny · dropout")
    page = opened(monkeypatch)
    page.button_group(key="compare-states").set_value(["stopped"])
    page.selectbox(key="compare-sweep").set_value("Tiny · seed")
    page.text_input(key=runs_table.SEARCH_KEY).set_value("alp")
    ok(page.run())
    assert names(page) == []
    ok(page.button(key="compare-all").click().run())
    assert names(page) == ["Beta", "Alpha"]
    assert "sweep" not in page.query_params


def test_a_sweep_in_the_url_filters_the_table(monkeypatch, store):
    for rate in (0, 1, 2):
        ended(store, f"Rate {rate}", group="Tiny · dropout")
    ended(store, "Another", group="Tiny · seed")
    page = opened_at(sweep="Tiny · dropout")
    assert page.selectbox(key="compare-sweep").value == "Tiny · dropout"
    assert names(page) == ["Rate 2", "Rate 1", "Rate 0"]
    ok(page.selectbox(key="compare-sweep").set_value("Tiny · seed").run())
    assert names(page) == ["Another"]
    assert page.query_params["sweep"] in ("Tiny · seed", ["Tiny · seed"])


@pytest.mark.parametrize("groups", [[], ["Tiny · seed"]])
@pytest.mark.parametrize("name", ["nope", *HOSTILE[:2]])
def test_a_sweep_that_does_not_exist_is_told_once_and_taken_out_of_the_url(store, groups, name):
    for group in ["", *groups]:
        ended(store, f"A run of {group}", group=group)
    page = opened_at(sweep=name)
    assert [f"There is no sweep **{plain(name[:9])}" in toast.value for toast in page.toast] == [True]
    assert "sweep" not in page.query_params
    assert len(names(page)) == 1 + len(groups)
    assert not ok(page.run()).toast


def test_a_sweep_says_how_far_it_is_even_before_its_first_run_begins(store):
    ended(store)
    for seed in (1, 2):
        store.create(PRESETS["tiny"].network, Recipe(seed=seed), name=f"Seed {seed}", group="Seeds")
    page = opened_at(sweep="Seeds")
    assert page.query_params["sweep"] in ("Seeds", ["Seeds"])
    assert any("0 of 2 runs of this sweep have ended, 2 are waiting." in text for text in texts(page))


def test_the_columns_of_the_url_are_passed_on_and_chosen_ones_are_written(monkeypatch, store):
    ended(store)
    page = opened_at(columns="test-accuracy,seed")
    assert table_data(page)[8] == "test-accuracy,seed"
    monkeypatch.setattr(ticked_table, "reported_columns", lambda _key: ["Batch size", "<b>", "Seed"])
    assert table_data(ok(page.run()))[8] == "batch-size,seed"
    monkeypatch.setattr(ticked_table, "reported_columns", lambda _key: None)
    ok(page.run())
    assert "columns" not in page.query_params


def test_without_sweeps_there_is_no_sweep_filter(monkeypatch, store):
    ended(store)
    assert "compare-sweep" not in [box.key for box in opened(monkeypatch).selectbox]


def test_only_the_newest_of_many_runs_are_shown_but_all_are_searched(monkeypatch, store):
    monkeypatch.setattr(runs_table, "MAX_TABLE_ROWS", 2)
    for name in ("First", "Second", "Third", "Fourth"):
        ended(store, name)
    page = opened(monkeypatch)
    assert names(page) == ["Fourth", "Third"]
    ok(page.text_input(key=runs_table.SEARCH_KEY).set_value("first").run())
    assert names(page) == ["First"]


def test_an_old_run_requested_by_the_url_is_shown_too(monkeypatch, store):
    monkeypatch.setattr(runs_table, "MAX_TABLE_ROWS", 2)
    old, *_ = [ended(store, name) for name in ("First", "Second", "Third", "Fourth")]
    assert names(opened_at(runs=old.id)) == ["Fourth", "Third", "First"]


def test_the_csv_has_all_runs_found(monkeypatch, store):
    monkeypatch.setattr(runs_table, "MAX_TABLE_ROWS", 1)
    for name in ("First", "Second", "Third"):
        ended(store, name)
    written = []
    monkeypatch.setattr(st, "download_button", lambda *_args, **options: written.append(options["data"]()))
    opened(monkeypatch)
    found = csv.DictReader(io.StringIO(written[-1].decode("utf-8-sig")))
    assert [row["Name"] for row in found] == ["Third", "Second", "First"]


# The URL


def test_the_url_changes_only_when_the_selection_does(monkeypatch, store):
    first, _second, third = (ended(store, name) for name in ("First", "Second", "Third"))
    assert "runs" not in opened(monkeypatch).query_params
    page = opened(monkeypatch, selected=[0, 2])
    assert page.query_params["runs"] in (f"{third.id},{first.id}", [f"{third.id},{first.id}"])


@pytest.mark.parametrize("requested", ["doesnotexist", *HOSTILE])
def test_a_url_with_unknown_runs_shows_a_warning(store, requested):
    ended(store)
    page = opened_at(runs=requested)
    assert page.warning[0].value == plain(missing_runs_message(store, requested))
    assert page.query_params["runs"] in (requested, [requested])


@pytest.mark.parametrize("sweep", ["", "Tiny · seed"])
def test_a_link_to_what_another_process_has_just_made_is_followed(
    monkeypatch: pytest.MonkeyPatch, store: RunStore, settings: Settings, sweep: str
) -> None:
    monkeypatch.setattr(table_cache, "CHECK_SECONDS", 60.0)
    ended(store, "Before")
    assert names(opened_at()) == ["Before"]
    other = open_store(settings)
    run = ended(other, "Just now", group=sweep)
    other.close()
    page = opened_at(**({"sweep": sweep} if sweep else {"runs": run.id}))
    assert not page.toast
    assert names(page)[0] == "Just now"
    assert table_data(page)[1] == [run.id]


# The selected runs


def test_the_plot_of_accuracy_over_parameters_shows_every_run_with_a_result(monkeypatch, store):
    ended(store, "Alpha", wrong=10)
    assert not dots(opened(monkeypatch, selected=[0]))
    ended(store, "Broken", state=RunState.FAILED)
    ended(store, "Beta", preset="notebook-3")
    assert dots(opened(monkeypatch, selected=[0])) == [("Beta", [186_140], [93.0]), ("Alpha", [14_410], [90.0])]


def test_two_runs_are_compared(monkeypatch, store):
    ended(store, "Worse", wrong=40)
    ended(store, "Better", wrong=0, preset="lenet-5")
    page = opened(monkeypatch, selected=[0, 1])
    runs = store.list()
    (message,) = significance_messages(store, runs, distinct_names(runs))
    assert [one.value for one in page.caption].count(RESERVATION) == 1
    assert f":material/balance: {plain(message)}" in texts(page)
    assert page.toggle(key="compare-log-several").value
    (differences,) = [json.loads(one.proto.json) for one in page.get("bidi_component") if "differs" in one.proto.id]
    assert "Convolution filters" in differences["html"]
    assert f'data-run="{runs[0].id}"' in differences["html"]


def test_a_run_that_was_set_aside_is_in_the_table(monkeypatch, store):
    ended(store)
    run = start_run(store)
    attempt = store.attempt(run)
    attempt.move(RunState.PAUSED)
    attempt.move(RunState.SET_ASIDE)
    page = opened(monkeypatch, selected=[0])
    assert table_rows(page)[0]["State"] == "set aside"
    assert "compare-watch" in keys(page)


def test_the_loss_of_one_run_is_linear_at_first(monkeypatch, store):
    ended(store)
    assert not opened(monkeypatch, selected=[0]).toggle(key="compare-log-one").value


def test_a_failed_run_shows_its_error_and_its_log(monkeypatch, store):
    run = ended(store, "Bad", state=RunState.FAILED, message="Out of memory.")
    store.folder(run.id).path.mkdir(parents=True, exist_ok=True)
    store.folder(run.id).log_path.write_text("the log", encoding="utf-8")
    page = opened(monkeypatch, selected=[0])
    assert plain("Out of memory.") in page.error[0].value
    assert page.code[0].value == "the log"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_and_notes_are_escaped(monkeypatch, store, text):
    run = ended(store, text)
    ended(store, text, state=RunState.FAILED, message=text)
    store.annotate(run.id, text)
    page = opened(monkeypatch, selected=[1])
    assert plain(store.get(run.id).note) in [element.value for element in page.caption]
    assert plain(store.get(run.id).note)
    for each in (page, opened(monkeypatch, selected=[0, 1])):
        assert "<script>" not in "\n".join(texts(each))


def seeds(store: RunStore, name: str, *wrong: int, **more: Any) -> list[Run]:
    """Runs of one setting, one a seed, that misclassify so many images."""
    return [
        ended(store, f"{name} · seed {seed}", wrong=count, recipe=Recipe(epochs=2, seed=seed), **more)
        for seed, count in enumerate(wrong)
    ]


def test_two_runs_of_one_seed_each_lead_to_three_seeds_of_both(monkeypatch, store):
    first, second = ended(store, "Worse", wrong=40), ended(store, "Better", wrong=0, preset="lenet-5")
    went = []
    monkeypatch.setattr(new_seeds, "go", lambda *arguments: went.append(arguments))
    page = opened(monkeypatch, selected=[0, 1])
    ok(page.button(key="compare-seeds").click().run())
    queued = store.queue()
    assert {run.group for run in queued} == {"Better or Worse · seeds"}
    assert [run.network for run in queued] == [second.network, first.network] * 3
    assert len({run.recipe.seed for run in queued}) == 3
    assert went == [("train", {"run": queued[0].id})]


def test_a_refusal_to_train_seeds_is_told(monkeypatch, store):
    ended(store, "Worse", wrong=40)
    ended(store, "Better", wrong=0, preset="lenet-5")
    page = opened(monkeypatch, selected=[0, 1])
    monkeypatch.setattr(RunStore, "create", refuse)
    ok(page.button(key="compare-seeds").click().run())
    assert page.error[0].value == plain("There is no such run.")


def test_several_seeds_of_two_settings_give_a_verdict_about_the_settings(monkeypatch, store):
    seeds(store, "Small", 10, 11, 12)
    seeds(store, "Large", 1, 2, 3, preset="lenet-5")
    page = opened(monkeypatch, selected=range(6))
    (about,) = [text for text in texts(page) if text.startswith(":material/balance:")]
    assert "The setting of Large is better than that of Small" in about
    assert "compare-seeds" not in [button.key for button in page.button]


@pytest.mark.parametrize(
    "make",
    [
        lambda store: seeds(store, "Same", 1, 30),
        lambda store: [ended(store), ended(store, state=RunState.FAILED)],
        lambda store: [ended(store), ended(store, preset="lenet-5"), ended(store, preset="notebook-3")],
    ],
)
def test_seeds_are_offered_for_two_different_settings_alone(monkeypatch, store, make):
    page = opened(monkeypatch, selected=range(len(make(store))))
    assert "compare-seeds" not in [button.key for button in page.button]


def test_a_ticked_run_that_the_filter_hides_is_compared_all_the_same(monkeypatch, store):
    ended(store, "Alpha")
    ended(store, "Beta", preset="lenet-5")
    page = opened(monkeypatch, selected=[0, 1])
    ok(page.text_input(key=runs_table.SEARCH_KEY).set_value("alp").run())
    assert names(page) == ["Alpha"]
    (away,) = table_data(page)[7]
    assert (away["name"], "<svg" in away["svg"]) == ("Beta", True)
    assert "Which is better" in texts(page)


def test_other_sessions_get_the_same_table_without_reading_the_store(monkeypatch, store):
    ended(store)
    first = opened(monkeypatch)
    monkeypatch.setattr(RunStore, "search", refuse)
    monkeypatch.setattr(runs_table, "table_json", refuse)
    assert table_rows(opened(monkeypatch)) == table_rows(first)


def test_the_feed_tells_which_runs_are_at_work_and_whether_the_list_changed(store):
    run = ended(store)
    before = json.loads(table_feed.answer())
    assert before["active"] == {}
    assert before["version"].startswith(store.version())
    started = store.claim(store.create(run.network, run.recipe).id, "test")
    assert started is not None
    store.attempt(started).move(RunState.RUNNING)
    now = json.loads(table_feed.answer())
    assert now["active"] == {started.id: "epoch 1 of 2"}
    assert now["version"] != before["version"]


# A hyperparameter


def sweep_of_rates(store: RunStore) -> None:
    for rate, wrong in ((0.001, 3), (0.01, 9), (0.1, 90)):
        ended(store, f"Rate {rate}", wrong=wrong, recipe=Recipe(epochs=2, learning_rate=rate), group="Tiny · rate")


def test_a_sweep_has_its_value_on_the_x_axis(store):
    sweep_of_rates(store)
    figure, text, *_ = chart(opened_at(sweep="Tiny · rate"), "compare-value")
    assert [trace["x"] for trace in figure["data"]] == [[0.001, 0.01, 0.1], [0.001], [0.01], [0.1]]
    assert figure["layout"]["xaxis"]["type"] == "log"
    assert "Best with learning rate 0.001: 97.00 %." in text


def test_ticked_runs_with_one_difference_have_it_on_the_x_axis_and_others_do_not(monkeypatch, store):
    sweep_of_rates(store)
    ended(store, "Other", preset="lenet-5")
    assert chart(opened(monkeypatch, selected=[1, 2, 3]), "compare-value")
    assert not chart(opened(monkeypatch, selected=[1, 2]), "compare-value"), "two runs are no chart"
    assert not chart(opened(monkeypatch, selected=[0, 1, 2, 3]), "compare-value")


def test_errors_are_drawn_in_place_of_accuracies(monkeypatch, store):
    sweep_of_rates(store)
    page = opened(monkeypatch, selected=[0, 1, 2])
    assert chart(page, "compare-value")[0]["layout"]["yaxis"]["type"] == "linear"
    ok(page.toggle(key="compare-error").set_value(True).run())
    assert chart(page, "compare-value")[0]["layout"]["yaxis"]["type"] == "log"
    assert chart(page, "compare-plot")[0]["layout"]["yaxis2"]["type"] == "log"


def test_of_very_many_ticked_runs_some_are_compared(monkeypatch, store):
    monkeypatch.setattr("mnist_lab.ui.compare.comparison.MAX_COMPARED", 2)
    for name in "ABC":
        ended(store, name)
    page = opened(monkeypatch, selected=[0, 1, 2])
    assert "The first 2 of the 3 ticked runs are compared." in texts(page)
    assert {trace["legendgroup"] for trace in chart(page, "compare-plot")[0]["data"]} == {
        run.id for run in store.list()[:2]
    }


# Actions


def keys(page: AppTest) -> set[str]:
    return {button.key for button in page.button}


def test_the_network_and_recipe_of_a_run_are_opened_as_an_edit(monkeypatch, store):
    run = ended(store, preset="lenet-5", recipe=Recipe(epochs=7))
    page = opened(monkeypatch, selected=[0])
    went = []
    monkeypatch.setattr(run_actions, "go", lambda *arguments: went.append(arguments))
    page.session_state["draft-history"] = EditHistory(Network(name="Mine"))
    ok(page.button(key="compare-open").click().run())
    assert went == [("compose", UiState(run.network, run.recipe).to_query())]
    assert page.session_state["draft-history"].undo().network.name == "Mine"


@pytest.mark.parametrize("last", [None, "nonsense", link_from_network(PRESETS["lenet-5"].network)])
def test_what_the_browser_composed_before_this_session_comes_back_with_undo(monkeypatch, store, last):
    ended(store)
    if last:
        monkeypatch.setitem(network_draft._kept_links, "anna", (last,))
    page = AppTest.from_file(str(PAGE), default_timeout=120)
    page.session_state["session"] = "anna"
    monkeypatch.setattr(run_actions, "go", lambda *_arguments: None)
    ok(ok(page.run()).button(key="compare-open").click().run())
    opened_history = page.session_state["draft-history"]
    assert opened_history.can_undo is (last is not None and last != "nonsense")
    if opened_history.can_undo:
        assert opened_history.undo().network == PRESETS["lenet-5"].network


def test_several_runs_have_what_can_be_done_with_any_number(monkeypatch, store):
    ended(store, "Good")
    ended(store, "Bad", state=RunState.FAILED)
    page = opened(monkeypatch, selected=[0, 1])
    assert {"compare-again-open", "compare-resume", "compare-delete"} <= keys(page)
    assert not {"compare-draw", "compare-rename", "compare-stop"} & keys(page)
    ok(page.button(key="compare-resume").click().run())
    assert [run.name for run in store.queue()] == ["Bad"]


def test_runs_in_training_can_be_stopped_together(monkeypatch, store):
    runs = [start_run(store) for _ in range(2)]
    page = opened(monkeypatch, selected=[0, 1])
    assert "compare-delete" not in keys(page)
    ok(page.button(key="compare-stop").click().run())
    assert {store.get(run.id).command for run in runs} == {Command.STOP}


def test_several_runs_are_deleted_and_brought_back_together(monkeypatch, store):
    runs = [ended(store, name) for name in "ABC"]
    ok(dialog("delete_dialog(store.list()[:2])", once=True).button(key="delete-confirm").click().run())
    assert [run.name for run in store.list()] == ["A"]
    page = opened(monkeypatch)
    page.session_state["deleted-last"] = tuple(run.id for run in runs[1:])
    assert "**2 runs** were deleted." in " ".join(texts(ok(page.run())))
    ok(page.button(key="undo-delete").click().run())
    assert store.count() == 3
    assert set("".join(page.query_params["runs"]).split(",")) == {run.id for run in runs[1:]}
    assert {run.id for run in runs[1:]} == set(table_data(page)[1])


def test_what_belongs_to_others_or_is_in_training_is_not_deleted(on_network, store):
    mine, others = ended(store, "Mine"), [ended(store, "Other") for _ in range(2)]
    active = start_run(store)
    for run in others:
        damage(store, run.id, owner="ben")
    for run in (mine, active):
        damage(store, run.id, owner="anna")
    page = dialog("delete_dialog(store.list())", as_pupil="anna", once=True)
    assert "2 of the 4 belong to other browsers; 1 is still in training." in texts(page)
    ok(page.button(key="delete-confirm").click().run())
    assert store.count() == 3
    note = "1 of 4 deleted; 1 is still in training, 2 belong to other browsers."
    assert page.session_state["deleted-note"] == note


def test_each_setting_is_trained_again_from_new_seeds(monkeypatch, store):
    seeds(store, "Small", 10, 11)
    seeds(store, "Large", 1, preset="lenet-5")
    went = []
    monkeypatch.setattr(new_seeds, "go", lambda *arguments: went.append(arguments))
    page = dialog("new_seeds.again_dialog(store.list(), ['a', 'b', 'c'])")
    ok(page.number_input(key="again-seeds").set_value(2).run())
    ok(page.button(key="again-confirm").click().run())
    assert len(store.queue()) == 4
    assert {run.recipe.seed for run in store.queue()} == {2, 3}
    assert went == [("train", {"run": store.queue()[0].id})]


def test_too_many_trainings_at_once_are_refused(monkeypatch, store):
    monkeypatch.setattr(new_seeds, "MAX_TRAININGS", 2)
    ended(store)
    page = dialog("new_seeds.again_dialog(store.list(), ['a'])")
    assert "3 trainings are too many at once; at most 2 are possible." in texts(page)
    assert "again-confirm" not in keys(page)


# Downloads


def test_a_run_is_offered_in_all_forms(monkeypatch, store):
    run = ended(store, "Small CNN")
    store.folder(run.id).best_weights.write_bytes(b"the weights")
    offered = {}
    monkeypatch.setattr(
        st, "download_button", lambda _label, **options: offered.update({options["file_name"]: options["data"]})
    )
    page = dialog("downloads.download_dialog(run)")
    assert set(offered) == {"small-cnn.keras", "small-cnn.py", "small-cnn.ipynb", "small-cnn.csv"}
    assert offered["small-cnn.keras"]() == b"the weights"
    assert offered["small-cnn.py"]() == training_script(run)
    assert json.loads(offered["small-cnn.ipynb"]())["nbformat"] == 4
    assert b"Small CNN" in offered["small-cnn.csv"]()
    files = services().litert
    monkeypatch.setattr(files, "_command", [sys.executable, "-c", WRITE])
    ok(page.button(key="download-convert").click().run())
    assert offered["small-cnn.tflite"]() == b"converted"


WRITE = "import pathlib, sys; pathlib.Path(sys.argv[-1]).write_text('converted')"


def test_a_conversion_that_fails_is_told(monkeypatch, store):
    run = ended(store)
    store.folder(run.id).best_weights.write_bytes(b"the weights")
    page = dialog("downloads.download_dialog(run)")
    monkeypatch.setattr(services().litert, "_command", [sys.executable, "-c", "raise SystemExit('It is damaged.')"])
    ok(page.button(key="download-convert").click().run())
    assert page.error[0].value == plain("It is damaged.")


def test_a_run_without_weights_says_so_and_offers_its_code(store):
    ended(store, state=RunState.FAILED)
    page = dialog("downloads.download_dialog(run)")
    assert any("has no weights" in text for text in texts(page))
    assert "download-convert" not in keys(page)


# Dialogs


def dialog(call: str, *, as_pupil: str = "", once: bool = False) -> AppTest:
    """A dialog on the newest run, opened again by each rerun, since a rerun of AppTest closes dialogs.

    Args:
        call: Of a function of `run_dialogs`, or of another module of Compare.
        as_pupil: Id of the browser that opens it; a teacher's if it is empty.
        once: Whether it is opened only as long as nothing was deleted.
    """
    script = f"""
import streamlit as st
from mnist_lab.ui.compare import downloads, new_seeds, run_dialogs
from mnist_lab.ui.services.container import services

store = services().store
for run in store.list(limit=1):
    if not ({once} and "deleted-last" in st.session_state):
        {call if "." in call.split("(")[0] else "run_dialogs." + call}
"""
    page = AppTest.from_string(script, default_timeout=120)
    if as_pupil:
        page.session_state["session"] = as_pupil
    return ok(page.run())


def test_what_the_lab_has_ticked_cannot_be_deleted(monkeypatch, store):
    runs = [ended(store), ended(store)]
    assert "compare-delete" not in keys(opened(monkeypatch))
    assert "compare-delete" in keys(opened_at(runs=runs[0].id))


def test_deleting_a_run_asks_for_confirmation(monkeypatch, store):
    run = ended(store)
    page = ok(opened(monkeypatch, selected=[0]).button(key="compare-delete").click().run())
    assert {"delete-confirm", "delete-cancel"} <= {button.key for button in page.button}
    ok(dialog("delete_dialog([run])").button(key="delete-cancel").click().run())
    assert store.get(run.id)
    ok(dialog("delete_dialog([run])").button(key="delete-confirm").click().run())
    assert store.count() == 0
    assert f"restore-{run.id}" in [button.key for button in opened(monkeypatch).button]


def test_deleting_a_reference_run_says_that_it_is_not_installed_again(store):
    run = ended(store)
    before = texts(dialog("delete_dialog([run])"))
    damage(store, run.id, owner=REFERENCE)
    (added,) = set(texts(dialog("delete_dialog([run])"))) - set(before)
    assert "not installed again" in added


def test_a_deleted_run_is_removed_from_the_url(store):
    run = ended(store)
    page = dialog("delete_dialog([run])")
    page.query_params["runs"] = run.id
    ok(page.button(key="delete-confirm").click().run())
    assert "runs" not in page.query_params


def test_an_error_is_shown_in_the_dialog(monkeypatch, store):
    ended(store)
    page = dialog("delete_dialog([run])")
    monkeypatch.setattr(RunStore, "delete", refuse)
    assert ok(page.button(key="delete-confirm").click().run()).error[0].value == plain("There is no such run.")


def refuse(*_args: object, **_options: object) -> None:
    raise UnknownRunError("There is no such run.")


def test_rename_and_note(store):
    run = ended(store)
    page = dialog("rename_dialog(run)")
    page.text_input(key=f"rename-{run.id}").set_value("Another name")
    ok(page.button(key="rename-confirm").click().run())
    page = dialog("note_dialog(run)")
    page.text_area(key=f"note-{run.id}").set_value("<b>mine</b>")
    ok(page.button(key="note-confirm").click().run())
    assert (store.get(run.id).name, store.get(run.id).note) == ("Another name", "<b>mine</b>")


@pytest.mark.parametrize(("which", "field", "limit"), [("rename", "text_input", 80), ("note", "text_area", MAX_NOTE)])
def test_a_text_that_is_too_long_stays_in_its_dialog(store, which, field, limit):
    run = ended(store)
    page = dialog(f"{which}_dialog(run)")
    typed = "x" * (limit + 1)
    getattr(page, field)(key=f"{which}-{run.id}").set_value(typed)
    ok(page.button(key=f"{which}-confirm").click().run())
    assert page.error[0].value == f"At most {limit:,} characters; these are {limit + 1:,}."
    assert getattr(page, field)(key=f"{which}-{run.id}").value == typed
    assert store.get(run.id) == run


def test_damaged_records_are_counted_and_can_be_deleted(monkeypatch, store):
    good, bad, strange = ended(store, "Good"), ended(store, "Bad"), ended(store, "Strange")
    assert not any("damaged" in text for text in texts(opened(monkeypatch)))
    damage(store, bad.id, network="{")
    damage(store, strange.id, state="strange")
    page = opened(monkeypatch)
    assert any("2 records are damaged." in text for text in texts(page))
    assert names(page) == ["Good"]
    page = ok(page.button(key="delete-damaged").click().run())
    assert "delete-damaged-confirm" in [button.key for button in page.button]
    ok(dialog("damaged_dialog(store.damaged())").button(key="delete-damaged-confirm").click().run())
    assert store.damaged() == []
    assert store.count() == 1
    assert store.get(good.id)
    assert {run.id for run in store.deleted_runs()} == {bad.id, strange.id}


def test_damaged_records_are_shown_even_if_no_run_is_readable(monkeypatch, store):
    damage(store, ended(store).id, result="null")
    page = opened(monkeypatch)
    assert any("1 record is damaged." in text for text in texts(page))
    assert "compare-train" in [button.key for button in page.button]
