"""One address carries network, recipe and chart options: from browser to browser, and over a reload."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_lab.network import PRESETS, link_from_network
from mnist_lab.recipe import PRESET_RECIPES, Recipe, preset_recipe
from mnist_lab.runs import RunStore
from tests.pages.live_runs import finished
from tests.pages.preset_choice import choose_preset
from tests.pages.train_page import labels, ok, open_page, page_text

COMPOSE = Path(__file__).resolve().parents[2] / "pages" / "compose.py"


def address(page: AppTest) -> dict[str, str]:
    """The query parameters of the page's address."""
    return {name: value[0] if isinstance(value, list) else value for name, value in page.query_params.items()}


def trained(test: AppTest, store: RunStore) -> tuple[object, Recipe]:
    """Network and recipe of the run that Train starts."""
    ok(test.button(key="train").click().run())
    return store.list()[0].network, store.list()[0].recipe


@pytest.mark.parametrize("preset", ["fast", "strong", "notebook-2", "small-cnn"])
def test_the_address_of_a_preset_trains_the_same_in_another_browser(preset: str, store: RunStore) -> None:
    first = open_page(session={"recipe": preset_recipe(preset)}, n=link_from_network(PRESETS[preset].network))
    copied = address(first)
    assert trained(open_page(**copied), store) == (PRESETS[preset].network, preset_recipe(preset))


def test_the_address_of_compose_carries_the_recipe_of_the_preset_to_train(store: RunStore) -> None:
    page = ok(AppTest.from_file(str(COMPOSE), default_timeout=120).run())
    choose_preset(page, "fast")
    assert trained(open_page(**address(page)), store) == (PRESETS["fast"].network, PRESET_RECIPES["fast"].recipe)


def test_the_link_to_copy_is_that_of_the_address_bar() -> None:
    page = ok(AppTest.from_file(str(COMPOSE), default_timeout=120).run())
    choose_preset(page, "strong")
    assert any(code.value.endswith(f"?n={address(page)['n']}") for code in page.code)


def test_a_changed_recipe_survives_a_reload() -> None:
    test = open_page()
    test.number_input(key="recipe-epochs").set_value(9)
    test.selectbox(key="recipe-optimizer").set_value("sgd")
    test.selectbox(key="recipe-limit").set_value(1_000)
    ok(test.run())
    again = open_page(**address(test))
    assert again.number_input(key="recipe-epochs").value == 9
    assert again.selectbox(key="recipe-optimizer").value == "sgd"
    assert again.selectbox(key="recipe-limit").value == 1_000


def test_without_a_link_in_the_address_the_last_setup_of_the_browser_is_opened(store: RunStore) -> None:
    anna = {"session": "anna"}
    first = open_page(session=anna | {"recipe": preset_recipe("strong")}, n=link_from_network(PRESETS["tiny"].network))
    ok(first.number_input(key="recipe-epochs").set_value(9).run())
    # Reloaded on a page that has no link, and from there back to Train.
    assert trained(open_page(session=anna), store) == (
        PRESETS["tiny"].network,
        preset_recipe("strong").with_changes(epochs=9),
    )
    assert open_page(session={"session": "ben"}).number_input(key="recipe-epochs").value == Recipe().epochs


def test_back_brings_the_recipe_back_that_the_address_had() -> None:
    test = open_page()
    before = address(test)
    ok(test.number_input(key="recipe-epochs").set_value(9).run())
    assert address(test) != before
    test.query_params["n"] = before["n"]
    ok(test.run())
    assert test.number_input(key="recipe-epochs").value == Recipe().epochs


def test_an_old_link_keeps_the_recipe_of_the_session() -> None:
    old = link_from_network(PRESETS["tiny"].network)
    assert open_page(session={"recipe": Recipe(epochs=7)}, n=old).number_input(key="recipe-epochs").value == 7


def test_a_link_with_a_recipe_that_cannot_be_used_gives_one_message() -> None:
    test = open_page(n=link_from_network(PRESETS["tiny"].network, {"epochs": 0}))
    assert len(test.error) == 1
    assert "epochs must be" in test.error[0].value
    assert test.number_input(key="recipe-epochs").value == Recipe().epochs


def test_the_options_of_the_chart_survive_a_reload(store: RunStore) -> None:
    other, shown = finished(store, "Other"), finished(store, "Shown")
    test = open_page(run=shown.id)
    assert not {"log", "error", "smoothing", "baseline"} & set(address(test))
    test.button_group(key="chart-scale").set_value("Loss (log)")
    test.button_group(key="chart-metric").set_value("Error (log)")
    test.selectbox(key="chart-smoothing").set_value(0.9)
    test.selectbox(key="chart-baseline").set_value(other.id)
    ok(test.run())
    again = open_page(**address(test))
    assert again.button_group(key="chart-scale").value in ("Loss (log)", ["Loss (log)"])
    assert again.button_group(key="chart-metric").value in ("Error (log)", ["Error (log)"])
    assert again.selectbox(key="chart-smoothing").value == 0.9
    assert again.selectbox(key="chart-baseline").value == other.id
    ok(again.selectbox(key="chart-smoothing").set_value(0.3).run())
    assert address(again)["smoothing"] == "0.3"


@pytest.mark.parametrize("baseline", ["gone", "<script>"])
def test_an_address_with_an_unknown_baseline_shows_the_run_alone(baseline: str, store: RunStore) -> None:
    shown = finished(store, "Shown")
    test = open_page(run=shown.id, baseline=baseline, smoothing="7")
    assert test.selectbox(key="chart-baseline").value is None
    assert "baseline" not in address(test)


def test_a_presets_own_recipe_is_offered_once_another_one_is_in_the_form(store: RunStore) -> None:
    test = open_page(n=link_from_network(PRESETS["strong"].network, {}))
    assert "Strong has its own recipe: 8 epochs" in page_text(test)
    ok(test.button(key="use-preset-recipe").click().run())
    assert "has its own recipe" not in page_text(test)
    assert test.number_input(key="recipe-epochs").value == 8
    assert trained(test, store)[1] == PRESET_RECIPES["strong"].recipe


def test_the_offer_comes_when_a_field_was_touched_and_keeps_the_seed() -> None:
    test = open_page(session={"recipe": preset_recipe("fast")}, n=link_from_network(PRESETS["fast"].network))
    assert "use-preset-recipe" not in labels(test)
    ok(test.number_input(key="recipe-seed").set_value(5).run())
    assert "use-preset-recipe" not in labels(test)
    ok(test.number_input(key="recipe-epochs").set_value(2).run())
    ok(test.button(key="use-preset-recipe").click().run())
    assert test.session_state["recipe"] == PRESET_RECIPES["fast"].recipe.with_changes(seed=5)


def test_a_preset_without_a_recipe_of_its_own_offers_the_default_one() -> None:
    test = open_page(session={"recipe": preset_recipe("fast")}, n=link_from_network(PRESETS["tiny"].network))
    assert "Tiny goes with the default recipe" in page_text(test)


def test_a_network_that_is_no_preset_has_no_offer() -> None:
    network = PRESETS["tiny"].network.remove(0)
    assert "use-preset-recipe" not in labels(
        open_page(session={"recipe": Recipe(epochs=9)}, n=link_from_network(network))
    )
