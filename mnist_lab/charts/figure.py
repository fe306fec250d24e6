"""What every figure starts from: layout defaults, axes, safe labels, and the figure that has nothing to show yet."""

import html
from typing import Any, TypeAlias

from mnist_lab.formatting import shortened

Figure: TypeAlias = dict[str, Any]
"""A Plotly figure as plain data: {"data": [traces], "layout": {…}}, JSON-ready, colours as tokens."""

TEXT_SIZE = 14


def base_layout(**changes: Any) -> dict[str, Any]:
    """Layout that all figures share; keyword arguments are added to it, or replace its parts.

    The background is transparent and the font family is the page's. `uirevision` is constant, so that zoom and legend
    choices stay when data arrive. Numbers are written 12,345.6.
    """
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"size": TEXT_SIZE, "color": "@ink"},
        "margin": {"l": 8, "r": 12, "t": 12, "b": 8},
        "separators": ".,",
        "uirevision": "lab",
        "hovermode": "x unified",
        "hoverlabel": {
            "bgcolor": "@background",
            "bordercolor": "@grid",
            "font": {"color": "@ink", "size": TEXT_SIZE},
            "namelength": -1,
        },
        "showlegend": False,
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.02,
            "yanchor": "bottom",
            "bgcolor": "rgba(0,0,0,0)",
            "font": {"color": "@ink", "size": TEXT_SIZE - 1},
        },
        "dragmode": False,
        **changes,
    }


def axis(title: str = "", **changes: Any) -> dict[str, Any]:
    """An axis with hairlines and muted tick labels, not to be zoomed; keyword arguments are added, or replace parts."""
    return {
        "title": {"text": title, "font": {"color": "@muted", "size": TEXT_SIZE}, "standoff": 8},
        "tickfont": {"color": "@muted", "size": TEXT_SIZE - 1},
        "gridcolor": "@grid",
        "linecolor": "@grid",
        "showline": False,
        "zeroline": False,
        "automargin": True,
        "fixedrange": True,
        "ticks": "",
        # Plotly underlays its hover line with white wherever the background is transparent.
        "showspikes": False,
        **changes,
    }


def label(words: str, length: int = 40) -> str:
    """Text of a user's as Plotly shall show it: one short line, no markup, no link, never taken for a colour token."""
    return html.escape(shortened(words, length), quote=False).replace("@", "&#64;")


def note(words: str, **place: Any) -> dict[str, Any]:
    """An annotation without an arrow, in paper coordinates; (0.5, 0.5) is the middle of the plot."""
    return {
        "text": words,
        "showarrow": False,
        "xref": "paper",
        "yref": "paper",
        "font": {"color": "@muted", "size": TEXT_SIZE},
        **place,
    }


def empty_figure(sentence: str) -> Figure:
    """A figure with nothing but a quiet sentence in its middle."""
    hidden = {"visible": False, "fixedrange": True}
    return {
        "data": [],
        "layout": base_layout(xaxis=hidden, yaxis=hidden, annotations=[note(sentence, x=0.5, y=0.5, align="center")]),
    }
