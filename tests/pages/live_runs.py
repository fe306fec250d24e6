"""Runs in each state, put into the store as a worker would, without training."""

from collections.abc import Sequence

from mnist_lab.network import PRESETS, Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Actor, Command, MetricPoint, Result, Run, RunState, RunStore
from mnist_lab.training.hardware import machine_info
from tests.factories import make_data, make_point, make_result

MNIST = make_data(training=360, validation=40, test=100)
STEPS_PER_EPOCH = 100


def queue(store: RunStore, name: str = "A run", *, epochs: int = 4, owner: str = "", **options) -> Run:
    """A queued run; `options` are those of its recipe."""
    return store.create(PRESETS["tiny"].network, Recipe(epochs=epochs, **options), name=name, actor=Actor(owner))


def points(upto: float, *, first: float = 9.0) -> list[MetricPoint]:
    """Points up to a fractional epoch, one every ten steps: ten steps a second after the `first` seconds."""
    found = []
    for step in range(10, round(upto * STEPS_PER_EPOCH) + 1, 10):
        epoch, seconds = step / STEPS_PER_EPOCH, first + (step - 10) / 10
        loss = 1 / (1 + epoch)
        figures = {"training_loss": loss, "training_accuracy": 1 - loss / 2, "seconds": seconds}
        found.append(make_point(step, steps_per_epoch=STEPS_PER_EPOCH, **figures))
        if step % STEPS_PER_EPOCH == 0:
            check = loss + 0.1
            figures |= {"validation_loss": check, "validation_accuracy": 1 - check / 2}
            found.append(make_point(step, "epoch", steps_per_epoch=STEPS_PER_EPOCH, **figures))
    return found


def start(store: RunStore, run: Run, upto: float = 1.5, *, phase: str = "training") -> Run:
    """The run as an active one, trained for this number of epochs."""
    claimed = store.claim(run.id, "test")
    assert claimed is not None
    store.attempt(claimed).set_data(MNIST)
    store.attempt(claimed).move(RunState.RUNNING)
    store.attempt(claimed).heartbeat(
        points=points(upto),
        phase=phase,
        total_steps=run.recipe.epochs * STEPS_PER_EPOCH,
    )
    return store.get(run.id)


def pause(store: RunStore, run: Run) -> Run:
    """The run after a command to pause it."""
    store.request(run.id, Command.PAUSE)
    store.attempt(run).move(RunState.PAUSED)
    store.attempt(run).heartbeat(phase="paused")
    return store.get(run.id)


def result(*, best_epoch: int = 1, epochs: int = 1, seconds: float = 15.0, kept: str = "best") -> Result:
    figures = {"validation_loss": 0.0612, "validation_accuracy": 0.9876, "last_test_loss": 0.05}
    return make_result(
        best_epoch=best_epoch, epochs=epochs, seconds=seconds, kept=kept, machine=machine_info(), **figures
    )


def end(
    store: RunStore,
    run: Run,
    state: RunState,
    *,
    message: str = "",
    with_result: bool = True,
    checkpoint: bool = True,
    diverged: bool = False,
) -> Run:
    """The active run after it has ended in this state."""
    scored = state in {RunState.FINISHED, RunState.STOPPED} and with_result
    if checkpoint:
        folder = store.folder(run.id)
        folder.checkpoints.mkdir(parents=True, exist_ok=True)
        folder.checkpoint_path(1).write_bytes(b"a checkpoint")
    store.attempt(run).finish(state, result() if scored else None, message, diverged=diverged)
    return store.get(run.id)


def finished(store: RunStore, name: str = "Finished", *, network: Network | None = None, seconds: float = 15.0) -> Run:
    """A run that was trained for its two epochs."""
    run = store.create(network or PRESETS["tiny"].network, Recipe(epochs=2), name=name)
    run = start(store, run, upto=2.0)
    store.attempt(run).finish(RunState.FINISHED, result(best_epoch=1, epochs=2, seconds=seconds))
    return store.get(run.id)


def names(runs: Sequence[Run]) -> list[str]:
    return [run.name for run in runs]
