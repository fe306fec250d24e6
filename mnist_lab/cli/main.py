"""Run a command: from its arguments to the exit status."""

import argparse
import errno
import logging
import os
import sys
import traceback
from collections.abc import Callable
from datetime import datetime

from mnist_lab.cli.output import NoteHandler, discard_output, note, prepare_streams
from mnist_lab.cli.parser import parse
from mnist_lab.cli.tensorflow_output import LOG_NAME
from mnist_lab.errors import LabError, RefusedError
from mnist_lab.files import raise_open_file_limit
from mnist_lab.settings import Settings, load_settings

# A full or broken disk, a disk quota, a closed descriptor.
OUTPUT_ERRORS = frozenset({errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EBADF, getattr(errno, "EDQUOT", errno.ENOSPC)})
SUCCESS, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130

PROCESSES = frozenset({"worker", "predictor"})
"""Commands whose output is a log."""

Command = Callable[[argparse.Namespace, Settings], int]
"""Runs one command with its options; returns the exit status."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: The arguments after `python -m mnist_lab`; None for those of the process.

    Returns:
        The exit status: 0 success, 1 failure, 2 refused, 130 interrupted by the user.
    """
    prepare_streams()
    raise_open_file_limit()
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
    except BrokenPipeError:  # the reader of the output, such as `head`, has ended
        discard_output(sys.stdout)
        return SUCCESS
    except Exception as error:  # noqa: BLE001 - the log gets the traceback
        note(_unexpected_error(error))
        return FAILED
    return status


def _unexpected_error(error: Exception) -> str:
    """The message for an error that is not a LabError; its traceback goes to the log."""
    if isinstance(error, OSError) and error.errno in OUTPUT_ERRORS and error.filename is None:
        discard_output(sys.stdout)
        return f"The output cannot be written: {error.strerror}."
    details = "".join(traceback.format_exception(error))
    try:
        log_path = load_settings().home / LOG_NAME
        log_path.parent.mkdir(parents=True, exist_ok=True)
        with log_path.open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"{datetime.now().astimezone().isoformat(timespec='seconds')} {details}\n")
    except (OSError, LabError):
        where = "the details could not be written to a log"
    else:
        where = f"see {log_path} for the details"
    return f"Unexpected error ({type(error).__name__}); {where}."


def _run(options: argparse.Namespace, settings: Settings) -> int:
    # TensorFlow reads this when it is imported; without it the logs would contain many of its messages.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # Without this TensorFlow does not use oneDNN's kernels on processors without AVX-512, where they are faster too.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    # Without this a standby worker would allocate the whole memory of a GPU, which a training needs.
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    if options.command not in PROCESSES:
        _print_warnings()
    return _command(options.command)(options, settings)


def _command(name: str) -> Command:
    """Import only the module of this command: `presets`, for example, must not wait for the run store."""
    match name:
        case "presets" | "describe":
            from mnist_lab.cli import networks

            commands: dict[str, Command] = {"presets": networks.presets, "describe": networks.describe}
        case "train" | "resume" | "extend":
            from mnist_lab.cli import train

            commands = {"train": train.train, "resume": train.resume, "extend": train.extend}
        case "runs" | "delete" | "restore":
            from mnist_lab.cli import runs

            commands = {"runs": runs.runs, "delete": runs.delete, "restore": runs.restore}
        case "check":
            from mnist_lab.cli import check

            commands = {"check": check.check}
        case "show":
            from mnist_lab.cli import show

            commands = {"show": show.show}
        case "predict" | "evaluate":
            from mnist_lab.cli import predict

            commands = {"predict": predict.predict, "evaluate": predict.evaluate}
        case "handwriting":
            from mnist_lab.cli import collection_commands

            commands = {"handwriting": collection_commands.handwriting}
        case "export":
            from mnist_lab.cli import export

            commands = {"export": export.export}
        case "worker" | "predictor":
            from mnist_lab.cli import processes

            commands = {"worker": processes.worker, "predictor": processes.predictor}
        case _:
            from mnist_lab.cli import controls

            commands = {
                "stop": controls.stop,
                "pause": controls.pause,
                "continue": controls.continue_training,
                "step": controls.step,
                "learning-rate": controls.learning_rate,
                "discard": controls.discard,
            }
    return commands[name]


def _print_warnings() -> None:
    logger = logging.getLogger("mnist_lab")
    if not any(isinstance(handler, NoteHandler) for handler in logger.handlers):
        logger.addHandler(NoteHandler(logging.WARNING))
