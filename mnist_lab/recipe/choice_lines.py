"""What each choice of a recipe means: one short line, in the words of a student."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

from mnist_lab import formatting
from mnist_lab.recipe.recipe import Recipe

_USUAL_RATES = {"adam": 0.001, "adamw": 0.001, "nadam": 0.001, "rmsprop": 0.001, "sgd": 0.03}
_FAR = 5
"""A learning rate this many times the usual one, or less than a fifth of it, is called high or low."""

_OPTIMIZERS = {
    "adam": "Adapts the step of each weight; a good first choice.",
    "adamw": "Adam that also makes the weights a little smaller at each step.",
    "sgd": "One step size for all weights; needs a higher learning rate, such as 0.03.",
    "rmsprop": "Adapts the step of each weight; Adam was built on it.",
    "nadam": "Adam that looks one step ahead; often a little faster at first.",
}
_SCHEDULES = {
    "constant": "The same learning rate at every step.",
    "cosine": "Slow at first, then fast, down to 0: the network settles at the end.",
    "one-cycle": "Up for a third of the training, then down to almost 0; good for few epochs.",
    "step": "A tenth after half of the training, a hundredth after three quarters.",
}
_AUGMENTATIONS = {
    "none": "Every epoch shows the same pictures.",
    "light": "Each time a little shifted, turned and scaled; helps long trainings.",
    "pen": "Also slanted, thicker or thinner, as by another pen; for drawn digits.",
    "styles": "Light; at the end also other people's ways of writing: for drawn digits.",
}
_VALIDATIONS = {
    "holdout": "Tested after each epoch on training images that are set aside.",
    "test": "Tested after each epoch on the test images.",
}
_DRAWINGS = {
    "none": "Only the images of the data set.",
    "mine": "Also the drawings that you kept, without one in three for the test.",
    "all": "Also all drawings that were kept, without one in three for the test.",
}
_KEEPS = {
    "best": "The weights of the epoch with the lowest validation loss.",
    "last": "The weights at the end, even if an earlier epoch was better.",
}
_PRECISIONS = {
    "auto": "Measured once, before the first training.",
    "float32": "Numbers of 32 bits, on every machine.",
    "mixed_bfloat16": "Numbers of 16 bits where they suffice; fast on some processors.",
}


def choice_line(field: str, recipe: Recipe, images: int) -> str:
    """What the recipe's choice for one field means.

    Args:
        field: A field of `Recipe` that a form shows.
        recipe: The recipe with the choice.
        images: Training images of the data set.

    Raises:
        KeyError: The field has no line.
    """
    return _LINES[field](recipe, images)


def split_sizes(recipe: Recipe, images: int) -> tuple[int, int]:
    """How many of a data set's training images are trained on, and how many are held out."""
    used = min(recipe.limit or images, images)
    held_out = round(used * recipe.validation_fraction) if recipe.validation == "holdout" else 0
    return used - held_out, held_out


def steps_per_epoch(recipe: Recipe, images: int) -> int:
    """Steps of an epoch, at least 1, for a data set with this number of training images."""
    return max(1, math.ceil(split_sizes(recipe, images)[0] / recipe.batch_size))


def _epochs(recipe: Recipe, _images: int) -> str:
    return f"Each image {'once' if recipe.epochs == 1 else f'{recipe.epochs:,} times'}."


def _learning_rate(recipe: Recipe, _images: int) -> str:
    ratio = recipe.learning_rate / _USUAL_RATES[recipe.optimizer]
    if ratio >= _FAR:
        return "High: it may diverge."
    return "Low: slow but steady." if ratio <= 1 / _FAR else "A usual step size."


def _batch_size(recipe: Recipe, images: int) -> str:
    steps = formatting.quantity(steps_per_epoch(recipe, images), "step")
    size = min(recipe.batch_size, split_sizes(recipe, images)[0])
    return f"{steps} of {formatting.quantity(size, 'image')}."


def _limit(recipe: Recipe, images: int) -> str:
    if recipe.limit is None or recipe.limit >= images:
        return "Slow, most accurate."
    return f"{formatting.percent(recipe.limit / images)} of them: faster."


def _held_out(recipe: Recipe, images: int) -> str:
    training, held_out = split_sizes(recipe, images)
    return f"{held_out:,} to validate, {training:,} to train on."


def _early_stopping(recipe: Recipe, _images: int) -> str:
    if recipe.early_stopping is None:
        return f"All {recipe.epochs:,} epochs are trained." if recipe.epochs > 1 else "The epoch is trained to its end."
    return "Ends when the validation loss no longer falls."


_LINES: Mapping[str, Callable[[Recipe, int], str]] = MappingProxyType(
    {
        "epochs": _epochs,
        "learning_rate": _learning_rate,
        "batch_size": _batch_size,
        "limit": _limit,
        "optimizer": lambda recipe, _images: _OPTIMIZERS[recipe.optimizer],
        "momentum": lambda recipe, _images: f"Each step keeps {recipe.momentum:.0%} of the last direction.".replace(
            "%", " %"
        ),
        "weight_decay": lambda _recipe, _images: "Large weights must be worth it: less overfitting.",
        "schedule": lambda recipe, _images: _SCHEDULES[recipe.schedule],
        "augmentation": lambda recipe, _images: _AUGMENTATIONS[recipe.augmentation],
        "seed": lambda _recipe, _images: "Another seed, another run: it shows how much is chance.",
        "precision": lambda recipe, _images: _PRECISIONS[recipe.precision],
        "validation": lambda recipe, _images: _VALIDATIONS[recipe.validation],
        "validation_fraction": _held_out,
        "keep": lambda recipe, _images: _KEEPS[recipe.keep],
        "drawings": lambda recipe, _images: _DRAWINGS[recipe.drawings],
        "early_stopping": _early_stopping,
    }
)
