"""Hardware of this machine and its saved measurements. No TensorFlow here."""

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
_MAX_BYTES = 1_000_000


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
    """The processor's name, as detailed as the system provides it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123 - one well-known file
            names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()


def load_measurement(settings: Settings, name: str) -> Sequence[float] | None:
    """The numbers that `save_measurement` wrote to the cache folder; None if there are none.

    Numbers for another processor or another version of TensorFlow are ignored, and so is a damaged file.
    """
    saved = _saved(settings).get(f"{name} of {_this_machine()}")
    if not isinstance(saved, list) or not all(type(number) in (int, float) for number in saved):
        return None
    try:
        numbers = [float(number) for number in saved]
    except OverflowError:
        return None
    return numbers if all(map(math.isfinite, numbers)) else None


def save_measurement(settings: Settings, name: str, numbers: Sequence[float]) -> None:
    """Save measured numbers under a name; an error is ignored, and the numbers are then measured again next time."""
    path = settings.cache_folder / _FILE
    content = {**_saved(settings), f"{name} of {_this_machine()}": list(numbers)}
    with suppress(OSError), atomic_write(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1), encoding="utf-8")


SPEED = "speed"
"""Name under which the four numbers of `machine_speed` are saved."""
TYPICAL_WORK = TrainingWork(multiply_adds=2.4e6, values=5e4, operations=0.07, parameters=350)
"""Work of a small network, which two cores train at some thousand images per second."""
PLAUSIBLE_SECONDS = (1e-7, 1.0)
"""Plausible range of seconds per image for `TYPICAL_WORK`; a measurement outside it counts as damaged."""


def machine_speed(settings: Settings) -> MachineSpeed | None:
    """How fast this machine trains; None if `engine.hardware_benchmark` has not measured it."""
    numbers = load_measurement(settings, SPEED)
    if numbers is None or len(numbers) != 4 or min(numbers) < 0:
        return None
    speed = MachineSpeed(*numbers)
    return speed if PLAUSIBLE_SECONDS[0] <= speed.seconds(TYPICAL_WORK) <= PLAUSIBLE_SECONDS[1] else None


def _saved(settings: Settings) -> dict[str, Any]:
    try:
        with (settings.cache_folder / _FILE).open("rb") as file:
            content = json.loads(file.read(_MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


@cache
def _this_machine() -> str:
    tensorflow = importlib.metadata.version("tensorflow")
    return f"{processor()}, {os.cpu_count()} cores, tensorflow {tensorflow}"
