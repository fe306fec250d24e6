"""Recipes as text: the names of optimizers and schedules, and a whole recipe in one line."""

from mnist_lab import formatting
from mnist_lab.recipe.recipe import Recipe

OPTIMIZER_NAMES = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD", "rmsprop": "RMSprop", "nadam": "Nadam"}
SCHEDULE_NAMES = {"constant": "Constant", "cosine": "Cosine", "one-cycle": "One-cycle", "step": "Steps"}


def recipe_line(recipe: Recipe) -> str:
    """The recipe in one line: "5 epochs · Adam 0.001 · batch 100 · all images"."""
    parts = [
        formatting.quantity(recipe.epochs, "epoch"),
        f"{OPTIMIZER_NAMES[recipe.optimizer]} {formatting.learning_rate(recipe.learning_rate)}",
        f"batch {recipe.batch_size:,}",
        "all images" if recipe.limit is None else f"{recipe.limit:,} images",
    ]
    if recipe.schedule != "constant":
        parts.append(f"{SCHEDULE_NAMES[recipe.schedule].lower()} schedule")
    if recipe.augmentation != "none":
        parts.append(f"{recipe.augmentation} augmentation")
    if recipe.validation == "test":
        parts.append("validated on the test set")
    return " · ".join(parts)
