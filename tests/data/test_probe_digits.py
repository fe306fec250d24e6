"""The twelve digits that every training is watched with."""

from pathlib import Path

import numpy as np

from mnist_lab.data import load_mnist, load_mnist_sample, probe_indices


def test_one_of_each_class_and_two_hard_ones() -> None:
    dataset = load_mnist_sample()
    indices = probe_indices(dataset.test_images, dataset.test_labels)
    labels = dataset.test_labels[indices]
    assert labels[:10].tolist() == list(range(10))
    assert labels[10] != labels[11]
    assert len(set(indices.tolist())) == 12


def test_the_choice_is_fixed_for_a_data_set(mnist_folder: Path) -> None:
    dataset = load_mnist(mnist_folder / "mnist.npz")
    indices = probe_indices(dataset.test_images, dataset.test_labels)
    assert indices.tolist() == probe_indices(dataset.test_images[:1000], dataset.test_labels[:1000]).tolist()
    # The hard ones: a two like a one, and a three like a two.
    assert indices[10:].tolist() == [659, 578]


def test_the_hard_ones_are_those_between_two_classes() -> None:
    random = np.random.default_rng(0)
    centres = random.integers(0, 256, (10, 28, 28))
    labels = np.repeat(np.arange(10, dtype=np.uint8), 9)
    images = np.clip(centres[labels] + random.normal(0, 2, (90, 28, 28)), 0, 255).astype(np.uint8)
    images[40] = (centres[4] * 0.45 + centres[7] * 0.55).astype(np.uint8)
    images[10] = (centres[1] * 0.5 + centres[2] * 0.5).astype(np.uint8)
    assert probe_indices(images, labels)[10:].tolist() == [40, 10]
