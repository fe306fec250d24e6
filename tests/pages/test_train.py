"""The Train page without a browser: what it opens with, what is to be trained next, and the recipe."""

import html
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_lab.data import DataSource
from mnist_lab.network import PRESETS, Conv2D, link_from_network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, RunState, RunStore
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.services import store_cache
from tests.factories import make_sample
from tests.pages.ended_runs import ended
from tests.pages.live_runs import end, finished, names, queue, start
from tests.pages.train_page import component, keys_in_order, live_htmls, ok, open_page, page_text, progress_text

COMPOSE = Path(__file__).resolve().parents[2] / "pages" / "compose.py"
HOSTILE = (
    "<script>alert(1)</script>",
    "**bold** `code` $x^2$ :material/bug_report:",
    "'\"; DROP TABLE runs",
    "😀" * 80,
)


def test_an_empty_lab_says_what_to_do() -> None:
    test = open_page()
    assert "You have not trained a network yet" in page_text(test)
    assert not test.button(key="train").disabled
    assert [element.value for element in test.header] == ["Train"]


def test_train_queues_the_network_with_the_recipe_and_names_the_run_in_the_address(store: RunStore) -> None:
    test = open_page()
    test.number_input(key="recipe-epochs").set_value(3)
    test.selectbox(key="recipe-learning_rate").set_value(0.01)
    test.selectbox(key="recipe-limit").set_value(1_000)
    test.text_input(key="run-name").set_value("Mine")
    ok(test.button(key="train").click().run())
    (run,) = store.list()
    assert (run.name, run.recipe.epochs, run.recipe.learning_rate, run.recipe.limit) == ("Mine", 3, 0.01, 1_000)
    assert run.owner
    assert test.query_params["run"] in (run.id, [run.id])
    assert "Waiting for its turn" in progress_text(test)


def test_what_is_started_below_a_run_is_told_to_be_above(store: RunStore) -> None:
    test = open_page()
    ok(test.button(key="train").click().run())
    assert not test.toast  # it came into sight by itself
    test.text_input(key="run-name").set_value("Another")
    ok(test.button(key="train").click().run())
    assert [element.value for element in test.toast] == ["Another is at the top of this page."]
    ok(test.run())
    assert not test.toast


def test_every_field_of_the_recipe_can_be_chosen(store: RunStore) -> None:
    test = open_page()
    test.selectbox(key="recipe-optimizer").set_value("sgd")
    test.selectbox(key="recipe-schedule").set_value("one-cycle")
    test.selectbox(key="recipe-early_stopping").set_value(3)
    test.selectbox(key="recipe-augmentation").set_value("pen")
    test.selectbox(key="recipe-validation").set_value("test")
    test.selectbox(key="recipe-precision").set_value("float32")
    test.number_input(key="recipe-seed").set_value(7)
    ok(test.run())
    assert "no longer an unbiased final result" in page_text(test)
    test.slider(key="recipe-momentum").set_value(0.5)
    ok(test.button(key="train").click().run())
    recipe = store.list()[0].recipe
    wanted = Recipe(
        optimizer="sgd",
        momentum=0.5,
        schedule="one-cycle",
        early_stopping=3,
        augmentation="pen",
        validation="test",
        precision="float32",
        seed=7,
    )
    assert recipe == wanted


def test_a_schedule_has_a_picture_and_a_constant_rate_has_none() -> None:
    test = open_page()
    before = len(test.get("bidi_component"))
    ok(test.selectbox(key="recipe-schedule").set_value("cosine").run())
    assert len(test.get("bidi_component")) == before + 1


def test_the_recipe_stays_when_the_page_is_left() -> None:
    test = open_page()
    test.number_input(key="recipe-epochs").set_value(9)
    ok(test.run())
    again = open_page(session={"recipe": test.session_state["recipe"]})
    assert again.number_input(key="recipe-epochs").value == 9


def test_a_network_that_cannot_be_trained_is_repaired_on_the_spot() -> None:
    broken = PRESETS["tiny"].network.add(Conv2D(filters=8, kernel_size=(3, 3)))
    test = open_page(n=link_from_network(broken))
    assert test.button(key="train").disabled
    assert len(test.error) == 1
    repair = next(button for button in test.button if str(button.key).startswith("repair-train"))
    ok(repair.click().run())
    assert not test.button(key="train").disabled
    assert not test.error


def test_what_submit_refuses_is_one_sentence(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_LAB_MEMORY", "0.000001")
    test = open_page()
    ok(test.button(key="train").click().run())
    assert len(test.error) == 1
    assert "memory" in test.error[0].value
    assert store.count() == 0


def test_how_long_it_will_take_is_told_once_this_machine_is_known(store: RunStore) -> None:
    network = PRESETS["small-cnn"].network
    assert "about" not in page_text(open_page(n=link_from_network(network)))
    # Twice 360 images trained on and 40 read at a third of the cost, at 1,000 a second: the other 9.3 s were its start.
    finished(store, network=network, seconds=10.0)
    recipe = {"recipe": Recipe(epochs=100, limit=1_000)}
    # 900 trained on and 100 read: 93.3 s for a hundred epochs, and the start.
    assert "about 1 m 43 s on this machine" in page_text(open_page(session=recipe, n=link_from_network(network)))
    assert "very roughly" in page_text(open_page(session=recipe, n=link_from_network(PRESETS["tiny"].network)))


def test_compose_tells_how_long_an_epoch_takes_once_this_machine_is_known(store: RunStore) -> None:
    page = AppTest.from_file(str(COMPOSE), default_timeout=120)
    assert "per epoch" not in page_text(ok(page.run()))
    # 56,000 images' worth of work an epoch, at 1,000 a second.
    finished(store, network=PRESETS["small-cnn"].network, seconds=10.0)
    assert "about 56 s per epoch of MNIST on this machine" in page_text(ok(page.run()))


@pytest.mark.parametrize("source", [DataSource.MNIST_SAMPLE, DataSource.UCI])
def test_a_run_of_a_sample_says_so(store: RunStore, source: DataSource) -> None:
    run = start(store, queue(store))
    title = source.dataset_title
    store.attempt(run).set_data(make_sample(source))
    assert "No network." in page_text(open_page(run=run.id))
    over = ended(store, source=source)
    assert plain(f"Trained on the {title}, not on MNIST itself.") in [one.value for one in open_page(run=over.id).info]


def test_digits_that_are_not_mnist_are_told_beside_the_button(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_LAB_DATA", str(tmp_path / "nowhere"))
    assert any("not on MNIST" in element.value for element in open_page().caption)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_as_it_is(store: RunStore, name: str) -> None:
    run = start(store, queue(store, name))
    other = queue(store, name)
    test = open_page(run=run.id)
    assert plain(run.name) in [element.value for element in test.header]
    assert other.name in page_text(test)
    assert any(html.escape(other.name) in one for one in live_htmls(test))
    assert not [element for element in test.markdown if name in element.value and plain(name) != name]


@pytest.mark.parametrize("bad", ["nosuchid", "", "<b>x</b>", "../../etc", "x" * 10_000, "\x00", "😀"])
def test_a_run_that_does_not_exist_is_told_and_the_page_works(bad: str) -> None:
    test = open_page(run=bad)
    assert bool(test.warning) == bool(bad)
    assert not test.button(key="train").disabled


def test_a_bad_link_is_told() -> None:
    assert open_page(n="!!!").error


def test_the_menu_leads_to_the_run_under_way_which_then_has_an_address(store: RunStore) -> None:
    running = start(store, queue(store, "Under way"))
    queue(store, "Later")
    test = open_page()
    assert [element.value for element in test.header] == ["Under way", "Next training"]
    assert test.query_params["run"] in (running.id, [running.id])


def test_of_several_runs_under_way_the_menu_leads_to_ones_own(store: RunStore) -> None:
    start(store, queue(store, "Mine", owner="me"))
    start(store, queue(store, "Newer", owner="somebody"))
    assert open_page(session={"session": "me"}).header[0].value == "Mine"
    assert open_page().header[0].value == "Newer"


def test_a_run_that_another_process_has_just_queued_is_waited_for(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_cache, "SHARED_SECONDS", 60.0)
    assert component(open_page(), "live_feed") is None
    assert component(open_page(run=queue(store, "From the command line").id), "live_feed") is not None


def test_whoever_comes_with_a_network_finds_the_button_that_trains_it_first(store: RunStore) -> None:
    running = start(store, queue(store, "Under way"))
    test = open_page(n=link_from_network(PRESETS["tiny"].network))
    assert [element.value for element in test.header] == ["Train", "Under way"]
    assert keys_in_order(test).index("train") < keys_in_order(test).index(f"pause-{running.id}")
    assert "run" not in test.query_params


def test_a_run_that_ends_stays_where_it_was(store: RunStore) -> None:
    run = start(store, queue(store, "Under way"))
    test = open_page()
    end(store, run, RunState.FINISHED)
    ok(test.run())
    assert [element.value for element in test.header] == ["Under way", "Next training"]
    assert keys_in_order(test).index(f"draw-{run.id}") < keys_in_order(test).index("train")


def test_an_idle_lab_shows_what_is_next_and_the_last_run_below(store: RunStore) -> None:
    finished(store, "Before")
    test = open_page()
    assert [element.value for element in test.header] == ["Train", "Before"]
    assert "Last run" in page_text(test)


def test_from_a_run_that_ended_a_button_leads_to_the_next_training(store: RunStore) -> None:
    run = finished(store, "Before")
    test = open_page(run=run.id)
    ok(test.button(key=f"another-{run.id}").click().run())
    assert [element.value for element in test.header] == ["Train", "Before"]
    assert "run" not in test.query_params
    assert f"another-{run.id}" not in keys_in_order(test)


def test_names_stand_once_while_a_run_is_live(store: RunStore) -> None:
    start(store, queue(store, "The only one of its name"))
    test = open_page()
    assert [element.value for element in test.header] == ["The only one of its name", "Next training"]
    assert "The only one of its name" not in [element.value for element in (*test.subheader, *test.caption)]


def test_a_run_that_this_session_discarded_leaves_the_page_without_a_warning(store: RunStore) -> None:
    run = start(store, queue(store, "Unwanted"))
    test = open_page(run=run.id)
    ok(test.button(key=f"discard-{run.id}").click().run())
    assert store.get(run.id).command is Command.DISCARD
    assert "discarding" in page_text(test)
    # What the worker does when it hears of it.
    store.attempt(run).discard()
    ok(test.run())
    assert not test.warning
    assert "run" not in test.query_params
    assert [element.value for element in test.toast] == ["Unwanted was discarded."]


def test_in_another_browser_the_discarded_run_is_told_to_be_gone(store: RunStore) -> None:
    run = queue(store, "Unwanted")
    test = open_page(run=run.id)
    store.request(run.id, Command.DISCARD)
    ok(test.run())
    assert "not in this lab" in test.warning[0].value
    assert names(store.list()) == []
