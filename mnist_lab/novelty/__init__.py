"""Novelty detection: whether a drawing is like the digits that a network was trained on, or something else.

A softmax always names a digit, and is often sure of it, whatever was drawn. The subspaces of the ten digits tell more.
"""

from mnist_lab.novelty.digit_subspaces import DigitScore, DigitSubspaces, fit_subspaces

__all__ = ["DigitScore", "DigitSubspaces", "fit_subspaces"]
