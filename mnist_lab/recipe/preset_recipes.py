"""Recipes that suit the presets: what trains each of them well, where the default recipe does not."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mnist_lab.recipe.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Suited:
    """A recipe for one preset, and why it is as it is."""

    recipe: Recipe
    why: str
    """One or two sentences."""


_ONE_CYCLE = (
    "One cycle of the learning rate, up and down to nothing, lets batch normalization take large steps early"
    " and settle at the end"
)

_LONG = Recipe(
    batch_size=128,
    learning_rate=0.01,
    schedule="one-cycle",
    augmentation="light",
    validation_fraction=0.02,
    keep="last",
)

SUITED: Mapping[str, Suited] = MappingProxyType(
    {
        "fast": Suited(
            Recipe(epochs=1, batch_size=64, learning_rate=0.02, schedule="one-cycle", validation_fraction=0.02),
            f"{_ONE_CYCLE}: one epoch does.",
        ),
        "strong": Suited(
            _LONG.with_changes(epochs=8),
            f"{_ONE_CYCLE}. Light augmentation shows every picture a little moved and turned, never twice the same. "
            "Few images are held out, so the last epoch is kept: too few to choose one by.",
        ),
        "champion": Suited(
            _LONG.with_changes(epochs=16),
            f"{_ONE_CYCLE}. With light augmentation the pictures never repeat, so that many epochs do not end in "
            "learning by heart; dropout in front of the answer helps.",
        ),
        "notebook-1": Suited(
            Recipe(epochs=4, learning_rate=0.002, schedule="one-cycle", validation_fraction=0.05),
            f"{_ONE_CYCLE}, in a fifth of the notebook's epochs.",
        ),
        "notebook-2": Suited(
            Recipe(epochs=4, learning_rate=0.003, schedule="one-cycle", validation_fraction=0.05),
            "Dropout 0.7 in front of 25 units lets little through; a rate that ends at nothing averages out its noise.",
        ),
        "notebook-3": Suited(
            Recipe(learning_rate=0.005, schedule="cosine"),
            "Five dropouts in a row let little through: it takes large steps, which the cosine makes small in the end.",
        ),
    }
)
"""Name of a preset (`mnist_lab.network.PRESETS`) to its recipe; the others go with the default one."""


def suited_recipe(preset: str | None) -> Recipe:
    """The recipe to start from with a preset of this name; the default one for any other network."""
    suited = SUITED.get((preset or "").strip().lower().replace("_", "-"))
    return Recipe() if suited is None else suited.recipe


def why_suited(recipe: Recipe) -> str:
    """Why a recipe is as it is, whatever its seed; "" if it is not one of `SUITED`."""
    plain = recipe.with_changes(seed=0)
    return next((suited.why for suited in SUITED.values() if suited.recipe == plain), "")
