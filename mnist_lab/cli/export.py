"""The command `export`: write a run as a file for other tools."""

import argparse
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from mnist_lab.cli.output import print_json
from mnist_lab.cli.runs import open_run_store
from mnist_lab.cli.tensorflow_output import LOG_NAME, redirect_output
from mnist_lab.cli.user_files import ensure_free, file_name, reason
from mnist_lab.errors import RefusedError
from mnist_lab.export.notebook import training_notebook
from mnist_lab.export.script import training_script
from mnist_lab.inference.weights import weights_of
from mnist_lab.runs import Run
from mnist_lab.settings import Settings

TEXTS: dict[str, tuple[str, Callable[[Run], str]]] = {
    "code": (".py", training_script),
    "notebook": (".ipynb", training_notebook),
    "network": (".network.json", lambda run: run.network.to_json() + "\n"),
    "recipe": (".recipe.json", lambda run: run.recipe.to_json() + "\n"),
}
MODELS = {"keras": ".keras", "savedmodel": "-savedmodel", "litert": ".tflite"}


def export(options: argparse.Namespace, settings: Settings) -> int:
    """Write a run in the given format; an existing file is overwritten only with `--force`."""
    run = open_run_store(settings).find(options.run)
    if options.output == "-":
        return _print(options, run)
    suffix = TEXTS[options.format][0] if options.format in TEXTS else MODELS[options.format]
    output = Path(options.output or file_name(run.name, suffix))
    ensure_free(output, options.force)
    try:
        _write(options.format, run, settings, output)
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
    sys.stdout.write(TEXTS[options.format][1](run))
    return 0


def _write(format_: str, run: Run, settings: Settings, output: Path) -> None:
    if format_ in TEXTS:
        output.write_text(TEXTS[format_][1](run), encoding="utf-8", newline="\n")
        return
    weights = weights_of(run, settings)
    if format_ == "keras":
        shutil.copyfile(weights.path, output)
        return
    with redirect_output(settings.home / LOG_NAME):
        from mnist_lab.export.model_formats import export_litert, export_savedmodel

        (export_litert if format_ == "litert" else export_savedmodel)(weights, output)
