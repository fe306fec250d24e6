"""What each epoch of a training with handwriting styles shows."""

import numpy as np

from mnist_lab.data import EpochDigits, load_mnist_sample
from mnist_lab.recipe import SHOWN_EPOCHS, HandwritingShares

SHARES = HandwritingShares(templates=0.25, drawn=0.15, begin=0.75)


def sample() -> tuple[np.ndarray, np.ndarray]:
    dataset = load_mnist_sample()
    return dataset.train_images[::3], dataset.train_labels[::3]


def test_an_epoch_depends_on_seed_and_epoch_alone() -> None:
    images, labels = sample()
    one = EpochDigits(images, labels, SHARES, seed=1)
    in_order = [one.of(epoch) for epoch in range(6)]
    late = EpochDigits(images, labels, SHARES, seed=1).of(5)
    assert (late[0] == in_order[5][0]).all()
    assert (late[1] == in_order[5][1]).all()
    assert not (EpochDigits(images, labels, SHARES, seed=2).of(5)[0] == late[0]).all()
    assert not (in_order[4][0] == in_order[5][0]).all()


def test_the_shares_are_kept_and_the_data_set_is_not_changed() -> None:
    images, labels = sample()
    before = images.copy()
    digits = EpochDigits(images, labels, SHARES, seed=1)
    for epoch in (0, 7):
        shown, shown_labels = digits.of(epoch)
        changed = (shown != images).any(axis=(1, 2)).mean()
        # Some places are taken twice.
        assert 0.3 < changed <= 0.4
        assert 0.15 < (shown_labels != labels).mean() < 0.25
        assert np.bincount(shown_labels, minlength=10).min() > 70
    assert (images == before).all()


def test_three_quarters_of_what_was_made_are_shown_again_in_the_next_epoch() -> None:
    images, labels = sample()
    digits = EpochDigits(images, labels, SHARES, seed=1)
    first, second, later = (digits.of(epoch)[0] for epoch in (0, 1, SHOWN_EPOCHS))
    changed = (first != images).any(axis=(1, 2))
    assert 0.6 < (first == second).all(axis=(1, 2))[changed].mean() < 0.85
    assert (first == later).all(axis=(1, 2))[changed].mean() < 0.3


def test_few_images_are_enough() -> None:
    images, labels = sample()
    shown, shown_labels = EpochDigits(images[:7], labels[:7], SHARES, seed=1).of(0)
    assert shown.shape == (7, 28, 28)
    assert shown_labels.shape == (7,)
