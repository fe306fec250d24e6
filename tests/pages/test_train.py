"""The Train page without a browser: which run it shows, the next training, and the recipe."""

import html
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_lab.data import DataSource
from mnist_lab.formatting import on_one_line
from mnist_lab.network import PRESETS, Conv2D, link_from_network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, RunState, RunStore
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.components.streamlit_dom import by_key
from mnist_lab.ui.services import store_cache
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.ui_state import setup_link
from tests.factories import make_data, make_sample, start_run
from tests.pages.ended_runs import ended
from tests.pages.live_runs import end, finished, names, queue, start
from tests.pages.train_page import (
    component,
    components,
    keys_in_order,
    live_htmls,
    ok,
    open_page,
    page_text,
    progress_text,
)

COMPOSE = Path(__file__).resolve().parents[2] / "pages" / "compose.py"
HOSTILE = (
    "<script>alert(1)</script>",
    "**bold** `code` $x^2$ :material/bug_report:",
    "'\"; DROP TABLE runs",
    "😀" * 80,
)


def test_an_empty_lab_shows_what_to_do() -> None:
    test = open_page()
    assert "You have not trained a network yet" in page_text(test)
    assert not test.button(key="train").disabled
    assert [element.value for element in test.header] == ["Train"]


def test_train_queues_the_network_with_the_recipe_and_writes_the_run_into_the_url(store: RunStore) -> None:
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
    assert progress_text(test) == "Starting …"


def test_the_page_goes_once_to_the_run_that_was_started(store: RunStore) -> None:
    test = open_page()
    for name in ("First", "Another"):
        test.text_input(key="run-name").set_value(name)
        ok(test.button(key="train").click().run())
        assert test.header[0].value == name
        assert component(test, "scroll_to") == [by_key("run-head"), "start", ":scope", "", False]
        ok(test.run())
        assert component(test, "scroll_to") is None


def test_a_name_is_used_for_one_training_only(store: RunStore) -> None:
    test = open_page()
    for name in ("First", "Second"):
        test.text_input(key="run-name").set_value(name)
        ok(test.button(key="train").click().run())
        assert test.text_input(key="run-name").value == ""
    ok(test.button(key="train").click().run())
    assert names(store.list()) == [PRESETS["small-cnn"].title, "Second", "First"]


def test_the_name_of_the_next_run_is_in_the_url_until_it_is_used(store: RunStore) -> None:
    test = open_page(**{"run-name": "Kept"})
    assert test.text_input(key="run-name").value == "Kept"
    ok(test.button(key="train").click().run())
    assert names(store.list()) == ["Kept"]
    assert "run-name" not in test.query_params


def test_a_name_that_is_too_long_is_kept_in_its_field_and_cut_at_the_start(store: RunStore) -> None:
    test = open_page()
    ok(test.text_input(key="run-name").set_value("x" * 93).run())
    assert test.text_input(key="run-name").value == "x" * 93
    assert "At most 80 characters; these are 93. The end will be cut off." in page_text(test)
    ok(test.button(key="train").click().run())
    assert names(store.list()) == ["x" * 80]


def test_a_name_stays_when_its_training_was_refused(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_LAB_MEMORY", "0.000001")
    test = open_page()
    test.text_input(key="run-name").set_value("Mine")
    ok(test.button(key="train").click().run())
    assert test.text_input(key="run-name").value == "Mine"


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


@pytest.mark.usefixtures("mnist_folder")
def test_every_choice_has_a_line_that_changes_with_it() -> None:
    test = open_page()
    shown = [element.value for element in test.caption]
    assert {"Each image 5 times.", "540 steps of 100 images.", "A usual step size.", "Slow, most accurate."} <= set(
        shown
    )
    assert "Adapts the step of each weight; a good first choice." in shown
    test.selectbox(key="recipe-optimizer").set_value("sgd")
    test.selectbox(key="recipe-limit").set_value(6_000)
    ok(test.run())
    shown = [element.value for element in test.caption]
    assert {"54 steps of 100 images.", "Low: slow but steady.", "10 % of them: faster."} <= set(shown)
    helped = [*test.selectbox, *test.number_input]
    assert not [one.label for one in helped if str(one.key).startswith("recipe-") and not one.proto.help]


def test_schedules_and_augmentations_have_a_picture() -> None:
    test = open_page()
    constant = schedule_rates(test)
    assert constant == pytest.approx([0.001] * len(constant))
    test.selectbox(key="recipe-schedule").set_value("cosine")
    ok(test.selectbox(key="recipe-augmentation").set_value("pen").run())
    assert schedule_rates(test)[-1] < 0.0001
    assert picture_of_augmentation(test).startswith("Ten training digits, shifted, turned, scaled and slanted")
    ok(test.button(key="augmentation-others").click().run())
    assert test.session_state["augmentation-seed"] == 1


def test_every_handwriting_style_has_a_picture() -> None:
    test = open_page()
    assert not any("lab-styles" in data["html"] for data in components(test, "themed_html"))
    ok(test.selectbox(key="recipe-augmentation").set_value("styles").run())
    (html,) = [data["html"] for data in components(test, "themed_html") if "lab-styles" in data["html"]]
    for name in ("0 with a slash", "1 with a flag and a foot", "4 with a short stem", "7 with a bar", "9 with a hook"):
        assert name in html
    shown = [element.value for element in test.caption]
    assert "In the last 25 % of the epochs, 12 % of the images are written in another style:" in shown
    assert "Thirty digits drawn from strokes" in [image.alt for one in test.get("image") for image in one.proto.imgs]


def schedule_rates(test: AppTest) -> list[float]:
    (figure,) = [data[0] for data in components(test, "plotly_chart") if data[-1] == "schedule-picture"]
    return figure["data"][0]["y"]


def picture_of_augmentation(test: AppTest) -> str:
    alts = [image.alt for one in test.get("image") for image in one.proto.imgs]
    return next(alt for alt in alts if alt.startswith("Ten training digits"))


def test_the_recipe_stays_when_the_page_is_left() -> None:
    test = open_page()
    test.number_input(key="recipe-epochs").set_value(9)
    ok(test.run())
    again = open_page(session={"recipe": test.session_state["recipe"]})
    assert again.number_input(key="recipe-epochs").value == 9


def test_a_network_that_cannot_be_trained_can_be_repaired_on_the_page() -> None:
    broken = PRESETS["tiny"].network.add(Conv2D(filters=8, kernel_size=(3, 3)))
    test = open_page(n=link_from_network(broken))
    assert test.button(key="train").disabled
    assert "multiply-adds" not in page_text(test)
    assert len(test.error) == 1
    repair = next(button for button in test.button if str(button.key).startswith("repair-train"))
    ok(repair.click().run())
    assert not test.button(key="train").disabled
    assert not test.error
    assert "parameters · " in page_text(test)


def test_a_refused_training_gives_one_message(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_LAB_MEMORY", "0.000001")
    test = open_page()
    ok(test.button(key="train").click().run())
    assert len(test.error) == 1
    assert "memory" in test.error[0].value
    assert store.count() == 0


def test_the_total_time_is_shown_once_the_speed_of_this_machine_is_known(store: RunStore) -> None:
    network = PRESETS["small-cnn"].network
    assert "about" not in page_text(open_page(n=link_from_network(network)))
    # Twice 360 training and 40 validation images (these cost a third), at 1,000 a second: the start took 9.3 s.
    finished(store, network=network, seconds=10.0)
    recipe = {"recipe": Recipe(epochs=100, limit=1_000)}
    # 900 training and 100 validation images: 93.3 s for a hundred epochs, and the start.
    text = page_text(open_page(session=recipe, n=link_from_network(network)))
    assert on_one_line("about 1 m 43 s on this machine") in text
    other = page_text(open_page(session=recipe, n=link_from_network(PRESETS["tiny"].network)))
    assert re.search(on_one_line(r"\d+ s to [\d.]+ min on this machine|\d+ to \d+ s on this machine"), other)


def test_compose_shows_the_time_per_epoch_once_the_speed_of_this_machine_is_known(store: RunStore) -> None:
    page = AppTest.from_file(str(COMPOSE), default_timeout=120)
    assert "per epoch" not in page_text(ok(page.run()))
    # An epoch of MNIST costs as much as 56,000 training images, at 1,000 a second.
    finished(store, network=PRESETS["small-cnn"].network, seconds=10.0)
    assert "about 56 s per epoch of MNIST on this machine" in page_text(ok(page.run()))


@pytest.mark.parametrize("source", [DataSource.MNIST_SAMPLE, DataSource.UCI])
def test_a_run_on_a_sample_is_marked(store: RunStore, source: DataSource) -> None:
    run = start(store, queue(store))
    title = source.dataset_title
    store.attempt(run).set_data(make_sample(source))
    assert "No network." in page_text(open_page(run=run.id))
    other = ended(store, source=source)
    reasons = {block.proto.popover.label: block.markdown for block in open_page(run=other.id).get("popover")}
    assert [one.value for one in reasons[plain(title)]] == [plain(f"Trained on the {title}, not on MNIST itself.")]


def test_a_data_set_other_than_mnist_is_named_beside_the_button(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_LAB_DATA", str(tmp_path / "nowhere"))
    assert any("not on MNIST" in element.value for element in open_page().caption)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_escaped(store: RunStore, name: str) -> None:
    run = start(store, queue(store, name))
    other = queue(store, name)
    test = open_page(run=run.id)
    assert plain(run.name) in [element.value for element in test.header]
    assert other.name in page_text(test)
    assert any(html.escape(other.name) in one for one in live_htmls(test))
    assert not [element for element in test.markdown if name in element.value and plain(name) != name]


@pytest.mark.parametrize("bad", ["nosuchid", "", "<b>x</b>", "../../etc", "x" * 10_000, "\x00", "😀"])
def test_an_unknown_run_gives_a_warning_and_the_page_works(bad: str) -> None:
    test = open_page(run=bad)
    assert bool(test.warning) == bool(bad)
    assert not test.button(key="train").disabled


def test_an_invalid_link_gives_an_error() -> None:
    assert open_page(n="!!!").error


def test_without_a_run_in_the_url_the_active_run_is_shown_and_written_into_the_url(store: RunStore) -> None:
    running = start(store, queue(store, "Under way"))
    queue(store, "Later")
    test = open_page()
    assert [element.value for element in test.header] == ["Under way", "Next training"]
    assert test.query_params["run"] in (running.id, [running.id])


def test_of_several_active_runs_the_users_own_is_shown(store: RunStore) -> None:
    start(store, queue(store, "Mine", owner="me"))
    start(store, queue(store, "Newer", owner="somebody"))
    assert open_page(session={"session": "me"}).header[0].value == "Mine"
    assert open_page().header[0].value == "Newer"


def test_a_run_just_queued_by_another_process_has_a_live_feed(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_cache, "SHARED_SECONDS", 60.0)
    assert component(open_page(), "live_feed") is None
    assert component(open_page(run=queue(store, "From the command line").id), "live_feed") is not None


def test_with_another_network_in_the_url_its_training_comes_first(store: RunStore) -> None:
    running = start(store, queue(store, "Under way"))
    test = open_page(n=link_from_network(PRESETS["linear"].network))
    assert [element.value for element in test.header] == ["Train", "Under way"]
    assert keys_in_order(test).index("train") < keys_in_order(test).index(f"pause-{running.id}")
    assert "run" not in test.query_params


def test_with_the_network_that_trains_in_the_url_its_run_comes_first(store: RunStore) -> None:
    running = start(store, queue(store, "Under way"))
    test = open_page(n=link_from_network(running.network))
    assert [element.value for element in test.header] == ["Under way", "Next training"]


def test_a_run_that_ends_stays_above_the_next_training(store: RunStore) -> None:
    run = start(store, queue(store, "Under way"))
    test = open_page()
    end(store, run, RunState.FINISHED)
    ok(test.run())
    assert [element.value for element in test.header] == ["Under way", "Next training"]
    assert keys_in_order(test).index(f"draw-{run.id}") < keys_in_order(test).index("train")


def test_an_idle_lab_shows_the_next_training_above_the_last_run(store: RunStore) -> None:
    finished(store, "Before")
    test = open_page()
    assert [element.value for element in test.header] == ["Train", "Before"]
    assert "Last run" in page_text(test)


@pytest.mark.parametrize("make", [finished, queue, lambda store, name: start(store, queue(store, name))])
def test_a_button_of_every_run_leads_to_the_next_training_below(store: RunStore, make) -> None:
    run = make(store, "Before")
    test = open_page(run=run.id)
    assert component(test, "scroll_to") is None
    ok(test.button(key=f"another-{run.id}").click().run())
    assert component(test, "scroll_to")[0] == by_key("train-head")
    assert [element.value for element in test.header] == ["Before", "Next training"]
    ok(test.run())
    assert component(test, "scroll_to") is None


def test_a_waiting_run_leads_to_the_one_that_trains(store: RunStore) -> None:
    training = start(store, queue(store, "At work"))
    waiting = queue(store, "Behind it")
    test = open_page(run=waiting.id)
    ok(test.button(key=f"watch-{training.id}").click().run())
    assert test.query_params["run"] in (training.id, [training.id])
    assert f"watch-{training.id}" not in keys_in_order(test)


def test_a_run_with_the_same_network_recipe_and_seed_is_named_before_the_start(store: RunStore) -> None:
    run = queue(store, "The same before")
    data = make_data(source=services().datasets.current().source)
    end(store, start_run(store, run, data=data), RunState.FINISHED)
    test = open_page(n=setup_link(run.network, run.recipe))
    assert any("**The same before** has this network" in one.value for one in test.caption)
    ok(test.button(key="train-same-show").click().run())
    assert test.query_params["run"] in (run.id, [run.id])
    assert "train-same-show" not in keys_in_order(test)
    ok(test.number_input(key="recipe-seed").set_value(7).run())
    assert not any("The same before" in one.value for one in test.caption)


def test_the_name_of_an_active_run_is_shown_once(store: RunStore) -> None:
    start(store, queue(store, "The only one of its name"))
    test = open_page()
    assert [element.value for element in test.header] == ["The only one of its name", "Next training"]
    assert "The only one of its name" not in [element.value for element in (*test.subheader, *test.caption)]


def test_a_run_discarded_in_this_session_gives_no_warning(store: RunStore) -> None:
    run = start(store, queue(store, "Unwanted"))
    test = open_page(run=run.id)
    ok(test.button(key=f"discard-{run.id}").click().run())
    assert store.get(run.id).command is Command.DISCARD
    assert "discarding" in page_text(test)
    # The worker does this when it reads the command.
    store.attempt(run).discard()
    ok(test.run())
    assert not test.warning
    assert "run" not in test.query_params
    assert "**Unwanted** was deleted." in page_text(test)
    ok(test.button(key="undo-delete").click().run())
    assert test.query_params["run"] in (run.id, [run.id])
    assert test.header[0].value == "Unwanted"
    assert component(test, "scroll_to")[0] == by_key("run-head")


def test_a_run_discarded_in_another_browser_gives_a_warning(store: RunStore) -> None:
    run = queue(store, "Unwanted")
    test = open_page(run=run.id)
    store.request(run.id, Command.DISCARD)
    ok(test.run())
    assert (
        plain("The run “Unwanted” was deleted. Whoever started it can bring it back for a day") in test.warning[0].value
    )
    assert names(store.list()) == []
