import pytest

from mnist_lab.network import PRESETS
from mnist_lab.recipe import PRESET_RECIPES, Recipe, preset_recipe, preset_recipe_reason


def test_every_preset_recipe_belongs_to_a_preset_and_differs_from_the_default():
    assert set(PRESET_RECIPES) <= set(PRESETS)
    assert Recipe() not in [preset.recipe for preset in PRESET_RECIPES.values()]


def test_a_preset_is_found_by_its_name_as_the_command_line_takes_it():
    assert preset_recipe("Notebook_3") == PRESET_RECIPES["notebook-3"].recipe
    assert preset_recipe("tiny") == preset_recipe(None) == Recipe()


@pytest.mark.parametrize("name", PRESET_RECIPES)
def test_a_preset_recipe_says_why_whatever_its_seed(name: str):
    recipe = PRESET_RECIPES[name].recipe
    assert (
        preset_recipe_reason(recipe) == preset_recipe_reason(recipe.with_changes(seed=7)) == PRESET_RECIPES[name].reason
    )
    assert PRESET_RECIPES[name].reason.endswith(".")


def test_other_recipes_say_nothing():
    assert (
        preset_recipe_reason(Recipe())
        == preset_recipe_reason(PRESET_RECIPES["fast"].recipe.with_changes(epochs=3))
        == ""
    )
