"""What a network would take on this machine, before it is trained: memory and time."""

from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

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
from mnist_lab.runs import Run
from mnist_lab.settings import load_settings
from mnist_lab.training.hardware import machine_info, machine_speed
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.store_cache import TESTED_STATES

_MOST_PAST_RUNS = 50


def memory_sentence(analysis: Analysis) -> str:
    """Say how much memory a training with the default batch takes, or that it is more than one training may use."""
    batch_size = Recipe().batch_size
    refused = memory_error(analysis, batch_size, load_settings().memory)
    return (
        refused
        or f"About {formatting.byte_size(analysis.memory(batch_size))} of memory to train, in batches of {batch_size}."
    )


def training_time(network: Network, recipe: Recipe) -> DurationEstimate | None:
    """How long a training would take here; None when nothing is known of the machine yet."""
    digits = services().datasets.current()
    return _expected(network, recipe, images=len(digits.train_labels), test_images=len(digits.test_labels))


def epoch_words(network: Network) -> str:
    """How long an epoch takes with the default recipe: "about 8 s an epoch of MNIST here"; "" if that is not known."""
    duration = _expected(network, Recipe(), images=60_000, test_images=10_000)
    if duration is None:
        return ""
    about = "very roughly" if duration.is_rough else "about"
    return f"{about} {formatting.about_seconds(duration.epoch_seconds)} an epoch of MNIST here"


def time_words(durations: Sequence[DurationEstimate | None], *, early_stopping: bool = False) -> str:
    """How long trainings one after the other take: "about 1 m 10 s here"; empty if that is not known of all."""
    known = [duration for duration in durations if duration is not None]
    if not known or len(known) < len(durations):
        return ""
    most = "at most " if early_stopping else ""
    about = "very roughly" if any(duration.is_rough for duration in known) else "about"
    return f"{most}{about} {formatting.about_seconds(sum(duration.seconds for duration in known))} here"


def expected_seconds(runs: Iterable[Run]) -> dict[str, float | None]:
    """How long the training of each run was expected to take before it began, by its id; None if nothing is known."""
    known = _known()
    return {run.id: _run_seconds(run.id, known, run) for run in runs}


def seconds_to_start(
    active: Sequence[Run], queue: Sequence[Run], expected: Mapping[str, float | None]
) -> dict[str, float | None]:
    """Of each queued run, in how many seconds it will start, by its id; None where that cannot be told.

    Args:
        active: The runs under way.
        queue: The runs that wait, next one first.
        expected: What `expected_seconds` gives for all of them.
    """
    lab = services()
    left = [seconds_left(run, lab.tracks.of(run).points, expected[run.id]) for run in active]
    durations = [_still_to_do(run, expected[run.id]) for run in queue]
    starts = expected_starts(left, durations, workers=lab.settings.workers)
    return dict(zip((run.id for run in queue), starts, strict=True))


def _expected(network: Network, recipe: Recipe, *, images: int, test_images: int) -> DurationEstimate | None:
    speed = machine_speed(services().settings)
    past = _throughputs(_known())
    return estimate_duration(network, recipe, past, images=images, test_images=test_images, speed=speed)


def _still_to_do(run: Run, whole: float | None) -> float | None:
    # A run that is resumed or that continues another has a part of its epochs behind it.
    return None if whole is None else whole * (1 - run.epochs_done / run.recipe.epochs)


def _known() -> tuple[str, int]:
    """What the throughputs depend on: another lab, or another number of ended runs, has others."""
    lab = services()
    return str(lab.store.runs_folder), lab.moments.now().tested


@st.cache_resource(max_entries=2, show_spinner=False)
def _throughputs(known: tuple[str, int]) -> list[Throughput]:  # noqa: ARG001 - the key of the cache
    return past_throughputs(services().store.list(TESTED_STATES, limit=_MOST_PAST_RUNS), machine_info())


@st.cache_resource(max_entries=500, show_spinner=False)
def _run_seconds(run_id: str, known: tuple[str, int], _run: Run) -> float | None:  # noqa: ARG001 - the cache's key
    duration = training_time(_run.network, _run.recipe)
    return None if duration is None else duration.seconds
