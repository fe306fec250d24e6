"""Finding ended runs among very many: what is looked through stays in the database, and only ids come back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select

from mnist_lab.data import DataSource
from mnist_lab.recipe import Optimizer
from mnist_lab.runs.schema import runs
from mnist_lab.runs.state import RunState

LONGEST_SEARCH = 200
"""Characters of the words that are looked for; further ones are not."""

_SOURCES = {source: source.dataset_title.casefold() for source in DataSource}
"""What words on the data may be, in small letters."""


@dataclass(frozen=True)
class Found:
    """The runs that a search found."""

    ids: Sequence[str]
    """Of all of them, newest first."""
    on_sample: int
    """How many of them were trained and tested on a sample, not on MNIST."""


@dataclass(frozen=True)
class Tally:
    """What runs there are, without the runs."""

    states: Mapping[RunState, int]
    """How many there are in each state; those of which there are none are not in it."""
    groups: Sequence[str]
    """The names of their sweeps, that with the newest run first."""

    @property
    def runs(self) -> int:
        """How many there are."""
        return sum(self.states.values())


def matching(
    words: str, states: Collection[RunState], group: str | None, leave_out: Collection[str], fold: Any
) -> Select[*tuple[Any, ...]]:
    """Select id and `on_sample` of the runs in these states and this sweep that hold all of the words, newest first.

    Args:
        words: Each must be a part of the run's name, note, id, state, sweep, kind of data or optimizer.
        states: Of these the run must have one.
        group: Its sweep; None is any.
        leave_out: Ids that are not wanted.
        fold: The database's function that makes letters comparable, as `str.casefold` does.
    """
    query = select(runs.c.id, and_(runs.c.data.is_not(None), ~_of(DataSource.MNIST)).label("on_sample"))
    query = query.where(*_among(states, leave_out)).order_by(runs.c.number.desc())
    if group is not None:
        query = query.where(runs.c.run_group == group)
    # A space between them: no word may begin in one and end in the next.
    hay = fold(runs.c.name + " " + runs.c.note + " " + runs.c.id + " " + runs.c.state + " " + runs.c.run_group)
    for word in words[:LONGEST_SEARCH].casefold().split():
        query = query.where(or_(hay.contains(word, autoescape=True), *_by_kind(word)))
    return query


def tally_queries(
    states: Collection[RunState], leave_out: Collection[str]
) -> tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]]]:
    """Select state and count of the runs; and the names of their sweeps."""
    among = _among(states, leave_out)
    counts = select(runs.c.state, func.count()).where(*among).group_by(runs.c.state)
    groups = select(runs.c.run_group).where(*among, runs.c.run_group != "").group_by(runs.c.run_group)
    return counts, groups.order_by(func.max(runs.c.number).desc())


def _among(states: Collection[RunState], leave_out: Collection[str]) -> list[ColumnElement[bool]]:
    return [runs.c.state.in_(states), *([runs.c.id.not_in(leave_out)] if leave_out else [])]


def _by_kind(word: str) -> list[ColumnElement[bool]]:
    """Conditions on what is within the JSON that the store itself wrote: the kind of data, and the optimizer."""
    data = [_of(source) for source, words in _SOURCES.items() if word in words]
    optimizers = [name for name in get_args(Optimizer) if word in name]
    return data + [runs.c.recipe.contains(f'"optimizer": "{name}"', autoescape=True) for name in optimizers]


def _of(source: DataSource) -> ColumnElement[bool]:
    return func.coalesce(runs.c.data, literal("")).startswith(f'{{"source": "{source}"')
