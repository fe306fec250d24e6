"""Pieces of the Glossary page."""
