"""Pieces of the Handwriting page."""
