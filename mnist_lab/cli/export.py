"""The command `export`: write a run as a file for other tools."""

import argparse
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from mnist_lab.cli.output import print_json
from mnist_lab.cli.runs import open_run_store
from mnist_lab.cli.tensorflow_output import LOG_NAME, redirect_output
from mnist_lab.cli.user_files import ensure_free, reason
from mnist_lab.errors import RefusedError
from mnist_lab.export.file_names import EXPORT_SUFFIXES, file_name
from mnist_lab.export.notebook import training_notebook
from mnist_lab.export.script import training_script
from mnist_lab.inference.weights import weights_of
from mnist_lab.runs import Run, RunFiles
from mnist_lab.settings import Settings

TEXTS: dict[str, Callable[[Run], str]] = {
    "code": training_script,
    "notebook": training_notebook,
    "network": lambda run: run.network.to_json() + "\n",
    "recipe": lambda run: run.recipe.to_json() + "\n",
}
"""Formats that are text. All others are models, which need the weights of the run."""


def export(options: argparse.Namespace, settings: Settings) -> int:
    """Write a run in the given format; an existing file is overwritten only with `--force`."""
    store = open_run_store(settings)
    run = store.find(options.run)
    if options.output == "-":
        return _print(options, run)
    output = Path(options.output or file_name(run.name, EXPORT_SUFFIXES[options.format]))
    ensure_free(output, options.force)
    try:
        _write(options.format, run, store.files, settings, output)
    except OSError as error:
        raise RefusedError(f"{str(output)!r} cannot be written: {reason(error)}.") from error
    if options.json:
        print_json({"run": run.id, "format": options.format, "output": str(output)})
    else:
        print(output)
    return 0


def _print(options: argparse.Namespace, run: Run) -> int:
    if options.format not in TEXTS:
        raise RefusedError(f"The format {options.format} is not text and cannot be printed; name a file with -o.")
    if options.json:
        raise RefusedError("-o - prints the text, and --json prints a JSON document; choose one of them.")
    sys.stdout.write(TEXTS[options.format](run))
    return 0


def _write(format_: str, run: Run, files: RunFiles, settings: Settings, output: Path) -> None:
    if format_ in TEXTS:
        output.write_text(TEXTS[format_](run), encoding="utf-8", newline="\n")
        return
    weights = weights_of(run, files)
    if format_ == "keras":
        shutil.copyfile(weights.path, output)
        return
    with redirect_output(settings.home / LOG_NAME):
        from mnist_lab.export.model_formats import export_litert, export_savedmodel

        {"litert": export_litert, "savedmodel": export_savedmodel}[format_](weights, output)
