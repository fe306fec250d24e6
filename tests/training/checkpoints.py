"""A small checkpoint for tests, and what it means that two are the same."""

import math
from dataclasses import fields

import numpy as np

from mnist_lab.runs import MetricPoint
from mnist_lab.training.checkpoint import Checkpoint, TrainingState

WHOSE = "f" * 64
POINT = MetricPoint(10, 1.0, "epoch", math.nan, 0.5, math.inf, 0.25, 1e-3, 2.5, 900.0)


def make_checkpoint(epoch: int = 3, *, whose: str = WHOSE) -> Checkpoint:
    numbers = np.random.default_rng(epoch)
    weights = (numbers.normal(size=(3, 3, 1, 4)).astype(np.float32), np.array([epoch, 7], np.uint32))
    state = TrainingState(epoch, 1, 0.1 + 0.2, 0, 0.5, 12.25, 3000, 9.5, weights, (np.array(9, np.int64),), weights[:1])
    return Checkpoint("abcd1234", whose, "float32", (POINT,), state)


def assert_same(one: Checkpoint, other: Checkpoint) -> None:
    assert (one.run, one.fingerprint, one.precision) == (other.run, other.fingerprint, other.precision)
    assert repr(one.points) == repr(other.points)
    for field in fields(TrainingState):
        mine, theirs = getattr(one.state, field.name), getattr(other.state, field.name)
        if not isinstance(mine, tuple):
            assert mine == theirs
            continue
        assert len(mine) == len(theirs)
        for array, twin in zip(mine, theirs, strict=True):
            assert (array.dtype, array.shape) == (twin.dtype, twin.shape)
            assert array.tobytes() == twin.tobytes()
