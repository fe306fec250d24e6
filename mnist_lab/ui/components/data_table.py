"""A table whose rows can be ticked and sorted, with a choice of columns. It notices by itself when its rows changed.

The ticked rows stand below it as chips, so that they are in sight wherever the table is scrolled.

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
    <div class="lab-table empty">
      <div class="bar">
        <p class="count" aria-live="polite"></p>
        <details class="columns"><summary></summary><div class="choice"></div></details>
      </div>
      <div class="frame">
        <div class="scroll" tabindex="0" role="region"><table><thead></thead><tbody></tbody></table></div>
      </div>
      <div class="chosen" hidden>
        <p class="hint" hidden></p>
        <ul class="chips" aria-label="Ticked runs"></ul>
        <button type="button" class="untick" hidden>Untick all</button>
      </div>
    </div>
    """,
    css="""
    .lab-table { color: var(--st-text-color); font-size: 0.875rem; font-variant-numeric: tabular-nums; }
    .lab-table .bar { display: flex; align-items: center; gap: 12px; margin-bottom: 6px; position: relative; }
    .lab-table .count { flex: 1; margin: 0; font-size: inherit;
      color: color-mix(in srgb, var(--st-text-color) 80%, transparent); }
    .lab-table .columns { flex: none; }
    .lab-table.empty :is(.bar, .frame) { display: none; }
    .lab-table :is(.untick, .choice button, summary) { border: 1px solid var(--st-border-color); border-radius: 8px;
      padding: 4px 10px; background: none; color: inherit; font: inherit; cursor: pointer; list-style: none; }
    .lab-table summary::-webkit-details-marker { display: none; }
    .lab-table summary::after { content: " ▾"; }
    .lab-table :is(.untick, .choice button, summary):hover { border-color: var(--st-primary-color); }
    .lab-table .choice { position: absolute; right: 0; top: 100%; z-index: 5; margin-top: 4px; padding: 8px 12px;
      max-height: 340px; overflow: auto; border: 1px solid var(--st-border-color); border-radius: 8px;
      background: var(--st-background-color); box-shadow: 0 4px 16px #0004; }
    .lab-table .choice label { display: flex; align-items: center; gap: 8px; padding: 3px 0; white-space: nowrap;
      cursor: pointer; }
    .lab-table .choice button { margin-top: 6px; }
    .lab-table .frame { position: relative; }
    .lab-table .frame.more::after { content: ""; position: absolute; inset: 1px calc(1px + var(--bar)) 1px auto;
      width: 3rem; border-radius: 8px; pointer-events: none; z-index: 4;
      background: linear-gradient(to right, transparent, var(--st-background-color)); }
    .lab-table .frame.below::before { content: ""; position: absolute; inset: auto 1px calc(1px + var(--bar-below));
      height: 2.5rem; border-radius: 8px; pointer-events: none; z-index: 4;
      background: linear-gradient(transparent, var(--st-background-color)); }
    .lab-table .scroll { max-height: 27.4rem; overflow: auto; border: 1px solid var(--st-border-color);
      border-radius: 8px; overscroll-behavior-x: contain; }
    .lab-table table { border-collapse: separate; border-spacing: 0; min-width: 100%; margin: 0; }
    .lab-table :is(th, td) { padding: 0 10px; height: 2.125rem; white-space: nowrap; text-align: left; font-weight: 400;
      border: 0 solid var(--st-border-color); border-bottom-width: 1px; }
    .lab-table tbody tr:last-child > * { border-bottom-width: 0; }
    .lab-table thead th { position: sticky; top: 0; z-index: 2; background: var(--st-background-color);
      white-space: normal; line-height: 1.25; padding-block: 5px; }
    .lab-table thead .number { min-width: 4.6em; }
    .lab-table thead button { all: unset; cursor: pointer;
      color: color-mix(in srgb, var(--st-text-color) 80%, transparent); }
    .lab-table .number { text-align: right; }
    .lab-table .pin { position: sticky; left: 0; z-index: 1; background: var(--st-background-color);
      border-right-width: 1px; }
    .lab-table thead .pin { z-index: 3; }
    .lab-table .pin :is(label, .name) { display: flex; align-items: center; gap: 8px; cursor: pointer;
      max-width: 20rem; }
    .lab-table .pin svg { flex: none; }
    .lab-table .pin span { overflow: hidden; text-overflow: ellipsis; color: var(--st-text-color); font-weight: 500; }
    .lab-table .pin .end { flex: none; white-space: pre; margin-left: -8px; }
    .lab-table input { accent-color: var(--st-primary-color); width: 1rem; height: 1rem; margin: 0; flex: none;
      cursor: pointer; }
    .lab-table tr.ticked > * {
      background: color-mix(in srgb, var(--st-primary-color) 12%, var(--st-background-color)); }
    .lab-table tbody tr.lit > * {
      box-shadow: inset 0 2px var(--st-primary-color), inset 0 -2px var(--st-primary-color); }
    .lab-presenting .lab-table .scroll { max-height: min(27.4rem, 38vh); }
    .lab-table .chosen { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 8px; margin-top: 10px; }
    .lab-table .hint { flex: 1 0 100%; margin: 0; font-size: inherit;
      color: color-mix(in srgb, var(--st-text-color) 80%, transparent); }
    .lab-table .hint[hidden] { display: none; }
    .lab-table .chosen[hidden] { display: none; }
    .lab-table .chips { display: flex; flex-wrap: wrap; gap: 6px; list-style: none; margin: 0; padding: 0; flex: 1;
      min-width: 0; max-height: 10.6rem; overflow-y: auto; }
    .lab-table .chips li { display: flex; align-items: center; gap: 6px; margin: 0; padding: 0 2px 0 8px;
      min-height: 1.9rem; max-width: 100%; font-size: 0.875rem;
      border: 1px solid var(--st-border-color); border-radius: 999px; }
    .lab-table .chips span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 20rem; }
    .lab-table .chips b { font-weight: 600; white-space: nowrap; flex: none; }
    .lab-table .chips .away { border-style: dashed; }
    .lab-table .chips .lit { border-color: var(--st-primary-color); border-style: solid;
      box-shadow: inset 0 0 0 1px var(--st-primary-color); }
    .lab-table .chips svg { flex: none; }
    .lab-table .chips button { border: 0; border-radius: 999px; width: 1.6rem; height: 1.6rem; padding: 0;
      font: inherit; font-size: 1.1rem; line-height: 1; color: inherit; background: none; cursor: pointer; flex: none; }
    .lab-table .chips button:hover { background: color-mix(in srgb, var(--st-text-color) 12%, transparent); }
    .lab-table .untick { flex: none; }
    .lab-table .pin b { color: var(--lab-warn); cursor: help; }
    .lab-table .spark { display: block; stroke: var(--lab-validation); stroke-width: 1.5; fill: none; }
    .lab-table :focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: -2px; border-radius: 4px; }
    @media (max-width: 640px) { .lab-table .pin :is(label, .name) { max-width: 11rem; gap: 6px; }
      .lab-table .pin .end { margin-left: -6px; }
      .lab-table :is(th, td) { padding: 0 6px; } .lab-table .chips span { max-width: 9rem; } }
    """,
    js=script("data_table", "ask", "run_light", "scroll_edge"),
    isolate_styles=False,
)


class HiddenRow(NamedTuple):
    """A ticked row that is not in the table."""

    id: str
    name: str
    svg: str
    """The sign of its run."""
    figure: str
    """Its most telling figure, as the chips of other rows have it; "" for none."""


class Ticks(NamedTuple):
    """The ticked rows."""

    version: int
    """The browser keeps its own ticks as long as this stays the same."""
    ids: Sequence[str]
    by_user: bool = False
    """Whether the user has set them."""


def data_table(
    content: str,
    ticks: Ticks,
    *,
    key: str,
    version: str,
    alt: str,
    hidden: Sequence[HiddenRow] = (),
    columns: str | None = None,
    count: str = "",
    hint: str = "",
) -> None:
    """Draw the table, or change the one that was drawn under this key before; without rows it is invisible.

    When `/live/runs` reports another version, or a tick is set, the page is drawn again.

    Args:
        content: Columns and rows as JSON, made once for all sessions; see `ui/compare/runs_table.py`.
        ticks: The ticked rows.
        key: Identifies the table.
        version: Version of the list of runs that the content was made from.
        alt: What the table is, for screen readers.
        hidden: Ticked rows that are not in the table.
        columns: The columns that the URL asks for, as slugs separated by commas; None if it has none.
        count: How many rows there are, as a line above the table.
        hint: Why rows are ticked that the user has not ticked, as a line above the chips.
    """
    # A list: to check whether the values of a dictionary are tables, Streamlit would load pandas.
    others = [row._asdict() for row in hidden]
    data = [content, list(ticks.ids), ticks.version, ADDRESS, version, DIALOG, alt, others, columns, count, hint]
    _component(
        data=data,
        key=key,
        on_ticked_change=lambda: None,
        on_columns_change=lambda: None,
        on_changed_change=lambda: None,
    )


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


def reported_columns(key: str) -> Sequence[str] | None:
    """The names of the columns that the user has chosen in the table with this key; None for the usual ones."""
    state = st.session_state.get(key)
    names = state.get("columns") if state else None
    return names if isinstance(names, list) and all(isinstance(one, str) for one in names) else None
