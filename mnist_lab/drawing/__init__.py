"""From pen to pixels: any picture of a digit is normalized to 28×28 as MNIST normalized its own."""

from mnist_lab.drawing.image_file import open_picture
from mnist_lab.drawing.normalize import NormalizedDrawing, normalize_drawing, place_ink

__all__ = ["NormalizedDrawing", "normalize_drawing", "open_picture", "place_ink"]
