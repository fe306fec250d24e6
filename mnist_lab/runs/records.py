"""The records of the store, as frozen data: runs, their results and their points."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from mnist_lab.data import DataSource
from mnist_lab.network import Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs.state import Command, RunState

REFERENCE = "reference"
"""Owner of the reference runs, which come with the lab."""


@dataclass(frozen=True, slots=True)
class DataInfo:
    """The images that a run was trained, validated and tested on."""

    source: str
    """Value of `mnist_lab.data.DataSource`: "mnist", "mnist-sample" or, in runs of earlier versions, "uci-digits"."""
    title: str
    """Its name in the app: "MNIST" or "MNIST sample (5,000 images)"."""
    fingerprint: str
    """16 hex digits of the content's SHA-256."""
    training: int
    """Number of training images, without the held-out ones."""
    validation: int
    """Number of validation images."""
    test: int
    """Number of test images."""
    validation_choice: Literal["holdout", "test"]
    """"test": the test images were the validation images too, as in the notebook."""
    fallback: str = ""
    """Why the sample was used and not MNIST; "" for MNIST."""
    drawings: int = 0
    """Number of drawings of the collection that were trained on, too."""
    drawings_version: str = ""
    """Which ones: `ExtraDrawings.version`; "" without any."""


@dataclass(frozen=True, slots=True)
class Result:
    """The final metrics of a run that was trained, completely or until it was stopped.

    Losses are mean categorical cross-entropies, accuracies are in 0..1. `test_loss`, `test_accuracy`,
    `per_class_accuracy` and `confusion` belong to the weights that `kept` names.
    """

    test_loss: float
    test_accuracy: float
    per_class_accuracy: tuple[float, ...]
    """Ten accuracies, class 0 to 9; NaN for a class without a test image."""
    confusion: tuple[tuple[int, ...], ...]
    """10 rows (true class) of 10 counts (predicted class)."""
    best_epoch: int
    """1-based; the epoch with the lowest validation loss. 0 when no epoch was completed."""
    epochs: int
    """Epochs completed."""
    seconds: float
    """Of training alone, without loading and evaluation."""
    samples_per_second: float
    """Training images per second."""
    kept: Literal["best", "last"]
    """Which epoch's weights were kept."""
    validation_loss: float
    validation_accuracy: float
    last_test_loss: float
    last_test_accuracy: float
    precision: str
    """"float32" or "mixed_bfloat16"."""
    versions: dict[str, str] = field(default_factory=dict)
    machine: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """One point of a run's curves."""

    step: int
    """Optimizer steps since the start of the run."""
    epoch: float
    """Epochs since the start of the run, fractional: 1.5 is the middle of the second epoch."""
    kind: Literal["step", "epoch"]
    """"step": means over the batches since the last point; "epoch": means over the epoch, with validation."""
    training_loss: float
    training_accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    learning_rate: float
    seconds: float
    """Since training started, without pauses."""
    samples_per_second: float


@dataclass(frozen=True, slots=True)
class ControlState:
    """What the user asks of an active run, as its worker reads it."""

    command: Command
    learning_rate_factor: float


Action: TypeAlias = Literal["learning rate", "pause", "continue", "stop"]


@dataclass(frozen=True, slots=True)
class Intervention:
    """What a user did to a run while it trained, as its worker carried it out."""

    action: Action
    step: int
    """Optimizer steps done by then; a learning rate applies from the next step on."""
    epoch: float
    """Epochs done by then, fractional."""
    time: datetime
    """In UTC."""
    factor: float | None = None
    """What the schedule's learning rate is multiplied by from then on; None unless `action` is "learning rate"."""


_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def machine_name(host: str) -> str:
    """The name of the machine in a `Run.host`; "" if there is none, as only one machine uses the store."""
    return "" if host.startswith(("/", "\\")) or _DRIVE.match(host) else host.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Run:
    """One training of one network with one recipe, as read from the store. Times are aware, in UTC."""

    id: str
    """8 characters of a to z and 0 to 9."""
    number: int
    """The order of creation, independent of the clock: each new run gets the next number."""
    name: str
    note: str
    state: RunState
    attempt: int
    """How often a worker has claimed the run. A worker may write only while its attempt is the latest."""
    network: Network
    recipe: Recipe
    created: datetime
    started: datetime | None = None
    ended: datetime | None = None
    heartbeat: datetime | None = None
    phase: str = ""
    """What an active run does: "loading data", "building", "training", "paused", "waiting for disk space",
    "waiting for the object store", "evaluating"."""
    epochs_done: int = 0
    steps_done: int = 0
    total_steps: int = 0
    """Optimizer steps of the whole training; 0 until the worker knows."""
    seconds: float = 0.0
    """Seconds of training so far, without pauses."""
    message: str = ""
    """Why it failed, was interrupted, or was trained on the sample; "" otherwise."""
    diverged: bool = False
    """Whether it failed because its loss became NaN or infinite."""
    command: Command = Command.NONE
    data: DataInfo | None = None
    result: Result | None = None
    owner: str = ""
    """The browser session or "cli" that created it; `REFERENCE` for a reference run."""
    group: str = ""
    """Name of the sweep it belongs to."""
    worker: str = ""
    """Name of the process that trains it or trained it last."""
    host: str = ""
    """The machine and folder of that process, see `stale_runs.host_of`."""
    learning_rate_factor: float = 1.0
    """Multiplies the schedule's learning rate from the next steps on."""
    parent: str = ""
    """Id of the run that this one continues; that run may be deleted."""
    interventions: tuple[Intervention, ...] = ()
    """What was done to it by hand while it trained, in the order of the steps."""

    @property
    def is_reference(self) -> bool:
        """Whether it comes with the lab: it was trained on another machine and belongs to no user."""
        return self.owner == REFERENCE

    @property
    def machine_name(self) -> str:
        """The name of the machine that trains it or trained it last; "" if only one machine uses the store."""
        return machine_name(self.host)

    @property
    def rate_changes(self) -> tuple[Intervention, ...]:
        """The learning rates that were set by hand, in the order of the steps."""
        return tuple(one for one in self.interventions if one.action == "learning rate")

    @property
    def training_seconds(self) -> float:
        """Seconds of training: the result's if there is one, else the last that the worker reported."""
        return self.seconds if self.result is None else self.result.seconds

    @property
    def progress(self) -> float:
        """Share of the planned steps that are done, 0..1."""
        return min(1.0, self.steps_done / self.total_steps) if self.total_steps else 0.0

    @property
    def used_sample(self) -> bool:
        """Whether the run was trained and tested on a sample instead of MNIST."""
        return self.data is not None and self.data.source != DataSource.MNIST


MAX_NOTE = 2000
MAX_INTERVENTIONS = 500
"""More than that are not recorded, and the learning rate of a run cannot be changed more often."""


def clean_note(text: str) -> str:
    """Drop control characters except tabs and line breaks, and cut to 2,000 characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    allowed = "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    return allowed.strip()[:MAX_NOTE].strip()
