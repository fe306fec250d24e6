"""Removing a run with everything of it: first from the database, then from the disk."""

import shutil

from sqlalchemy import Connection, delete

from mnist_lab.runs.run_folder import RunFolder
from mnist_lab.runs.schema import metrics, runs


def erase(connection: Connection, run_id: str) -> None:
    """Delete the run's record and its points, within the caller's write transaction."""
    connection.execute(delete(metrics).where(metrics.c.run_id == run_id))
    connection.execute(delete(runs).where(runs.c.id == run_id))


def remove_folder(folder: RunFolder) -> None:
    """Remove the run's folder, once its record is gone for good."""
    # What another process holds open (on Windows) stays behind and does no harm but take space.
    shutil.rmtree(folder.path, ignore_errors=True)
