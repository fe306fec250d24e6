"""How much memory and time the training of a network would take on this machine."""

import threading
from collections.abc import Iterable, Mapping, Sequence

from cachetools import LRUCache, cached

from mnist_lab import formatting
from mnist_lab.insight import (
    DurationEstimate,
    Throughput,
    estimate_duration,
    expected_starts,
    past_throughputs,
    seconds_left,
)
from mnist_lab.network import Analysis, Network, memory_error
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, Run, RunState
from mnist_lab.settings import load_settings
from mnist_lab.training.hardware import machine_info, machine_speed
from mnist_lab.training.reporter import SET_ASIDE_SECONDS
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.store_cache import TESTED_STATES

_MAX_PAST_RUNS = 50


def memory_text(analysis: Analysis) -> str:
    """How much memory a training with the default batch size takes, or why that is too much."""
    batch_size = Recipe().batch_size
    size = formatting.byte_size(analysis.memory(batch_size))
    error = memory_error(analysis, batch_size, load_settings().memory)
    return error or f"Training takes about {size} of memory, with a batch size of {batch_size}."


def training_time(network: Network, recipe: Recipe) -> DurationEstimate | None:
    """How long a training would take on this machine; None if its speed is not known yet."""
    dataset = services().datasets.current()
    return _expected(network, recipe, images=len(dataset.train_labels), test_images=len(dataset.test_labels))


def mnist_training_time(network: Network, recipe: Recipe) -> DurationEstimate | None:
    """How long a training on MNIST would take on this machine, without reading MNIST; None if that is not known yet."""
    return _expected(network, recipe, images=60_000, test_images=10_000)


def epoch_time_text(network: Network) -> str:
    """Time per epoch with the default recipe, as in "6 to 15 s per epoch of MNIST on this machine"; "" if unknown."""
    duration = mnist_training_time(network, Recipe())
    if duration is None:
        return ""
    time = formatting.time_range(*(margin * duration.epoch_seconds for margin in duration.margins))
    return f"{time} per epoch of MNIST on this machine"


def total_time_text(durations: Sequence[DurationEstimate | None], *, early_stopping: bool = False) -> str:
    """Total time of several trainings, as in "1 to 2 min on this machine"; "" if it is unknown for one of them."""
    known = [duration for duration in durations if duration is not None]
    if not known or len(known) < len(durations):
        return ""
    least, most = sum(duration.least for duration in known), sum(duration.most for duration in known)
    time = f"at most {formatting.about_seconds(most)}" if early_stopping else formatting.time_range(least, most)
    return f"{time} on this machine"


def expected_seconds(runs: Iterable[Run]) -> dict[str, float | None]:
    """Seconds that the training of each run was expected to take before it started, by its id; None if unknown."""
    key = _cache_key()
    return {run.id: _run_seconds(run, key) for run in runs}


def seconds_to_start(
    active: Sequence[Run], queue: Sequence[Run], expected: Mapping[str, float | None]
) -> dict[str, float | None]:
    """Seconds until each queued run starts, by its id; None if unknown.

    Args:
        active: The runs under way.
        queue: The queued runs, next one first.
        expected: The result of `expected_seconds` for all of them.
    """
    shared = services()
    left = [
        # It is set aside at once, since others wait.
        SET_ASIDE_SECONDS
        if run.state is RunState.PAUSED and run.command is Command.PAUSE
        else seconds_left(run, shared.history_cache.of(run).points, expected[run.id])
        for run in active
    ]
    durations = [_remaining(run, expected[run.id]) for run in queue]
    starts = expected_starts(left, durations, workers=lab_workers(active))
    return dict(zip((run.id for run in queue), starts, strict=True))


def lab_workers(active: Sequence[Run]) -> int:
    """How many trainings the lab seems to run at the same time: as many as here, or more on other machines."""
    return max(services().settings.workers, len(active), 1)


def _expected(network: Network, recipe: Recipe, *, images: int, test_images: int) -> DurationEstimate | None:
    speed = machine_speed(services().settings)
    past = _past_throughputs(_cache_key())
    return estimate_duration(network, recipe, past, images=images, test_images=test_images, speed=speed)


def _remaining(run: Run, total: float | None) -> float | None:
    # A run that is resumed or that continues another one has already completed some of its epochs.
    return None if total is None else total * (1 - run.epochs_done / run.recipe.epochs)


def _cache_key() -> tuple[str, int]:
    """What the throughputs of past runs depend on: the store, and the number of its tested runs."""
    shared = services()
    return str(shared.store.runs_folder), shared.store_cache.snapshot().tested


@cached(LRUCache(maxsize=2), lock=threading.Lock())
def _past_throughputs(_key: tuple[str, int]) -> list[Throughput]:
    return past_throughputs(services().store.list(TESTED_STATES, limit=_MAX_PAST_RUNS), machine_info())


@cached(LRUCache(maxsize=500), key=lambda run, key: (run.id, key), lock=threading.Lock())
def _run_seconds(run: Run, _key: tuple[str, int]) -> float | None:
    duration = training_time(run.network, run.recipe)
    return None if duration is None else duration.seconds
