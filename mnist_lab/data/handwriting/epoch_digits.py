"""The images of each epoch of a training whose recipe adds other people's handwriting."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mnist_lab.data.dataset import Images, Labels
from mnist_lab.data.handwriting.drawn_styles import DRAWN_STYLES, styled_digits
from mnist_lab.data.handwriting.template_digits import template_digits
from mnist_lab.recipe import SHOWN_EPOCHS, HandwritingShares

_SALT = 0x57_7E1E5
"""Other random numbers than those of the order of the images, which come from (seed, epoch) too."""


class EpochDigits:
    """Training images of which each epoch shows some in another handwriting, or others in their place.

    They depend on the training images, the shares, the seed and the epoch alone, whatever was asked before.
    """

    def __init__(self, images: Images, labels: Labels, shares: HandwritingShares, seed: int) -> None:
        """The images, uint8 (n, 28, 28), and labels, uint8 (n,), are not changed."""
        self._images, self._labels = images, labels
        self._shares, self._seed = shares, seed
        self._part = lru_cache(maxsize=SHOWN_EPOCHS)(self._made_part)

    def of(self, epoch: int) -> tuple[Images, Labels]:
        """Images uint8 (n, 28, 28) and labels uint8 (n,) of an epoch, counted from 0."""
        images, labels = self._images.copy(), self._labels.copy()
        for number in range(epoch, epoch + SHOWN_EPOCHS):
            places, made, made_labels = self._part(number)
            images[places], labels[places] = made, made_labels
        return images, labels

    def _made_part(self, number: int) -> tuple[NDArray[np.intp], Images, Labels]:
        """Digits that are shown in `SHOWN_EPOCHS` epochs, up to this one: the indices that they take, and they."""
        random = np.random.default_rng([self._seed, number, _SALT])
        order = random.permutation(len(self._labels))
        from_templates, drawn = (
            round(len(order) * share / SHOWN_EPOCHS) for share in (self._shares.templates, self._shares.drawn)
        )
        replaced, rest = order[:from_templates], order[from_templates:]
        styled = rest[np.isin(self._labels[rest], [style.digit for style in DRAWN_STYLES])][:drawn]
        images, labels = template_digits(len(replaced), random)
        styled_labels = self._labels[styled]
        styled_images = styled_digits(self._images[styled], styled_labels, random)
        return (
            np.concatenate([replaced, styled]),
            np.concatenate([images, styled_images]),
            np.concatenate([labels, styled_labels]),
        )
