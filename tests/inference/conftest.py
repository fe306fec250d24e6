"""Runs that have weights, made without training."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Result, Run, RunStore
from tests.factories import finish_run, make_result, start_run

RESULT = make_result(test_accuracy=0.1, last_test_accuracy=0.1)


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
        folder = store.folder(run.id)
        folder.path.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(keras_file, folder.best_weights)
        return finish_run(store, start_run(store, run), RESULT)

    return make
