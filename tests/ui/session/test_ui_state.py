"""The state of the app as query parameters: it comes back the same, and nonsense in a URL does no harm."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_lab.errors import RecipeError
from mnist_lab.network import PRESETS, link_from_network
from mnist_lab.recipe import Recipe, preset_recipe
from mnist_lab.ui.session.ui_state import SMOOTHINGS, ChartOptions, UiState, read_setup_link, ui_state_from_query

IDS = st.text("abcdefghij0123456789", min_size=1, max_size=12)
RECIPES = st.builds(
    Recipe,
    epochs=st.integers(1, 1000),
    learning_rate=st.floats(1e-6, 10, exclude_min=True),
    schedule=st.sampled_from(["constant", "one-cycle"]),
    early_stopping=st.none() | st.integers(1, 9),
    limit=st.none() | st.integers(100, 60_000),
    validation_fraction=st.floats(0.02, 0.5),
)
STATES = st.builds(
    UiState,
    network=st.sampled_from([preset.network for preset in PRESETS.values()]),
    recipe=RECIPES,
    run=st.just("") | IDS,
    runs=st.lists(IDS, max_size=5).map(tuple),
    sweep=st.text(max_size=20),
    columns=st.lists(st.sampled_from(["test-accuracy", "seed"]), max_size=2).map(tuple),
    chart=st.builds(
        ChartOptions,
        st.booleans(),
        st.sampled_from(SMOOTHINGS),
        st.just("") | IDS,
        st.booleans(),
        st.booleans(),
    ),
)


@given(STATES)
def test_a_state_comes_back_from_a_url_the_same(state: UiState) -> None:
    assert ui_state_from_query(state.to_query()) == state


def test_a_state_without_a_choice_has_no_parameters() -> None:
    assert UiState().to_query() == {}
    assert ui_state_from_query({}) == UiState()


def test_every_part_of_the_state_is_in_the_url() -> None:
    network, recipe = PRESETS["fast"].network, preset_recipe("fast")
    chart = ChartOptions(True, 0.9, "other", True, True)
    full = UiState(network, recipe, "run", ("one", "two"), "a sweep", ("seed",), chart)
    for part in dataclasses.fields(UiState):
        without = dataclasses.replace(full, **{part.name: getattr(UiState(), part.name)})
        assert without.to_query() != full.to_query(), part.name


@pytest.mark.parametrize("parameters", [{"smoothing": "2"}, {"smoothing": "nan"}, {"log": "?"}, {"unknown": "x"}])
def test_nonsense_in_a_url_is_ignored(parameters: dict[str, str]) -> None:
    assert ui_state_from_query(parameters) == UiState()


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_keeps_its_own_recipe_in_a_link_that_fits_into_a_message(preset: str) -> None:
    state = UiState(PRESETS[preset].network, preset_recipe(preset))
    assert ui_state_from_query(state.to_query()) == state
    assert len(state.to_query()["n"]) < 170


def test_the_default_recipe_is_not_the_same_as_no_recipe() -> None:
    network = PRESETS["tiny"].network
    assert read_setup_link(UiState(network, Recipe()).to_query()["n"]) == (network, Recipe())
    assert read_setup_link(UiState(network).to_query()["n"]) == (network, None)


@pytest.mark.parametrize(
    ("fields", "words"), [({"epochs": 0}, "epochs must be"), ({"colour": "red"}, "no field"), ({"version": 9}, "newer")]
)
def test_a_recipe_that_cannot_be_used_is_refused(fields: dict[str, object], words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        ui_state_from_query({"n": link_from_network(PRESETS["tiny"].network, fields)})
