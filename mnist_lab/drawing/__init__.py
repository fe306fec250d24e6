"""Normalize any picture of a digit to 28×28 pixels, in the same way as MNIST's images were normalized."""

from mnist_lab.drawing.boxes import Box
from mnist_lab.drawing.image_file import open_picture
from mnist_lab.drawing.normalize import FoundDigit, NormalizedDrawing, normalize_drawing

__all__ = ["Box", "FoundDigit", "NormalizedDrawing", "normalize_drawing", "open_picture"]
