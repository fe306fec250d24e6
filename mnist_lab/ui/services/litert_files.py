"""LiteRT files of runs, for downloads: converted one at a time, each in a short-lived process that loads TensorFlow."""

import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from mnist_lab.errors import PredictorError
from mnist_lab.inference.weights import weights_of
from mnist_lab.runs import Run, RunFiles
from mnist_lab.settings import Settings

FOLDER = "exports"
MAX_FILES = 20
"""The newest are kept; the largest network that the lab trains has a file of some 40 MB."""
TIMEOUT = 180.0
"""Seconds; a conversion takes about ten, most of them to load TensorFlow."""


class LitertFiles:
    """Makes LiteRT files and keeps the newest. One object serves all threads of the page process.

    A class that asks together waits in a queue: many processes with TensorFlow would take the memory of the trainings.
    """

    def __init__(
        self,
        settings: Settings,
        files: RunFiles,
        *,
        command: Sequence[str] | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        """`command` is another program with the arguments of `mnist_lab export`; `timeout` in seconds."""
        self._settings, self._run_files = settings, files
        self._command = list(command or (sys.executable, "-m", "mnist_lab", "export"))
        self._timeout = timeout
        self._folder = settings.home / FOLDER
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="litert")
        self._lock = threading.Lock()
        self._pending: dict[Path, Future[Path]] = {}
        self._process: subprocess.Popen[str] | None = None
        self._closed = False

    def request(self, run: Run) -> Future[Path]:
        """The file of a run: its path, once it is made. Who asks for the same file meanwhile gets the same future.

        The future fails with a `PredictorError` if TensorFlow cannot convert the network, or takes too long.

        Raises:
            TransitionError: The run has no weights.
            PredictorError: Its weights are missing, or the lab is being closed.
        """
        path = self._path(run)
        with self._lock:
            if path in self._pending:
                return self._pending[path]
            if path.is_file():
                made: Future[Path] = Future()
                made.set_result(path)
                return made
            if self._closed:
                raise PredictorError("The lab is being closed.")
            future = self._pending[path] = self._worker.submit(self._make, run.id, path)
        # Outside the lock, which the callback takes.
        future.add_done_callback(lambda _done: self._forget(path))
        return future

    def made(self, run: Run) -> Path | None:
        """The file of a run, if it is kept.

        Raises:
            LabError: As for `request`.
        """
        path = self._path(run)
        return path if path.is_file() else None

    def waiting(self) -> int:
        """How many files are being made or wait for it."""
        with self._lock:
            return len(self._pending)

    def close(self) -> None:
        """Make no more files; the one in the making is given up."""
        with self._lock:
            self._closed = True
            process = self._process
        self._worker.shutdown(wait=False, cancel_futures=True)
        if process is not None:
            process.kill()

    def _path(self, run: Run) -> Path:
        # A run whose training goes on gets other weights.
        try:
            status = weights_of(run, self._run_files).path.stat()
        except OSError as error:
            raise PredictorError(f"The weights of run {run.id} cannot be read: {error.strerror or error}.") from error
        return self._folder / f"{run.id}-{status.st_mtime_ns:x}-{status.st_size:x}.tflite"

    def _forget(self, path: Path) -> None:
        with self._lock:
            self._pending.pop(path, None)

    def _make(self, run_id: str, path: Path) -> Path:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._folder, prefix=".making-") as folder:
                output = Path(folder) / "network.tflite"
                self._convert([*self._command, run_id, "--format", "litert", "-o", str(output)])
                output.replace(path)
            self._prune()
        except OSError as error:
            raise PredictorError(f"The file cannot be written: {error.strerror or error}.") from error
        return path

    def _convert(self, command: Sequence[str]) -> None:
        with self._lock:
            if self._closed:
                raise PredictorError("The lab is being closed.")
            # In a session of its own, so that Ctrl-C in the app's terminal does not reach it.
            self._process = subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
            )
        try:
            _, errors = self._process.communicate(timeout=self._timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            raise PredictorError(
                f"The conversion took longer than {self._timeout:g} s; try again when less is going on."
            ) from None
        if self._process.returncode != 0:
            # The command says in its last line why.
            raise PredictorError(next(iter(errors.strip().splitlines()[-1:]), "The conversion failed; try again."))

    def _prune(self) -> None:
        """Delete all but the newest files."""
        files = sorted(self._folder.glob("*.tflite"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in files[MAX_FILES:]:
            with suppress(OSError):
                file.unlink()
