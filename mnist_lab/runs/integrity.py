"""Find the damaged records of the store, without reading all records each time."""

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import TypeAlias

from sqlalchemy import Connection, func, select

from mnist_lab.runs.rows import is_readable
from mnist_lab.runs.schema import runs
from mnist_lab.runs.state import ACTIVE_STATES

MAX_IDS = 10_000
"""Ids in one query: a database accepts only so many."""

_Version: TypeAlias = tuple[str, int, str, int]
"""Id, attempt, state and length of a record: when one of them changes, the record is read again."""
_TEXTS = (runs.c.network, runs.c.recipe, runs.c.data, runs.c.result, runs.c.interventions)
_LENGTH = reduce(add, (func.coalesce(func.length(text), 0) for text in _TEXTS))


class IntegrityChecker:
    """Finds damaged records. It remembers which ones are readable, since reading ten thousand takes half a second.

    Thread-safe.
    """

    def __init__(self) -> None:
        self._readable: frozenset[_Version] = frozenset()

    def damaged(self, connection: Connection) -> Sequence[str]:
        """The ids of the runs whose records cannot be read, oldest first; active runs are not checked."""
        columns = select(runs.c.id, runs.c.attempt, runs.c.state, _LENGTH.label("length"))
        checked = columns.where(runs.c.state.not_in(ACTIVE_STATES), runs.c.deleted_at.is_(None))
        rows = connection.execute(checked.order_by(runs.c.number)).all()
        versions: list[_Version] = [tuple(row) for row in rows]
        known = self._readable
        new = [version[0] for version in versions if version not in known]
        readable = _readable_of(connection, new) if new else set()
        damaged = [version for version in versions if version not in known and version[0] not in readable]
        self._readable = frozenset(versions) - frozenset(damaged)
        return [version[0] for version in damaged]


def _readable_of(connection: Connection, ids: Sequence[str]) -> set[str]:
    query = select(runs) if len(ids) > MAX_IDS else select(runs).where(runs.c.id.in_(ids))
    return {row.id for row in connection.execute(query) if is_readable(row)}
