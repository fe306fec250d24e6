"""Deleting a run: its record first, then its folder."""

import shutil

from sqlalchemy import Connection, delete

from mnist_lab.runs.run_folder import RunFolder
from mnist_lab.runs.schema import metrics, runs


def delete_record(connection: Connection, run_id: str) -> None:
    """Delete the run's record and its points, within the caller's write transaction."""
    connection.execute(delete(metrics).where(metrics.c.run_id == run_id))
    connection.execute(delete(runs).where(runs.c.id == run_id))


def remove_folder(folder: RunFolder) -> None:
    """Remove the run's folder. Call it after the transaction that deleted the record."""
    # Windows keeps files that another process has open. They only take disk space.
    shutil.rmtree(folder.path, ignore_errors=True)
