"""The drawings of the glossary."""

import re
from xml.etree import ElementTree

import pytest

from mnist_lab.charts.drawings.term_drawings import DRAWINGS, term_drawing
from mnist_lab.glossary import TERMS


@pytest.mark.parametrize("key", DRAWINGS)
def test_a_drawing_belongs_to_a_term_and_lies_within_its_frame(key):
    assert key in TERMS
    svg = ElementTree.fromstring(term_drawing(key))  # noqa: S314 - our own
    assert svg.get("aria-hidden") == "true"
    width, height = 96, 64
    for part in svg.iter():
        if part.tag == "rect":
            x, y, w, h = (float(part.get(name, "")) for name in ("x", "y", "width", "height"))
            assert 0 <= x <= x + w <= width
            assert 0 <= y <= y + h <= height
        if part.tag == "polyline":
            points = [tuple(map(float, point.split(","))) for point in part.get("points", "").split()]
            assert len(points) > 20
            assert all(0 <= x <= width and 0 <= y <= height for x, y in points)
    assert not re.search(r'"@', term_drawing(key)), "colours are CSS variables, not tokens"


def test_other_terms_have_none():
    assert term_drawing("epoch") == ""
