"""Digits as an augmented training shows them."""

import numpy as np

from mnist_lab.data import augmented_digits
from mnist_lab.data.augmented_digits import changed_digits
from mnist_lab.recipe import AMPLITUDES, DRAWS, Amplitudes


def digit() -> np.ndarray:
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 10:18, 13] = 255
    return image


def test_without_augmentation_the_digits_stay_as_they_are() -> None:
    assert (augmented_digits(digit(), "none", 1) == digit() / np.float32(255)).all()


def test_no_change_changes_nothing() -> None:
    image = digit() / np.float32(255)
    for amplitudes in AMPLITUDES.values():
        np.testing.assert_allclose(
            changed_digits(image, amplitudes, np.zeros((DRAWS, 1), np.float32)), image, atol=1e-6
        )


def test_a_shift_moves_the_digit_and_leaves_paper_behind() -> None:
    draws = np.zeros((DRAWS, 1), np.float32)
    draws[4] = 1
    shifted = changed_digits(digit() / np.float32(255), Amplitudes(2.0, 0, 0, 0, 0), draws)
    assert (shifted[0, 10:18, 11] == 1).all()
    assert shifted.sum() == 8


def test_strokes_become_thicker_and_thinner() -> None:
    image, draws = digit() / np.float32(255), np.zeros((DRAWS, 1), np.float32)
    thick, thin = (changed_digits(image, Amplitudes(0, 0, 0, 0, 0.2), draws + sign) for sign in (1, -1))
    assert thick.sum() == 18
    assert thin.sum() == 0


def test_the_seed_decides() -> None:
    one, same, other = (augmented_digits(digit(), "pen", seed) for seed in (1, 1, 2))
    assert (one == same).all()
    assert not np.allclose(one, other)
    assert one.min() >= 0
    assert one.max() <= 1
