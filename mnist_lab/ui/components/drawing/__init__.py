"""Our browser components for drawings: the canvas, what is read on it, pictures, the collection."""
