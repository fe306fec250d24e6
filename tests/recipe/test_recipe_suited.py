from mnist_lab.network import PRESETS
from mnist_lab.recipe import SUITED, Recipe, suited_recipe


def test_every_suited_recipe_belongs_to_a_preset_and_differs_from_the_default():
    assert set(SUITED) <= set(PRESETS)
    assert Recipe() not in SUITED.values()


def test_a_preset_is_found_by_its_name_as_the_command_line_takes_it():
    assert suited_recipe("Notebook_3") == SUITED["notebook-3"]
    assert suited_recipe("tiny") == suited_recipe(None) == Recipe()
