"""One predictor process seen from outside: its pipes, its log, its end."""

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


class ChildLostError(Exception):
    """The process is gone, or says things that are no answer; another one may do better."""


class ChildHungError(Exception):
    """The process did not answer in time and has been killed."""


class Child:
    """A predictor process that answers one question after the other.

    Not thread-safe: whoever asks must be alone in asking. Reading happens in a thread of its own, because a pipe
    cannot be read with a time limit on every platform.
    """

    def __init__(self, command: Sequence[str], log_path: Path) -> None:
        """Start `command`; what it writes to standard error is appended to `log_path`.

        Raises:
            OSError: The process or its log cannot be started.
        """
        log_path.parent.mkdir(parents=True, exist_ok=True)
        too_long = log_path.exists() and log_path.stat().st_size > MAX_LOG_BYTES
        with log_path.open("wb" if too_long else "ab") as log:
            # A session of its own keeps Ctrl-C in the app's terminal away from it; the end of its input ends it.
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
        """Wait until it has said that TensorFlow is loaded.

        Raises:
            ChildLostError: It ended or said something else.
            ChildHungError: It took longer than `timeout` seconds; it has been killed.
        """
        if not self._ready:
            message = self._next_message(time.monotonic() + timeout)
            if message.get("ready") is not True:
                raise ChildLostError(f"expected to hear that it is ready, heard {message!r}")
            self._ready = True

    def ask(self, question: dict[str, Any], timeout: float) -> dict[str, Any]:
        """Send one question and wait for its answer, at most `timeout` seconds.

        Raises:
            ChildLostError: It ended, or answered nonsense.
            ChildHungError: It took too long; it has been killed.
        """
        self._last_id += 1
        # A question has less than the 64 KiB that a pipe holds, so writing it cannot block.
        line = to_line({**question, "id": self._last_id})
        assert self._process.stdin is not None  # noqa: S101 - it was opened as a pipe
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise ChildLostError(f"it no longer listens: {error}") from error
        answer = self._next_message(time.monotonic() + timeout)
        if answer.get("id") != self._last_id:
            raise ChildLostError(f"answered {answer.get('id')!r} to question {self._last_id}")
        return answer

    def wait_end(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds for it to end by itself; say whether it has."""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End it at once and reap it."""
        self._process.kill()
        self._process.wait()
        self._close_input()

    def close(self, patience: float = 2.0) -> None:
        """End it: politely by closing its input, after `patience` seconds by force."""
        self._close_input()
        if not self.wait_end(patience):
            self.kill()

    def _close_input(self) -> None:
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):  # what was not read yet is lost with the reader
                self._process.stdin.close()

    def _next_message(self, deadline: float) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            self.kill()
            raise ChildHungError from None
        if line is None:
            raise ChildLostError("it ended")
        try:
            return from_line(line)
        except ProtocolError as error:
            raise ChildLostError(str(error)) from error

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - it was opened as a pipe
        with self._process.stdout as lines:
            for line in lines:
                self._lines.put(line)
        self._lines.put(None)
