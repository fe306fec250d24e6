"""Exports start from the same saved networks and results as predictions."""

from tests.inference.conftest import keras_file, result

__all__ = ["keras_file", "result"]
