"""Commands to a queued or running training: `stop`, `pause`, `continue`, `step`, `learning-rate`, `discard`."""

import argparse

from mnist_lab.cli.output import note, print_json
from mnist_lab.cli.runs import open_run_store, summary
from mnist_lab.runs import Command, Run, RunState
from mnist_lab.settings import Settings


def stop(options: argparse.Namespace, settings: Settings) -> int:
    """Stop a queued or running training."""
    return _request(
        options,
        settings,
        Command.STOP,
        "Stopping {run}; its weights are saved.",
        queued="Stopped {run}; it was removed from the queue.",
    )


def pause(options: argparse.Namespace, settings: Settings) -> int:
    """Pause a training."""
    return _request(options, settings, Command.PAUSE, "Pausing {run}; `continue {run}` resumes it.")


def continue_training(options: argparse.Namespace, settings: Settings) -> int:
    """Resume a paused training."""
    return _request(options, settings, Command.NONE, "{run} continues.")


def step(options: argparse.Namespace, settings: Settings) -> int:
    """Train to the end of the epoch and pause there."""
    return _request(options, settings, Command.STEP, "{run} trains to the end of its epoch and pauses there.")


def learning_rate(options: argparse.Namespace, settings: Settings) -> int:
    """Multiply the learning rate of a queued or running training."""
    store = open_run_store(settings)
    run = store.find(options.run)
    store.set_learning_rate(run.id, options.factor)
    return _report(options, store.get(run.id), f"{run.id} continues with {options.factor:g} times its learning rate.")


def discard(options: argparse.Namespace, settings: Settings) -> int:
    """End a run in any state and delete it."""
    store = open_run_store(settings)
    run = store.find(options.run)
    store.request(run.id, Command.DISCARD)
    if options.json:
        print_json({"run": run.id, "discarded": True})
    else:
        print(f"Discarding {run.id} ({run.name}); for a day, `restore {run.id}` brings it back.")
    return 0


def _request(
    options: argparse.Namespace, settings: Settings, command: Command, message: str, *, queued: str = ""
) -> int:
    store = open_run_store(settings)
    run = store.find(options.run)
    store.request(run.id, command)
    if run.state is RunState.QUEUED:
        message = queued
    elif run.state is RunState.SET_ASIDE and command is not Command.PAUSE:
        message = "{run} had been set aside. It is back in the queue and goes on when it is its turn."
    return _report(options, store.get(run.id), message.format(run=run.id))


def _report(options: argparse.Namespace, run: Run, message: str) -> int:
    if options.json:
        print_json(summary(run))
        note(message)
    else:
        print(message)
    return 0
