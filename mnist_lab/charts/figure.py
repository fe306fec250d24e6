"""Parts of every figure: default layout, axes, escaped labels, annotations, and the empty figure."""

import html
from typing import Any, TypeAlias

from mnist_lab.formatting import shortened

Figure: TypeAlias = dict[str, Any]
"""A Plotly figure as plain data: {"data": [traces], "layout": {…}}, ready for JSON, with colour tokens."""

TEXT_SIZE = 14


def base_layout(**changes: Any) -> dict[str, Any]:
    """The default layout of all figures; keyword arguments add to it or replace its parts.

    The background is transparent and the font family is the page's. `uirevision` is constant, so that zoom and legend
    choices do not change when data arrive. Number format: 12,345.6.
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
    """An axis with thin lines and muted tick labels, without zoom; keyword arguments add to it or replace its parts."""
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
        # Plotly draws a white line behind its hover line if the background is transparent.
        "showspikes": False,
        **changes,
    }


def label(text: str, length: int = 40) -> str:
    """The user's text escaped for Plotly: one line of at most `length` characters, no markup, no colour token."""
    return html.escape(shortened(text, length), quote=False).replace("@", "&#64;")


def note(text: str, **options: Any) -> dict[str, Any]:
    """An annotation without an arrow, in paper coordinates: (0.5, 0.5) is the centre of the plot.

    Args:
        text: May contain Plotly's markup.
        options: Position, and other properties of a Plotly annotation.
    """
    return {
        "text": text,
        "showarrow": False,
        "xref": "paper",
        "yref": "paper",
        "font": {"color": "@muted", "size": TEXT_SIZE},
        **options,
    }


def empty_figure(message: str) -> Figure:
    """A figure without data, with a message in its centre."""
    hidden = {"visible": False, "fixedrange": True}
    return {
        "data": [],
        "layout": base_layout(xaxis=hidden, yaxis=hidden, annotations=[note(message, x=0.5, y=0.5, align="center")]),
    }
