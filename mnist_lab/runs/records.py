"""What the store tells of a run: plain frozen data."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from mnist_lab.data import DataSource
from mnist_lab.network import Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs.state import Command, RunState

DIVERGED = "The training diverged"
"""How the sentence of a run begins whose loss became NaN or infinite."""

REFERENCE = "reference"
"""Owner of the runs that the lab brings."""


@dataclass(frozen=True, slots=True)
class DataInfo:
    """Which data a run was trained, validated and tested on."""

    source: str
    """Value of `mnist_lab.data.DataSource`: "mnist", "mnist-sample" or, in runs of earlier versions, "uci-digits"."""
    title: str
    """For people: "MNIST" or "MNIST sample (5,000 images)"."""
    fingerprint: str
    """16 hex digits of the content's SHA-256."""
    training: int
    """Number of training images, without the held-out ones."""
    validation: int
    """Number of validation images."""
    test: int
    """Number of test images."""
    validation_choice: Literal["holdout", "test"]
    """"test": the test images served as validation images too, as in the notebook."""
    fallback: str = ""
    """Why the sample was used and not MNIST; "" for MNIST."""


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of a run that was trained, in full or until it was stopped.

    Losses are mean categorical cross-entropies, accuracies are in 0..1, both on the images named.
    `test_loss`, `test_accuracy`, `per_class_accuracy` and `confusion` belong to the kept weights.
    """

    test_loss: float
    test_accuracy: float
    per_class_accuracy: tuple[float, ...]
    """Ten shares, class 0 to 9; NaN for a class without a test image."""
    confusion: tuple[tuple[int, ...], ...]
    """10 rows (true class) of 10 counts (class read)."""
    best_epoch: int
    """1-based; the epoch with the lowest validation loss. 0 when no epoch was completed."""
    epochs: int
    """Epochs completed."""
    seconds: float
    """Training alone, without loading and evaluation."""
    samples_per_second: float
    """Training images per second."""
    kept: Literal["best", "last"]
    """Which epoch's weights the figures belong to."""
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
    """Optimizer steps done, from the start of the run."""
    epoch: float
    """Epochs done, fractional: 1.5 is the middle of the second epoch."""
    kind: Literal["step", "epoch"]
    """"step": mean over the batches since the last point; "epoch": the whole epoch, with validation."""
    training_loss: float
    training_accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    learning_rate: float
    seconds: float
    """Since training started, without pauses."""
    samples_per_second: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a run, as its worker hears it."""

    command: Command
    learning_rate_factor: float


@dataclass(frozen=True, slots=True)
class Run:
    """One training of one network with one recipe, as the store has it at one moment. Times are UTC, aware."""

    id: str
    """8 characters of a to z and 0 to 9."""
    number: int
    """Grows by one with each run of the store: the order of creation, whatever the clock did."""
    name: str
    note: str
    state: RunState
    attempt: int
    """How often a worker has claimed the run; every write of a worker carries it."""
    network: Network
    recipe: Recipe
    created: datetime
    started: datetime | None = None
    ended: datetime | None = None
    heartbeat: datetime | None = None
    phase: str = ""
    """What an active run is at: "loading data", "building", "training", "paused", "evaluating"."""
    epochs_done: int = 0
    steps_done: int = 0
    total_steps: int = 0
    """0 until the worker knows."""
    seconds: float = 0.0
    """Seconds of training so far, without pauses."""
    sentence: str = ""
    """Why it failed, was interrupted, or trained on the sample; "" if there is nothing to say."""
    command: Command = Command.NONE
    data: DataInfo | None = None
    result: Result | None = None
    owner: str = ""
    """The browser session or "cli" that created it; `REFERENCE` of a run that the lab brings."""
    group: str = ""
    """Name of the sweep it belongs to."""
    worker: str = ""
    """The process that has it or had it last, for the log's readers."""
    learning_rate_factor: float = 1.0
    """Multiplies the schedule's learning rate from the next steps on."""
    parent: str = ""
    """Id of the run whose training this one continues; that run may be deleted."""

    @property
    def is_reference(self) -> bool:
        """Whether the lab brings it: it was trained on another machine, and is nobody's own."""
        return self.owner == REFERENCE

    @property
    def training_seconds(self) -> float:
        """Seconds of training: the result's once there is one, else those that the worker told last."""
        return self.seconds if self.result is None else self.result.seconds

    @property
    def progress(self) -> float:
        """Share of the planned steps that are done, 0..1."""
        return min(1.0, self.steps_done / self.total_steps) if self.total_steps else 0.0

    @property
    def diverged(self) -> bool:
        """Whether it failed because its loss became NaN or infinite."""
        return self.state is RunState.FAILED and self.sentence.startswith(DIVERGED)

    @property
    def used_sample(self) -> bool:
        """Whether the run was trained and tested on a sample instead of MNIST."""
        return self.data is not None and self.data.source != DataSource.MNIST


MAX_NOTE = 2000


def clean_note(text: str) -> str:
    """Drop control characters except tabs and line breaks, and cut to 2,000 characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    return kept.strip()[:MAX_NOTE].strip()
