"""The real worker process with digits and a learner that only pretend, so that a test has many of them in seconds.

Started by the tests of the launcher. The network's name says what happens in training: "crash" ends the process
without a word, "fail" raises; any other trains `epochs` epochs of ten steps, `seed` milliseconds each.
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


class Learner:
    total_steps = 10

    def __init__(self, network: Any, recipe: Any, split: Any, **_files: Any):
        self.network, self.recipe, self.split = network, recipe, split
        self.total_steps = recipe.epochs * 10
        self.model = types.SimpleNamespace(load_weights=lambda _path: None)

    def train(self, observer: Any) -> Any:
        if self.network.name == "crash":
            os.abort()
        if self.network.name == "fail":
            raise RuntimeError("the wheels came off")
        stopped = False
        for step in range(1, self.total_steps + 1):
            time.sleep(self.recipe.seed / 1000)
            point = MetricPoint(step, step / 10, "step", 1.0, 0.5, None, None, 0.001, step / 100, 100.0)
            stopped = observer.on_chunk(point) is Command.STOP
            if stopped:
                break
        epochs = step // 10
        return types.SimpleNamespace(
            epochs=epochs, best_epoch=epochs, stopped=stopped, seconds=1.0, samples_per_second=100.0, diverged=False
        )


def evaluate_model(_model: Any, images: Any) -> Any:
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


def _noise(_settings: Any, **_options: Any) -> tuple[data.Digits, None]:
    images = np.random.default_rng(0).integers(0, 256, (400, 28, 28), np.uint8)
    labels = (np.arange(400) % 10).astype(np.uint8)
    return data.Digits(data.Source.MNIST, "Noise", images, labels, images[:50], labels[:50], "0" * 16), None


data.load_digits = _noise

if __name__ == "__main__":
    from mnist_lab.training.worker import main

    sys.exit(main(load_settings(), run_id=sys.argv[1] if len(sys.argv) > 1 else None))
