"""Commands to a run that waits or trains: `stop`, `pause`, `continue`, `step`, `learning-rate`, `discard`."""

import argparse

from mnist_lab.cli.output import note, print_json
from mnist_lab.cli.runs import open_swept, summary
from mnist_lab.runs import Command, Run, RunState
from mnist_lab.settings import Settings


def stop(options: argparse.Namespace, settings: Settings) -> int:
    """Stop a run that waits or trains."""
    return _ask(
        options,
        settings,
        Command.STOP,
        "Stopping {run}; what was learnt is kept.",
        waits="Stopped {run}; it does not wait any more.",
    )


def pause(options: argparse.Namespace, settings: Settings) -> int:
    """Let a training wait."""
    return _ask(options, settings, Command.PAUSE, "Pausing {run}; `continue {run}` lets it go on.")


def go_on(options: argparse.Namespace, settings: Settings) -> int:
    """Let a paused training go on."""
    return _ask(options, settings, Command.NONE, "{run} goes on.")


def step(options: argparse.Namespace, settings: Settings) -> int:
    """Let a training go on to the end of its epoch and wait there."""
    return _ask(options, settings, Command.STEP, "{run} trains to the end of its epoch and waits there.")


def learning_rate(options: argparse.Namespace, settings: Settings) -> int:
    """Multiply the learning rate of a run that waits or trains."""
    store = open_swept(settings)
    run = store.find(options.run)
    store.set_learning_rate(run.id, options.factor)
    return _done(options, store.get(run.id), f"{run.id} trains on with {options.factor:g} times its learning rate.")


def discard(options: argparse.Namespace, settings: Settings) -> int:
    """End a run, whatever it is at, and delete it."""
    store = open_swept(settings)
    run = store.find(options.run)
    store.request(run.id, Command.DISCARD)
    if options.json:
        print_json({"run": run.id, "discarded": True})
    else:
        print(f"Discarding {run.id} ({run.name}) with everything of it.")
    return 0


def _ask(options: argparse.Namespace, settings: Settings, command: Command, sentence: str, *, waits: str = "") -> int:
    store = open_swept(settings)
    run = store.find(options.run)
    store.request(run.id, command)
    said = waits if run.state is RunState.QUEUED else sentence
    return _done(options, store.get(run.id), said.format(run=run.id))


def _done(options: argparse.Namespace, run: Run, sentence: str) -> int:
    if options.json:
        print_json(summary(run))
        note(sentence)
    else:
        print(sentence)
    return 0
