"""A table whose rows can be ticked and sorted, with a choice of columns. It notices by itself when its rows changed.

Rows are known by their ids, not by their places: rows may come and go while somebody ticks, sorts or scrolls, and
nothing is lost. Streamlit's own table knows its ticks by row number only.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import streamlit as st

from mnist_lab.ui.components.assets import script
from mnist_lab.ui.components.streamlit_dom import DIALOG
from mnist_lab.ui.live.table_feed import ADDRESS
from mnist_lab.ui.services.container import MAX_TABLE_ROWS

_component = st.components.v2.component(
    "mnist_lab_data_table",
    html="""
    <div class="lab-table" hidden>
      <div class="bar">
        <button type="button" class="untick" hidden>Untick all</button>
        <details class="columns"><summary></summary><div class="choice"></div></details>
      </div>
      <div class="scroll" tabindex="0" role="region"><table><thead></thead><tbody></tbody></table></div>
    </div>
    """,
    css="""
    .lab-table { color: var(--st-text-color); font-size: 14px; font-variant-numeric: tabular-nums; }
    .lab-table .bar { display: flex; justify-content: flex-end; gap: 8px; margin-bottom: 6px; position: relative; }
    .lab-table .bar button, .lab-table summary { border: 1px solid var(--st-border-color); border-radius: 8px;
      padding: 4px 10px; background: none; color: inherit; font: inherit; cursor: pointer; list-style: none; }
    .lab-table summary::-webkit-details-marker { display: none; }
    .lab-table summary::after { content: " ▾"; }
    .lab-table .bar button:hover, .lab-table summary:hover { border-color: var(--st-primary-color); }
    .lab-table .choice { position: absolute; right: 0; top: 100%; z-index: 5; margin-top: 4px; padding: 8px 12px;
      max-height: 340px; overflow: auto; border: 1px solid var(--st-border-color); border-radius: 8px;
      background: var(--st-background-color); box-shadow: 0 4px 16px #0004; }
    .lab-table .choice label { display: flex; align-items: center; gap: 8px; padding: 3px 0; white-space: nowrap;
      cursor: pointer; }
    .lab-table .choice button { margin-top: 6px; }
    .lab-table .scroll { max-height: 420px; overflow: auto; border: 1px solid var(--st-border-color);
      border-radius: 8px; overscroll-behavior-x: contain; }
    .lab-table table { border-collapse: separate; border-spacing: 0; min-width: 100%; margin: 0; }
    .lab-table :is(th, td) { padding: 0 10px; height: 34px; white-space: nowrap; text-align: left; font-weight: 400;
      border: 0 solid var(--st-border-color); border-bottom-width: 1px; }
    .lab-table tbody tr:last-child > * { border-bottom-width: 0; }
    .lab-table thead th { position: sticky; top: 0; z-index: 2; background: var(--st-background-color);
      white-space: normal; line-height: 1.25; padding-block: 5px; }
    .lab-table thead .number { min-width: 4.6em; }
    .lab-table thead button { all: unset; cursor: pointer;
      color: color-mix(in srgb, var(--st-text-color) 70%, transparent); }
    .lab-table .number { text-align: right; }
    .lab-table .pin { position: sticky; left: 0; z-index: 1; background: var(--st-background-color);
      border-right-width: 1px; }
    .lab-table thead .pin { z-index: 3; }
    .lab-table .pin label { display: flex; align-items: center; gap: 8px; cursor: pointer; }
    .lab-table .pin svg { flex: none; }
    .lab-table .pin span { overflow: hidden; text-overflow: ellipsis; max-width: 15rem; }
    .lab-table input { accent-color: var(--st-primary-color); width: 16px; height: 16px; margin: 0; flex: none; }
    .lab-table tr:has(input:checked) > * {
      background: color-mix(in srgb, var(--st-primary-color) 12%, var(--st-background-color)); }
    .lab-table .pin b { color: var(--lab-warn); cursor: help; }
    .lab-table .spark { display: block; stroke: var(--lab-validation); stroke-width: 1.5; fill: none; }
    .lab-table :focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: -2px; border-radius: 4px; }
    @media (max-width: 640px) { .lab-table .pin span { max-width: 7.5rem; } .lab-table :is(th, td) { padding: 0 7px; } }
    """,
    js=script("data_table", "ask"),
    isolate_styles=False,
)


class Ticks(NamedTuple):
    """The ticked rows."""

    version: int
    """The browser keeps its own ticks as long as this stays the same."""
    ids: Sequence[str]
    by_user: bool = False
    """Whether the user has set them."""


def data_table(content: str, ticks: Ticks, *, key: str, version: str, alt: str) -> None:
    """Draw the table, or change the one that was drawn under this key before; without rows it is invisible.

    When `/live/runs` reports another version, or a tick is set, the page is drawn again.

    Args:
        content: Columns and rows as JSON, made once for all sessions; see `ui/compare/runs_table.py`.
        ticks: The ticked rows.
        key: Identifies the table.
        version: Version of the list of runs that the content was made from.
        alt: What the table is, for screen readers.
    """
    # A list: to check whether the values of a dictionary are tables, Streamlit would load pandas.
    data = [content, list(ticks.ids), ticks.version, ADDRESS, version, DIALOG, alt]
    _component(data=data, key=key, on_ticked_change=lambda: None, on_changed_change=lambda: None)


def reported_ticks(key: str) -> Ticks | None:
    """The ticks that the user set last in the table with this key; None if the user has not touched it yet."""
    state = st.session_state.get(key)
    reported = state.get("ticked") if state else None
    if not isinstance(reported, Mapping):
        return None
    version, ids = reported.get("version"), reported.get("ids")
    # Whoever speaks to the server without our page may send anything.
    if not isinstance(version, int) or not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        return None
    return Ticks(version, tuple(ids[:MAX_TABLE_ROWS]), by_user=True)
