"""Examples of what is made for training, for pages that show the choice."""

from typing import NamedTuple

import numpy as np

from mnist_lab.data.dataset import Dataset, Images
from mnist_lab.data.handwriting.drawn_styles import DRAWN_STYLES, DrawnStyle, in_style
from mnist_lab.data.handwriting.template_digits import template_digits
from mnist_lab.network import CLASSES

_CANDIDATES = 6
"""Of so many images that which a style changes most is shown: some are written in it already."""


class StyleExample(NamedTuple):
    """An image without and with a style."""

    name: str
    """ "1 with a flag"."""
    before: Images
    """uint8 (28, 28)."""
    after: Images
    """uint8 (28, 28)."""


def style_examples(dataset: Dataset, seed: int) -> list[StyleExample]:
    """One training image for each style, and what the style makes of it; another seed, other images."""
    return [_example(dataset, style, np.random.default_rng([seed, index])) for index, style in enumerate(DRAWN_STYLES)]


def template_sheet(each: int, seed: int) -> Images:
    """Digits drawn from templates, `each` rows of 0 to 9: uint8 (10·each, 28, 28)."""
    images, labels = template_digits(CLASSES * each, np.random.default_rng(seed))
    ordered: Images = images[np.argsort(labels, kind="stable")].reshape(CLASSES, each, *images.shape[1:])
    return np.concatenate(ordered.swapaxes(0, 1))


def _example(dataset: Dataset, style: DrawnStyle, random: np.random.Generator) -> StyleExample:
    own = np.flatnonzero(dataset.train_labels == style.digit)
    before = dataset.train_images[random.choice(own, min(_CANDIDATES, len(own)), replace=False)]
    after = in_style(before, style, random)
    best = int(np.abs(after.astype(np.float32) - before).sum(axis=(1, 2)).argmax())
    return StyleExample(f"{style.digit} with {style.name}", before[best], after[best])
