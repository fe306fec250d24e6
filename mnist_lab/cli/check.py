"""The command `check`: whether the parts that a lab needs work, and what is wrong in one sentence."""

import argparse
import importlib.metadata
import secrets
import shutil
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from mnist_lab.cli.output import print_json, print_table
from mnist_lab.errors import RayError, StoreError
from mnist_lab.object_store import ObjectStore
from mnist_lab.runs import open_store
from mnist_lab.runs.queries.database_health import database_health
from mnist_lab.settings import Settings

_PROBE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class CheckedPart:
    """What was found out about one part of the lab."""

    part: str
    works: bool
    message: str
    """What it is and how fast it answers, or what is wrong."""


def check(options: argparse.Namespace, settings: Settings) -> int:
    """Look at each part; the exit status is 1 if one does not work."""
    parts = [_database(settings), _files(settings), _engine(settings)]
    if options.json:
        print_json({"works": all(part.works for part in parts), "parts": parts})
    else:
        print_table(
            ("part", "", "what was found"), [(one.part, "ok" if one.works else "!!", one.message) for one in parts]
        )
    return 0 if all(part.works for part in parts) else 1


def _database(settings: Settings) -> CheckedPart:
    try:
        with closing(open_store(settings)) as store:
            found = database_health(store.db)
            is_shared = not store.db.is_sqlite
    except StoreError as error:
        return CheckedPart("database", works=False, message=str(error))
    message = (
        f"{found.version} at {found.where} answers a query in {1000 * found.read_seconds:.1f} ms and takes a change in"
        f" {1000 * found.write_seconds:.1f} ms."
    )
    if is_shared and settings.files is None:
        message += " But the files are on this machine alone: for a lab of several machines set MNIST_LAB_FILES, too."
    return CheckedPart("database", works=True, message=message)


def _files(settings: Settings) -> CheckedPart:
    alone = "" if settings.db else " But the runs are in a SQLite file: for several machines set MNIST_LAB_DB, too."
    if settings.files_url is not None:
        return _objects(settings, settings.files_url, alone)
    folder = settings.runs_folder
    if isinstance(settings.files, Path) and not folder.is_dir():
        return CheckedPart("files", works=False, message=f"{folder} is no folder: mount its disk, or create it.")
    alone = alone if settings.files else ""
    probe = folder / f".check-{secrets.token_hex(4)}"
    start = time.perf_counter()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            probe.write_bytes(bytes(_PROBE_BYTES))
        finally:
            # On a full disk, a part of it is there.
            probe.unlink(missing_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return CheckedPart("files", works=False, message=f"{folder} cannot be written: {error.strerror or error}.")
    seconds = time.perf_counter() - start
    return CheckedPart(
        "files",
        works=True,
        message=f"{folder} takes a megabyte in {1000 * seconds:.1f} ms and has {free / 1e9:,.1f} GB free.{alone}",
    )


def _objects(settings: Settings, url: str, alone: str) -> CheckedPart:
    objects = ObjectStore(url)
    try:
        seconds = objects.probe(bytes(_PROBE_BYTES))
        lost = _lost_run(settings, objects)
    except StoreError as error:
        return CheckedPart("files", works=False, message=str(error))
    if lost:
        message = (
            f"{url} answers, but has no files of the run {lost}: MNIST_LAB_FILES must be the same on all machines."
        )
        return CheckedPart("files", works=False, message=message)
    version = importlib.metadata.version("obstore")
    return CheckedPart(
        "files",
        works=True,
        message=f"{url} takes a megabyte and gives it back in {1000 * seconds:.1f} ms (obstore {version}).{alone}",
    )


def _lost_run(settings: Settings, objects: ObjectStore) -> str:
    """The newest run that has files, by the database, if they are not in this object store; else ""."""
    try:
        with closing(open_store(settings)) as store:
            newest = store.files.newest_shared()
    except StoreError:
        # It is told for the database.
        return ""
    return newest[0] if newest and not objects.exists(newest[1]) else ""


def _engine(settings: Settings) -> CheckedPart:
    if settings.engine == "local":
        message = (
            f"Trains in processes of this machine, up to {settings.workers} at the same time."
            if settings.workers
            else "Leaves all training to other machines (MNIST_LAB_WORKERS=0)."
        )
        return CheckedPart("engine", works=True, message=message)
    # Imported here, as the lab on one machine needs no HTTP.
    from mnist_lab.training.ray.cluster_health import cluster_health

    try:
        return CheckedPart("engine", works=True, message=cluster_health(settings))
    except RayError as error:
        return CheckedPart("engine", works=False, message=str(error))
