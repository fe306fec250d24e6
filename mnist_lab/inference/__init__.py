"""Prediction with trained networks: from an image to ten probabilities.

The page process imports this package, so it does not load TensorFlow; `Predictor` talks to a process that does.
"""

from mnist_lab.inference.predictor import Answer, Predictor

__all__ = ["Answer", "Predictor"]
