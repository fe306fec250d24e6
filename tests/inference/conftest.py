"""Runs that have weights, made without training."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Result, Run, RunState, RunStore

RESULT = Result(
    test_loss=2.3,
    test_accuracy=0.1,
    per_class_accuracy=(0.1,) * 10,
    confusion=((1,) * 10,) * 10,
    best_epoch=1,
    epochs=1,
    seconds=1.0,
    samples_per_second=1000.0,
    kept="best",
    validation_loss=2.3,
    validation_accuracy=0.1,
    last_test_loss=2.3,
    last_test_accuracy=0.1,
    precision="float32",
)


@pytest.fixture
def result() -> Result:
    return RESULT


@pytest.fixture(scope="session")
def keras_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network with untrained weights, as Keras saves it."""
    import keras

    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    path = tmp_path_factory.mktemp("weights") / "network.keras"
    model.save(path)
    return path


@pytest.fixture
def finished_run(store: RunStore, keras_file: Path) -> Callable[[], Run]:
    """Make a finished run with weights."""

    def make() -> Run:
        run = store.create(PRESETS["linear"].network, Recipe(epochs=1))
        claimed = store.claim(run.id, "test")
        assert claimed is not None
        store.attempt(claimed).move(RunState.RUNNING)
        store.attempt(claimed).finish(RunState.FINISHED, RESULT)
        folder = store.folder(run.id)
        folder.path.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(keras_file, folder.best_weights)
        return store.get(run.id)

    return make
