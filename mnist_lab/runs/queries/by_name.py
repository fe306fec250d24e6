"""Find a run by what a user calls it, and a name that no run has yet."""

import itertools
from collections.abc import Collection

from sqlalchemy import Connection, or_, select

from mnist_lab.errors import UnknownRunError
from mnist_lab.network.network import clean_name
from mnist_lab.runs.queries.many_runs import present
from mnist_lab.runs.run_folder import is_run_id
from mnist_lab.runs.schema import runs

_MIN_START = 3
"""Characters of an id that are enough to mean it."""
_MAX_NUMBERED_NAME = 74
"""Characters of a name that gets a number: with it, it must not become longer than names may be."""


def find_id(connection: Connection, text: str, *, also_deleted: bool) -> str:
    """The id of the run that a user means by an id, the start of one (3 characters or more) or a name.

    Raises:
        UnknownRunError: No run matches, or more than one does.
    """
    conditions = [runs.c.name == text]
    if len(text) >= _MIN_START and is_run_id(text):
        conditions.append(runs.c.id.like(f"{text}%"))
    query = select(runs.c.id) if also_deleted else present(select(runs.c.id))
    rows = connection.execute(query.where(or_(*conditions)).order_by(runs.c.number)).all()
    ids = [row.id for row in rows]
    if text in ids or len(ids) == 1:
        return str(text if text in ids else ids[0])
    if ids:
        shown = ", ".join(ids[:5]) + (", …" if len(ids) > 5 else "")
        raise UnknownRunError(f"{len(ids)} runs match {text!r}: {shown}. Use the id of one of them.")
    raise UnknownRunError(
        f"No run matches {text!r}. Use the id of a run, at least its first three characters, or its name."
    )


def free_name(connection: Connection, name: str, owners: Collection[str]) -> str:
    """The name, or "Small CNN 2" if one of the owners has runs called "Small CNN", deleted ones included."""
    base = clean_name(name)[:_MAX_NUMBERED_NAME]
    query = select(runs.c.name).where(runs.c.name.startswith(base, autoescape=True))
    taken = set(connection.execute(query.where(runs.c.owner.in_(owners))).scalars())
    numbered = (f"{base} {number}" for number in itertools.count(2))
    return base if base not in taken else next(one for one in numbered if one not in taken)
