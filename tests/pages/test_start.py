"""The Start page in each of its states, without a browser and with a fake canvas."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from mnist_lab.network import PRESETS, Dropout, Network
from mnist_lab.recipe import Recipe, preset_recipe
from mnist_lab.runs import Actor, Command, RunState, RunStore
from mnist_lab.ui.components import preset_gallery
from mnist_lab.ui.components.preset_gallery import GalleryClick
from mnist_lab.ui.components.streamlit_dom import by_key
from mnist_lab.ui.live.run_view import CHART
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session import network_draft
from mnist_lab.ui.session.query_params import RUN
from mnist_lab.ui.session.recipe_draft import RECIPE_KEY
from mnist_lab.ui.start.tour_steps import STEPS
from tests.pages.ended_runs import HOSTILE
from tests.pages.live_runs import end, queue, start
from tests.pages.train_page import component, labels, live_htmls, ok, page_text, progress_text

PAGE = Path(__file__).resolve().parents[2] / "pages" / "start.py"
DEFAULT = PRESETS["small-cnn"].network


@pytest.fixture
def store() -> RunStore:
    return services().store


@pytest.fixture(autouse=True)
def clicked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The card that is clicked at the next run of the page, if any."""
    cards: list[str] = []
    real = preset_gallery.preset_gallery

    def gallery(*arguments: Any, **options: Any) -> GalleryClick:
        real(*arguments, **options)
        return GalleryClick(cards.pop() if cards else "", "")

    monkeypatch.setattr("mnist_lab.ui.panels.preset_cards.preset_gallery", gallery)
    return cards


def open_page(session: dict[str, Any] | None = None, **address: str) -> AppTest:
    test = AppTest.from_file(str(PAGE), default_timeout=120)
    for name, value in (session or {}).items():
        test.session_state[name] = value
    for name, value in address.items():
        test.query_params[name] = value
    return ok(test.run())


def reader(test: AppTest) -> str:
    """The id of the run whose network reads the drawing."""
    address = component(test, "digit_reading")[0]
    return parse_qs(urlsplit(address).query)[RUN][0] if address else ""


@pytest.fixture
def reference_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lab has its reference runs; to be used before the store."""
    monkeypatch.setenv("MNIST_LAB_REFERENCE", "true")


@pytest.mark.usefixtures("reference_runs")
def test_a_first_visitor_sees_a_network_a_train_button_and_a_reader() -> None:
    test = open_page()

    assert [title.value for title in test.title] == ["Build a network, train it, draw a digit"]
    assert component(test, "preset_gallery")[1] == "small-cnn"
    assert labels(test)["train"] == "Train this network"
    assert "– %" in live_htmls(test)[0]
    assert progress_text(test).startswith("Not trained yet")
    assert reader(test) == "refreadr"
    assert component(test, "live_feed") is None


def test_without_any_trained_network_the_page_says_what_to_do() -> None:
    test = open_page()

    assert reader(test) == ""
    assert component(test, "digit_reading")[1] == "Train a network: it reads this"


def test_one_click_trains_and_the_page_shows_the_run(store: RunStore) -> None:
    test = open_page()
    ok(test.button(key="train").click().run())

    (run,) = store.list()
    assert (run.network.layers, run.recipe) == (DEFAULT.layers, Recipe())
    assert test.query_params[RUN] == run.id
    assert progress_text(test) == "Starting …"
    assert "train" not in labels(test)
    assert reader(test) == run.id


@pytest.mark.usefixtures("reference_runs")
def test_while_a_run_waits_the_reference_run_reads_on(store: RunStore) -> None:
    run = queue(store)
    test = open_page(run=run.id)
    assert reader(test) == "refreadr"
    start(store, run, upto=0.5)
    ok(test.run())
    assert reader(test) == run.id


def test_a_run_in_training_has_its_number_its_curve_and_a_stop_button(store: RunStore) -> None:
    run = start(store, queue(store), upto=1.5)
    test = open_page(run=run.id)

    assert "validation accuracy of A run" in live_htmls(test)[0]
    figure, *_, key = component(test, "plotly_chart")
    assert key == CHART
    assert figure["data"][1]["x"][-1] == pytest.approx(1.5)
    assert component(test, "live_feed") is not None
    ok(test.button(key=f"stop-{run.id}").click().run())
    assert store.get(run.id).command is Command.STOP
    assert test.button(key=f"stop-{run.id}").disabled


def test_before_the_first_validation_the_number_is_that_of_the_training_images(store: RunStore) -> None:
    run = start(store, queue(store), upto=0.5)

    assert "accuracy while training: A run" in live_htmls(open_page(run=run.id))[0]


def test_an_ended_run_has_its_test_accuracy_and_leads_on(store: RunStore) -> None:
    run = end(store, start(store, queue(store)), RunState.FINISHED)
    tiny = {"draft-history": network_draft.EditHistory(run.network)}
    test = open_page(tiny, run=run.id)

    assert "test accuracy of A run" in live_htmls(test)[0]
    assert labels(test)["train"] == "Train this network"
    assert reader(test) == run.id
    assert component(test, "live_feed") is None
    assert {"start-train", "start-inspect"} <= labels(test).keys()


def test_the_finished_run_of_the_network_is_shown_without_an_address(store: RunStore) -> None:
    run = end(store, start(store, queue(store)), RunState.FINISHED)
    test = open_page({"draft-history": network_draft.EditHistory(run.network), RECIPE_KEY: run.recipe})

    assert "test accuracy of A run" in live_htmls(test)[0]
    assert reader(test) == run.id


def test_a_run_of_another_network_is_not_shown_below_this_one(store: RunStore) -> None:
    run = end(store, start(store, queue(store)), RunState.FINISHED)
    test = open_page(run=run.id)

    assert "– %" in live_htmls(test)[0]


@pytest.mark.usefixtures("reference_runs")
@pytest.mark.parametrize("state", [RunState.FAILED, RunState.STOPPED])
def test_a_run_without_weights_does_not_read(state: RunState) -> None:
    store = services().store
    run = end(store, start(store, queue(store)), state, with_result=False, message="It broke.")
    test = open_page({"draft-history": network_draft.EditHistory(run.network)}, run=run.id)

    assert reader(test) == "refreadr"
    assert "It broke." in page_text(test)


def test_a_card_opens_its_network_with_its_recipe(clicked: list[str]) -> None:
    test = open_page()
    clicked.append("fast")
    ok(test.run())

    assert component(test, "preset_gallery")[1] == "fast"
    assert test.session_state[RECIPE_KEY] == preset_recipe("fast")
    assert test.session_state["draft-history"].network == PRESETS["fast"].network


def test_a_card_clicked_during_a_training_keeps_the_training_in_sight(store: RunStore, clicked: list[str]) -> None:
    run = start(store, store.create(DEFAULT, Recipe(epochs=4), name="Mine", actor=Actor("anna")))
    test = open_page({"session": "anna"}, run=run.id)
    assert "train" not in labels(test)
    clicked.append("tiny")
    ok(test.run())

    assert "of Mine" in live_htmls(test)[0]
    assert {"train", f"stop-{run.id}"} <= labels(test).keys()


def test_a_broken_network_cannot_be_trained() -> None:
    broken = Network(name="Broken", layers=(*DEFAULT.layers, Dropout(rate=1.5)))
    test = open_page({"draft-history": network_draft.EditHistory(broken)})

    assert test.button(key="train").disabled
    assert "must be repaired before this network can be trained" in page_text(test)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_name_of_a_run_is_only_text(store: RunStore, name: str) -> None:
    run = start(store, queue(store, name))
    test = open_page(run=run.id)

    assert "<script" not in "".join(live_htmls(test))


def test_an_address_of_a_run_that_is_gone_shows_the_page_all_the_same() -> None:
    test = open_page(run="abcd1234")

    assert "– %" in live_htmls(test)[0]


def test_a_link_that_cannot_be_read_is_told() -> None:
    test = open_page(n="nonsense")

    assert len(test.error) == 1
    assert component(test, "preset_gallery")[1] == "small-cnn"


@pytest.mark.usefixtures("on_network")
def test_the_run_of_another_browser_is_watched_only_by_its_address(store: RunStore) -> None:
    run = start(store, queue(store, owner="anna"))
    ben = {"session": "ben"}
    assert "– %" in live_htmls(open_page(ben))[0]

    test = open_page(ben, run=run.id)
    assert "of A run" in live_htmls(test)[0]
    assert f"stop-{run.id}" not in labels(test)
    assert "belongs to another browser" in page_text(test)
    assert "of A run" in live_htmls(open_page({"session": "anna"}))[0]


def test_a_queued_run_can_be_cancelled(store: RunStore) -> None:
    run = store.create(DEFAULT, Recipe(), actor=Actor(""))
    test = open_page(run=run.id)
    ok(test.button(key=f"discard-{run.id}").click().run())

    assert store.list() == []
    assert labels(ok(test.run()))["train"] == "Train this network"


def test_each_step_of_the_tour_explains_a_part_of_the_page() -> None:
    test = open_page()

    assert [step[0] for step in component(test, "tour")] == [by_key(step.key) for step in STEPS]
    assert len(STEPS) == 5
