"""The part of novelty detection that imports TensorFlow."""
