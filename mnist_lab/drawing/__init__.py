"""From pen to pixels: any picture of a digit becomes 28×28 as MNIST made its own."""

from mnist_lab.drawing.image_file import open_picture
from mnist_lab.drawing.ink import is_dot
from mnist_lab.drawing.normalize import place_ink, to_mnist
from mnist_lab.drawing.strokes import rasterize

__all__ = ["is_dot", "open_picture", "place_ink", "rasterize", "to_mnist"]
