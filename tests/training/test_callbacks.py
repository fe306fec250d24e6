"""How several callbacks act as one."""

from types import SimpleNamespace
from typing import Any

import pytest

from mnist_lab.runs import Command, MetricPoint
from mnist_lab.training.callbacks import CallbackList, TrainingCallback
from tests.factories import make_point

POINT = make_point(1)
TRAINER: Any = SimpleNamespace(epochs_done=0)
OUTCOME: Any = SimpleNamespace(epochs=1, diverged=False)


class Recorder(TrainingCallback):
    """Writes the calls of its hooks to a list, and returns a command."""

    def __init__(self, name: str, calls: list[str], command: Command = Command.NONE, factor: float = 1.0) -> None:
        self._name, self._calls, self._command, self._factor = name, calls, command, factor

    @property
    def learning_rate_factor(self) -> float:
        return self._factor

    def on_train_begin(self, trainer: object) -> None:
        self._calls.append(f"{self._name} begin")

    def on_chunk_end(self, point: MetricPoint) -> Command:
        self._calls.append(f"{self._name} chunk")
        return self._command

    def on_epoch_end(self, point: MetricPoint, trainer: object) -> Command:
        self._calls.append(f"{self._name} epoch")
        return self._command

    def on_train_end(self, outcome: object) -> None:
        self._calls.append(f"{self._name} end")

    def pause_point(self) -> None:
        self._calls.append(f"{self._name} pause")


def test_each_hook_is_called_in_the_order_of_the_list() -> None:
    calls: list[str] = []
    callbacks = CallbackList([Recorder("first", calls), Recorder("second", calls)])
    callbacks.on_train_begin(TRAINER)
    callbacks.on_chunk_end(POINT)
    callbacks.on_epoch_end(POINT, TRAINER)
    callbacks.pause_point()
    callbacks.on_train_end(OUTCOME)
    hooks = ("begin", "chunk", "epoch", "pause", "end")
    assert calls == [f"{name} {hook}" for hook in hooks for name in ("first", "second")]


@pytest.mark.parametrize("stopping", [0, 1])
def test_one_stop_is_enough_and_the_others_are_called_all_the_same(stopping: int) -> None:
    calls: list[str] = []
    commands = [Command.STEP, Command.STEP]
    commands[stopping] = Command.STOP
    callbacks = CallbackList([Recorder(str(index), calls, command) for index, command in enumerate(commands)])
    assert callbacks.on_chunk_end(POINT) is Command.STOP
    assert callbacks.on_epoch_end(POINT, TRAINER) is Command.STOP
    assert calls == ["0 chunk", "1 chunk", "0 epoch", "1 epoch"]


def test_without_a_stop_the_training_continues() -> None:
    assert CallbackList([Recorder("one", [], Command.STEP)]).on_chunk_end(POINT) is Command.NONE
    assert CallbackList().on_epoch_end(POINT, TRAINER) is Command.NONE


def test_learning_rate_factors_are_multiplied() -> None:
    assert CallbackList([Recorder("a", [], factor=0.5), Recorder("b", [], factor=0.1)]).learning_rate_factor == 0.05
    assert CallbackList().learning_rate_factor == 1.0


def test_the_base_class_does_nothing() -> None:
    callback = TrainingCallback()
    callback.on_train_begin(TRAINER)
    assert callback.on_chunk_end(POINT) is Command.NONE
    assert callback.on_epoch_end(POINT, TRAINER) is Command.NONE
    callback.on_train_end(OUTCOME)
    callback.pause_point()
    assert callback.learning_rate_factor == 1.0
