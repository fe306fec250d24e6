"""The folder of one run: its lock, log, weights, checkpoints, snapshots, predictions and digits' subspaces."""

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
from filelock import FileLock

from mnist_lab.archive_reader import MIB, ArchiveError, MissingFileError, open_archive
from mnist_lab.array_reader import archive_array
from mnist_lab.errors import StoreError
from mnist_lab.files import atomic_write, try_lock, write_arrays
from mnist_lab.network import CLASSES

_MAX_PROBABILITY = 1.001
"""1, and what rounding may add."""
_MAX_PREDICTIONS_BYTES = 8 * MIB
"""Size of the file, and of each of its arrays. The predictions of 10,000 test images have 0.4 MiB."""


_MAX_ORIGIN = 40
_RUN_ID = re.compile(r"[a-z0-9]{1,8}")


def is_run_id(value: object) -> bool:
    """Whether this can be the id of a run: a damaged one could name any folder."""
    return isinstance(value, str) and _RUN_ID.fullmatch(value) is not None


def is_within_epoch(name: str) -> bool:
    """Whether a file has the name of a checkpoint within an epoch."""
    return name.startswith("epoch-") and "-batch-" in name


class RunFolder:
    """The files of one run. The folder is created by the first write."""

    def __init__(self, path: Path):
        self.path = path

    @classmethod
    def of(cls, runs_folder: Path, run_id: str) -> Self:
        """The folder of the run with this id.

        Raises:
            StoreError: The id is damaged.
        """
        if not is_run_id(run_id):
            raise StoreError(f"A run's id is at most eight characters of a-z and 0-9. Received: {str(run_id)[:40]!r}.")
        return cls(runs_folder / run_id)

    @property
    def lock_path(self) -> Path:
        """The lock that a worker holds from before it claims the run until it exits."""
        return self.path / "worker.lock"

    @property
    def origin_path(self) -> Path:
        """Whose files are here, see `note_origin`."""
        return self.path / "origin"

    def origin(self) -> tuple[str, int]:
        """The lab whose files are here, and the last attempt that wrote them here; "" and 0 if that is not known."""
        try:
            lab, _, attempt = self.origin_path.read_text(encoding="ascii")[:_MAX_ORIGIN].partition(" ")
        except (OSError, ValueError):
            return "", 0
        return (lab, int(attempt)) if attempt.isdecimal() else ("", 0)

    def note_origin(self, lab: str, attempt: int) -> None:
        """Remember whose files are here. It is no error if that cannot be written.

        Args:
            lab: The name of the lab, from `lab_identity`.
            attempt: The attempt that writes here; 0 for copies of what was written elsewhere.
        """
        with suppress(OSError), atomic_write(self.origin_path, durable=False) as temporary:
            temporary.write_text(f"{lab} {attempt}", encoding="ascii")

    @property
    def log_path(self) -> Path:
        """Everything that the worker wrote to its standard output and error."""
        return self.path / "worker.log"

    @property
    def best_weights(self) -> Path:
        """The network with the weights of the best epoch, as Keras saves it."""
        return self.path / "best.keras"

    @property
    def last_weights(self) -> Path:
        """The network with the weights of the last epoch, as Keras saves it."""
        return self.path / "last.keras"

    @property
    def checkpoints(self) -> Path:
        """Folder of the checkpoints from which a training can be resumed, one file per epoch for the last epochs."""
        return self.path / "checkpoints"

    @property
    def snapshots(self) -> Path:
        """Folder of the snapshots of the network, one file per epoch."""
        return self.path / "watch"

    @property
    def epochs(self) -> Path:
        """Folder of the weights after each epoch, see `epoch_weights`."""
        return self.path / "epochs"

    @property
    def live(self) -> Path:
        """Folder of the network as it is at this moment of its training, see `live_weights`."""
        return self.path / "live"

    @property
    def live_request(self) -> Path:
        """Touched by whoever reads the live weights."""
        return self.live / "request"

    @property
    def live_model(self) -> Path:
        """The network in training, as Keras saves it; `live_weights` has its newest weights."""
        return self.live / "model.keras"

    @property
    def live_weights(self) -> Path:
        """The newest weights of the network in training."""
        return self.live / "weights.npz"

    @property
    def predictions_path(self) -> Path:
        """The predicted probabilities for all test images."""
        return self.path / "predictions.npz"

    @property
    def digit_subspaces(self) -> Path:
        """What tells drawings that are no digits, see `novelty`; worked out again if it is missing."""
        return self.path / "digit_subspaces.npz"

    @property
    def handwriting_answers(self) -> Path:
        """What the network answers to the drawings of the collection, see `mnist_lab.handwriting`."""
        return self.path / "handwriting.npz"

    @property
    def extra_drawings(self) -> Path:
        """The drawings that the run trains on, too, see `mnist_lab.handwriting.extra_drawings`."""
        return self.path / "extra_drawings.npz"

    @property
    def initial_weights(self) -> Path:
        """The network that the run starts with, as Keras saves it, if it does not start with random weights."""
        return self.path / "initial.keras"

    def checkpoint_files(self) -> list[Path]:
        """The checkpoints, the latest first. Their content is not checked here."""
        # Sorted by name: the numbers in it have leading zeros. Without its ending, as "." comes after "-".
        return sorted(self.checkpoints.glob("epoch-*.checkpoint"), key=lambda path: path.stem, reverse=True)

    def has_epoch_checkpoint(self) -> bool:
        """Whether there is a checkpoint of the end of an epoch, from which another run can continue."""
        return any(not is_within_epoch(path.name) for path in self.checkpoint_files())

    def checkpoint_path(self, epoch: int, batch: int = 0) -> Path:
        """The file of the checkpoint at the end of `epoch` (1-based), or `batch` batches later."""
        within = f"-batch-{batch:06d}" if batch else ""
        return self.checkpoints / f"epoch-{epoch:06d}{within}.checkpoint"

    def lock(self, *, wait: float = 0.0) -> FileLock | None:
        """Take the run's lock; None if a live worker has it, also after `wait` seconds.

        Raises:
            StoreError: The folder cannot be written.
        """
        return try_lock(self.lock_path, wait=wait)

    def discard_results(self) -> None:
        """Remove the weights, predictions and temporary files that an earlier attempt left."""
        temporary = [path for path in self.path.rglob(".*") if path.is_file()]
        results = (self.best_weights, self.last_weights, self.predictions_path)
        answers = (self.digit_subspaces, self.handwriting_answers)
        for path in (*results, *answers, self.live_model, self.live_weights, *temporary):
            path.unlink(missing_ok=True)

    def read_log(self, last: int = 100_000) -> str:
        """The last `last` bytes of the log; "" if there is none."""
        try:
            with self.log_path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - last))
                return file.read().decode("utf-8", errors="replace")
        except OSError:
            return ""

    def write_predictions(self, probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.uint8]) -> None:
        """Write the probabilities (n, 10) for all test images, and their true labels (n,)."""
        write_arrays(
            self.predictions_path,
            {"probabilities": probabilities.astype(np.float32), "labels": labels.astype(np.uint8)},
            compressed=True,
        )

    def read_predictions(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8]] | None:
        """Probabilities float32 (n, 10) and labels uint8 (n,) of all test images; None if the run has none.

        Raises:
            StoreError: The file is damaged.
        """
        try:
            with open_archive(self.predictions_path, max_bytes=_MAX_PREDICTIONS_BYTES, kind=".npz file") as archive:
                probabilities = archive_array(
                    archive, "probabilities", (None, CLASSES), np.float32, max_bytes=_MAX_PREDICTIONS_BYTES
                )
                labels = archive_array(archive, "labels", (len(probabilities),), max_bytes=_MAX_PREDICTIONS_BYTES)
        except MissingFileError:
            return None
        except ArchiveError as error:
            raise StoreError(f"{self.predictions_path} {error}; train the run again to get it back.") from error
        if labels.max(initial=0) >= CLASSES:
            raise StoreError(
                f"{self.predictions_path} has the label {labels.max()}, and labels are 0 to 9; train the run again to"
                " get it back."
            )
        # NaN is what a diverged network answers.
        if ((probabilities < 0) | (probabilities > _MAX_PROBABILITY)).any():
            raise StoreError(
                f"{self.predictions_path} has numbers that are no probabilities; train the run again to get it back."
            )
        return probabilities, labels
