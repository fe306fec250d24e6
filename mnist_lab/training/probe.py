"""A measurement of what TensorFlow does fast on this machine."""

import time
from typing import Any

import tensorflow as tf

SIDE = 768
REPEATS = 5


def bfloat16_speedup() -> float:
    """How many times as fast a matrix product is in bfloat16 as in float32: best of five each, about 0.1 s in all."""
    return _seconds(tf.float32) / _seconds(tf.bfloat16)


def _seconds(dtype: tf.DType) -> float:
    matrix = tf.cast(tf.random.stateless_uniform((SIDE, SIDE), (1, 2)), dtype)

    def product() -> tf.Tensor:
        return tf.reduce_sum(tf.cast(tf.matmul(matrix, matrix), tf.float32))

    compiled: Any = tf.function(product, jit_compile=False)
    compiled().numpy()
    best = float("inf")
    for _ in range(REPEATS):
        start = time.perf_counter()
        compiled().numpy()
        best = min(best, time.perf_counter() - start)
    return best
