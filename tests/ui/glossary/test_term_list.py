"""The list of the glossary as HTML."""

import re

from mnist_lab.glossary import TERMS, Term
from mnist_lab.ui.glossary.term_list import terms_html


def test_each_term_has_an_anchor_and_each_link_leads_to_one() -> None:
    html = terms_html(tuple(TERMS.values()))
    anchors = re.findall(r' id="([^"]+)"', html)
    assert len(anchors) == len(set(anchors))
    assert set(TERMS) <= set(anchors)
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(anchors)


def test_terms_stand_below_their_letter() -> None:
    html = terms_html((TERMS["batch"], TERMS["filter"], TERMS["flatten"]))
    assert re.findall(r"<h2>(.)</h2>|<h3>(\w+)", html) == [
        *(("B", ""), ("", "Batch"), ("F", ""), ("", "Filter"), ("", "Flatten"))
    ]


def test_a_term_is_text_not_markup() -> None:
    html = terms_html((Term("any", "A < B", "A & B."),))
    assert "<h3>A &lt; B</h3><p>A &amp; B.</p>" in html
    assert "See" not in html
