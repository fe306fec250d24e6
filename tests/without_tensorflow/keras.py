"""Stands in the way of the real package while only quick tests run (see selection.py)."""

raise ImportError("Tests that load TensorFlow are not quick: mark this one with pytest.mark.training")
