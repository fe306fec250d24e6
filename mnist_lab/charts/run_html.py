"""Progress, metrics and queue entries of a run as HTML; the page updates it while the run trains."""

from collections.abc import Sequence
from html import escape

_MUTED = "color:color-mix(in srgb, var(--st-text-color) 65%, transparent)"
_RULES = {
    "": "color:var(--st-text-color);font-size:16px;line-height:1.5;font-variant-numeric:tabular-nums",
    " p": "margin:0;overflow-wrap:anywhere",
    " .bar": "height:8px;margin-top:6px;border-radius:4px;overflow:hidden;background:var(--st-border-color)",
    " .bar i": "display:block;height:100%;border-radius:4px;background:var(--st-primary-color)",
    " dl": "display:grid;grid-template-columns:1fr 1fr;gap:12px 16px;margin:0",
    " dl div": "min-width:0",
    " dt": "font-size:14px;font-weight:400",
    " dd": "margin:0;font-size:clamp(1.25rem, 2.5vw, 2.25rem);line-height:1.3;white-space:nowrap",
    " small": f"display:block;margin-top:12px;font-size:14px;{_MUTED}",
    " .entry small": "margin-top:0",
    " .headline b": "display:block;font-size:2.75rem;line-height:1.15;font-weight:600;white-space:nowrap",
    " .headline": "font-size:0.875rem",
}
RUN_CSS = "".join(f".lab-run{selector}{{{rule}}}" for selector, rule in _RULES.items())
"""The style of the HTML. Its colours are those of Streamlit's theme, which every component gets as CSS variables."""


def progress_html(text: str, share: float) -> str:
    """A line of text over a progress bar.

    Args:
        text: How far the run is.
        share: How much of it is done, 0 to 1.
    """
    percent = 100 * min(1.0, max(0.0, share))
    return _run_html(
        f'<p>{escape(text)}</p><div class="bar" role="progressbar" aria-label="{escape(text)}" aria-valuemin="0" '
        f'aria-valuemax="100" aria-valuenow="{percent:.0f}"><i style="width:{percent:.2f}%"></i></div>'
    )


def figures_html(figures: Sequence[tuple[str, str]], notes: Sequence[str]) -> str:
    """Numbers under their names, in two columns, with notes in small print below.

    Args:
        figures: Name and value of each number.
        notes: Texts in small print; empty ones are left out.
    """
    cells = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in figures)
    small = "".join(f"<small>{escape(note)}</small>" for note in notes if note)
    return _run_html((f"<dl>{cells}</dl>" if cells else "") + small)


def headline_html(value: str, name: str) -> str:
    """One big number over its name."""
    return _run_html(f'<p class="headline"><b>{escape(value)}</b>{escape(name)}</p>')


def entry_html(name: str, details: str) -> str:
    """A name with details in small print below it."""
    return _run_html(f'<div class="entry"><p><b>{escape(name)}</b></p><small>{escape(details)}</small></div>')


def _run_html(inner: str) -> str:
    return f'<div class="lab-run">{inner}</div>'
