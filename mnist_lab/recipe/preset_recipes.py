"""Recipes for the presets that do not train well with the default recipe."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mnist_lab.recipe.recipe import Recipe


@dataclass(frozen=True, slots=True)
class PresetRecipe:
    """The recipe of a preset, and the reason for it."""

    recipe: Recipe
    reason: str
    """One or two sentences."""


_ONE_CYCLE = (
    "The one-cycle schedule raises the learning rate and then lowers it to nearly 0. With batch normalization it allows"
    " large steps early and small ones at the end"
)

_LONG = Recipe(
    batch_size=128,
    learning_rate=0.01,
    schedule="one-cycle",
    augmentation="light",
    validation_fraction=0.02,
    keep="last",
)

PRESET_RECIPES: Mapping[str, PresetRecipe] = MappingProxyType(
    {
        "fast": PresetRecipe(
            Recipe(epochs=1, batch_size=64, learning_rate=0.03, schedule="one-cycle", validation_fraction=0.02),
            f"{_ONE_CYCLE}, so one epoch is enough.",
        ),
        "strong": PresetRecipe(
            _LONG.with_changes(epochs=8),
            f"{_ONE_CYCLE}. Light augmentation shifts and rotates every image a little, differently in each epoch. "
            "So few images are held out that they cannot tell which epoch is best, so the last weights are kept.",
        ),
        "champion": PresetRecipe(
            _LONG.with_changes(epochs=24),
            f"{_ONE_CYCLE}. With light augmentation no image is repeated exactly, so many epochs do not lead to "
            "overfitting; dropout in front of the output layer helps.",
        ),
        "reader": PresetRecipe(
            _LONG.with_changes(epochs=16, augmentation="styles"),
            f"{_ONE_CYCLE}. In the last quarter of the epochs, while the steps become small, many images are digits as "
            "other people write them, so the network learns to read drawings without forgetting MNIST's digits.",
        ),
        "notebook-1": PresetRecipe(
            Recipe(epochs=4, learning_rate=0.002, schedule="one-cycle", validation_fraction=0.05),
            f"{_ONE_CYCLE}, in a fifth of the notebook's epochs.",
        ),
        "notebook-2": PresetRecipe(
            Recipe(epochs=4, learning_rate=0.003, schedule="one-cycle", validation_fraction=0.05),
            "Dropout 0.7 after 25 units adds much noise; a learning rate that falls to nearly 0 averages it out.",
        ),
        "notebook-3": PresetRecipe(
            Recipe(learning_rate=0.005, schedule="cosine"),
            "Five dropout layers add much noise: training needs large steps, which the cosine makes small at the end.",
        ),
    }
)
"""Name of a preset (`mnist_lab.network.PRESETS`) to its recipe; the other presets have the default recipe."""


def preset_recipe(preset: str | None) -> Recipe:
    """The recipe to start from with a preset of this name; the default recipe for any other network."""
    found = PRESET_RECIPES.get((preset or "").strip().lower().replace("_", "-"))
    return Recipe() if found is None else found.recipe


def preset_recipe_reason(recipe: Recipe) -> str:
    """The reason for a recipe of `PRESET_RECIPES`, with any seed; "" for any other recipe."""
    seedless = recipe.with_changes(seed=0)
    return next((preset.reason for preset in PRESET_RECIPES.values() if preset.recipe == seedless), "")
