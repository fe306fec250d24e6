"""A sweep started on the Train page."""

import pytest
from streamlit.testing.v1 import AppTest

from mnist_lab.network import PRESETS, Conv2D, Dropout, link_from_network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import RunStore
from mnist_lab.ui.components.streamlit_dom import by_key
from tests.pages.live_runs import finished, names
from tests.pages.train_page import component, labels, ok, open_page, page_text

TINY = PRESETS["tiny"].network


def opened(hyperparameter: str = "dropout", **session) -> AppTest:
    """The page with the sweep's popover open."""
    network = TINY.add(Dropout(rate=0.1)) if hyperparameter == "dropout" else TINY
    test = open_page({"sweep": True, **session}, n=link_from_network(network))
    if hyperparameter != "dropout":
        ok(test.selectbox(key="sweep-hyperparameter").set_value(hyperparameter).run())
    return test


def test_four_rates_of_dropout_are_four_ordinary_runs_of_one_group(store: RunStore) -> None:
    test = opened(session="me", recipe=Recipe(epochs=3))
    assert labels(test)["sweep-train"] == "Train these 4 runs"
    assert "3 epochs each · group “Tiny · dropout”" in page_text(test)
    ok(test.button(key="sweep-train").click().run())
    queued = store.queue()
    assert names(queued) == [f"Tiny · dropout {rate}" for rate in ("0", "0.25", "0.5", "0.7")]
    assert {(run.group, run.owner, run.recipe.epochs) for run in queued} == {("Tiny · dropout", "me", 3)}
    assert test.query_params["run"] in (queued[0].id, [queued[0].id])
    assert "sweep Tiny · dropout" in page_text(test)
    assert "sweep-train" not in labels(test)


def test_the_page_goes_to_the_first_run_of_the_sweep(store: RunStore) -> None:
    test = opened()
    ok(test.button(key="sweep-train").click().run())
    assert test.header[0].value == "Tiny · dropout 0"
    assert component(test, "scroll_to")[0] == by_key("run-head")


def test_the_name_of_the_run_is_that_of_the_sweep_and_used_once(store: RunStore) -> None:
    test = opened()
    ok(test.text_input(key="run-name").set_value("For Tuesday").run())
    assert "group “For Tuesday”" in page_text(test)
    ok(test.button(key="sweep-train").click().run())
    assert store.queue()[0].name == "For Tuesday · dropout 0"
    assert test.text_input(key="run-name").value == ""


def test_the_values_can_be_chosen(store: RunStore) -> None:
    test = opened("optimizer")
    ok(test.button_group(key="sweep-values-optimizer").set_value(["nadam", "adam"]).run())
    ok(test.button(key="sweep-train").click().run())
    assert [run.recipe.optimizer for run in store.queue()] == ["adam", "nadam"]


def test_without_a_value_no_sweep_can_be_started() -> None:
    test = opened()
    ok(test.button_group(key="sweep-values-dropout").set_value([]).run())
    assert test.button(key="sweep-train").disabled
    assert "Choose at least one value." in page_text(test)


def test_the_total_time_of_a_sweep_is_shown(store: RunStore) -> None:
    finished(store, seconds=10.0)
    test = opened("seed", recipe=Recipe(epochs=100, limit=1_000))
    assert "about 5 m 08 s on this machine in total" in page_text(test)


def test_values_that_need_too_much_memory_are_left_out(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_LAB_MEMORY", "0.03")
    test = opened("batch_size")
    assert any("batch 512" in element.value for element in test.warning)
    ok(test.button(key="sweep-train").click().run())
    assert [run.recipe.batch_size for run in store.queue()] == [32, 128]


def test_what_the_network_does_not_have_is_not_offered_and_the_page_says_why(store: RunStore) -> None:
    linear = PRESETS["linear"].network
    test = open_page({"sweep": True, "sweep-hyperparameter": "dropout"}, n=link_from_network(linear))
    assert "Dropout rate" not in test.selectbox(key="sweep-hyperparameter").options
    assert "Filters of every convolution" not in test.selectbox(key="sweep-hyperparameter").options
    assert "the network has no dropout layer" in page_text(test)
    assert "the network has no convolution layer" in page_text(test)
    ok(test.button(key="sweep-train").click().run())
    assert {run.network for run in store.queue()} == {linear}


def test_a_network_that_cannot_be_trained_has_no_sweep() -> None:
    broken = PRESETS["tiny"].network.add(Conv2D(filters=8, kernel_size=(3, 3)))
    test = open_page(n=link_from_network(broken))
    (popover,) = [block for block in test.get("popover") if block.proto.popover.label == "Sweep"]
    assert popover.proto.popover.disabled
