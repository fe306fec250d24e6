"""A run that continues another one: its record, its points and its files."""

import os
import shutil
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, insert, literal, select

from mnist_lab.errors import RefusedError, StoreError, TransitionError
from mnist_lab.network.network import clean_name
from mnist_lab.runs.backends.database_clock import now
from mnist_lab.runs.queries.queue_order import end_of_queue
from mnist_lab.runs.rows import interventions_to_json, run_from_row
from mnist_lab.runs.run_folder import RunFolder, is_within_epoch
from mnist_lab.runs.schema import metrics, runs
from mnist_lab.runs.state import RunState

_CAN_BE_CONTINUED = frozenset({RunState.FINISHED, RunState.STOPPED})


def add_continuation(
    connection: Connection,
    row: Row[*tuple[Any, ...]],
    new_id: str,
    more_epochs: int,
    *,
    owner: str,
    has_checkpoint: bool,
    keep_learning_rate: bool,
) -> None:
    """Queue a run `new_id` that continues the run in `row`, with the points of that run's completed epochs.

    Raises:
        TransitionError: The run is neither finished nor stopped, or has no checkpoint.
        RefusedError: `more_epochs` is below 1, or the sum above what a recipe can have.
        StoreError: The run's record is damaged.
    """
    parent = run_from_row(row)
    if more_epochs < 1:
        raise RefusedError(f"more_epochs must be at least 1. Received: {more_epochs}.")
    if parent.state not in _CAN_BE_CONTINUED:
        raise TransitionError(
            f"The run '{parent.name}' is {parent.state}; only a finished or stopped run can be continued."
        )
    if not has_checkpoint or parent.epochs_done == 0:
        raise TransitionError(f"The run '{parent.name}' has no checkpoint to continue from. Train a new run instead.")
    recipe = parent.recipe.with_changes(epochs=parent.epochs_done + more_epochs)
    steps = _last_epoch_step(connection, parent.id)
    connection.execute(
        insert(runs).values(
            id=new_id,
            name=clean_name(f"{parent.name}, continued"),
            state=RunState.QUEUED,
            position=end_of_queue(connection),
            network=row.network,
            recipe=recipe.to_json(),
            created=now(connection),
            epochs_done=parent.epochs_done,
            steps_done=steps,
            total_steps=steps // parent.epochs_done * recipe.epochs,
            seconds=parent.seconds,
            data=row.data,
            owner=owner,
            run_group=parent.group,
            learning_rate_factor=parent.learning_rate_factor if keep_learning_rate else 1.0,
            parent=parent.id,
            interventions=interventions_to_json([one for one in parent.interventions if one.step < steps]),
        )
    )
    columns = [column for column in metrics.c if column.name != "run_id"]
    chosen = select(literal(new_id), *columns).where(metrics.c.run_id == parent.id, metrics.c.step <= steps)
    connection.execute(insert(metrics).from_select(["run_id", *(column.name for column in columns)], chosen))


def share_files(old: RunFolder, new: RunFolder) -> None:
    """Link or copy what the new run needs of the old one: checkpoints, snapshots, and what its training began with.

    Raises:
        StoreError: They cannot be copied.
    """
    try:
        for source, target in ((old.checkpoints, new.checkpoints), (old.snapshots, new.snapshots)):
            if source.is_dir():
                shutil.copytree(source, target, ignore=_not_shared, copy_function=_link_or_copy)
        for source, target in ((old.extra_drawings, new.extra_drawings), (old.initial_weights, new.initial_weights)):
            if source.is_file():
                _link_or_copy(source, target)
    except (OSError, shutil.Error) as error:
        raise StoreError(f"The run's checkpoint cannot be copied: {error}. Free some space on its disk.") from error


def is_passed_on(path: str) -> bool:
    """Whether a file of the old run, by its path in the run's folder, is one that the new run needs, too."""
    folder, _, name = path.rpartition("/")
    if folder == "checkpoints":
        return not is_within_epoch(name)
    return folder == "watch" or path in {"extra_drawings.npz", "initial.keras"}


def share_weights(weights: Path, new: RunFolder) -> None:
    """Let a run start with the weights of another one: a file as Keras saves a network.

    Raises:
        StoreError: They cannot be copied.
    """
    try:
        new.path.mkdir(parents=True, exist_ok=True)
        _link_or_copy(weights, new.initial_weights)
    except OSError as error:
        raise StoreError(f"The weights cannot be copied: {error}. Free some space on the disk.") from error


def _link_or_copy(source: str | Path, target: str | Path) -> None:
    # Two runs may share one file: these files are replaced as a whole and never changed.
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _not_shared(_folder: str | Path, names: list[str]) -> list[str]:
    """Temporary files, and checkpoints within an epoch: the new run continues from the end of an epoch."""
    return [name for name in names if name.startswith(".") or is_within_epoch(name)]


def _last_epoch_step(connection: Connection, run_id: str) -> int:
    query = select(func.coalesce(func.max(metrics.c.step), 0))
    query = query.where(metrics.c.run_id == run_id, metrics.c.kind == "epoch")
    return int(connection.execute(query).scalar_one())
