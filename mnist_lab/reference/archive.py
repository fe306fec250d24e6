"""Archives of runs: one file with a run's record, curves, weights, predictions and snapshots.

The file is a zip archive with `run.json` and files of the run's folder, under their names there.
"""

import json
import re
import shutil
import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, astuple, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mnist_lab.archive_reader import Archive, open_archive
from mnist_lab.errors import StoreError
from mnist_lab.files import atomic_write
from mnist_lab.network import network_from_json
from mnist_lab.recipe import recipe_from_json
from mnist_lab.runs import REFERENCE, DataInfo, ImportedRun, MetricPoint, Result, Run, RunFolder, RunState
from mnist_lab.runs.snapshot_files import snapshot_path

VERSION = 1
MAX_STEPS = 600
"""Maximum number of step points in an archive; of more points, only every second, third … one is written."""
MAX_BYTES = 50_000_000
"""Maximum size of an archive's unpacked files."""
SPARE_BYTES = 64_000_000
"""Disk space that unpacking leaves free for trainings."""
_MAX_FILE_BYTES = 50_000_000
_MAX_ABOUT_BYTES = 5_000_000
_ABOUT = "run.json"
_FILE_NAME = re.compile(r"(best|last)\.keras|(predictions|digit_subspaces)\.npz|watch/epoch-\d{6,9}\.npz")
"""Files that belong to an archive: those of a run's folder that are not a lock, a log or a checkpoint."""
_COLUMNS = [field.name for field in fields(MetricPoint)]
_RESULT, _DATA, _POINT, _TEXT = TypeAdapter(Result), TypeAdapter(DataInfo), TypeAdapter(MetricPoint), TypeAdapter(str)
# A fixed date, so that the same run always gives the same file.
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def write_archive(
    path: Path, run: Run, points: Sequence[MetricPoint], folder: RunFolder, *, snapshots: Collection[int] = ()
) -> None:
    """Write an ended run and its files to `path`.

    Args:
        path: A path that ends in `.zip`.
        run: A run with a result.
        points: The points of its curves.
        folder: The folder with its files.
        snapshots: Epochs whose snapshots are included.

    Raises:
        ValueError: The run has no result, or its folder no weights or predictions.
        OSError: The file cannot be written.
    """
    if run.result is None:
        raise ValueError(f"Run {run.id} has no result.")
    weights = folder.best_weights if run.result.kept == "best" else folder.last_weights
    files = [weights, folder.predictions_path, *(snapshot_path(folder.snapshots, epoch) for epoch in sorted(snapshots))]
    if missing := [file.name for file in files if not file.is_file()]:
        raise ValueError(f"Run {run.id} lacks {', '.join(missing)}.")
    if folder.digit_subspaces.is_file():
        files.append(folder.digit_subspaces)
    with atomic_write(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        _add(archive, _ABOUT, json.dumps(_about(run, points), indent=1).encode())
        for file in files:
            _add(archive, file.relative_to(folder.path).as_posix(), file.read_bytes())


def read_archive(path: Path) -> ImportedRun:
    """Read the run in an archive, with its curves, as a reference run.

    Raises:
        StoreError: The file is missing, damaged, or not named after its run.
    """
    try:
        with _opened(path) as archive:
            about = json.loads(archive.read(_ABOUT, _MAX_ABOUT_BYTES))
        _ensure_id(about["id"], path.stem)
        points = [_POINT.validate_python(dict(zip(about["columns"], row, strict=True))) for row in about["points"]]
        return ImportedRun(_run(about, points), points)
    except Exception as error:  # zipfile, zlib and json raise many types of exceptions for a damaged archive
        raise StoreError(f"The reference run {path.name} cannot be read: {_reason(error)}") from error


def is_unpacked(path: Path, folder: RunFolder) -> bool:
    """Whether the run's folder has all files of the archive, unchanged; false for a damaged archive."""
    try:
        with _opened(path) as archive:
            return all(_is_extracted(member, folder) for member in _files(archive))
    except Exception:  # noqa: BLE001 - as above
        return False


def unpack(path: Path, folder: RunFolder) -> None:
    """Extract the files of an archive into the run's folder, each atomically.

    Raises:
        StoreError: The archive is damaged, the folder cannot be written, or the disk is too full.
    """
    try:
        with _opened(path) as archive:
            # All are read and checked before the first is written, so that a damaged archive changes nothing.
            contents = [(member.filename, archive.read(member.filename, MAX_BYTES)) for member in _files(archive)]
            folder.path.mkdir(parents=True, exist_ok=True)
            _ensure_space(archive, folder)
        for name, content in contents:
            _write(folder.path / name, content, folder)
    except Exception as error:
        raise StoreError(f"The reference run {path.name} cannot be unpacked: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """What is wrong, on one line."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        return f"its record is damaged ({'.'.join(map(str, first['loc'])) or 'a value'}: {first['msg']})"
    return next(iter(str(error).splitlines()), type(error).__name__)


@contextmanager
def _opened(path: Path) -> Iterator[Archive]:
    with open_archive(path, max_bytes=_MAX_FILE_BYTES) as archive:
        _ensure_size(archive)
        _ensure_names(archive)
        yield archive


def _write(target: Path, content: bytes, folder: RunFolder) -> None:
    _ensure_inside(target, folder)
    # Not durable, since the first page waits for this; a file that is damaged by a power cut is unpacked again.
    with atomic_write(target, durable=False) as temporary:
        temporary.write_bytes(content)


def _files(archive: Archive) -> list[zipfile.ZipInfo]:
    return [member for member in archive.members if member.filename != _ABOUT]


def _is_extracted(member: zipfile.ZipInfo, folder: RunFolder) -> bool:
    file = folder.path / member.filename
    return file.is_file() and file.stat().st_size == member.file_size and zlib.crc32(file.read_bytes()) == member.CRC


def _ensure_id(found: object, expected: str) -> None:
    if found != expected:
        raise ValueError(f"it holds the run {found!r}")


def _ensure_names(archive: Archive) -> None:
    names = [member.filename for member in archive.members]
    for name in names:
        if name != _ABOUT and not _FILE_NAME.fullmatch(name):
            raise ValueError(f"it holds a file that is not a run's: {name[:60]!r}")
    if len(set(names)) < len(names):
        raise ValueError("it holds a file twice")


def _ensure_size(archive: Archive) -> None:
    size = sum(member.file_size for member in archive.members)
    if size > MAX_BYTES:
        raise ValueError(f"it holds {size / 1e6:,.0f} MB; the limit is {MAX_BYTES / 1e6:.0f}")


def _ensure_space(archive: Archive, folder: RunFolder) -> None:
    size = sum(member.file_size for member in _files(archive))
    free = shutil.disk_usage(folder.path).free
    if free < size + SPARE_BYTES:
        needed = (size + SPARE_BYTES) / 1e6
        raise ValueError(f"it needs {needed:,.0f} MB of free disk space; {free / 1e6:,.0f} MB are free")


def _ensure_inside(target: Path, folder: RunFolder) -> None:
    if not target.resolve().is_relative_to(folder.path.resolve()):
        raise ValueError(f"{target.name} lies outside the run's folder")


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    member = zipfile.ZipInfo(name, _FIXED_DATE)
    member.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(member, content, compresslevel=9)


def _about(run: Run, points: Sequence[MetricPoint]) -> dict[str, Any]:
    ended = run.ended or run.created
    return {
        "version": VERSION,
        "id": run.id,
        "name": run.name,
        "note": run.note,
        "network": json.loads(run.network.to_json()),
        "recipe": json.loads(run.recipe.to_json()),
        "created": run.created.isoformat(),
        "ended": ended.isoformat(),
        "data": run.data and asdict(run.data),
        "result": run.result and asdict(run.result),
        "columns": _COLUMNS,
        "points": [_rounded(point) for point in _thinned(points)],
    }


def _thinned(points: Sequence[MetricPoint]) -> list[MetricPoint]:
    steps = [point for point in points if point.kind == "step"]
    stride = -(-len(steps) // MAX_STEPS) or 1
    chosen = set(steps[::stride])
    return [point for point in points if point.kind == "epoch" or point in chosen]


def _rounded(point: MetricPoint) -> list[Any]:
    # float32 has about seven significant digits; more would only make the file larger.
    return [float(f"{value:.7g}") if isinstance(value, float) else value for value in astuple(point)]


def _run(about: dict[str, Any], points: Sequence[MetricPoint]) -> Run:
    if about["version"] != VERSION:
        raise ValueError(f"it has version {about['version']}, not {VERSION}")
    result = _RESULT.validate_python(about["result"])
    created, ended = (datetime.fromisoformat(about[name]).astimezone(UTC) for name in ("created", "ended"))
    steps = max((point.step for point in points), default=0)
    run = Run(
        id=about["id"],
        number=0,
        name=_TEXT.validate_python(about["name"]),
        note=_TEXT.validate_python(about["note"]),
        state=RunState.FINISHED,
        attempt=1,
        network=network_from_json(json.dumps(about["network"])),
        recipe=recipe_from_json(json.dumps(about["recipe"])),
        created=created,
        owner=REFERENCE,
    )
    return replace(
        run,
        started=created,
        ended=ended,
        heartbeat=ended,
        epochs_done=result.epochs,
        steps_done=steps,
        total_steps=steps,
        seconds=result.seconds,
        data=_DATA.validate_python(about["data"]),
        result=result,
    )
