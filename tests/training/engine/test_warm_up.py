"""Warming up leaves nothing behind."""

import numpy as np

from mnist_lab.data import Split, load_mnist_sample, split_dataset
from mnist_lab.network import get_preset
from mnist_lab.recipe import Recipe
from mnist_lab.settings import Settings
from mnist_lab.training.engine.trainer import Trainer
from mnist_lab.training.engine.warm_up import warm_up


def trained(split: Split, tmp_path) -> list[np.ndarray]:
    files = {"best_path": tmp_path / "best.keras", "last_path": tmp_path / "last.keras"}
    recipe = Recipe(epochs=2, batch_size=32, augmentation="pen", seed=3)
    trainer = Trainer(get_preset("too-much-dropout").network, recipe, split, **files, precision="float32")
    trainer.train()
    return [np.array(weight) for weight in trainer.model.get_weights()]


def test_warming_up_does_not_change_a_later_training(offline: Settings, tmp_path) -> None:
    small_split = split_dataset(load_mnist_sample(), validation="holdout", fraction=0.1, limit=300, seed=0)
    before = trained(small_split, tmp_path)
    warm_up(offline)
    after = trained(small_split, tmp_path)
    assert all(np.array_equal(one, other) for one, other in zip(before, after, strict=True))
