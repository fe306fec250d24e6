"""The glossary: complete, in order, and without a reference that leads nowhere."""

import re

import pytest

from mnist_lab.glossary import TERMS
from mnist_lab.ui.components.glossary_link import field_help


def test_the_terms_are_in_the_order_of_the_alphabet() -> None:
    titles = [term.title.casefold() for term in TERMS.values()]
    assert len(titles) >= 40
    assert titles == sorted(titles)


@pytest.mark.parametrize("key", TERMS)
def test_a_term_is_short_and_names_only_terms_that_there_are(key: str) -> None:
    term = TERMS[key]
    assert re.fullmatch("[a-z-]+", key)
    assert 40 < len(term.text) < 320
    assert term.text.endswith(".")
    assert set(term.see) <= TERMS.keys() - {key}


def test_the_help_of_a_field_ends_with_a_link_to_its_term() -> None:
    assert field_help("Moves so far.", "stride") == "Moves so far. [Stride](glossary#stride) in the glossary."


def test_the_help_of_a_field_names_a_term_of_the_glossary() -> None:
    with pytest.raises(KeyError):
        field_help("Moves so far.", "no such term")
