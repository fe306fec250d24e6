"""The commands and their arguments."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, get_args

from mnist_lab import __version__, formatting
from mnist_lab.cli.output import PROGRAM
from mnist_lab.export.file_names import EXPORT_SUFFIXES
from mnist_lab.recipe import Recipe

# Options of `train`, by the recipe's field that they change; a field without its option keeps the recipe's value.
RECIPE_OPTIONS: dict[str, tuple[Callable[[str], object], str]] = {
    "epochs": (int, "passes over the training images"),
    "batch_size": (int, "images per step"),
    "optimizer": (str, "the optimizer"),
    "learning_rate": (float, "highest learning rate"),
    "schedule": (str, "how the learning rate changes"),
    "early_stopping": (int, "epochs without a lower validation loss before training stops"),
    "augmentation": (str, "how training images are varied"),
    "validation": (str, "hold out training images, or validate on the test images"),
    "drawings": (str, "drawings of the collection to train on, too"),
    "limit": (int, "training images to use, held-out ones included"),
    "seed": (int, "random seed: the same seed on the same machine gives the same numbers"),
    "precision": (str, "precision of the computation"),
}


class Parser(argparse.ArgumentParser):
    """An argument parser whose error messages have one line."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and how to get help; exit status 2."""
        self.exit(2, f"{PROGRAM}: {formatting.shortened(message, 300)}; see `{self.prog} --help`.\n")


def build_parser() -> argparse.ArgumentParser:
    """Build the parser; the name of the chosen command is in `command`."""
    parser = Parser(prog="python -m mnist_lab", description="Compose, train and compare networks that read digits.")
    parser.add_argument("--version", action="version", version=f"MNIST Lab {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, help_text: str, *, json: bool = True, run: bool = False) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help_text, description=help_text[0].upper() + help_text[1:] + ".")
        if run:
            added.add_argument("run", metavar="RUN", help="id, the beginning of an id, or name of a run")
        if json:
            added.add_argument("--json", action="store_true", help="print one JSON document")
        return added

    command("presets", "list the preset networks")
    _add_network(command("describe", "show layers, shapes, parameters and problems of a network"))
    _add_training(command("train", "train a network in this process"))
    runs = command("runs", "list the runs, newest first")
    runs.add_argument("--limit", type=int, default=None, metavar="N", help="list at most N runs")
    runs.add_argument("--csv", action="store_true", help="print every column as CSV, for a spreadsheet")
    command("show", "show everything about a run", run=True)
    predict = command("predict", "predict the digits in picture files", run=True)
    predict.add_argument(
        "pictures",
        nargs="+",
        type=_named,
        metavar="PICTURE",
        help="a picture file, dark on light or light on dark, any size",
    )
    command("evaluate", "evaluate the saved weights of a run again on its test images", run=True)
    _add_export(command("export", "write a run to a file", run=True))
    command("stop", "stop a queued or running training and save its weights", run=True)
    command("pause", "pause a training", run=True)
    command("continue", "resume a paused training", run=True)
    command("step", "train to the end of the epoch and pause there", run=True)
    rate = command("learning-rate", "multiply the learning rate of a queued or running training", run=True)
    rate.add_argument(
        "factor", type=float, metavar="FACTOR", help="factor on the recipe's learning rate, above 0 and at most 1000"
    )
    command("discard", "end a run in any state and delete it; it can be restored for a day", run=True)
    _add_queue(command("resume", "resume an interrupted or failed run from its last epoch", run=True))
    extend = command("extend", "train a finished or stopped run for more epochs, as a new run", run=True)
    extend.add_argument("--epochs", type=int, required=True, metavar="N", help="number of further epochs")
    extend.add_argument(
        "--recipe-learning-rate", action="store_true", help="use the recipe's learning rate, not the one set by hand"
    )
    _add_queue(extend)
    delete = command("delete", "delete a run with its weights; it can be restored for a day", run=True)
    delete.add_argument("--forever", action="store_true", help="delete it at once, even if it was deleted before")
    command("restore", "bring a deleted run back", run=True)
    _add_handwriting(command("handwriting", "the drawings that were kept: list, export, import, score", json=False))
    command("check", "look whether the lab's database, files and engine work, and say what is wrong")
    worker = command(
        "worker",
        "train queued runs: with --stay on a machine without the app (the app starts workers itself)",
        json=False,
    )
    which = worker.add_mutually_exclusive_group()
    which.add_argument("--run", metavar="ID", help="train this run alone")
    worker.add_argument(
        "--without-slot",
        action="store_true",
        help="do not count this training among MNIST_LAB_WORKERS: a cluster decides how many a machine has",
    )
    which.add_argument("--stay", action="store_true", help="train all queued runs in turn, until Ctrl-C or SIGTERM")
    worker.add_argument("--wait", action="store_true", help="with --stay: end only when the runs that train have ended")
    command("predictor", "answer the app's requests on standard input (the app starts this)", json=False)
    return parser


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Parse the arguments, those of the process if None.

    Raises:
        SystemExit: They are refused (2), or only help was requested (0).
    """
    return build_parser().parse_args(sys.argv[1:] if arguments is None else arguments)


def _named(text: str) -> str:
    # An empty path would mean the current folder; more likely it is an empty variable in a script.
    if not text:
        raise argparse.ArgumentTypeError("the name of the file is empty")
    return text


def _path(text: str) -> Path:
    return Path(_named(text))


def _add_network(parser: argparse.ArgumentParser) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--preset", metavar="NAME", help="a preset, as `presets` lists them")
    source.add_argument("--network", type=_path, metavar="FILE", help="a network file (JSON)")


def _add_training(parser: argparse.ArgumentParser) -> None:
    _add_network(parser)
    parser.add_argument("--name", metavar="TEXT", help="name of the run")
    parser.add_argument(
        "--recipe", type=_path, metavar="FILE", help="a recipe file (JSON); the options below change its values"
    )
    for name, (type_, help_text) in RECIPE_OPTIONS.items():
        choices = get_args(Recipe.model_fields[name].annotation) if type_ is str else None
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=type_,
            choices=choices,
            metavar="|".join(choices) if choices else "X" if type_ is float else "N",
            help=help_text,
        )


def _add_handwriting(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, help_text: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=help_text, description=help_text[0].upper() + help_text[1:] + ".")
        added.add_argument("--json", action="store_true", help="print one JSON document")
        return added

    action("list", "list the drawings, newest first")
    export = action("export", "write all drawings to a file")
    export.add_argument(
        "-o", "--output", required=True, metavar="FILE", help="file to write: .json with everything, .zip of pictures"
    )
    export.add_argument("--force", action="store_true", help="overwrite an existing file")
    read = action("import", "keep the drawings in a file")
    read.add_argument("file", type=_named, metavar="FILE", help="a file that `export` wrote, or a zip of pictures")
    score = action("score", "let a run read the drawings")
    score.add_argument("run", metavar="RUN", help="id, the beginning of an id, or name of a run")


def _add_queue(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--queue", action="store_true", help="put the run into the queue instead of training it here")


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=EXPORT_SUFFIXES, required=True, help="format of the file")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="file to write; `-` prints text (default: the run's name)"
    )
    parser.add_argument("--force", action="store_true", help="overwrite an existing file")
