"""Invented runs and curves for the tests of the run doctor."""

from collections.abc import Sequence
from dataclasses import replace

from mnist_lab.network import PRESETS, Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MetricPoint, Run, RunState
from mnist_lab.runs.snapshot_files import LayerHealth
from tests.factories import make_data, make_point, make_run

BATCHES = 100
"""Steps to an epoch."""


def made_run(
    network: Network | str = "tiny",
    *,
    state: RunState = RunState.FINISHED,
    diverged: bool = False,
    training: int = 9_000,
    validation: int = 1_000,
    **recipe: object,
) -> Run:
    """A run of a network, or of the preset of that name."""
    return make_run(
        id="made",
        state=state,
        network=PRESETS[network].network if isinstance(network, str) else network,
        recipe=Recipe().with_changes(**recipe),
        diverged=diverged,
        data=make_data(training=training, validation=validation),
    )


def diverged_run(epochs: int = 0, **recipe: object) -> Run:
    """A run that failed because its loss became NaN, after so many whole epochs."""
    run = made_run(state=RunState.FAILED, diverged=True, **recipe)
    return replace(run, epochs_done=epochs)


def step(number: int, loss: float, accuracy: float = 0.5, rate: float = 0.001) -> MetricPoint:
    """The point of one step, or of those since the point before."""
    figures = {"training_loss": loss, "training_accuracy": accuracy, "learning_rate": rate}
    return make_point(number, steps_per_epoch=BATCHES, **figures)


def curve(
    losses: Sequence[float],
    validation_losses: Sequence[float] | None = None,
    *,
    accuracy: float | Sequence[float] = 0.9,
    validation_accuracy: float | Sequence[float] = 0.9,
    rate: float = 0.001,
) -> list[MetricPoint]:
    """One point an epoch; a single accuracy is that of all epochs."""

    def all_of(value: float | Sequence[float]) -> Sequence[float]:
        return [value] * len(losses) if isinstance(value, float | int) else value

    figures = zip(losses, all_of(accuracy), validation_losses or losses, all_of(validation_accuracy), strict=True)
    return [
        MetricPoint(BATCHES * number, float(number), "epoch", *four, rate, float(number), 1000.0)
        for number, four in enumerate(figures, start=1)
    ]


def layer(number: int, dead: float | None = None, gradient: float | None = 0.01) -> LayerHealth:
    """The health of the layer with this number, counted from 1."""
    return LayerHealth(number, "Dense", f"{number} Dense", dead, gradient, 0.1)
