"""Training on a machine without the app: `python -m mnist_lab worker --stay`."""

import signal
import sys
import threading
from contextlib import closing
from types import FrameType

from mnist_lab.runs import open_store
from mnist_lab.settings import Settings
from mnist_lab.training.launcher import open_launcher

LOOK_SECONDS = 0.5
"""Between two looks whether the launcher has something to say."""


def stay(settings: Settings, *, wait: bool = False) -> int:
    """Train queued runs, each in a process of its own, until Ctrl-C or SIGTERM. Returns the exit status, 0.

    Runs that train then go on to their end. With the engine "ray" they are given to Ray, as the app does.

    Args:
        settings: Those of this machine.
        wait: Return when they have ended, or at a second signal. A container would kill them with this process.

    Raises:
        StoreError: The store cannot be opened.
    """
    # At once, as the launcher would go on trying.
    with closing(open_store(settings)):
        pass
    told_to_stop = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        told_to_stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    launcher = open_launcher(settings)
    launcher.start()
    _say(launcher.description)
    error = ""
    while not told_to_stop.wait(LOOK_SECONDS):
        if launcher.error != error:
            error = launcher.error
            _say(error or "It works again.")
    launcher.close()
    _say("No more runs are taken. Those that train go on to their end.")
    if wait:
        told_to_stop.clear()
        while launcher.has_workers() and not told_to_stop.wait(LOOK_SECONDS):
            pass
        _say("A run still trains and is left alone." if launcher.has_workers() else "All runs have ended.")
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
