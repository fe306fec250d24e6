"""The images of each epoch."""

import numpy as np
import pytest

from mnist_lab.data import Split, load_mnist_sample, split_dataset
from mnist_lab.recipe import Recipe
from mnist_lab.training.engine.epoch_images import EpochImages


@pytest.fixture(scope="module")
def split() -> Split:
    return split_dataset(load_mnist_sample(), validation="holdout", fraction=0.2, limit=1000, seed=1)


def shown(split: Split, recipe: Recipe, epoch: int) -> tuple[np.ndarray, np.ndarray]:
    images, labels = EpochImages(split, recipe).of(epoch)
    return images.numpy(), labels.numpy()


@pytest.mark.parametrize("augmentation", ["none", "light", "pen"])
def test_without_handwriting_every_epoch_has_the_images_of_the_split(split: Split, augmentation: str) -> None:
    images, labels = shown(split, Recipe(epochs=2, augmentation=augmentation), 1)
    assert (images == split.train_images).all()
    assert (labels == split.train_labels).all()


def test_the_last_quarter_of_the_epochs_shows_handwriting(split: Split) -> None:
    recipe = Recipe(epochs=8, augmentation="styles")
    changed = [
        float((shown(split, recipe, epoch)[0] != split.train_images).any(axis=(1, 2)).mean()) for epoch in range(8)
    ]
    assert changed[:6] == [0] * 6
    assert all(0.3 < share <= 0.4 for share in changed[6:])


def test_a_training_of_one_epoch_shows_it_too(split: Split) -> None:
    images, _ = shown(split, Recipe(epochs=1, augmentation="styles"), 0)
    assert not (images == split.train_images).all()


def test_seed_and_epoch_alone_decide_which_images(split: Split) -> None:
    recipe = Recipe(epochs=8, augmentation="styles")
    in_order = EpochImages(split, recipe)
    in_order.of(6)
    images, labels = shown(split, recipe, 7)
    assert (in_order.of(7)[0].numpy() == images).all()
    assert (in_order.of(7)[1].numpy() == labels).all()
    assert not (shown(split, recipe.with_changes(seed=1), 7)[0] == images).all()
