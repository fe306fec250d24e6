"""Our handwriting: the drawings that people kept with the digit that they meant, and what networks make of them."""

from mnist_lab.handwriting.collection import Collection, CollectionLimits, Kept
from mnist_lab.handwriting.collection_index import CollectionIndex
from mnist_lab.handwriting.kept_drawing import KeptDrawing, NewDrawing

__all__ = ["Collection", "CollectionIndex", "CollectionLimits", "Kept", "KeptDrawing", "NewDrawing"]
