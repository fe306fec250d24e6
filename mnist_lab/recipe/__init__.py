"""How a network is to be trained: the recipe and its learning-rate schedule, as plain data."""

from mnist_lab.recipe.preset_recipes import SUITED, suited_recipe, why_suited
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
from mnist_lab.recipe.schedule import learning_rate_at, learning_rates

__all__ = [
    "SUITED",
    "Augmentation",
    "Keep",
    "Optimizer",
    "Precision",
    "Recipe",
    "Schedule",
    "Validation",
    "learning_rate_at",
    "learning_rates",
    "recipe_from_json",
    "suited_recipe",
    "why_suited",
]
