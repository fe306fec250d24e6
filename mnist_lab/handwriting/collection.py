"""The collection of a lab: the drawings that people kept, in the tables of the run store.

Everybody can see all drawings. Each belongs to the browser that kept it; only that one and a teacher can change it.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from mnist_lab.errors import HandwritingError, NotOwnerError
from mnist_lab.handwriting.collection_index import CollectionIndex
from mnist_lab.handwriting.drawing_rows import drawing_from_row, drawing_to_row, is_readable_entry
from mnist_lab.handwriting.kept_drawing import KeptDrawing, NewDrawing, ensure_label, is_drawing_id
from mnist_lab.hosts import ADDRESS_LENGTH, BROWSER_ID_LENGTH
from mnist_lab.runs import Actor
from mnist_lab.runs.backends.advisory_locks import Area
from mnist_lab.runs.backends.database_clock import now, read_clock
from mnist_lab.runs.database import Database
from mnist_lab.runs.schema import drawings, meta

BIN_SECONDS = 24 * 3600.0
"""How long a deleted drawing can be brought back."""
MAX_BROWSERS = 10
"""All browsers at one network address together may keep as many drawings as so many of them."""
_CHUNK = 500
"""Ids in one query."""
_VERSION = "handwriting_version"
"""Its key in the table `meta`."""


@dataclass(frozen=True, slots=True)
class CollectionLimits:
    """The most drawings that are kept, deleted ones included until they are removed."""

    per_owner: int = 500
    """Of one browser; a teacher is not bounded by it."""
    total: int = 20_000


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of drawings that somebody wanted to keep."""

    added: Sequence[str]
    """Ids of those that are new in the collection."""
    present: Sequence[str]
    """Ids of those that were there already; nothing was changed."""


class Collection:
    """All kept drawings of one lab. Safe to use from several threads; each process opens its own.

    Every method raises `StoreError` when the database cannot be read or written; each change is one transaction.
    """

    def __init__(self, db: Database, limits: CollectionLimits = CollectionLimits()) -> None:
        """The collection in the database of the run store."""
        self._db = db
        self.limits = limits

    @property
    def writes(self) -> int:
        """Changes when this process has written into the database."""
        return self._db.writes

    def version(self) -> str:
        """A text that changes with every change of the collection."""
        with self._db.read() as connection:
            return _version(connection)

    def index(self) -> CollectionIndex:
        """What is in the collection; damaged records are left out."""
        columns = (drawings.c.id, drawings.c.label, drawings.c.owner)
        newest_first = (drawings.c.created.desc(), drawings.c.id)
        with self._db.read() as connection:
            version = _version(connection)
            rows = connection.execute(select(*columns).where(drawings.c.deleted_at.is_(None)).order_by(*newest_first))
            entries = [row for row in rows if is_readable_entry(row)]
            by_first = func.min(drawings.c.created)
            owners = connection.execute(select(drawings.c.owner).group_by(drawings.c.owner).order_by(by_first))
            numbers = {owner: number for number, owner in enumerate(owners.scalars(), 1)}
        return CollectionIndex(
            version=version,
            ids=np.array([row.id for row in entries], dtype="U16"),
            labels=np.array([row.label for row in entries], dtype=np.uint8),
            owners=np.array([row.owner for row in entries], dtype=np.str_),
            visitors=numbers,
        )

    def drawings(self, ids: Sequence[str]) -> list[KeptDrawing]:
        """The drawings with these ids, in their order, without those that were deleted or are damaged."""
        found: dict[str, KeptDrawing] = {}
        with self._db.read() as connection:
            for chunk in _chunks(ids):
                present = drawings.c.id.in_(chunk), drawings.c.deleted_at.is_(None)
                rows = connection.execute(select(drawings).where(*present))
                found |= {each.id: each for each in map(drawing_from_row, rows) if each is not None}
        return [found[each] for each in ids if each in found]

    def keep(self, new: Sequence[NewDrawing], actor: Actor) -> Kept:
        """Keep drawings in the name of the actor. One that was deleted comes back as a new one.

        Raises:
            HandwritingError: The actor, or the whole lab, would have too many.
        """
        by_id = {each.id: each for each in new}
        with self._db.write(Area.COLLECTION) as connection:
            present = _present(connection, list(by_id))
            added = [each for each in by_id if each not in present]
            for chunk in _chunks(added):
                connection.execute(delete(drawings).where(drawings.c.id.in_(chunk)))
            self._ensure_room(connection, actor, len(added))
            time = read_clock(connection)
            rows = [drawing_to_row(by_id[each], actor.browser_id, time) for each in added]
            if rows:
                connection.execute(insert(drawings), rows)
                _change(connection)
        return Kept(added, sorted(present))

    def relabel(self, labels: Mapping[str, int], actor: Actor) -> Mapping[str, int]:
        """Give drawings other labels, by their ids. Returns the labels that they had.

        Raises:
            HandwritingError: A label is no digit.
            NotOwnerError: One of them belongs to somebody else; nothing was changed.
        """
        for label in labels.values():
            ensure_label(label)
        with self._db.write(Area.COLLECTION) as connection:
            before = _changeable(connection, list(labels), actor)
            for drawing_id in before:
                connection.execute(
                    update(drawings).where(drawings.c.id == drawing_id).values(label=int(labels[drawing_id]))
                )
            if before:
                _change(connection)
        return before

    def delete(self, ids: Sequence[str], actor: Actor) -> Sequence[str]:
        """Delete drawings; for a day they can be brought back. Returns the ids of those that were there.

        Raises:
            NotOwnerError: One of them belongs to somebody else; nothing was changed.
        """
        with self._db.write(Area.COLLECTION) as connection:
            found = list(_changeable(connection, ids, actor))
            _mark(connection, found, now(connection))
        return found

    def delete_all_of(self, owner: str, actor: Actor) -> Sequence[str]:
        """Delete all drawings of one owner, as `delete` does.

        Raises:
            NotOwnerError: The actor is neither this owner nor a teacher.
        """
        query = select(drawings.c.id).where(drawings.c.owner == owner, drawings.c.deleted_at.is_(None))
        with self._db.write(Area.COLLECTION) as connection:
            found = list(_changeable(connection, connection.execute(query).scalars().all(), actor))
            _mark(connection, found, now(connection))
        return found

    def restore(self, ids: Sequence[str], actor: Actor) -> None:
        """Bring deleted drawings back; those that are gone for good stay away.

        Raises:
            NotOwnerError: One of them belongs to somebody else; nothing was changed.
        """
        with self._db.write(Area.COLLECTION) as connection:
            _mark(connection, list(_changeable(connection, ids, actor, deleted=True)), None)

    def _ensure_room(self, connection: Connection, actor: Actor, new: int) -> None:
        """Check that the actor may keep more; if not, first remove the actor's deleted drawings for good."""
        connection.execute(delete(drawings).where(drawings.c.deleted_at < now(connection) - BIN_SECONDS))
        if _count(connection) + new > self.limits.total:
            connection.execute(delete(drawings).where(drawings.c.deleted_at.is_not(None)))
        if (total := _count(connection)) + new > self.limits.total:
            raise HandwritingError(
                f"A collection has at most {self.limits.total:,} drawings, and this one has {total:,}. Delete some."
            )
        if actor.is_teacher:
            return
        most, owner = self.limits.per_owner, drawings.c.owner == actor.browser_id
        if _count(connection, owner) + new > most:
            connection.execute(delete(drawings).where(owner, drawings.c.deleted_at.is_not(None)))
        if (own := _count(connection, owner)) + new > most:
            raise HandwritingError(
                f"One browser may keep at most {most:,} drawings, and yours has {own:,}. Delete some of them first."
            )
        # A script can be as many browsers as it likes.
        address = actor.browser_id[-ADDRESS_LENGTH:]
        if len(actor.browser_id) == BROWSER_ID_LENGTH:
            neighbours = drawings.c.owner.endswith(address, autoescape=True)
            if _count(connection, neighbours) + new > MAX_BROWSERS * most:
                raise HandwritingError(
                    f"All browsers at your network address together may keep at most {MAX_BROWSERS * most:,} drawings."
                    " Ask a teacher to delete some."
                )


def _chunks(ids: Sequence[str]) -> Iterator[list[str]]:
    valid = [each for each in ids if is_drawing_id(each)]
    return (valid[start : start + _CHUNK] for start in range(0, len(valid), _CHUNK))


def _version(connection: Connection) -> str:
    return connection.execute(select(meta.c.value).where(meta.c.key == _VERSION)).scalar_one_or_none() or ""


def _change(connection: Connection) -> None:
    """Give the collection a new version."""
    value = {"value": secrets.token_hex(8)}
    if connection.execute(update(meta).where(meta.c.key == _VERSION).values(value)).rowcount == 0:
        connection.execute(insert(meta).values({"key": _VERSION, **value}))


def _present(connection: Connection, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for chunk in _chunks(ids):
        query = select(drawings.c.id).where(drawings.c.id.in_(chunk), drawings.c.deleted_at.is_(None))
        found.update(connection.execute(query).scalars())
    return found


def _changeable(connection: Connection, ids: Sequence[str], actor: Actor, *, deleted: bool = False) -> dict[str, int]:
    """The labels of those of the drawings that are there, or that are deleted, by id.

    Raises:
        NotOwnerError: The actor may not change one of them.
    """
    found: dict[str, int] = {}
    in_bin = drawings.c.deleted_at.is_not(None) if deleted else drawings.c.deleted_at.is_(None)
    for chunk in _chunks(ids):
        # On PostgreSQL another transaction could otherwise change them meanwhile; SQLite ignores it.
        rows = connection.execute(select(drawings).where(drawings.c.id.in_(chunk), in_bin).with_for_update()).all()
        if any(not actor.may_change(row.owner) for row in rows):
            raise NotOwnerError(
                "A drawing can be changed in the browser that kept it, and by a teacher. Nothing was changed."
            )
        found |= {row.id: row.label for row in rows}
    return found


def _mark(connection: Connection, ids: Sequence[str], deleted_at: ColumnElement[float] | None) -> None:
    for chunk in _chunks(ids):
        connection.execute(update(drawings).where(drawings.c.id.in_(chunk)).values(deleted_at=deleted_at))
    _change(connection)


def _count(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(drawings).where(*conditions)).scalar_one()
