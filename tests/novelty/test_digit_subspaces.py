"""The subspaces of ten made digits, each of which lies in a plane of its own."""

import numpy as np
import pytest

from mnist_lab.novelty.digit_subspaces import (
    DIMENSIONS,
    MAX_HIDDEN,
    PIXELS,
    QUANTILE,
    DigitSubspaces,
    fit_subspaces,
    make_features,
)

WIDTH = 60
IMAGE = np.random.default_rng(1).random((28, 28), dtype=np.float32)


def made(count: int, seed: int, *, noise: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Rows of length 1, each in the plane of its digit, and the digits."""
    random = np.random.default_rng(seed)
    digits = np.arange(count) % 10
    rows = noise * random.standard_normal((count, WIDTH))
    rows[np.arange(count), 2 * digits] += random.uniform(0.5, 1, count)
    rows[np.arange(count), 2 * digits + 1] += random.uniform(0.5, 1, count)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), digits


def fitted(**changes: np.ndarray) -> DigitSubspaces | None:
    (rows, labels), (test_rows, test_digits) = made(400, 0, noise=0.02), made(1000, 1, noise=0.02)
    given = {"features": rows, "labels": labels, "test_features": test_rows, "test_digits": test_digits, **changes}
    return fit_subspaces(**given)


def test_the_threshold_is_the_quantile_of_the_test_images() -> None:
    subspaces = fitted()
    rows, digits = made(1000, 1, noise=0.02)
    assert subspaces is not None
    outside = [1 - ((subspaces.bases[d] @ row) ** 2).sum() for row, d in zip(rows, digits, strict=True)]
    assert np.mean(np.array(outside) <= subspaces.threshold + 1e-6) == pytest.approx(QUANTILE, abs=2e-3)


def test_a_basis_is_orthonormal_and_holds_what_its_digit_needs() -> None:
    rows, labels = made(5000, 0)
    subspaces = fitted(features=rows, labels=labels)
    assert subspaces is not None
    for digit in range(10):
        basis = subspaces.bases[digit]
        # A plane has two dimensions; the others are zero, not noise.
        np.testing.assert_allclose(basis @ basis.T, np.diag([1, 1] + [0] * (DIMENSIONS - 2)), atol=1e-4)
        np.testing.assert_allclose(((rows[labels == digit] @ basis.T) ** 2).sum(axis=1), 1, atol=1e-4)


def test_a_basis_is_that_of_a_whole_decomposition() -> None:
    random = np.random.default_rng(2)
    rows = (random.standard_normal((300, 200)) * 0.93 ** np.arange(200)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    subspaces = fit_subspaces(rows, np.zeros(300, np.uint8), rows, np.zeros(300, np.int64))
    assert subspaces is not None
    exact = np.linalg.svd(rows, full_matrices=False)[2][:DIMENSIONS]
    held = ((rows @ subspaces.bases[0].T) ** 2).sum() / ((rows @ exact.T) ** 2).sum()
    assert 0.999 < held < 1.0001


def test_few_images_and_digits_without_one_are_fitted_too() -> None:
    rows, labels = made(15, 0)
    subspaces = fitted(features=rows[labels < 7], labels=labels[labels < 7])
    assert subspaces is not None
    assert not subspaces.bases[7:].any()
    assert 0 <= subspaces.threshold <= 1


@pytest.mark.parametrize("name", ["features", "test_features"])
def test_a_network_that_diverged_has_none(name: str) -> None:
    assert fitted(**{name: np.full((1000 if "test" in name else 400, WIDTH), np.nan, np.float32)}) is None


def test_without_test_images_there_is_no_threshold() -> None:
    assert fitted(test_features=np.zeros((0, WIDTH), np.float32), test_digits=np.zeros(0, np.int64)) is None


@pytest.mark.parametrize("width", [1, 10, 784, MAX_HIDDEN, MAX_HIDDEN + 1, 30_000])
def test_features_of_any_width_have_length_1_and_a_bounded_width(width: int) -> None:
    hidden = np.random.default_rng(0).random((3, width), dtype=np.float32) - 0.5
    features = make_features(hidden, np.stack([IMAGE] * 3))
    assert features.shape == (3, min(width, MAX_HIDDEN) + PIXELS)
    assert features.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(features, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(features[:, -PIXELS:], axis=1), 0.5**0.5, rtol=1e-5)


def test_sums_with_signs_keep_angles_nearly() -> None:
    hidden = np.random.default_rng(0).random((6, 30_000), dtype=np.float32)
    hidden[::2, 15_000:] = 0
    unit = hidden / np.linalg.norm(hidden, axis=1, keepdims=True)
    features = 2**0.5 * make_features(hidden, np.stack([IMAGE] * 6))[:, :MAX_HIDDEN]
    np.testing.assert_allclose(features @ features.T, unit @ unit.T, atol=0.08)


@pytest.mark.parametrize("value", [0.0, 1e-30, 1e30])
def test_dead_units_and_large_values_give_finite_features(value: float) -> None:
    features = make_features(np.full((1, 64), value, np.float32), IMAGE[np.newaxis])
    assert np.isfinite(features).all()
    assert np.linalg.norm(features) == pytest.approx(1, rel=1e-5)


def test_a_drawing_like_no_digit_scores_high() -> None:
    random = np.random.default_rng(0)
    seen = np.eye(10, dtype=np.float32)[:, :, np.newaxis, np.newaxis] * np.ones((28, 28), np.float32)
    images = np.repeat(random.random((10, 28, 28), dtype=np.float32), 40, axis=0)
    hidden = np.repeat(seen.reshape(10, 10, -1)[..., 0], 40, axis=0)
    labels = np.repeat(np.arange(10), 40)
    features = make_features(hidden + 0.01 * random.random((400, 10), dtype=np.float32), images)
    subspaces = fit_subspaces(features, labels, features, labels)
    assert subspaces is not None

    digit = subspaces.score(hidden[0], images[0], 0)
    other = subspaces.score(hidden[0], np.eye(28, dtype=np.float32), 0)
    assert digit is not None
    assert other is not None
    assert other.score > digit.score
    assert not other.is_digit


@pytest.mark.parametrize("hidden", [np.zeros(5, np.float32), np.full(10, np.nan, np.float32)])
def test_values_of_another_network_or_of_none_have_no_score(hidden: np.ndarray) -> None:
    subspaces = DigitSubspaces(np.zeros((10, DIMENSIONS, 10 + PIXELS), np.float32), 0.5)
    assert subspaces.score(hidden, IMAGE, 3) is None
