"""Which part of a training's images an augmentation replaces by digits in other people's handwriting."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mnist_lab.recipe.recipe import Augmentation, Recipe


@dataclass(frozen=True)
class HandwritingShares:
    """Shares of the images that an epoch shows, 0 to 1."""

    templates: float
    """Digits drawn from stroke templates, in place of an image."""
    drawn: float
    """Images onto which a style of their digit is drawn, such as the bar of a 7."""
    begin: float
    """Share of the epochs that show none of them; the last epoch always does."""

    def are_in(self, epoch: int, epochs: int) -> bool:
        """Whether an epoch, counted from 0, of so many shows them."""
        return epoch >= min(round(epochs * self.begin), epochs - 1)


HANDWRITING: Mapping[Augmentation, HandwritingShares] = MappingProxyType(
    {"styles": HandwritingShares(templates=0.26, drawn=0.12, begin=0.75)}
)
"""Of each augmentation that has some."""

SHOWN_EPOCHS = 4
"""Each digit that is made is shown in so many epochs, shifted, turned and scaled differently each time: making all anew
for each epoch would take a tenth of the time of a small network's epoch."""


def has_handwriting(recipe: Recipe) -> bool:
    """Whether a network with this recipe learns other people's handwriting, so that it reads drawings best."""
    return recipe.augmentation in HANDWRITING
