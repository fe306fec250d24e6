"""What this machine can do, measured once and kept, and what a run's record says of it."""

import importlib.metadata
import platform
from typing import Literal

from mnist_lab.recipe.recipe import Precision
from mnist_lab.settings import Settings
from mnist_lab.training.hardware import keep, measured
from mnist_lab.training.probe import bfloat16_speedup

WORTHWHILE = 1.3
"""bfloat16 is chosen where matrix products are at least so many times as fast in it."""
_BFLOAT16 = "bfloat16 speedup"


def choose_precision(settings: Settings, wanted: Precision) -> Literal["float32", "mixed_bfloat16"]:
    """The precision to train with: the one wanted, or for "auto" the faster one on this machine.

    A short measurement decides; it is kept with the machine (`this_machine.keep`).
    """
    if wanted != "auto":
        return wanted
    known = measured(settings, _BFLOAT16)
    if known is None or len(known) != 1:
        known = [round(bfloat16_speedup(), 2)]
        keep(settings, _BFLOAT16, known)
    return "mixed_bfloat16" if known[0] >= WORTHWHILE else "float32"


def versions() -> dict[str, str]:
    """The versions that a run's numbers depend on."""
    packages = {name: importlib.metadata.version(name) for name in ("tensorflow", "keras", "numpy")}
    return {"python": platform.python_version(), **packages}
