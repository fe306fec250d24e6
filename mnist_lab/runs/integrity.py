"""Finding the records that cannot be read, without reading all of them each time."""

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import TypeAlias

from sqlalchemy import Connection, func, select

from mnist_lab.runs.rows import is_whole
from mnist_lab.runs.schema import runs
from mnist_lab.runs.state import ACTIVE_STATES

MOST_IDS = 10_000
"""A database takes only so many ids in one question."""

_Stamp: TypeAlias = tuple[str, int, str, int]
_TEXTS = (runs.c.network, runs.c.recipe, runs.c.data, runs.c.result)
_LENGTH = reduce(add, (func.coalesce(func.length(text), 0) for text in _TEXTS))


class Damage:
    """Remembers which records it has found whole: to read ten thousand takes half a second. Safe between threads."""

    def __init__(self) -> None:
        self._whole: frozenset[_Stamp] = frozenset()

    def find(self, connection: Connection) -> Sequence[str]:
        """The ids of the runs, but for those under way, whose records cannot be read, oldest first.

        One that was whole is read again when its attempt, its state or the length of what it holds has changed.
        """
        stamp = select(runs.c.id, runs.c.attempt, runs.c.state, _LENGTH.label("length"))
        rows = connection.execute(stamp.where(runs.c.state.not_in(ACTIVE_STATES)).order_by(runs.c.number)).all()
        there: list[_Stamp] = [tuple(row) for row in rows]
        known = self._whole
        unread = [one[0] for one in there if one not in known]
        whole = _whole_of(connection, unread) if unread else set()
        damaged = [one for one in there if one not in known and one[0] not in whole]
        self._whole = frozenset(there) - frozenset(damaged)
        return [one[0] for one in damaged]


def _whole_of(connection: Connection, ids: Sequence[str]) -> set[str]:
    query = select(runs) if len(ids) > MOST_IDS else select(runs).where(runs.c.id.in_(ids))
    return {row.id for row in connection.execute(query) if is_whole(row)}
