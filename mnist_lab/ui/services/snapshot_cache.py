"""The snapshots of networks as pages show them: each is read once and drawn once for all viewers."""

from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from mnist_lab.charts import digits_html, filters_html, guesses_html, health_html, maps_html
from mnist_lab.errors import StoreError
from mnist_lab.runs.snapshot import LayerHealth, Snapshot
from mnist_lab.runs.snapshot_files import (
    list_epochs,
    read_epoch_health,
    read_epoch_probabilities,
    read_snapshot,
    snapshot_path,
)

Panel = Literal["Guesses", "Filters", "Maps", "Health"]
PANELS: tuple[Panel, ...] = get_args(Panel)


class SnapshotVersion(NamedTuple):
    """One snapshot file as it was written; when it is written again, its version changes."""

    epoch: int
    written: int
    """Time of its last change, in nanoseconds."""


SnapshotVersions = tuple[SnapshotVersion, ...]


def snapshot_versions(folder: Path) -> SnapshotVersions:
    """The snapshots in a folder, in the order of their epochs."""
    found = []
    for epoch in list_epochs(folder):
        try:
            found.append(SnapshotVersion(epoch, snapshot_path(folder, epoch).stat().st_mtime_ns))
        except OSError:
            continue  # deleted meanwhile: only some of many snapshots are kept
    return tuple(found)


def newest_version(versions: SnapshotVersions) -> str:
    """The newest snapshot as a text that differs from that of every other snapshot; "" if there is none."""
    return f"{versions[-1].epoch}-{versions[-1].written}" if versions else ""


def panel_html(
    folder: Path,
    versions: SnapshotVersions,
    epoch: int,
    panel: Panel,
    digit: int,
    theme: str,
    *,
    done: int | None = None,
) -> str | None:
    """The HTML of one panel after an epoch; None if that snapshot cannot be read.

    Args:
        folder: The folder of the run's snapshots.
        versions: The result of `snapshot_versions`.
        epoch: The epoch of one of them.
        panel: One of `PANELS`.
        digit: 0 to 9, for filters and maps.
        theme: "light" or "dark".
        done: Number of epochs that an ended training completed; a later snapshot was taken in the middle of one.
    """
    shown = next(version for version in versions if version.epoch == epoch)
    # Filters and maps depend on one epoch only.
    needed = versions if panel in {"Guesses", "Health"} else (shown,)
    in_epoch = done is not None and epoch > done
    return _drawn(folder, needed, shown, panel, digit if panel in {"Filters", "Maps"} else 0, theme, in_epoch)


@lru_cache(maxsize=64)
def digits_of(folder: Path, shown: SnapshotVersion | None, *, done: int | None = None) -> str:
    """The HTML of the twelve digits of one of a run's snapshots; empty places if there is none, or it cannot be read.

    Args:
        folder: The folder of the run's snapshots.
        shown: One of `snapshot_versions`.
        done: Number of epochs that an ended training completed.
    """
    return digits_html(None if shown is None else _snapshot(folder, shown), done=done)


@lru_cache(maxsize=256)
def _drawn(
    folder: Path,
    versions: SnapshotVersions,
    shown: SnapshotVersion,
    panel: Panel,
    digit: int,
    theme: str,
    in_epoch: bool,
) -> str | None:
    if panel == "Health":
        healths = {one.epoch: health for one in versions if (health := _health(folder, one)) is not None}
        return health_html(healths, shown.epoch) if shown.epoch in healths else None
    snapshot = _snapshot(folder, shown)
    if snapshot is None:
        return None
    if panel == "Filters":
        return filters_html(snapshot, digit, theme)
    if panel == "Maps":
        return maps_html(snapshot, digit, theme)
    probabilities = {one.epoch: rows for one in versions if (rows := _probabilities(folder, one)) is not None}
    return guesses_html(snapshot, probabilities, theme, in_epoch=in_epoch)


@lru_cache(maxsize=32)
def _snapshot(folder: Path, version: SnapshotVersion) -> Snapshot | None:
    try:
        return read_snapshot(folder, version.epoch)
    except StoreError:
        return None


@lru_cache(maxsize=2048)
def _health(folder: Path, version: SnapshotVersion) -> tuple[LayerHealth, ...] | None:
    return read_epoch_health(folder, version.epoch)


@lru_cache(maxsize=2048)
def _probabilities(folder: Path, version: SnapshotVersion) -> NDArray[np.float32] | None:
    return read_epoch_probabilities(folder, version.epoch)
