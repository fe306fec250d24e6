"""Checkpoints: the complete state of a training between two steps. A resumed training gives identical numbers.

File format: a line that names the format, a line with the SHA-256 of the rest, a line of JSON, and the bytes of the
arrays one after the other. Nothing in a file is ever executed.
"""

import hashlib
import json
import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, TypeAdapter

from mnist_lab.archive_reader import MIB, ArchiveError, open_file
from mnist_lab.files import atomic_write
from mnist_lab.network import MAX_PARAMETERS, Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import DataInfo, Intervention, MetricPoint
from mnist_lab.runs.rows import interventions_from_json, interventions_to_json

FORMAT = b"MNIST Lab checkpoint 1\n"
GROUPS = ("model", "optimizer", "best", "running")

MAX_BYTES = MAX_PARAMETERS * 4 * 6
"""Largest file that is read: weights, those of the best epoch and two states of the optimizer, with a reserve."""
MAX_HEADER_BYTES = 64 * MIB

Arrays: TypeAlias = tuple[NDArray[Any], ...]


@dataclass(frozen=True, eq=False)
class TrainingState:
    """The state of a training between two steps. Arrays are copies, in Keras's order of the variables."""

    epoch: int
    """Epochs completed."""
    best_epoch: int
    """1-based; 0 while no epoch had a finite validation loss."""
    best_loss: float
    patience_from: int
    """Early stopping counts epochs without improvement from here or from the best epoch, whichever is later."""
    learning_rate_factor: float
    seconds: float
    images: int
    """Training images in `step_seconds`."""
    step_seconds: float
    model: Arrays
    """All variables: weights, statistics of batch normalization, states of the random-number generators."""
    optimizer: Arrays
    best: Arrays
    """The weights of the best epoch; empty while there is none."""
    running: Arrays = ()
    """Within an epoch: the summed loss and the number of correct images of each of its batches so far, float64
    (batches,) each. Empty at the end of an epoch."""

    @property
    def batch(self) -> int:
        """Batches of the present epoch that are done; 0 at the end of an epoch."""
        return len(self.running[0]) if self.running else 0


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A training's state, and the run it belongs to."""

    run: str
    """Id of the run that wrote it. A run that continues another one starts with that run's checkpoint."""
    fingerprint: str
    """Of network, recipe and data, see `fingerprint`."""
    precision: str
    """"float32" or "mixed_bfloat16"; never "auto"."""
    points: tuple[MetricPoint, ...]
    """Points up to this step that the store had not confirmed when the checkpoint was made."""
    state: TrainingState
    interventions: tuple[Intervention, ...] = ()
    """The same for what was done by hand."""


class DamagedCheckpointError(Exception):
    """The file is incomplete, was changed, or is not a checkpoint of this format."""


def fingerprint(network: Network, recipe: Recipe, data: DataInfo) -> str:
    """64 hex digits that identify a training: a checkpoint is used only where they are the same.

    The number of epochs is left out, so that a run can be continued for more epochs. Fields with their default value
    are left out too, so that checkpoints stay usable when a later version adds a field.
    """
    content = {
        "layers": [[layer.kind, layer.model_dump(mode="json", exclude_defaults=True)] for layer in network.layers],
        "recipe": recipe.model_dump(mode="json", exclude_defaults=True, exclude={"epochs"}),
        "data": [
            *(data.fingerprint, data.training, data.validation, data.validation_choice),
            *([data.drawings_version] if data.drawings_version else []),
        ],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint to `path`, completely or not at all.

    Raises:
        OSError: It cannot be written.
    """
    state = checkpoint.state
    arrays = [array for group in GROUPS for array in getattr(state, group)]
    header = {
        "run": checkpoint.run,
        "fingerprint": checkpoint.fingerprint,
        "precision": checkpoint.precision,
        "points": [asdict(point) for point in checkpoint.points],
        "interventions": interventions_to_json(checkpoint.interventions),
        "state": {name: getattr(state, name) for name in _NUMBERS},
        "arrays": {group: [[array.dtype.str, array.shape] for array in getattr(state, group)] for group in GROUPS},
    }
    # ascontiguousarray makes a scalar one-dimensional; the bytes are the same.
    parts: list[Any] = [json.dumps(header).encode() + b"\n", *(np.ascontiguousarray(array).data for array in arrays)]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        file.write(FORMAT + digest.hexdigest().encode() + b"\n")
        for part in parts:
            file.write(part)


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint and verify its checksum.

    Raises:
        DamagedCheckpointError: The file cannot be read, is incomplete, was changed, or is not a checkpoint of this
            format.
    """
    try:
        with open_file(path, MAX_BYTES) as file:
            content = file.read()
    except ArchiveError as error:
        raise DamagedCheckpointError(f"it {error}") from error
    start = len(FORMAT) + 65
    if not content.startswith(FORMAT) or len(content) <= start:
        raise DamagedCheckpointError("it is not a checkpoint of this version")
    body = memoryview(content)[start:]
    if hashlib.sha256(body).hexdigest().encode() + b"\n" != content[len(FORMAT) : start]:
        raise DamagedCheckpointError("its checksum is wrong")
    try:
        return _parse(content, start)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError, MemoryError) as error:
        raise DamagedCheckpointError(f"its content is invalid: {_first_line(error)}") from error


_Count = Annotated[int, Field(ge=0)]
_Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(frozen=True)
class _Numbers:
    """The numbers of a `TrainingState`, as the header has them."""

    epoch: _Count
    best_epoch: _Count
    best_loss: float
    patience_from: _Count
    learning_rate_factor: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    seconds: _Seconds
    images: _Count
    step_seconds: _Seconds


@dataclass(frozen=True)
class _Header:
    """The line of JSON."""

    run: str
    fingerprint: str
    precision: Literal["float32", "mixed_bfloat16"]
    points: tuple[MetricPoint, ...]
    state: _Numbers
    arrays: dict[str, tuple[tuple[str, tuple[_Count, ...]], ...]]
    """Type and shape of each array, by the names in `GROUPS`."""
    interventions: str = "[]"
    """As JSON. Earlier versions wrote none."""


_HEADER = TypeAdapter(_Header)
_NUMBERS = tuple(field.name for field in fields(_Numbers))


def _parse(content: bytes, start: int) -> Checkpoint:
    end_of_header = content.index(b"\n", start, start + MAX_HEADER_BYTES)
    header = _HEADER.validate_python(json.loads(content[start:end_of_header]))
    offset = end_of_header + 1
    groups: dict[str, Any] = {}
    for group in GROUPS:
        arrays = []
        # Earlier versions wrote no "running".
        described = header.arrays.get(group, ()) if group == "running" else header.arrays[group]
        for name, shape in described:
            dtype = _number_type(name)
            count = math.prod(shape)
            arrays.append(np.frombuffer(content, dtype, count, offset).reshape(shape))
            offset += count * dtype.itemsize
        groups[group] = tuple(arrays)
    if offset != len(content):
        raise ValueError("it is longer than its arrays")
    state = TrainingState(**vars(header.state), **groups)
    return Checkpoint(
        run=header.run,
        fingerprint=header.fingerprint,
        precision=header.precision,
        points=header.points,
        state=state,
        interventions=interventions_from_json(header.interventions),
    )


def _number_type(name: str) -> np.dtype[Any]:
    dtype = np.dtype(name)
    if dtype.kind not in "biuf":
        raise ValueError(f"an array of {str(dtype)[:60]}")
    return dtype


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
