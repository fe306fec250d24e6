"""The launcher: a thread of the app that keeps worker processes coming, and finds the runs that lost theirs.

It owns nothing that matters: the queue is in the store, slots and runs are locks. So there may be two of it, or it may
die, and no run notices.
"""

import logging
import os
import re
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import mnist_lab
from mnist_lab.errors import LabError
from mnist_lab.runs import RunState, RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.training.claim import WORKER_NAME, free_slots

TICK_SECONDS = 0.25
REAP_SECONDS = 2.0
FIRST_PAINT_SECONDS = 5.0
"""How long the first worker waits after `start`, so that the first page has the processor to itself."""
SETTLE_SECONDS = 3.0
"""How long the next standby waits after a run was claimed, so that the run's first points come at once."""
LOADING_SECONDS = 8.0
"""How long a worker takes at most to load TensorFlow, on a machine that is not very slow."""
LONGEST_PAUSE_SECONDS = 60.0
TRUST_SECONDS = 20.0
"""A worker that stands by so long has loaded TensorFlow: what kept earlier ones from starting is over."""
UNKNOWN_ERROR_SECONDS = 5.0
MAX_LOG_BYTES = 1_000_000
# What TensorFlow says of every machine while it is loaded: infos and warnings in the form of absl and in its older one.
_NOISE = re.compile(
    r"[IW]\d{4} |\d{4}-\d\d-\d\d [\d:.]+: [IW] tensorflow|WARNING: All log messages before absl|"
    r"To enable the following instructions"
)
WORKER_COMMAND = (sys.executable, "-m", "mnist_lab", "worker")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Child:
    process: subprocess.Popen[bytes]
    started: float
    log_start: int
    """Bytes that the log of all workers had before this one's."""


class Launcher:
    """Keeps one worker standing by, and as many more as there are queued runs and free slots."""

    def __init__(self, settings: Settings, command: Sequence[str] = WORKER_COMMAND):
        self._settings = settings
        self._command = command
        self._store: RunStore | None = None
        self._idle: dict[str, _Child] = {}
        self._busy: list[subprocess.Popen[bytes]] = []
        self._failures = 0
        self._start_trouble = ""
        self._not_before = 0.0
        self._quiet_until = 0.0
        self._next_reap = 0.0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.trouble = ""
        """Why queued runs do not start, for pages to show; "" when all is well."""

    @property
    def log_path(self) -> Path:
        """What workers write before they have a run."""
        return self._settings.home / "workers.log"

    @property
    def is_loading(self) -> bool:
        """Whether a worker is loading TensorFlow, or a run is about to begin: both want the processor to themselves."""
        now = time.monotonic()
        return now < self._quiet_until or any(
            now - child.started < LOADING_SECONDS for child in list(self._idle.values())
        )

    def start(self) -> None:
        """Start the thread; returns at once. Does nothing when it was started before."""
        if self._thread is None:
            self._not_before = time.monotonic() + FIRST_PAINT_SECONDS
            self._thread = threading.Thread(target=self._run, name="launcher", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop the thread and let the standby worker go; workers that train go on."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5.0)
        for child in self._idle.values():
            _close_input(child.process)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._tick()
            except LabError as error:
                self.trouble = str(error)
            except Exception as error:
                log.exception("The launcher goes on after an error that it does not know")
                self.trouble = f"Trainings cannot be started: {error}"
                self._stop.wait(UNKNOWN_ERROR_SECONDS)
            self._stop.wait(TICK_SECONDS)

    def _tick(self) -> None:
        now = time.monotonic()
        store = self._store = self._store or open_store(self._settings)
        if now >= self._next_reap:
            self._next_reap = now + REAP_SECONDS
            store.reap_stale_runs()
        self._busy = [child for child in self._busy if child.poll() is None]
        self._sort_idle(store, now)
        waiting = store.count([RunState.QUEUED])
        if waiting:
            # By their records: one that is damaged waits for ever.
            waiting = len(store.queue(limit=free_slots(self._settings)))
        wanted = max(waiting, 1 if self._settings.standby else 0)
        self.trouble = self._start_trouble
        # A queued run with a free slot does not wait for the quiet after another's start.
        may_start = now >= self._not_before and (waiting > 0 or now >= self._quiet_until)
        if len(self._idle) < wanted and may_start:
            self._launch()

    def _sort_idle(self, store: RunStore, now: float) -> None:
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
        self._failures, self._start_trouble = 0, ""

    def _note_failure(self, child: _Child, status: int, now: float) -> None:
        self._failures += 1
        had_started = status < 0 or now - child.started > TRUST_SECONDS
        if had_started and self._failures == 1:
            # Killed, for the memory it took perhaps; that alone is no reason why the next one should not do.
            self._not_before = now
            sentence = "The training process ended unexpectedly; another one is being started."
        else:
            pause = min(2.0**self._failures, LONGEST_PAUSE_SECONDS)
            self._not_before = now + pause
            sentence = self._why_not(child, status, pause)
        self.trouble = self._start_trouble = sentence
        log.warning("%s", sentence)

    def _why_not(self, child: _Child, status: int, pause: float) -> str:
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        often = f", {self._failures} times in a row" if self._failures > 1 else ""
        words = last_words(self.log_path, child.log_start)
        said = f" Its last words: {words!r}." if words else ""
        return (
            f"The training process does not start: it {how}{often}.{said} The next try is in {pause:.0f} s;"
            f" {self.log_path} tells more."
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
            # It trains what waits, or ends.
            _close_input(child)


def last_words(path: Path, start: int = 0) -> str:
    """The last line that says something in what a log has from byte `start` on; "" if there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(start, file.seek(0, os.SEEK_END) - 4000))
            lines = file.read().decode("utf-8", errors="replace").split("\n")
    except OSError:
        return ""
    telling = (line.strip()[:300] for line in reversed(lines) if not _NOISE.match(line))
    return next(filter(None, telling), "")


def _close_input(child: subprocess.Popen[bytes]) -> None:
    if child.stdin is not None:
        with suppress(OSError):
            child.stdin.close()


def _environment(settings: Settings) -> dict[str, str]:
    """The environment in which a child finds this very package and these settings, wherever it was started."""
    values = settings.model_dump(mode="json")
    names = {name: f"MNIST_LAB_{name.upper()}" for name in values}
    inherited = {name: value for name, value in os.environ.items() if name not in names.values()}
    root = str(Path(mnist_lab.__file__).resolve().parent.parent)
    found = os.environ.get("PYTHONPATH")
    return {
        **inherited,
        **{names[name]: str(value) for name, value in values.items() if value is not None},
        "PYTHONPATH": root + (os.pathsep + found if found else ""),
        "PYTHONUNBUFFERED": "1",
    }
