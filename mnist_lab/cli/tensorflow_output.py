"""Redirect the output of TensorFlow and Keras to a log file: the standard streams are for answers and the user."""

import contextlib
import io
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

LOG_NAME = "command.log"
MAX_LOG_BYTES = 1_000_000


@contextlib.contextmanager
def redirect_output(log_path: Path) -> Iterator[None]:
    """Append to `log_path` everything that is printed, logged, or written to a standard stream by C++ code.

    A log above 1 MB is overwritten. `sys.stderr` still reaches the user. TensorFlow's settings do not suppress its
    output during import, so the file descriptors themselves are redirected.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    with contextlib.ExitStack() as stack:
        log = _opened(log_path)
        stack.callback(log.close)
        stack.enter_context(contextlib.redirect_stderr(stack.enter_context(_copy_of(sys.stderr))))
        stack.enter_context(contextlib.redirect_stdout(log))
        for descriptor in (1, 2):
            saved = os.dup(descriptor)
            stack.callback(os.close, saved)
            stack.callback(os.dup2, saved, descriptor)
            os.dup2(log.fileno(), descriptor)
        handler = logging.StreamHandler(log)
        logging.getLogger().addHandler(handler)
        stack.callback(logging.getLogger().removeHandler, handler)
        yield


class _LogStream(io.TextIOWrapper):
    """A log that may be on a full disk: what cannot be written is lost, which is no reason to fail."""

    def write(self, text: str) -> int:
        """Write a text, if there is room."""
        with contextlib.suppress(OSError):
            return super().write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is buffered, if there is room."""
        with contextlib.suppress(OSError):
            super().flush()


def _opened(log_path: Path) -> TextIO:
    try:
        log_path.parent.mkdir(parents=True, exist_ok=True)
        too_long = log_path.exists() and log_path.stat().st_size > MAX_LOG_BYTES
        file = log_path.open("wb" if too_long else "ab", buffering=0)
    except OSError:  # a missing log is no reason to fail
        file = Path(os.devnull).open("wb", buffering=0)  # noqa: SIM115 - the caller closes it
    return _LogStream(file, encoding="utf-8", errors="replace", write_through=True)


def _copy_of(stream: TextIO) -> contextlib.AbstractContextManager[TextIO]:
    """Return a stream to the present target of `stream`, which later redirections of its descriptor do not change."""
    try:
        copy = os.dup(stream.fileno())
    except (OSError, ValueError):  # a stream without a descriptor, as in a notebook
        return contextlib.nullcontext(stream)
    return os.fdopen(copy, "w", encoding=stream.encoding, errors="replace", buffering=1)
