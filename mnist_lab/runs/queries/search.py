"""Search and count runs. The database does the work, so that it is fast with very many runs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from sqlalchemy import ColumnElement, Connection, Select, String, case, false, func, or_, select

from mnist_lab.data import DataSource
from mnist_lab.recipe import Optimizer
from mnist_lab.runs.queries.fold import folded
from mnist_lab.runs.schema import runs
from mnist_lab.runs.state import RunState

MAX_SEARCH_LENGTH = 200
"""Characters of a search text; further ones are ignored."""

_SOURCES = {source: source.dataset_title.casefold() for source in DataSource}
"""Source to the text in which words of a search are found."""


@dataclass(frozen=True)
class SearchResult:
    """The runs that a search found."""

    ids: Sequence[str]
    """Ids of the runs, newest first."""
    on_sample: int
    """How many of them were trained and tested on a sample, not on MNIST."""


@dataclass(frozen=True)
class RunCounts:
    """Counts of runs by state, and the names of their sweeps."""

    states: Mapping[RunState, int]
    """Number of runs in each state; a state without runs is missing."""
    groups: Sequence[str]
    """The names of their sweeps, the one with the newest run first."""

    @property
    def runs(self) -> int:
        """Number of runs in all states."""
        return sum(self.states.values())


def search_runs(
    connection: Connection, text: str, states: Collection[RunState], group: str | None, exclude: Collection[str]
) -> SearchResult:
    """Find the runs that `search_query` selects."""
    is_sqlite = connection.dialect.name == "sqlite"
    rows = connection.execute(search_query(text, states, group, exclude, is_sqlite=is_sqlite)).all()
    return SearchResult([row[0] for row in rows], sum(bool(row[1]) for row in rows))


def count_runs(
    connection: Connection, states: Collection[RunState], exclude: Collection[str], group: str | None = None
) -> RunCounts:
    """Count the runs in each of the states, of one sweep or of all, and list the names of their sweeps."""
    among = [*_among(states, exclude), *([runs.c.run_group == group] if group is not None else [])]
    counts = select(runs.c.state, func.count()).where(*among).group_by(runs.c.state)
    groups = select(runs.c.run_group).where(*among, runs.c.run_group != "").group_by(runs.c.run_group)
    found = connection.execute(counts).all()
    names = connection.execute(groups.order_by(func.max(runs.c.number).desc())).scalars().all()
    return RunCounts({RunState(state): count for state, count in found}, names)


def runs_version(connection: Connection) -> str:
    """A text that changes when a run is added or deleted, changes its state, or gets another name or note.

    A name that is replaced by another one of the same length does not count.
    """
    # All columns are in the index that searches use, so that this takes a few milliseconds with ten thousand runs.
    sizes = (func.sum(func.length(runs.c.name) + func.length(runs.c.note)), func.sum(runs.c.number))
    present = select(runs.c.state, func.count(), *sizes).where(runs.c.deleted_at.is_(None))
    query = present.group_by(runs.c.state).order_by(runs.c.state)
    return " ".join(f"{state}:{count}:{size}:{numbers}" for state, count, size, numbers in connection.execute(query))


def search_query(
    text: str, states: Collection[RunState], group: str | None, exclude: Collection[str], *, is_sqlite: bool
) -> Select[*tuple[Any, ...]]:
    """Select id and `on_sample` of the runs in these states and this sweep that contain every word, newest first.

    Args:
        text: Words separated by spaces; each must occur in the run's name, note, id, state, sweep, data or optimizer.
        states: The run's state must be one of these.
        group: Name of its sweep; None for any.
        exclude: Ids of runs to exclude.
        is_sqlite: Write the query for SQLite; otherwise for PostgreSQL.
    """
    source = json_value(runs.c.data, "source", is_sqlite=is_sqlite)
    query = select(runs.c.id, func.coalesce(source != DataSource.MNIST, false()).label("on_sample"))
    query = query.where(*_among(states, exclude)).order_by(runs.c.number.desc())
    if group is not None:
        query = query.where(runs.c.run_group == group)
    # The spaces keep a word from matching across two of the columns.
    columns = runs.c.name + " " + runs.c.note + " " + runs.c.id + " " + runs.c.state + " " + runs.c.run_group
    searched = folded(columns, is_sqlite=is_sqlite)
    for word in text[:MAX_SEARCH_LENGTH].casefold().split():
        in_json = _matches_source(source, word) + _matches_optimizer(word, is_sqlite=is_sqlite)
        query = query.where(or_(searched.contains(word, autoescape=True), *in_json))
    return query


def _among(states: Collection[RunState], exclude: Collection[str]) -> list[ColumnElement[bool]]:
    return [runs.c.state.in_(states), runs.c.deleted_at.is_(None), *([runs.c.id.not_in(exclude)] if exclude else [])]


def _matches_source(source: ColumnElement[Any], word: str) -> list[ColumnElement[bool]]:
    found = [value for value, text in _SOURCES.items() if word in text]
    return [source.in_(found)] if found else []


def _matches_optimizer(word: str, *, is_sqlite: bool) -> list[ColumnElement[bool]]:
    found = [name for name in get_args(Optimizer) if word in name]
    return [json_value(runs.c.recipe, "optimizer", is_sqlite=is_sqlite).in_(found)] if found else []


def json_value(column: ColumnElement[Any], key: str, *, is_sqlite: bool) -> ColumnElement[Any]:
    """The text under a key of the JSON object in a column; NULL if there is none, or the column is damaged."""
    if is_sqlite:
        return case((func.json_valid(column) == 1, func.json_extract(column, f"$.{key}", type_=String)))
    # Not as JSON: one damaged record would make PostgreSQL refuse the whole query. Within a JSON text quotes are
    # escaped, so this can only match a key.
    return func.substring(column, rf'"{key}"\s*:\s*"([^"]*)"', type_=String)
