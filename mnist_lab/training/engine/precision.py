"""What this machine can do, measured once and kept, and what a run's record says of it."""

import importlib.metadata
import platform
import time
from typing import Any, Literal

import tensorflow as tf

from mnist_lab.recipe.recipe import Precision
from mnist_lab.settings import Settings
from mnist_lab.training.hardware import keep, measured

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


SIDE = 768


REPEATS = 9


def bfloat16_speedup() -> float:
    """How many times as fast a matrix product is in bfloat16 as in float32: about 0.2 s in all.

    The two take turns, and each counts its best time, so that other work on the machine slows neither alone.
    """
    products = [_product(dtype) for dtype in (tf.float32, tf.bfloat16)]
    best = [float("inf"), float("inf")]
    for _ in range(REPEATS):
        for place, product in enumerate(products):
            start = time.perf_counter()
            product().numpy()
            best[place] = min(best[place], time.perf_counter() - start)
    return best[0] / best[1]


def _product(dtype: tf.DType) -> Any:
    matrix = tf.cast(tf.random.stateless_uniform((SIDE, SIDE), (1, 2)), dtype)

    def product() -> tf.Tensor:
        return tf.reduce_sum(tf.cast(tf.matmul(matrix, matrix), tf.float32))

    compiled: Any = tf.function(product, jit_compile=False)
    compiled().numpy()
    return compiled
