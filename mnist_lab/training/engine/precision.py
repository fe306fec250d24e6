"""The numeric precision to train with, measured once on this machine, and the versions of the libraries."""

import importlib.metadata
import platform
import time
from typing import Any, Literal

import tensorflow as tf

from mnist_lab.recipe.recipe import Precision
from mnist_lab.settings import Settings
from mnist_lab.training.hardware import load_measurement, save_measurement

MIN_SPEEDUP = 1.3
"""bfloat16 is chosen where matrix products are at least this many times as fast as in float32."""
MATRIX_SIDE = 768
REPEATS = 9
_BFLOAT16 = "bfloat16 speedup"


def choose_precision(settings: Settings, wanted: Precision) -> Literal["float32", "mixed_bfloat16"]:
    """The precision to train with: `wanted`, or for "auto" the faster one on this machine.

    "auto" is decided by a short measurement, which is saved for the next time (`hardware.save_measurement`).
    """
    if wanted != "auto":
        return wanted
    known = load_measurement(settings, _BFLOAT16)
    if known is None or len(known) != 1:
        known = [round(bfloat16_speedup(), 2)]
        save_measurement(settings, _BFLOAT16, known)
    return "mixed_bfloat16" if known[0] >= MIN_SPEEDUP else "float32"


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that a run's results depend on."""
    packages = {name: importlib.metadata.version(name) for name in ("tensorflow", "keras", "numpy")}
    return {"python": platform.python_version(), **packages}


def bfloat16_speedup() -> float:
    """How many times as fast a matrix product is in bfloat16 as in float32. Takes about 0.2 s.

    The two alternate, and the best time of each counts, so that other programs do not slow one of them alone.
    """
    products = [_product(dtype) for dtype in (tf.float32, tf.bfloat16)]
    best = [float("inf"), float("inf")]
    for _ in range(REPEATS):
        for index, product in enumerate(products):
            start = time.perf_counter()
            product().numpy()
            best[index] = min(best[index], time.perf_counter() - start)
    return best[0] / best[1]


def _product(dtype: tf.DType) -> Any:
    matrix = tf.cast(tf.random.stateless_uniform((MATRIX_SIDE, MATRIX_SIDE), (1, 2)), dtype)

    def product() -> tf.Tensor:
        return tf.reduce_sum(tf.cast(tf.matmul(matrix, matrix), tf.float32))

    compiled: Any = tf.function(product, jit_compile=False)
    compiled().numpy()
    return compiled
