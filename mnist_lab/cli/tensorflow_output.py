"""What TensorFlow and Keras say goes to a log file: standard output is for answers, standard error for the user."""

import contextlib
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

LOG_NAME = "command.log"
MAX_LOG_BYTES = 1_000_000


@contextlib.contextmanager
def chatter_to(log_path: Path) -> Iterator[None]:
    """Append to `log_path` what is meanwhile printed, logged, or written by C++ code to either standard stream.

    A log that has grown long is begun anew. `sys.stderr` still reaches the user. TensorFlow's settings for silence do
    not cover what it says while it is being imported, so the streams are exchanged below Python, where everything
    passes.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(_opened(log_path))
        stack.enter_context(contextlib.redirect_stderr(stack.enter_context(_above(sys.stderr))))
        stack.enter_context(contextlib.redirect_stdout(log))
        for descriptor in (1, 2):
            kept = os.dup(descriptor)
            stack.callback(os.close, kept)
            stack.callback(os.dup2, kept, descriptor)
            os.dup2(log.fileno(), descriptor)
        handler = logging.StreamHandler(log)
        logging.getLogger().addHandler(handler)
        stack.callback(logging.getLogger().removeHandler, handler)
        yield


def _opened(log_path: Path) -> TextIO:
    try:
        log_path.parent.mkdir(parents=True, exist_ok=True)
        too_long = log_path.exists() and log_path.stat().st_size > MAX_LOG_BYTES
        return log_path.open("w" if too_long else "a", encoding="utf-8", errors="replace", buffering=1)
    except OSError:  # what cannot be kept is not worth failing for
        return Path(os.devnull).open("w", encoding="utf-8")


def _above(stream: TextIO) -> contextlib.AbstractContextManager[TextIO]:
    """Return a stream to where `stream` goes now, whatever becomes of the descriptor under it."""
    try:
        copy = os.dup(stream.fileno())
    except (OSError, ValueError):  # no descriptor under it, as in a notebook
        return contextlib.nullcontext(stream)
    return os.fdopen(copy, "w", encoding=stream.encoding, errors="replace", buffering=1)
