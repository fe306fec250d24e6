"""What machine this is and what was measured of it, told without TensorFlow."""

import importlib.metadata
import json
import math
import os
import platform
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import Any

import psutil

from mnist_lab.files import atomic_write
from mnist_lab.network import MachineSpeed, TrainingWork
from mnist_lab.settings import Settings

_FILE = "machine.json"


def machine_info() -> dict[str, Any]:
    """Processor, cores, memory in GiB and operating system."""
    return {
        "processor": processor(),
        "cores": os.cpu_count() or 1,
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.system(),
    }


@cache
def processor() -> str:
    """The processor's name, as exactly as the system tells it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123 - one well-known file
            names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()


def measured(settings: Settings, what: str) -> Sequence[float] | None:
    """What was once measured on this machine and kept in the cache folder; None if it was not.

    Measured on another processor, or with another TensorFlow, does not count, nor does what is no number.
    """
    kept = _kept(settings).get(f"{what} of {_this_machine()}")
    if not isinstance(kept, list) or not all(type(number) in (int, float) for number in kept):
        return None
    try:
        numbers = [float(number) for number in kept]
    except OverflowError:
        return None
    return numbers if all(map(math.isfinite, numbers)) else None


def keep(settings: Settings, what: str, numbers: Sequence[float]) -> None:
    """Keep what was measured. A cache that cannot be written costs another measurement, nothing else."""
    path = settings.cache_folder / _FILE
    content = {**_kept(settings), f"{what} of {_this_machine()}": list(numbers)}
    with suppress(OSError), atomic_write(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1), encoding="utf-8")


SPEED = "speed"
"""What the four numbers of `machine_speed` are kept as."""
SOME_WORK = TrainingWork(multiply_adds=2.4e6, values=5e4, operations=0.07, parameters=350)
"""That of a small network, of which two cores train some thousand images a second."""
PLAUSIBLE = (1e-7, 1.0)
"""Seconds an image of `SOME_WORK` that a machine may take; anything else was not measured."""


def machine_speed(settings: Settings) -> MachineSpeed | None:
    """How fast this machine trains, if that was measured (`calibration.py`)."""
    numbers = measured(settings, SPEED)
    if numbers is None or len(numbers) != 4 or min(numbers) < 0:
        return None
    speed = MachineSpeed(*numbers)
    return speed if PLAUSIBLE[0] <= speed.seconds(SOME_WORK) <= PLAUSIBLE[1] else None


def _kept(settings: Settings) -> dict[str, Any]:
    try:
        content = json.loads((settings.cache_folder / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


@cache
def _this_machine() -> str:
    tensorflow = importlib.metadata.version("tensorflow")
    return f"{processor()}, {os.cpu_count()} cores, tensorflow {tensorflow}"
