"""The real worker process with digits and a learner that only pretend, so that a test has many of them in seconds.

Started by the tests of the launcher. The network's name says what happens in training: "crash" ends the process
without a word, "fail" raises, "grow" takes more and more memory; any other trains `epochs` epochs of ten steps, `seed`
milliseconds each.
"""

import os
import sys
import time
import types
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from mnist_lab import data
from mnist_lab.runs import Command, MetricPoint
from mnist_lab.settings import load_settings
from mnist_lab.training import memory_guard
from mnist_lab.training.checkpoint import TrainingState


class Learner:
    batches = 10

    def __init__(self, network: Any, recipe: Any, split: Any, *, wishes: Any, **_files: Any):
        self.network, self.recipe, self.split, self.wishes = network, recipe, split, wishes
        self.total_steps = recipe.epochs * self.batches
        self.model = types.SimpleNamespace(load_weights=lambda _path: None)
        self.first_step = 1

    def take_up(self, state: TrainingState, *, continued: bool = False) -> bool:
        self.first_step = state.epoch * self.batches + 1
        return True

    def train(self, observer: Any) -> Any:
        if self.network.name == "crash":
            os.abort()
        if self.network.name == "fail":
            raise RuntimeError("the wheels came off")
        if self.network.name == "grow":
            held = []
            while True:
                held.append(b"x" * 20 * 2**20)
                time.sleep(0.02)
        stopped, step = False, self.first_step - 1
        for step in range(self.first_step, self.total_steps + 1):
            time.sleep(self.recipe.seed / 1000)
            rate = 0.001 * self.wishes.learning_rate_factor
            point = MetricPoint(step, step / 10, "step", 1.0, 0.5, None, None, rate, step / 100, 100.0)
            stopped = observer.on_chunk(point) is Command.STOP
            if step % self.batches == 0:
                self.wishes.keep(_state(step // self.batches), point)
            if stopped:
                break
        epochs = step // self.batches
        return types.SimpleNamespace(
            epochs=epochs, best_epoch=epochs, stopped=stopped, seconds=1.0, samples_per_second=100.0, diverged=False
        )


def _state(epoch: int) -> TrainingState:
    array = np.array([float(epoch)])
    return TrainingState(epoch, epoch, 1.0, 0, 1.0, epoch / 10, 10, 1.0, (array,), (array,), (array,))


def evaluate_model(_model: Any, images: Any, _breathe: Any) -> Any:
    return np.full((len(images), 10), 0.1, np.float32)


def _pretend(name: str, **contents: Any) -> None:
    module = types.ModuleType(f"mnist_lab.training.{name}")
    vars(module).update(contents)
    sys.modules[module.__name__] = module


_pretend("learner", Learner=Learner, Outcome=types.SimpleNamespace)
_pretend("evaluation", evaluate_model=evaluate_model)
_pretend(
    "machine",
    choose_precision=lambda _settings, wanted: wanted,
    versions=lambda: {"stand-in": "1"},
)


def _noise(_settings: Any, **_options: Any) -> tuple[data.Dataset, None]:
    images = np.random.default_rng(0).integers(0, 256, (400, 28, 28), np.uint8)
    labels = (np.arange(400) % 10).astype(np.uint8)
    return data.Dataset(data.DataSource.MNIST, "Noise", images, labels, images[:50], labels[:50], "0" * 16), None


data.load_dataset = _noise

if __name__ == "__main__":
    from mnist_lab.training.worker import main

    memory_guard.BASE_GIB = 0.2
    # To watch it learn takes TensorFlow.
    os.environ["MNIST_LAB_WATCH"] = "false"
    sys.exit(main(load_settings(), run_id=sys.argv[1] if len(sys.argv) > 1 else None))
