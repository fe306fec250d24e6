"""Recipes that suit the presets: what trains each of them well, where the default recipe does not."""

from collections.abc import Mapping
from types import MappingProxyType

from mnist_lab.recipe.recipe import Recipe

SUITED: Mapping[str, Recipe] = MappingProxyType(
    {
        # Five dropouts in a row let little through: it takes larger steps, which the cosine makes small in the end.
        "notebook-3": Recipe(learning_rate=0.005, schedule="cosine"),
    }
)
"""Name of a preset (`mnist_lab.network.PRESETS`) to its recipe; the others go with the default one."""


def suited_recipe(preset: str | None) -> Recipe:
    """The recipe to start from with a preset of this name; the default one for any other network."""
    return SUITED.get((preset or "").strip().lower().replace("_", "-"), Recipe())
