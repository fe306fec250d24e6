"""What machine this is, told without TensorFlow."""

import os
import platform
from functools import cache
from typing import Any

import psutil


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
