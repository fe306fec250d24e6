import pytest

from mnist_lab.network import PRESETS
from mnist_lab.recipe import SUITED, Recipe, suited_recipe, why_suited


def test_every_suited_recipe_belongs_to_a_preset_and_differs_from_the_default():
    assert set(SUITED) <= set(PRESETS)
    assert Recipe() not in [suited.recipe for suited in SUITED.values()]


def test_a_preset_is_found_by_its_name_as_the_command_line_takes_it():
    assert suited_recipe("Notebook_3") == SUITED["notebook-3"].recipe
    assert suited_recipe("tiny") == suited_recipe(None) == Recipe()


@pytest.mark.parametrize("name", SUITED)
def test_a_suited_recipe_says_why_whatever_its_seed(name: str):
    recipe = SUITED[name].recipe
    assert why_suited(recipe) == why_suited(recipe.with_changes(seed=7)) == SUITED[name].why
    assert SUITED[name].why.endswith(".")


def test_other_recipes_say_nothing():
    assert why_suited(Recipe()) == why_suited(SUITED["fast"].recipe.with_changes(epochs=3)) == ""
