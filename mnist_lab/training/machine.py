"""What this machine can do, measured once and kept, and what a run's record says of it."""

import importlib.metadata
import json
import os
import platform
from typing import Literal

from mnist_lab.recipe.recipe import Precision
from mnist_lab.settings import Settings
from mnist_lab.training.probe import bfloat16_speedup
from mnist_lab.training.this_machine import processor

WORTHWHILE = 1.3
"""bfloat16 is chosen where matrix products are at least so many times as fast in it."""


def choose_precision(settings: Settings, wanted: Precision) -> Literal["float32", "mixed_bfloat16"]:
    """The precision to train with: the one wanted, or for "auto" the faster one on this machine.

    A short measurement decides; it is kept in the cache folder for this processor and this TensorFlow.
    """
    if wanted != "auto":
        return wanted
    path = settings.cache_folder / "machine.json"
    key = f"{processor()} tensorflow {importlib.metadata.version('tensorflow')}"
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        speedup = float(known[key])
    except (OSError, ValueError, KeyError, TypeError):
        speedup = bfloat16_speedup()
        _keep(settings, key, speedup)
    return "mixed_bfloat16" if speedup >= WORTHWHILE else "float32"


def versions() -> dict[str, str]:
    """The versions that a run's numbers depend on."""
    packages = {name: importlib.metadata.version(name) for name in ("tensorflow", "keras", "numpy")}
    return {"python": platform.python_version(), **packages}


def _keep(settings: Settings, key: str, speedup: float) -> None:
    path = settings.cache_folder / "machine.json"
    temporary = path.with_name(f".machine-{os.getpid()}.json")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps({key: round(speedup, 2)}), encoding="utf-8")
        temporary.replace(path)
    except OSError:
        # A cache that cannot be written costs a measurement at the next run, nothing else.
        return
