"""The subspaces in which a network's features of the ten digits lie, and how far from them a drawing is.

Images of one digit lie near a subspace of few dimensions, in the values of a network as in their pixels. A letter that
the network takes for a 4 does not lie near the subspace of the 4. Source: the class-featuring information compression
of Watanabe (CLAFIC, 1967), with the residual of the projection as the score, as in Wang et al., "ViM:
Out-Of-Distribution with Virtual-logit Matching" (CVPR 2022).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_lab.network import CLASSES, INPUT_SHAPE

Floats = NDArray[np.float32]

SIDE = INPUT_SHAPE[0]
PIXELS = (SIDE // 2) ** 2
"""Of the features, those that come from the pixels."""
DIMENSIONS = 40
"""Of each subspace. With 20, one in a hundred non-digits less is found."""
QUANTILE = 0.975
"""Share of the test images whose scores are at most the threshold."""
MAX_TRAINING = 500
"""Training images of a digit; with 2,000, one in a hundred drawings more is told right."""
MAX_HIDDEN = 2048
"""Of more values in the last hidden layer, sums of a few are taken, see `_hashed`."""

_ITERATIONS = 4
_SPARE_DIMENSIONS = 10


@dataclass(frozen=True, slots=True)
class DigitScore:
    """How unlike the digit that it is taken for a drawing is."""

    score: float
    """0 for a drawing in the digit's subspace to 1 for one at a right angle to it."""
    is_digit: bool
    """Whether the score is at most the threshold."""


@dataclass(frozen=True, eq=False)
class DigitSubspaces:
    """Ten subspaces of a network's features, with the score from which on a drawing is no digit."""

    bases: Floats
    """(10, dimensions, width): the rows of each digit's basis are orthonormal, or zero."""
    threshold: float

    def score(self, hidden: Floats, image: Floats, digit: int) -> DigitScore | None:
        """Score a drawing that the network takes for `digit`.

        Args:
            hidden: (n,), the values that enter the output layer.
            image: (28, 28), 0..1.
            digit: 0..9.

        Returns:
            None if the values are of another network, or not finite.
        """
        features = make_features(hidden[np.newaxis], image[np.newaxis])
        if features.shape[1] != self.bases.shape[2] or not np.isfinite(features).all():
            return None
        score = float(_residuals(features, self.bases[digit])[0])
        return DigitScore(score, score <= self.threshold)


def make_features(hidden: Floats, images: Floats) -> Floats:
    """The features of images: values of the last hidden layer and pixels, both of length 1, so that both count alike.

    The hidden layer alone does not tell what a network ignores, and takes thick strokes for something new. The pixels
    alone know nothing of what makes a digit. They are the means of 2×2, which depend less on the width of the pen.

    Args:
        hidden: (n, h), the values that enter the output layer.
        images: (n, 28, 28), 0..1.

    Returns:
        (n, width), each row of length 1; a part that is zero, as after dead ReLUs, stays zero.
    """
    half = SIDE // 2
    pixels = images.reshape(-1, half, 2, half, 2).mean(axis=(2, 4)).reshape(-1, PIXELS)
    return _unit(np.concatenate([_unit(_hashed(hidden)), _unit(pixels)], axis=1))


def fit_subspaces(
    features: Floats, labels: NDArray[np.integer], test_features: Floats, test_digits: NDArray[np.integer]
) -> DigitSubspaces | None:
    """Fit the subspaces to training images, and the threshold to test images.

    Args:
        features: (n, width), of training images, see `make_features`.
        labels: (n,), their true digits.
        test_features: (m, width), of test images.
        test_digits: (m,), the digits that the network takes them for.

    Returns:
        None if a value is not finite, as after a training that diverged, or if there are no test images.
    """
    if not len(test_features) or not (np.isfinite(features).all() and np.isfinite(test_features).all()):
        return None
    bases = np.stack([_basis(features[labels == digit]) for digit in range(CLASSES)])
    scores = np.empty(len(test_features), np.float32)
    for digit in range(CLASSES):
        chosen = test_digits == digit
        scores[chosen] = _residuals(test_features[chosen], bases[digit])
    return DigitSubspaces(bases, float(np.quantile(scores, QUANTILE)))


def _residuals(features: Floats, basis: Floats) -> Floats:
    """What of the squared length 1 of each row lies outside a subspace: (n,), 0..1."""
    outside: Floats = 1 - ((features @ basis.T) ** 2).sum(axis=1)
    return np.clip(outside, 0, 1)


def _basis(features: Floats) -> Floats:
    """The `DIMENSIONS` directions in which most of the rows' squared length lies: orthonormal rows, zero where too few.

    Found by subspace iteration (Halko, Martinsson, Tropp: Finding structure with randomness, SIAM Review 53, 2011),
    which takes a hundredth of the time of a whole decomposition.
    """
    width = features.shape[1]
    rank = min(DIMENSIONS + _SPARE_DIMENSIONS, *features.shape)
    start = np.random.default_rng(0).standard_normal((width, rank)).astype(np.float32)
    directions = np.linalg.qr(start)[0]
    for _ in range(_ITERATIONS):
        directions = np.linalg.qr(features.T @ (features @ directions))[0]
    _, lengths, rotation = np.linalg.svd(features @ directions, full_matrices=False)
    found = (directions @ rotation.T).T[:DIMENSIONS]
    # Directions without any length are noise of rounding.
    found *= (lengths[:DIMENSIONS] > 1e-5 * max(1.0, lengths.max(initial=0)))[:, np.newaxis]
    basis = np.zeros((DIMENSIONS, width), np.float32)
    basis[: len(found)] = found
    return basis


def _hashed(hidden: Floats) -> Floats:
    """At most `MAX_HIDDEN` values for each row: of more, sums with random signs, which keep angles and lengths nearly.

    Source: Weinberger et al., "Feature Hashing for Large Scale Multitask Learning" (ICML 2009).
    """
    count, width = hidden.shape
    if width <= MAX_HIDDEN:
        return hidden
    random = np.random.default_rng(0)
    order = random.permutation(width)
    signs = random.choice(np.array([-1, 1], np.float32), width)
    summands = np.zeros((count, -(-width // MAX_HIDDEN) * MAX_HIDDEN), np.float32)
    summands[:, :width] = (hidden * signs)[:, order]
    hashed: Floats = summands.reshape(count, -1, MAX_HIDDEN).sum(axis=1)
    return hashed


def _unit(rows: Floats) -> Floats:
    """The rows with length 1; rows of zeros stay zeros."""
    rows = rows.astype(np.float32)
    # Divided by the largest value first: the squares of large values would be infinite.
    largest = np.abs(rows).max(axis=1, keepdims=True, initial=0)
    scaled = rows / np.where(largest == 0, 1, largest)
    lengths = np.linalg.norm(scaled, axis=1, keepdims=True)
    return np.asarray(scaled / np.where(lengths == 0, 1, lengths), np.float32)
