"""The twelve digits that every training is watched with."""

from pathlib import Path

import numpy as np

from mnist_lab.data import load_mnist, load_uci_digits, probe_places
from mnist_lab.settings import Settings


def test_one_of_each_class_and_two_hard_ones(settings: Settings) -> None:
    digits = load_uci_digits(settings)
    places = probe_places(digits.test_images, digits.test_labels)
    labels = digits.test_labels[places]
    assert labels[:10].tolist() == list(range(10))
    assert labels[10] != labels[11]
    assert len(set(places.tolist())) == 12


def test_the_choice_is_fixed_for_a_data_set(mnist_folder: Path) -> None:
    digits = load_mnist(mnist_folder / "mnist.npz")
    places = probe_places(digits.test_images, digits.test_labels)
    assert places.tolist() == probe_places(digits.test_images[:1000], digits.test_labels[:1000]).tolist()
    # The hard ones: a two like a one, and a three like a two.
    assert places[10:].tolist() == [659, 578]


def test_the_hard_ones_are_those_between_two_classes() -> None:
    random = np.random.default_rng(0)
    centres = random.integers(0, 256, (10, 28, 28))
    labels = np.repeat(np.arange(10, dtype=np.uint8), 9)
    images = np.clip(centres[labels] + random.normal(0, 2, (90, 28, 28)), 0, 255).astype(np.uint8)
    images[40] = (centres[4] * 0.45 + centres[7] * 0.55).astype(np.uint8)
    images[10] = (centres[1] * 0.5 + centres[2] * 0.5).astype(np.uint8)
    assert probe_places(images, labels)[10:].tolist() == [40, 10]
