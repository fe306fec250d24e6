"""What a network makes of one image."""

from dataclasses import dataclass

from mnist_lab.inference.protocol import Floats
from mnist_lab.novelty import DigitScore


@dataclass(frozen=True, eq=False)
class Reading:
    """The probabilities of the digits, and whether the image is a digit at all."""

    probabilities: Floats
    """float32 (10,), sums to 1."""
    digit_score: DigitScore | None = None
    """None for a network in training, and while the subspaces of its digits are worked out."""
