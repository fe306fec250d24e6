"""How a network is trained: the recipe and its learning-rate schedule, as plain data."""

from mnist_lab.recipe.amplitudes import AMPLITUDES, DRAWS, Amplitudes
from mnist_lab.recipe.handwriting import HANDWRITING, SHOWN_EPOCHS, HandwritingShares, has_handwriting
from mnist_lab.recipe.preset_recipes import PRESET_RECIPES, preset_recipe, preset_recipe_reason
from mnist_lab.recipe.recipe import (
    Augmentation,
    Keep,
    Optimizer,
    Precision,
    Recipe,
    Schedule,
    Validation,
    recipe_from_json,
)
from mnist_lab.recipe.schedule import learning_rates

__all__ = [
    "AMPLITUDES",
    "DRAWS",
    "HANDWRITING",
    "PRESET_RECIPES",
    "SHOWN_EPOCHS",
    "Amplitudes",
    "Augmentation",
    "HandwritingShares",
    "Keep",
    "Optimizer",
    "Precision",
    "Recipe",
    "Schedule",
    "Validation",
    "has_handwriting",
    "learning_rates",
    "preset_recipe",
    "preset_recipe_reason",
    "recipe_from_json",
]
