"""What could be seen of a network after an epoch: its guesses, filters, feature maps and health; one file an epoch.

A file is a NumPy archive (`.npz`) with one member more, `snapshot.json`, so that the health of all epochs can be read
without the pictures.
"""

import io
import json
import re
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_lab.errors import StoreError
from mnist_lab.runs.folder import replacing

PROBES = 12
"""Test digits whose probabilities are kept: one of each class, in order, and two hard ones."""
MAP_DIGITS = 10
"""Of these, the first, one a class, whose feature maps are kept."""
MOST_SNAPSHOTS = 60

_VERSION = 1
_ABOUT = "snapshot.json"
_NAME = re.compile(r"epoch-(\d{6,})\.npz")
_ALWAYS_KEPT = 4
_DAMAGE = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class LayerHealth:
    """Signs of one layer's health after an epoch, measured on a fixed batch of training images."""

    layer: int
    """1-based place in the completed stack (`analyse(network).layers`)."""
    kind: str
    """Keras class name."""
    title: str
    """For people: "2 Convolution"."""
    dead: float | None
    """Share 0..1 of the layer's units (channels, or Dense units) that gave 0 for every probe image; relu only."""
    gradient: float | None
    """Root mean square of the loss's gradient by the layer's kernel; may be NaN or infinite; None without a kernel."""
    weight: float | None
    """Root mean square of the layer's kernel; may be NaN or infinite; None without a kernel."""


@dataclass(frozen=True, slots=True, eq=False)
class LayerMaps:
    """What one layer makes of ten digits, one a class: whole numbers 0 to 255 between the lowest and highest value."""

    layer: int
    """1-based place in the completed stack."""
    kind: str
    title: str
    shape: tuple[int, ...]
    """Of the layer's whole output, without the batch: (h, w, channels) or (units,)."""
    values: NDArray[np.uint8]
    """(10, channels, h, w), the first channels only where there are many; rows of units are (10, 1, 1, units)."""
    low: NDArray[np.float32]
    """(10,), what 0 stands for: at most 0; NaN where the layer gave no number at all."""
    high: NDArray[np.float32]
    """(10,), what 255 stands for: at least 0."""


@dataclass(frozen=True, slots=True, eq=False)
class FirstWeights:
    """The weights of the first layer that has any, as pictures."""

    layer: int
    """1-based place in the completed stack."""
    kind: str
    """"Conv2D", or "Dense" for a layer that looks at the whole picture."""
    title: str
    count: int
    """Filters or units that the layer has; `values` may hold fewer."""
    values: NDArray[np.float32]
    """(n, rows, columns); may be NaN or infinite."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """One epoch's. Epoch 0 is before the first step."""

    epoch: int
    images: NDArray[np.uint8]
    """(12, 28, 28), the probe digits: test images, the same for every run on a data set."""
    labels: NDArray[np.uint8]
    """(12,), what they are; the first ten are 0 to 9."""
    probabilities: NDArray[np.float32]
    """(12, 10); NaN where the network's weights are."""
    filters: FirstWeights | None
    """None for a network whose first weights are no pictures."""
    maps: tuple[LayerMaps, ...]
    """In the order of the layers, without those that change nothing when a network reads: dropout and Flatten."""
    health: tuple[LayerHealth, ...]
    """All layers that have a kernel or a relu."""


def layer_maps(layer: int, kind: str, title: str, shape: tuple[int, ...], outputs: NDArray[np.floating]) -> LayerMaps:
    """Put a layer's outputs (10, channels, h, w) on the scale of 256 steps, each digit on its own."""
    finite = np.where(np.isfinite(outputs), outputs, 0).astype(np.float32)
    low = np.minimum(finite.min(axis=(1, 2, 3)), 0)
    high = np.maximum(finite.max(axis=(1, 2, 3)), 0)
    span = np.where(high > low, high - low, 1)
    values = np.round((finite - low[:, None, None, None]) / span[:, None, None, None] * 255)
    low = np.where(np.isfinite(outputs).any(axis=(1, 2, 3)), low, np.nan)
    return LayerMaps(layer, kind, title, shape, values.astype(np.uint8), low.astype(np.float32), high)


def write_snapshot(folder: Path, snapshot: Snapshot) -> None:
    """Keep a snapshot, in place of one of the same epoch; whoever reads at that moment sees one or the other, whole.

    Of many epochs only some stay (`thinned`).

    Raises:
        OSError: The folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(_path(folder, snapshot.epoch)) as temporary:
        temporary.write_bytes(_packed(snapshot))
    epochs = list_epochs(folder)
    for epoch in set(epochs) - set(thinned(epochs)):
        _path(folder, epoch).unlink(missing_ok=True)


def list_epochs(folder: Path) -> tuple[int, ...]:
    """The epochs that have a snapshot, in order; none if there is no such folder."""
    with suppress(OSError):
        return tuple(sorted(int(match[1]) for path in folder.iterdir() if (match := _NAME.fullmatch(path.name))))
    return ()


def read_snapshot(folder: Path, epoch: int) -> Snapshot | None:
    """The snapshot of an epoch, None if there is none.

    Raises:
        StoreError: The file is damaged.
    """
    path = _path(folder, epoch)
    try:
        with np.load(path, allow_pickle=False) as archive:
            return _unpacked(archive)
    except FileNotFoundError:
        return None
    except _DAMAGE as error:
        raise StoreError(f"{path} is damaged; the snapshots of other epochs may still be whole.") from error


def read_snapshots(folder: Path) -> tuple[Snapshot, ...]:
    """All snapshots that can be read, in the order of their epochs; damaged ones are left out."""
    found = []
    for epoch in list_epochs(folder):
        with suppress(StoreError):
            found.append(read_snapshot(folder, epoch))
    return tuple(snapshot for snapshot in found if snapshot is not None)


def read_health(folder: Path) -> dict[int, tuple[LayerHealth, ...]]:
    """The health of every epoch that has a snapshot, without the pictures; damaged ones are left out."""
    return {epoch: health for epoch in list_epochs(folder) if (health := read_epoch_health(folder, epoch)) is not None}


def read_epoch_health(folder: Path, epoch: int) -> tuple[LayerHealth, ...] | None:
    """The health of one epoch, without the pictures; None if there is no snapshot or it is damaged."""
    try:
        with zipfile.ZipFile(_path(folder, epoch)) as archive:
            return _health(json.loads(archive.read(_ABOUT)))
    except _DAMAGE:
        return None


def newest_health(folder: Path) -> tuple[LayerHealth, ...]:
    """The health of the latest epoch that has a whole snapshot; empty if there is none."""
    healths = (read_epoch_health(folder, epoch) for epoch in reversed(list_epochs(folder)))
    return next((health for health in healths if health is not None), ())


def discard_snapshots(folder: Path, *, after: int) -> None:
    """Remove the snapshots of all epochs later than `after`, -1 for all: another attempt makes them anew.

    Raises:
        OSError: One cannot be removed.
    """
    for epoch in list_epochs(folder):
        if epoch > after:
            _path(folder, epoch).unlink(missing_ok=True)


def thinned(epochs: Sequence[int], most: int = MOST_SNAPSHOTS) -> tuple[int, ...]:
    """Which of these epochs stay, at most `most`: the first few, the last, and the multiples of a power of two.

    The power depends on the last epoch alone, so that what has stayed at one time was worth keeping at all earlier
    ones.
    """
    if not epochs:
        return ()
    last, stride = max(epochs), 1
    while last // stride > most - _ALWAYS_KEPT - 2:
        stride *= 2
    return tuple(
        epoch for epoch in sorted(set(epochs)) if epoch <= _ALWAYS_KEPT or epoch % stride == 0 or epoch == last
    )


def _path(folder: Path, epoch: int) -> Path:
    return folder / f"epoch-{epoch:06d}.npz"


def _packed(snapshot: Snapshot) -> bytes:
    filters, maps = snapshot.filters, snapshot.maps
    about: dict[str, Any] = {
        "version": _VERSION,
        "epoch": snapshot.epoch,
        "filters": filters and {name: getattr(filters, name) for name in ("layer", "kind", "title", "count")},
        "maps": [{name: getattr(one, name) for name in ("layer", "kind", "title", "shape")} for one in maps],
        "health": [asdict(one) for one in snapshot.health],
    }
    arrays = {name: getattr(snapshot, name) for name in ("images", "labels", "probabilities")}
    if filters is not None:
        arrays["filters"] = filters.values
    arrays |= {f"maps-{one.layer}": one.values for one in maps}
    arrays["low"] = np.array([one.low for one in maps], np.float32)
    arrays["high"] = np.array([one.high for one in maps], np.float32)
    buffer = io.BytesIO()
    # The quickest compression: it takes a third of np.savez_compressed's time, and gets nearly as far.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(_ABOUT, json.dumps(about))
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, array, allow_pickle=False)
            archive.writestr(f"{name}.npy", member.getvalue())
    return buffer.getvalue()


def _unpacked(archive: Any) -> Snapshot:
    about = json.loads(archive[_ABOUT])
    if about["version"] != _VERSION:
        raise ValueError(f"version {about['version']}")
    filters, low, high = about["filters"], archive["low"], archive["high"]
    maps = [
        LayerMaps(
            **{**one, "shape": tuple(one["shape"])}, values=archive[f"maps-{one['layer']}"], low=low[i], high=high[i]
        )
        for i, one in enumerate(about["maps"])
    ]
    return Snapshot(
        epoch=int(about["epoch"]),
        images=archive["images"],
        labels=archive["labels"],
        probabilities=archive["probabilities"],
        filters=filters and FirstWeights(**filters, values=archive["filters"]),
        maps=tuple(maps),
        health=_health(about),
    )


def _health(about: dict[str, Any]) -> tuple[LayerHealth, ...]:
    return tuple(LayerHealth(**one) for one in about["health"])
