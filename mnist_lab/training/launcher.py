"""The launcher of this machine: a thread of the app that starts worker processes, and the choice between launchers.

Slots and claimed runs are file locks, so that several launchers may run at once.
"""

import logging
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import mnist_lab
from mnist_lab.runs import ACTIVE_STATES, RunState, RunStore
from mnist_lab.settings import Settings
from mnist_lab.training.claim import WORKER_NAME, free_slots
from mnist_lab.training.launcher_loop import LauncherLoop, last_line

TICK_SECONDS = 0.25
FIRST_PAINT_SECONDS = 5.0
"""Delay of the first worker after `start`, so that it does not slow the first page."""
SETTLE_SECONDS = 3.0
"""Delay of the next standby worker after a run was claimed, so that it does not slow the run's first points."""
LOADING_SECONDS = 8.0
"""Time after which a worker is assumed to have loaded TensorFlow."""
NOBODY_SECONDS = 20.0
"""Time after which a machine that trains would have taken a queued run, even one that had to load TensorFlow."""
MAX_PAUSE_SECONDS = 60.0
"""Maximum seconds between two attempts to start a worker."""
TRUST_SECONDS = 20.0
"""Time after which an idle worker counts as started successfully; then earlier failures are forgotten."""
MAX_LOG_BYTES = 1_000_000
WORKER_COMMAND = (sys.executable, "-m", "mnist_lab", "worker")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Child:
    process: subprocess.Popen[bytes]
    started: float
    log_start: int
    """Size of the common log, in bytes, when this worker started."""


class Launcher(LauncherLoop):
    """Keeps one standby worker, and starts more while there are queued runs and free slots."""

    def __init__(self, settings: Settings, command: Sequence[str] = WORKER_COMMAND):
        super().__init__(settings, TICK_SECONDS)
        self._command = command
        self._idle: dict[str, _Child] = {}
        self._busy: list[subprocess.Popen[bytes]] = []
        self._failures = 0
        self._start_error = ""
        self._not_before = 0.0
        self._quiet_until = 0.0
        self._unserved = "", 0.0
        """The first run of the queue, and since when nobody takes it."""

    @property
    def log_path(self) -> Path:
        """The common log of all workers before they claim a run."""
        return self._settings.home / "workers.log"

    @property
    def is_loading(self) -> bool:
        """Whether a worker is loading TensorFlow or a run is about to begin: both need the whole processor."""
        now = time.monotonic()
        return now < self._quiet_until or any(
            now - child.started < LOADING_SECONDS for child in list(self._idle.values())
        )

    @property
    def description(self) -> str:
        """What is done with queued runs, in one sentence."""
        count, where = self._settings.workers, self._settings.files_url or self._settings.runs_folder
        return f"Training queued runs, up to {count} at the same time, with the files in {where}."

    def start(self) -> None:
        """Start the thread; returns immediately. Does nothing if it was started before."""
        if self._thread is None:
            self._not_before = time.monotonic() + FIRST_PAINT_SECONDS
        super().start()

    def close(self) -> None:
        """Stop the thread and end the standby worker; workers that train continue."""
        super().close()
        for child in self._idle.values():
            _close_input(child.process)

    def has_workers(self) -> bool:
        """Whether a process that this launcher has started is still alive. Asked after `close`."""
        children = [*(child.process for child in self._idle.values()), *self._busy]
        return any(child.poll() is None for child in children)

    def _tick(self, store: RunStore) -> None:
        now = time.monotonic()
        self._busy = [child for child in self._busy if child.poll() is None]
        self._update_idle(store, now)
        waiting = store.count([RunState.QUEUED])
        if waiting:
            # A run with a damaged record is never claimed, so only readable records are counted.
            waiting = len(store.queue(limit=free_slots(self._settings)))
        wanted = max(waiting, 1 if self._settings.standby and self._settings.workers else 0)
        self.error = self._start_error or self._nobody_message(store, now)
        # A queued run with a free slot does not wait for `SETTLE_SECONDS`.
        may_start = now >= self._not_before and (waiting > 0 or now >= self._quiet_until)
        if len(self._idle) < wanted and may_start:
            self._launch()

    def _nobody_message(self, store: RunStore, now: float) -> str:
        """What to say if this machine leaves all training to others, and no other one takes the first of the queue."""
        if self._settings.workers:
            return ""
        first = next(iter(store.queue(limit=1)), None)
        if first is None or store.count(ACTIVE_STATES):
            self._unserved = "", now
            return ""
        if self._unserved[0] != first.id:
            self._unserved = first.id, now
        if now - self._unserved[1] < NOBODY_SECONDS:
            return ""
        return (
            "No machine trains for this lab now, so queued runs wait. Start `python -m mnist_lab worker --stay` on one;"
            " this machine leaves all training to others (MNIST_LAB_WORKERS=0)."
        )

    def _update_idle(self, store: RunStore, now: float) -> None:
        for name, child in list(self._idle.items()):
            status = child.process.poll()
            if store.has_claimed(name):
                self._busy.append(self._idle.pop(name).process)
                self._quiet_until = now + SETTLE_SECONDS
                self._forget_failures()
            elif status is None:
                if now - child.started > TRUST_SECONDS:
                    self._forget_failures()
            else:
                del self._idle[name]
                if status != 0:
                    self._note_failure(child, status, now)

    def _forget_failures(self) -> None:
        self._failures, self._start_error = 0, ""

    def _note_failure(self, child: _Child, status: int, now: float) -> None:
        self._failures += 1
        had_loaded = status < 0 or now - child.started > TRUST_SECONDS
        if had_loaded and self._failures == 1:
            # It was killed, perhaps for lack of memory; the next worker may start successfully.
            self._not_before = now
            message = "The training process ended unexpectedly; another one is being started."
        else:
            pause = min(2.0**self._failures, MAX_PAUSE_SECONDS)
            self._not_before = now + pause
            message = self._failure_message(child, status, pause)
        self.error = self._start_error = message
        log.warning("%s", message)

    def _failure_message(self, child: _Child, status: int, pause: float) -> str:
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        often = f", {self._failures} times in a row" if self._failures > 1 else ""
        last_line = last_log_line(self.log_path, child.log_start)
        output = f" Its last output: {last_line!r}." if last_line else ""
        return (
            f"The training process does not start: it {how}{often}.{output} The next attempt is in {pause:.0f} s;"
            f" see {self.log_path}."
        )

    def _launch(self) -> None:
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        size = self.log_path.stat().st_size if self.log_path.exists() else 0
        too_long = size > MAX_LOG_BYTES
        name = f"worker-{secrets.token_hex(4)}"
        # In a process group of its own, so that Ctrl-C and the end of the app's terminal do not reach it.
        group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        with self.log_path.open("wb" if too_long else "ab") as output:
            child = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
                creationflags=group,
                env=_environment(self._settings) | {WORKER_NAME: name},
            )
        self._idle[name] = _Child(child, time.monotonic(), 0 if too_long else size)
        if not self._settings.standby:
            # It trains a queued run, or ends.
            _close_input(child)


def open_launcher(settings: Settings) -> LauncherLoop:
    """The launcher that the settings name; not started yet."""
    if settings.engine == "ray":
        # Imported here, as the lab on one machine needs no HTTP.
        from mnist_lab.training.ray.ray_launcher import RayLauncher

        return RayLauncher(settings)
    return Launcher(settings)


def last_log_line(path: Path, start: int = 0) -> str:
    """The last line of a log from byte `start` on, without TensorFlow's messages at start-up; "" if there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(start, file.seek(0, os.SEEK_END) - 4000))
            return last_line(file.read().decode("utf-8", errors="replace"))
    except OSError:
        return ""


def _close_input(child: subprocess.Popen[bytes]) -> None:
    if child.stdin is not None:
        with suppress(OSError):
            child.stdin.close()


def as_variable(value: object) -> str:
    """A setting as its environment variable has it: lists with commas."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _environment(settings: Settings) -> dict[str, str]:
    """Environment variables by which a child process finds this package and these settings."""
    values = settings.model_dump(mode="json")
    names = {name: f"MNIST_LAB_{name.upper()}" for name in values}
    inherited = {name: value for name, value in os.environ.items() if name not in names.values()}
    root = str(Path(mnist_lab.__file__).resolve().parent.parent)
    python_path = os.environ.get("PYTHONPATH")
    return {
        **inherited,
        **{names[name]: as_variable(value) for name, value in values.items() if value is not None},
        "PYTHONPATH": root + (os.pathsep + python_path if python_path else ""),
        "PYTHONUNBUFFERED": "1",
    }
