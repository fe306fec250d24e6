"""Three sets that share no image, keep the shares of the digits, and are the same for the same seed."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mnist_lab.data import Dataset, class_counts, random_images, split_dataset
from mnist_lab.errors import DataError


def numbers(images: NDArray[np.uint8]) -> list[int]:
    return [int(image[0, 0]) * 256 + int(image[0, 1]) for image in images]


def test_held_out_images_are_other_images_than_those_trained_on(small_dataset: Dataset) -> None:
    parts = split_dataset(small_dataset, validation="holdout", fraction=0.1, limit=None, seed=3)
    train, held_out = numbers(parts.train_images), numbers(parts.validation_images)
    assert len(held_out) == 100
    assert sorted(train + held_out) == list(range(1000))
    assert (parts.train_labels == small_dataset.train_labels[train]).all()
    assert (parts.validation_labels == small_dataset.train_labels[held_out]).all()
    assert parts.test_images is small_dataset.test_images


@pytest.mark.parametrize("limit", [None, 500, 333])
def test_every_set_keeps_the_shares_of_the_digits(small_dataset: Dataset, limit: int | None) -> None:
    parts = split_dataset(small_dataset, validation="holdout", fraction=0.2, limit=limit, seed=0)
    shares = class_counts(small_dataset.train_labels) / 1000
    for labels in (parts.train_labels, parts.validation_labels):
        assert np.abs(class_counts(labels) - shares * len(labels)).max() < 1.5
    assert len(parts.train_labels) + len(parts.validation_labels) == (limit or 1000)


def test_the_seed_alone_decides(small_dataset: Dataset) -> None:
    first, same, other = (
        numbers(
            split_dataset(small_dataset, validation="holdout", fraction=0.1, limit=600, seed=seed).validation_images
        )
        for seed in (1, 1, 2)
    )
    assert first == same
    assert first != other


def test_validating_on_the_test_images_holds_nothing_out(small_dataset: Dataset) -> None:
    parts = split_dataset(small_dataset, validation="test", fraction=0.1, limit=None, seed=0)
    assert len(parts.train_labels) == 1000
    assert parts.validation_images is small_dataset.test_images
    assert parts.validation_labels is small_dataset.test_labels


def test_all_images_may_be_the_limit(small_dataset: Dataset) -> None:
    parts = split_dataset(small_dataset, validation="test", fraction=0.1, limit=1000, seed=0)
    assert numbers(parts.train_images) == list(range(1000))


@pytest.mark.parametrize(
    ("fraction", "limit", "sentence"),
    [
        (0.1, 1001, "1,000 training images. Received: a limit of 1,001"),
        (0.1, 9, "Every digit needs"),
        (0.1, 0, "Every digit needs"),
        (0.1, -5, "Every digit needs"),
        (0.1, 100, "one validation image"),
        (0.99, None, "one training image and one validation"),
        (0.0, None, "above 0 and below 1"),
        (1.0, None, "above 0 and below 1"),
        (float("nan"), None, "above 0 and below 1"),
    ],
)
def test_impossible_splits_are_refused_in_a_sentence(
    small_dataset: Dataset, fraction: float, limit: int | None, sentence: str
) -> None:
    with pytest.raises(DataError, match=sentence):
        split_dataset(small_dataset, validation="holdout", fraction=fraction, limit=limit, seed=0)


def test_random_images_are_ordered_by_digit_and_the_seed_chooses_them(small_dataset: Dataset) -> None:
    chosen = numbers(random_images(small_dataset, 4, seed=0))
    assert small_dataset.train_labels[chosen].tolist() == [digit for digit in range(10) for _ in range(4)]
    assert len(set(chosen)) == 40
    assert chosen == numbers(random_images(small_dataset, 4, seed=0))
    assert chosen != numbers(random_images(small_dataset, 4, seed=1))


@pytest.mark.parametrize("per_class", [0, 21])
def test_more_random_images_than_there_are_are_refused(small_dataset: Dataset, per_class: int) -> None:
    with pytest.raises(DataError, match="choose 1 to 20"):
        random_images(small_dataset, per_class, seed=0)
