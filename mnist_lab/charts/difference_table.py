"""The table of what differs between runs, as HTML: a column a run, or a row a run if they are many."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from mnist_lab.charts.run_swatch import swatch_svg

MAX_COLUMNS = 3
"""More runs than this are rows: their columns would be too narrow to read."""
_MAX_LINES = 3
_NUMBER = re.compile(r"[\d.,+−-]+( %)?")
"""A number, which is not broken into two lines."""
_STYLE = """<style>
/* The shadow at the right edge says that there is more; the first ground, which moves along, covers it at the end. */
.lab-diff { overflow-x: auto; background:
  linear-gradient(to left, var(--st-background-color) 1.5rem, transparent) right / 3rem 100% no-repeat local,
  linear-gradient(to left, color-mix(in srgb, var(--st-text-color) 15%, transparent), transparent)
    right / 1.25rem 100% no-repeat scroll; }
.lab-diff table { border-collapse: collapse; width: 100%; font-size: 0.875rem; font-variant-numeric: tabular-nums;
  color: var(--st-text-color); margin: 0; }
.lab-diff :is(th, td) { padding: 0.4rem 0.75rem; text-align: left; vertical-align: top; font-weight: 400;
  border: 0 solid var(--st-border-color); border-bottom-width: 1px; overflow-wrap: anywhere; }
.lab-diff :is(th, td):first-child { padding-left: 0.25rem; }
.lab-diff .run { font-weight: 500; min-width: 9rem; }
.lab-diff td { min-width: 4.5rem; }
.lab-diff .run span { display: flex; align-items: center; gap: 0.5rem; }
.lab-diff .run svg { flex: none; }
.lab-diff .number { white-space: nowrap; overflow-wrap: normal; }
.lab-diff summary { cursor: pointer; }
.lab-diff .lit { background: color-mix(in srgb, var(--st-primary-color) 12%, transparent); }
.lab-diff .field { overflow-wrap: normal; hyphens: auto;
  color: color-mix(in srgb, var(--st-text-color) 80%, transparent); }
@media (max-width: 640px) { .lab-diff :is(th, td) { padding-inline: 0.4rem; } }
</style>"""


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """A run of the table."""

    id: str
    name: str
    number: int
    """For its sign."""


Row = tuple[str, Sequence[str]]
"""A field, and its value in each of the runs; a value may have several lines."""


def difference_table_html(runs: Sequence[ComparedRun], rows: Sequence[Row]) -> str:
    """The table. A run lights up when the pointer is over its name."""
    heads = [_run(run) for run in runs]
    if len(runs) <= MAX_COLUMNS:
        first = "".join(
            f'<th scope="col" class="run" data-run="{run.id}">{head}</th>' for run, head in _pairs(runs, heads)
        )
        body = "".join(
            f'<tr><th scope="row" class="field">{html.escape(field)}</th>{"".join(map(_cell, values))}</tr>'
            for field, values in rows
        )
        return _table(f"<td></td>{first}", body)
    first = "".join(f'<th scope="col" class="field">{html.escape(field)}</th>' for field, _ in rows)
    body = "".join(
        f'<tr data-run="{run.id}"><th scope="row" class="run">{head}</th>'
        f"{''.join(_short_cell(runs, values, index) for _, values in rows)}</tr>"
        for index, (run, head) in enumerate(_pairs(runs, heads))
    )
    return _table(f"<td></td>{first}", body)


def _pairs(runs: Sequence[ComparedRun], heads: Sequence[str]) -> "zip[tuple[ComparedRun, str]]":
    return zip(runs, heads, strict=True)


def _table(head: str, body: str) -> str:
    return (
        f'{_STYLE}<div class="lab-diff" tabindex="0" role="region" aria-label="Differences between the runs">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _run(run: ComparedRun) -> str:
    return f"<span>{swatch_svg(run.number)}<bdi>{html.escape(run.name)}</bdi></span>"


def _short_cell(runs: Sequence[ComparedRun], values: Sequence[str], index: int) -> str:
    """A cell of a row among many: a long list of layers is behind the number of its lines, and is there only once."""
    value = values[index]
    lines = value.splitlines()
    if len(lines) > 1 and (first := values.index(value)) < index:
        return f"<td>as <bdi>{html.escape(runs[first].name)}</bdi></td>"
    if len(lines) <= _MAX_LINES:
        return _cell(value)
    listed = "<br>".join(map(html.escape, lines))
    return f"<td><details><summary>{len(lines)} layers</summary>{listed}</details></td>"


def _cell(value: str) -> str:
    if _NUMBER.fullmatch(value):
        return f'<td class="number">{html.escape(value)}</td>'
    return f"<td>{'<br>'.join(map(html.escape, value.splitlines()))}</td>"
