"""The snapshots of runs as pages show them: read once and drawn once for all viewers, within bounds."""

from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from mnist_lab.charts import filters_html, guesses_html, health_html, maps_html
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


class Stamp(NamedTuple):
    """A snapshot's file as it is at the moment: written anew, it has another stamp."""

    epoch: int
    written: int
    """Nanoseconds."""


Stamps = tuple[Stamp, ...]


def stamps(folder: Path) -> Stamps:
    """The snapshots that there are, in the order of their epochs."""
    found = []
    for epoch in list_epochs(folder):
        try:
            found.append(Stamp(epoch, snapshot_path(folder, epoch).stat().st_mtime_ns))
        except OSError:
            continue  # thinned out in this very moment
    return tuple(found)


def stamp_words(there: Stamps) -> str:
    """The newest snapshot of what `stamps` gave, in words that no other one has; "" if there is none."""
    return f"{there[-1].epoch}-{there[-1].written}" if there else ""


def panel_html(
    folder: Path, there: Stamps, epoch: int, panel: Panel, digit: int, theme: str, *, done: int | None = None
) -> str | None:
    """The picture of one panel after an epoch; None if that snapshot cannot be read.

    Args:
        folder: The run's snapshots.
        there: What `stamps` gave.
        epoch: One of them.
        panel: Which picture.
        digit: 0 to 9, for filters and maps.
        theme: "light" or "dark".
        done: The epochs that an ended training completed; a later picture is of the middle of one.
    """
    stamp = next(one for one in there if one.epoch == epoch)
    # Filters and maps show one epoch alone, whatever others there are.
    needed = there if panel in {"Guesses", "Health"} else (stamp,)
    in_epoch = done is not None and epoch > done
    return _drawn(folder, needed, stamp, panel, digit if panel in {"Filters", "Maps"} else 0, theme, in_epoch)


@lru_cache(maxsize=256)
def _drawn(
    folder: Path, there: Stamps, stamp: Stamp, panel: Panel, digit: int, theme: str, in_epoch: bool
) -> str | None:
    if panel == "Health":
        healths = {one.epoch: health for one in there if (health := _health(folder, one)) is not None}
        return health_html(healths, stamp.epoch) if stamp.epoch in healths else None
    snapshot = _snapshot(folder, stamp)
    if snapshot is None:
        return None
    if panel == "Filters":
        return filters_html(snapshot, digit, theme)
    if panel == "Maps":
        return maps_html(snapshot, digit, theme)
    chances = {one.epoch: rows for one in there if (rows := _probabilities(folder, one)) is not None}
    return guesses_html(snapshot, chances, theme, in_epoch=in_epoch)


@lru_cache(maxsize=32)
def _snapshot(folder: Path, stamp: Stamp) -> Snapshot | None:
    try:
        return read_snapshot(folder, stamp.epoch)
    except StoreError:
        return None


@lru_cache(maxsize=2048)
def _health(folder: Path, stamp: Stamp) -> tuple[LayerHealth, ...] | None:
    return read_epoch_health(folder, stamp.epoch)


@lru_cache(maxsize=2048)
def _probabilities(folder: Path, stamp: Stamp) -> NDArray[np.float32] | None:
    return read_epoch_probabilities(folder, stamp.epoch)
