"""A finished network answers: pictures in, ten probabilities out.

Imported by the page process, so nothing here brings TensorFlow: `Predictor` talks to a process that has it.
"""

from mnist_lab.inference.predictor import Answer, Predictor

__all__ = ["Answer", "Predictor"]
