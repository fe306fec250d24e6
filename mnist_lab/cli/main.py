"""From arguments to exit status."""

import argparse
import errno
import importlib
import logging
import os
import sys
import traceback
from datetime import datetime

from mnist_lab.cli.output import Notes, give_up_on, note, prepare_streams
from mnist_lab.cli.parser import parse
from mnist_lab.cli.tensorflow_output import LOG_NAME
from mnist_lab.errors import LabError, RefusedError
from mnist_lab.settings import Settings, load_settings

# A disk that is full, broken, or at its limits; a descriptor that is closed.
OUTPUT_ERRORS = frozenset({errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EBADF, getattr(errno, "EDQUOT", errno.ENOSPC)})
SUCCESS, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130

# Imported only when asked for: `presets` must not wait for the run store, nor `runs` for the digits.
MODULES = {
    "presets": "networks",
    "describe": "networks",
    "train": "train",
    "runs": "runs",
    "show": "show",
    "stop": "controls",
    "pause": "controls",
    "continue": "controls",
    "step": "controls",
    "learning-rate": "controls",
    "discard": "controls",
    "resume": "train",
    "extend": "train",
    "delete": "runs",
    "predict": "predict",
    "evaluate": "predict",
    "export": "export",
    "worker": "processes",
    "predictor": "processes",
}

PROCESSES = frozenset({"worker", "predictor"})
"""Commands whose output is a log."""

# The functions of commands whose names no function can have.
FUNCTIONS = {"continue": "go_on", "learning-rate": "learning_rate"}


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
    except BrokenPipeError:  # whoever read the output has seen enough
        give_up_on(sys.stdout)
        return SUCCESS
    except Exception as error:  # noqa: BLE001 - the last resort; the log gets all of it
        note(_mishap(error))
        return FAILED
    return status


def _mishap(error: Exception) -> str:
    """One sentence for what nobody foresaw."""
    if isinstance(error, OSError) and error.errno in OUTPUT_ERRORS and error.filename is None:
        give_up_on(sys.stdout)
        return f"The output cannot be written: {error.strerror}."
    story = "".join(traceback.format_exception(error))
    try:
        log_path = load_settings().home / LOG_NAME
        log_path.parent.mkdir(parents=True, exist_ok=True)
        with log_path.open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"{datetime.now().astimezone().isoformat(timespec='seconds')} {story}\n")
    except (OSError, LabError):
        where = "they could not be written to a log"
    else:
        where = f"{log_path} has the details"
    return f"Something in the lab broke ({type(error).__name__}); {where}."


def _run(options: argparse.Namespace, settings: Settings) -> int:
    # Read by TensorFlow when it is imported: without it the logs would hold its life's story.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # So is this: on processors without AVX-512 it leaves oneDNN's kernels off, which are faster there as well.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    # Or a worker that stands by would take the whole memory of a GPU from the one that trains.
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    if options.command not in PROCESSES:
        _tell_warnings()
    module = importlib.import_module(f"mnist_lab.cli.{MODULES[options.command]}")
    status: int = getattr(module, FUNCTIONS.get(options.command, options.command))(options, settings)
    return status


def _tell_warnings() -> None:
    logger = logging.getLogger("mnist_lab")
    if not any(isinstance(handler, Notes) for handler in logger.handlers):
        logger.addHandler(Notes(logging.WARNING))
