"""Starts, controls and ends one predictor process."""

import contextlib
import queue
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mnist_lab.inference.protocol import ProtocolError, from_line, to_line

MAX_LOG_BYTES = 1_000_000


class ProcessLostError(Exception):
    """The process has ended or sent an invalid reply; another process may work."""


class ProcessHungError(Exception):
    """The process did not reply in time and has been killed."""


class PredictorProcess:
    """A predictor process that answers one request at a time.

    Not thread-safe: only one thread may send requests. Replies are read in another thread, because not every platform
    can read a pipe with a time limit.
    """

    def __init__(self, command: Sequence[str], log_path: Path) -> None:
        """Start `command`; what it writes to standard error is appended to `log_path`.

        Raises:
            OSError: The process or its log cannot be started.
        """
        log_path.parent.mkdir(parents=True, exist_ok=True)
        too_long = log_path.exists() and log_path.stat().st_size > MAX_LOG_BYTES
        with log_path.open("wb" if too_long else "ab") as log:
            # In a session of its own, so that Ctrl-C in the app's terminal does not reach it.
            # It ends when its input is closed.
            self._process = subprocess.Popen(
                list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True
            )
        self.started = time.monotonic()
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._last_id = 0
        self._ready = False
        threading.Thread(target=self._read, name="predictor-reader", daemon=True).start()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def wait_ready(self, timeout: float) -> None:
        """Wait until the process has loaded TensorFlow.

        Raises:
            ProcessLostError: It has ended, or sent something else.
            ProcessHungError: It took longer than `timeout` seconds; it has been killed.
        """
        if not self._ready:
            message = self._next_message(time.monotonic() + timeout)
            if message.get("ready") is not True:
                raise ProcessLostError(f"expected the ready message, received {message!r}")
            self._ready = True

    def ask(self, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        """Send one request and wait at most `timeout` seconds for the reply.

        Raises:
            ProcessLostError: It has ended, or sent an invalid reply.
            ProcessHungError: It took too long; it has been killed.
        """
        self._last_id += 1
        # A request is smaller than the 64 KiB buffer of a pipe, so writing it cannot block.
        line = to_line({**request, "id": self._last_id})
        assert self._process.stdin is not None  # noqa: S101 - it was opened as a pipe
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise ProcessLostError(f"it no longer listens: {error}") from error
        reply = self._next_message(time.monotonic() + timeout)
        if reply.get("id") != self._last_id:
            raise ProcessLostError(f"sent reply {reply.get('id')!r} to request {self._last_id}")
        return reply

    def wait_end(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds for it to end by itself; returns whether it has."""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """Kill it and wait for its end."""
        self._process.kill()
        self._process.wait()
        self._close_input()

    def close(self, patience: float = 2.0) -> None:
        """End it by closing its input; kill it if it still runs after `patience` seconds."""
        self._close_input()
        if not self.wait_end(patience):
            self.kill()

    def _close_input(self) -> None:
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):  # unread requests are lost with the process
                self._process.stdin.close()

    def _next_message(self, deadline: float) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            self.kill()
            raise ProcessHungError from None
        if line is None:
            raise ProcessLostError("it ended")
        try:
            return from_line(line)
        except ProtocolError as error:
            raise ProcessLostError(str(error)) from error

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - it was opened as a pipe
        with self._process.stdout as lines:
            for line in lines:
                self._lines.put(line)
        self._lines.put(None)
