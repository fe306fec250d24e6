"""Prints what each step of a script found: the steps of `deploy.bare_environment` and `deploy.proxies`."""

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager


class StepError(Exception):
    """A step did not do what it should; the message says what was found instead."""


class Report:
    """Prints a line per step, and remembers whether one failed."""

    def __init__(self) -> None:
        self.failed = 0

    @contextmanager
    def step(self, title: str) -> Iterator[Callable[[str], None]]:
        """Time a step. Yields a function for what was found; a `StepError` inside is printed, and ends the whole."""
        notes: list[str] = []
        start = time.monotonic()
        try:
            yield notes.append
        except StepError as failure:
            self.failed += 1
            self._line("FAIL", title, start, [str(failure)])
            raise
        self._line("ok", title, start, notes)

    @staticmethod
    def _line(result: str, title: str, start: float, notes: list[str]) -> None:
        found = f": {'; '.join(notes)}" if notes else ""
        print(f"{result:4} {time.monotonic() - start:7.1f} s  {title}{found}", flush=True)


def require(holds: bool, otherwise: str) -> None:
    """Raise a `StepError` with this message unless it holds."""
    if not holds:
        raise StepError(otherwise)


def checked(command: Sequence[str]) -> str:
    """Run a command of this machine and return its output."""
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    require(done.returncode == 0, f"{command[0]} ended with {done.returncode}: {(done.stderr or done.stdout)[-800:]}")
    return done.stdout
