"""All terms of the glossary with a search field, letters to jump to, and an anchor for each term."""

from collections.abc import Sequence
from html import escape
from itertools import groupby

import streamlit as st

from mnist_lab.charts.drawings.term_drawings import term_drawing
from mnist_lab.glossary import TERMS, Term
from mnist_lab.ui.components.assets import script
from mnist_lab.ui.components.streamlit_dom import HEADER_HEIGHT

_component = st.components.v2.component(
    "mnist_lab_term_list",
    html='<div class="lab-terms"></div>',
    css="""
    .lab-terms { color: var(--st-text-color); line-height: 1.5; }
    .lab-terms :is(h2, h3, p, ul) { margin: 0; padding: 0; }
    .lab-terms .tools { position: sticky; top: HEADER_HEIGHT; z-index: 2; padding: 0.5rem 0 0.75rem;
      display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1.25rem;
      background: var(--st-background-color); border-bottom: 1px solid var(--st-border-color); }
    .lab-presenting .lab-terms .tools { top: 0; }
    .lab-terms input { width: min(20rem, 100%); height: 2.5rem; padding: 0 0.75rem; box-sizing: border-box;
      font: inherit; color: inherit; background: none; border-radius: 0.5rem;
      border: 1px solid var(--st-border-color); }
    .lab-terms nav { display: flex; flex-wrap: wrap; }
    .lab-terms nav a { min-width: 1.6rem; padding: 0.2rem 0; text-align: center; border-radius: 0.3rem; }
    .lab-terms a { color: var(--lab-training-text); text-decoration: none; }
    .lab-terms a:hover { text-decoration: underline; }
    .lab-terms [role="status"] { margin-left: auto; font-size: 0.875rem; color: var(--lab-muted); }
    .lab-terms [role="status"]:empty { display: none; }
    .lab-terms .list { columns: 2; column-gap: 3rem; max-width: 68rem; }
    .lab-terms section { padding-top: 1.25rem; }
    .lab-terms h2 { font-size: 1rem; font-weight: 600; color: var(--lab-muted); break-after: avoid; }
    .lab-terms article { break-inside: avoid; margin: 0 -0.75rem; padding: 0.5rem 0.75rem; border-radius: 0.5rem; }
    .lab-terms :is(article, section) { scroll-margin-top: 8rem; }
    .lab-terms h3 { font-size: 1.0625rem; font-weight: 600; }
    .lab-terms .see { margin-top: 0.15rem; font-size: 0.875rem; color: var(--lab-muted); }
    .lab-terms .see a { white-space: nowrap; }
    .lab-terms article[aria-current] {
      background: color-mix(in srgb, var(--st-primary-color) 10%, var(--st-background-color));
      box-shadow: inset 3px 0 var(--st-primary-color); }
    .lab-terms article::after { content: ""; display: block; clear: both; }
    .lab-terms svg { float: right; width: 6rem; height: 4rem; margin: 0.35rem 0 0.25rem 1rem; }
    .lab-terms article:focus { outline: none; }
    .lab-terms :is(a, input):focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
    @media (max-width: 768px) { .lab-terms .list { columns: 1; } .lab-terms input { width: 100%; }
      .lab-terms .tools { position: static; } .lab-terms :is(article, section) { scroll-margin-top: 4.5rem; }
      .lab-terms nav a { min-width: 2rem; padding: 0.35rem 0; } }
    """.replace("HEADER_HEIGHT", HEADER_HEIGHT),
    js=script("term_list"),
    isolate_styles=False,
)


def term_list() -> None:
    """Draw the list; it scrolls to the term that the address names, as in `/glossary#stride`, and marks it."""
    # A tuple: to check whether a string is a table, Streamlit would load pandas.
    _component(data=(terms_html(tuple(TERMS.values())),), key="term-list")


def terms_html(terms: Sequence[Term]) -> str:
    """The search field, the letters, and the terms, which must be in the order of the alphabet."""
    by_letter = [(letter, list(group)) for letter, group in groupby(terms, lambda term: term.title[0].upper())]
    letters = "".join(f'<a href="#letter-{letter}">{letter}</a>' for letter, _ in by_letter)
    sections = "".join(
        f'<section id="letter-{letter}"><h2>{letter}</h2>{"".join(map(_article, group))}</section>'
        for letter, group in by_letter
    )
    return (
        '<div class="tools"><input type="search" aria-label="Search the glossary" placeholder="Search">'
        f'<nav aria-label="First letters">{letters}</nav><p role="status" translate="no"></p></div>'
        f'<div class="list">{sections}</div>'
    )


def _article(term: Term) -> str:
    links = ", ".join(f'<a href="#{key}">{escape(TERMS[key].title)}</a>' for key in term.see)
    see = f'<p class="see">See {links}</p>' if links else ""
    text = f"{term_drawing(term.key)}<h3>{escape(term.title)}</h3><p>{escape(term.text)}</p>{see}"
    return f'<article id="{term.key}" tabindex="-1">{text}</article>'
