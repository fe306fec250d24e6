from pathlib import Path

from mnist_lab.cli.parser import parse
from mnist_lab.cli.train import chosen_recipe
from mnist_lab.recipe import PRESET_RECIPES, Recipe


def test_a_preset_brings_the_recipe_that_suits_it_and_options_change_it():
    options = parse(["train", "--preset", "notebook-3", "--epochs", "3"])
    assert chosen_recipe(options) == PRESET_RECIPES["notebook-3"].recipe.with_changes(epochs=3)


def test_a_recipe_file_is_taken_as_it_is(tmp_path: Path):
    path = tmp_path / "recipe.json"
    path.write_text('{"seed": 4}', encoding="utf-8")
    options = parse(["train", "--preset", "notebook-3", "--recipe", str(path)])
    assert chosen_recipe(options) == Recipe(seed=4)
