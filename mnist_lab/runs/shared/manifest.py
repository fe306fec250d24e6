"""Which files a run has in the object store: path, size and SHA-256 of each, in the database.

A file is there when its row is: the row is written last, in a transaction that checks the worker's attempt. The object
of a file never changes; a changed file is another object.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from mnist_lab.runs.schema import run_files

_DIGITS_IN_KEY = 16
_SHARED = re.compile(
    r"(best|last|initial)\.keras|(predictions|digit_subspaces|extra_drawings)\.npz|worker\.log"
    r"|checkpoints/epoch-\d{1,12}(-batch-\d{1,12})?\.checkpoint|(watch|epochs)/epoch-\d{1,12}\.npz"
)
"""Files of a run's folder that other machines need: no locks, no temporary files, and nothing of this moment only."""


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file of a run in the object store."""

    path: str
    """Within the run's folder, with slashes."""
    object_key: str
    size: int
    """In bytes."""
    sha256: str
    """64 hex digits."""

    @classmethod
    def of(cls, run_id: str, attempt: int, path: str, content: bytes) -> "SharedFile":
        """The file with this content, as an attempt at a run writes it."""
        sha256 = hashlib.sha256(content).hexdigest()
        # With the digest: an attempt writes some files more than once, and an object is never replaced.
        key = f"{prefix_of(run_id)}/{attempt}/{path}/{sha256[:_DIGITS_IN_KEY]}"
        return cls(path, key, len(content), sha256)


Manifest = Mapping[str, SharedFile]
"""The files of a run by their paths."""


def is_shared(path: str) -> bool:
    """Whether a file of a run is one that is shared, by its path within the run's folder."""
    return _SHARED.fullmatch(path) is not None


def prefix_of(run_id: str) -> str:
    """The beginning of the keys of all objects that a run has written."""
    return f"runs/{run_id}"


def read_manifest(connection: Connection, run_id: str) -> dict[str, SharedFile]:
    """The files of a run by their paths, in their order. Other paths, which the lab never writes, are left out."""
    columns = run_files.c.path, run_files.c.object_key, run_files.c.size, run_files.c.sha256
    rows = connection.execute(select(*columns).where(run_files.c.run_id == run_id).order_by(run_files.c.path))
    return {row.path: SharedFile(*row) for row in rows if is_shared(row.path)}


def update_manifest(
    connection: Connection, run_id: str, written: Sequence[SharedFile], removed: Collection[str]
) -> Sequence[str]:
    """Add files, or replace those at the same paths, and remove others, within the caller's write transaction.

    Returns:
        The keys of the objects that no run needs any more.
    """
    paths = {*removed, *(file.path for file in written)}
    old = select(run_files.c.object_key).where(run_files.c.run_id == run_id, run_files.c.path.in_(paths))
    before = connection.execute(old).scalars().all()
    connection.execute(delete(run_files).where(run_files.c.run_id == run_id, run_files.c.path.in_(paths)))
    add_files(connection, run_id, written)
    return unused_objects(connection, before)


def add_files(connection: Connection, run_id: str, files: Sequence[SharedFile]) -> None:
    """Add files that the run does not have yet."""
    rows = [
        {"run_id": run_id, "path": one.path, "object_key": one.object_key, "size": one.size, "sha256": one.sha256}
        for one in files
    ]
    if rows:
        connection.execute(insert(run_files), rows)


def share_manifest(connection: Connection, old_id: str, new_id: str, is_shared: Callable[[str], bool]) -> None:
    """Give a new run the files of another one whose paths are to be shared: both then have the same objects."""
    files = read_manifest(connection, old_id).values()
    add_files(connection, new_id, [file for file in files if is_shared(file.path)])


def unused_objects(connection: Connection, keys: Collection[str]) -> Sequence[str]:
    """Those of the objects that no run has."""
    if not keys:
        return []
    query = select(run_files.c.object_key).where(run_files.c.object_key.in_(keys))
    used = set(connection.execute(query).scalars())
    return sorted(set(keys) - used)
