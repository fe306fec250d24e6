"""Progress, metrics and queue entries of a run as HTML; the page updates it while the run trains."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

_MUTED = "color:color-mix(in srgb, var(--st-text-color) 65%, transparent)"
_RULES = {
    "": "color:var(--st-text-color);font-size:1rem;line-height:1.5;font-variant-numeric:tabular-nums",
    " p": "margin:0;overflow-wrap:anywhere",
    " .bar": "height:8px;margin-top:6px;border-radius:4px;overflow:hidden;background:var(--st-border-color)",
    " .bar i": "display:block;height:100%;border-radius:4px;background:var(--st-primary-color)",
    " table": "width:100%;max-width:28rem;border-collapse:collapse;table-layout:fixed",
    " th": f"padding:0 0 2px;text-align:left;font-size:.8125rem;font-weight:400;{_MUTED}",
    # The names of the rows are short, so that two accuracies never touch.
    " td:first-child": "width:22%",
    " td": "padding:0;font-size:min(1.125rem, 5.5vw);line-height:1.5;white-space:nowrap",
    " small": f"display:block;font-size:.8125rem;{_MUTED}",
    # Two lines from the start, so that nothing below moves.
    " .notes": "min-height:2.5rem;margin-top:4px;line-height:1.25rem",
    " .entry small": "margin-top:0",
    " .headline b": "display:block;font-size:2.75rem;line-height:1.15;font-weight:600;white-space:nowrap",
    " .headline": "font-size:.875rem",
}
_BUSY = (
    "@keyframes lab-busy{50%{opacity:.35}}"
    "@media (prefers-reduced-motion:no-preference){.lab-run .bar .busy{animation:lab-busy 1.6s ease-in-out infinite}}"
)
RUN_CSS = "".join(f".lab-run{selector}{{{rule}}}" for selector, rule in _RULES.items()) + _BUSY
"""The style of the HTML. Its colours are those of Streamlit's theme, which every component gets as CSS variables."""


def progress_html(text: str, share: float, *, is_busy: bool = False) -> str:
    """A line of text over a progress bar.

    Args:
        text: How far the run is.
        share: How much of it is done, 0 to 1.
        is_busy: Whether the bar pulses, as something goes on that has no known end.
    """
    percent = 100 * min(1.0, max(0.0, share))
    return _run_html(
        f'<p>{escape(text)}</p><div class="bar" role="progressbar" aria-label="{escape(text)}" aria-valuemin="0" '
        f'aria-valuemax="100" aria-valuenow="{percent:.0f}">'
        f'<i{" class=busy" if is_busy else ""} style="width:{percent:.2f}%"></i></div>'
    )


class Figures(NamedTuple):
    """The figures of one set of images, as text."""

    images: str
    """ "Training"."""
    accuracy: str
    loss: str


def figures_html(figures: Sequence[Figures], notes: Sequence[str]) -> str:
    """A table with a column for each set of images, with notes in small print below.

    Args:
        figures: The columns.
        notes: Texts in small print; empty ones are left out.
    """
    head = "".join(f'<th scope="col">{escape(one.images)}</th>' for one in figures)
    rows = "".join(
        f'<tr><th scope="row">{name}</th>{"".join(f"<td>{escape(value)}</td>" for value in values)}</tr>'
        for name, values in (
            ("Accuracy", [one.accuracy for one in figures]),
            ("Loss", [one.loss for one in figures]),
        )
    )
    small = "".join(f"<small>{escape(note)}</small>" for note in notes if note)
    return _run_html(f'<table><tr><td></td>{head}</tr>{rows}</table><div class="notes">{small}</div>')


def headline_html(value: str, name: str) -> str:
    """One big number over its name."""
    return _run_html(f'<p class="headline"><b>{escape(value)}</b>{escape(name)}</p>')


def entry_html(name: str, details: str) -> str:
    """A name with details in small print below it."""
    return _run_html(f'<div class="entry"><p><b>{escape(name)}</b></p><small>{escape(details)}</small></div>')


def _run_html(inner: str) -> str:
    return f'<div class="lab-run">{inner}</div>'
