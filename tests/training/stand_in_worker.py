"""The real worker process with digits and a trainer that only pretend, so that a test has many of them in seconds.

Started by the tests of the launcher. The network's name says what happens in training: "crash" ends the process
with a signal, "fail" raises, "grow" uses more and more memory; any other trains `epochs` epochs of ten steps, `seed`
milliseconds each.
"""

import os
import sys
import time
import types
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from mnist_lab import data, training
from mnist_lab.runs import Command, MetricPoint
from mnist_lab.settings import load_settings
from mnist_lab.training import memory_guard, run_data
from mnist_lab.training.callbacks import CallbackList
from mnist_lab.training.checkpoint import TrainingState


class Trainer:
    batches = 10

    def __init__(self, network: Any, recipe: Any, split: Any, *, precision: str, callbacks: Any, **_files: Any):
        self.network, self.recipe, self.split, self.precision = network, recipe, split, precision
        self.callbacks = CallbackList(callbacks)
        self.total_steps = recipe.epochs * self.batches
        self.model = types.SimpleNamespace(load_weights=lambda _path: None)
        self.evaluator, self.validation, self.best_validation = Evaluator(), None, None
        self.steps_done, self.seconds = 0, 0.0

    @property
    def epochs_done(self) -> int:
        return self.steps_done // self.batches

    @property
    def batches_done(self) -> int:
        return self.steps_done % self.batches

    def restore(self, state: TrainingState, *, continued: bool = False) -> bool:
        self.steps_done = state.epoch * self.batches + state.batch
        return True

    def train(self, *, stopped: bool = False) -> Any:
        if self.network.name == "crash":
            os.abort()
        if self.network.name == "fail":
            raise RuntimeError("the wheels came off")
        if self.network.name == "grow":
            held = []
            while True:
                held.append(b"x" * 20 * 2**20)
                time.sleep(0.02)
        trainer: Any = self
        self.callbacks.on_train_begin(trainer)
        for step in range(self.steps_done + 1, self.total_steps + 1):
            if stopped:
                break
            time.sleep(self.recipe.seed / 1000)
            rate = 0.001 * self.callbacks.learning_rate_factor
            point = MetricPoint(step, step / 10, "step", 1.0, 0.5, None, None, rate, step / 100, 100.0)
            self.steps_done = step
            stopped = self.callbacks.on_chunk_end(point) is Command.STOP
            if step % self.batches == 0 and not stopped:
                epoch_point = replace(point, kind="epoch", validation_loss=1.0, validation_accuracy=0.5)
                stopped = self.callbacks.on_epoch_end(epoch_point, trainer) is Command.STOP
        return types.SimpleNamespace(
            epochs=self.epochs_done,
            best_epoch=self.epochs_done,
            stopped=stopped,
            seconds=1.0,
            samples_per_second=100.0,
            diverged=False,
        )

    def state(self, _seconds: float) -> TrainingState:
        epoch, array = self.epochs_done, np.array([float(self.epochs_done)])
        running = (np.zeros(self.batches_done),) * 2 if self.batches_done else ()
        return TrainingState(epoch, epoch, 1.0, 0, 1.0, epoch / 10, 10, 1.0, (array,), (array,), (array,), running)


class Evaluator:
    def probabilities(self, images: Any, _pause_point: Any) -> Any:
        return np.full((len(images), 10), 0.1, np.float32)


def _pretend(name: str, **contents: Any) -> None:
    module = types.ModuleType(name)
    vars(module).update(contents)
    sys.modules[module.__name__] = module


ENGINE = "mnist_lab.training.engine"
# These two load TensorFlow, which takes five seconds of the processor. The package's other modules are the real ones.
_pretend(ENGINE, __path__=[str(Path(training.__path__[0], "engine"))])
_pretend("mnist_lab.novelty.engine.features", fit_to_model=lambda *_arguments, **_options: None)
_pretend(f"{ENGINE}.trainer", Trainer=Trainer, Outcome=types.SimpleNamespace)
_pretend(f"{ENGINE}.evaluation", BATCH_SIZE=500)
_pretend(f"{ENGINE}.warm_up", warm_up=lambda _settings: None)
_pretend(f"{ENGINE}.hardware_benchmark", calibrate=lambda _settings: iter(()))
_pretend(
    f"{ENGINE}.precision",
    choose_precision=lambda _settings, wanted: wanted,
    versions=lambda: {"stand-in": "1"},
)


def _noise(_settings: Any, **_options: Any) -> tuple[data.Dataset, None]:
    images = np.random.default_rng(0).integers(0, 256, (400, 28, 28), np.uint8)
    labels = (np.arange(400) % 10).astype(np.uint8)
    return data.Dataset(data.DataSource.MNIST, "Noise", images, labels, images[:50], labels[:50], "0" * 16), None


run_data.load_dataset = _noise

if __name__ == "__main__":
    from mnist_lab.training.worker import main

    memory_guard.BASE_GIB = 0.2
    # Snapshots need TensorFlow.
    os.environ["MNIST_LAB_WATCH"] = "false"
    # As the command is given: nothing, or `worker --run ID --without-slot`.
    run_id = sys.argv[sys.argv.index("--run") + 1] if "--run" in sys.argv else None
    sys.exit(main(load_settings(), run_id=run_id, takes_slot="--without-slot" not in sys.argv))
