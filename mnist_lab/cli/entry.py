"""From arguments to exit status."""

import argparse
import importlib
import os
import sys

from mnist_lab.cli.output import note, prepare_streams
from mnist_lab.cli.parser import parse
from mnist_lab.errors import LabError, RefusedError
from mnist_lab.settings import Settings, load_settings

SUCCESS, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130

# Imported only when asked for: `presets` must not wait for the run store, nor `runs` for the digits.
MODULES = {
    "presets": "networks",
    "describe": "networks",
    "train": "train",
    "runs": "runs",
    "show": "show",
    "stop": "runs",
    "resume": "runs",
    "delete": "runs",
    "predict": "reading",
    "evaluate": "reading",
    "export": "exporting",
    "worker": "processes",
    "predictor": "processes",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: What follows `python -m mnist_lab`; the process's own if None.

    Returns:
        The exit status: 0 success, 1 failure, 2 refused, 130 interrupted by the user.
    """
    prepare_streams()
    try:
        options = parse(arguments)
        status = _run(options, load_settings())
        sys.stdout.flush()
    except SystemExit as ending:  # how argparse ends
        return int(ending.code or 0)
    except RefusedError as error:
        note(str(error))
        return REFUSED
    except LabError as error:
        note(str(error))
        return FAILED
    except KeyboardInterrupt:
        note("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has seen enough. What is still buffered must go nowhere, or Python complains at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SUCCESS
    return status


def _run(options: argparse.Namespace, settings: Settings) -> int:
    # Read by TensorFlow when it is imported: without it the logs would hold its life's story.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    module = importlib.import_module(f"mnist_lab.cli.{MODULES[options.command]}")
    status: int = getattr(module, options.command)(options, settings)
    return status
