"""The learning engine, against Keras and against itself."""

import math
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.data import Split, load_mnist_sample, split_dataset
from mnist_lab.network import (
    PRESETS,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    Network,
    analyse,
)
from mnist_lab.recipe import Recipe, learning_rates
from mnist_lab.runs import Command, MetricPoint
from mnist_lab.settings import Settings
from mnist_lab.training.callbacks import TrainingCallback
from mnist_lab.training.engine.augmentation import augmented
from mnist_lab.training.engine.evaluation import predict_probabilities
from mnist_lab.training.engine.model import build, make_optimizer
from mnist_lab.training.engine.precision import choose_precision, versions
from mnist_lab.training.engine.train_step import StepRunner
from mnist_lab.training.engine.trainer import Outcome, Trainer, epoch_order
from mnist_lab.training.scoring import score

NETWORK = Network(
    name="all kinds",
    layers=(Conv2D(filters=4, activation="relu"), MaxPooling2D(), Dropout(rate=0.2), BatchNormalization()),
)


class Notes(TrainingCallback):
    """Keeps every point, and gives a command at a chosen call."""

    def __init__(self, stop_at_chunk: int | None = None, stop_at_epoch: int | None = None) -> None:
        self.chunks: list[MetricPoint] = []
        self.epochs: list[MetricPoint] = []
        self._stop_at_chunk, self._stop_at_epoch = stop_at_chunk, stop_at_epoch

    def on_chunk_end(self, point: MetricPoint) -> Command:
        self.chunks.append(point)
        return Command.STOP if len(self.chunks) == self._stop_at_chunk else Command.NONE

    def on_epoch_end(self, point: MetricPoint, trainer: Trainer) -> Command:
        self.epochs.append(point)
        return Command.STOP if len(self.epochs) == self._stop_at_epoch else Command.NONE


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Split:
    digits = load_mnist_sample()
    return split_dataset(digits, validation="holdout", fraction=0.2, limit=330, seed=1)


def learn(
    parts: Split, folder: Path, recipe: Recipe, notes: Notes | None = None, network: Network = NETWORK
) -> tuple[Trainer, Outcome, Notes]:
    folder.mkdir(exist_ok=True)
    notes = notes or Notes()
    trainer = Trainer(
        network,
        recipe,
        parts,
        best_path=folder / "best.keras",
        last_path=folder / "last.keras",
        precision="float32",
        callbacks=[notes],
    )
    return trainer, trainer.train(), notes


@pytest.mark.parametrize("name", PRESETS)
def test_the_keras_model_has_the_parameters_that_the_analysis_counts(name: str) -> None:
    network = PRESETS[name].network
    model = build(network, seed=0, precision="mixed_bfloat16")
    assert model.count_params() == analyse(network).parameters
    assert model.output_shape == (None, 10)
    assert model(np.zeros((2, 28, 28, 1), np.float32)).dtype == tf.float32


def test_same_seed_gives_the_same_numbers_and_another_seed_others(parts: Split, tmp_path: Path) -> None:
    recipe = Recipe(epochs=2, batch_size=50, augmentation="pen", schedule="one-cycle")
    first, _, noted = learn(parts, tmp_path / "a", recipe)
    second, _, again = learn(parts, tmp_path / "b", recipe)
    other, _, _ = learn(parts, tmp_path / "c", recipe.with_changes(seed=1))
    for one, two in zip(first.model.get_weights(), second.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    figures = [[(p.training_loss, p.validation_loss, p.validation_accuracy) for p in n.epochs] for n in (noted, again)]
    assert figures[0] == figures[1]
    assert not np.array_equal(first.model.get_weights()[0], other.model.get_weights()[0])


def test_the_steps_are_those_of_keras(parts: Split) -> None:
    network = Network(name="plain", layers=(Conv2D(filters=3, activation="tanh"), Flatten(), Dense(units=8)))
    recipe = Recipe(batch_size=40, learning_rate=0.01)
    ours, theirs = (build(network, seed=5, precision="float32") for _ in range(2))
    images, labels = parts.train_images, parts.train_labels
    order = epoch_order(len(labels), 0, 0)
    batches = math.ceil(len(labels) / 40)
    losses, _ = StepRunner(ours, make_optimizer(recipe), recipe).run(
        tf.constant(images),
        tf.constant(labels),
        tf.constant(order),
        tf.constant(learning_rates(recipe, batches)),
        first_batch=0,
        first_step=0,
        count=batches,
    )
    theirs.compile(make_optimizer(recipe), loss="sparse_categorical_crossentropy", jit_compile=False)
    scaled = images[order].astype(np.float32)[..., np.newaxis] / 255
    expected = []
    for start in range(0, len(labels), 40):
        theirs.reset_metrics()
        expected.append(theirs.train_on_batch(scaled[start : start + 40], labels[order][start : start + 40]))
    np.testing.assert_allclose(losses, np.ravel(expected), rtol=1e-4, atol=1e-5)
    for one, two in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-4)


def test_the_order_differs_from_epoch_to_epoch_and_holds_every_image_once() -> None:
    first, second = epoch_order(500, 3, 0), epoch_order(500, 3, 1)
    assert not np.array_equal(first, second)
    assert np.array_equal(np.sort(first), np.arange(500))
    assert np.array_equal(first, epoch_order(500, 3, 0))


def test_points_grow_and_an_epoch_trains_on_every_batch(parts: Split, tmp_path: Path) -> None:
    trainer, outcome, notes = learn(parts, tmp_path, Recipe(epochs=3, batch_size=50))
    steps = [point.step for point in notes.chunks]
    assert steps == sorted(set(steps))
    assert [point.epoch for point in notes.epochs] == [1, 2, 3]
    assert notes.epochs[-1].step == trainer.total_steps == 3 * math.ceil(len(parts.train_labels) / 50)
    assert notes.epochs[-1].training_loss < notes.epochs[0].training_loss
    assert (outcome.epochs, outcome.stopped, outcome.diverged) == (3, False, False)
    assert outcome.best_epoch == 1 + int(np.argmin([point.validation_loss for point in notes.epochs]))
    assert outcome.samples_per_second > 0


def test_the_best_epoch_is_on_disk(parts: Split, tmp_path: Path) -> None:
    _, outcome, notes = learn(parts, tmp_path, Recipe(epochs=4, batch_size=20, learning_rate=0.01))
    best = keras.saving.load_model(tmp_path / "best.keras")
    scores = score(predict_probabilities(best, parts.validation_images), parts.validation_labels)
    assert scores.loss == pytest.approx(notes.epochs[outcome.best_epoch - 1].validation_loss, rel=1e-6)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["best.keras", "last.keras"]


def test_stop_in_the_middle_of_an_epoch_keeps_what_was_learnt(parts: Split, tmp_path: Path) -> None:
    trainer, outcome, _ = learn(parts, tmp_path, Recipe(epochs=5, batch_size=10), Notes(stop_at_chunk=2))
    assert (outcome.stopped, outcome.epochs, outcome.best_epoch) == (True, 0, 0)
    assert not (tmp_path / "best.keras").exists()
    last = keras.saving.load_model(tmp_path / "last.keras")
    for one, two in zip(last.get_weights(), trainer.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_stop_after_the_last_epoch_is_no_stop(parts: Split, tmp_path: Path) -> None:
    _, outcome, _ = learn(parts, tmp_path, Recipe(epochs=2), Notes(stop_at_epoch=2))
    assert (outcome.stopped, outcome.epochs) == (False, 2)


def test_a_loss_of_nan_ends_the_training(parts: Split, tmp_path: Path) -> None:
    network = Network(name="wild", layers=(Dense(units=50, activation="linear"), Dense(units=50, activation="linear")))
    recipe = Recipe(epochs=50, learning_rate=10.0, optimizer="sgd", momentum=0.99, batch_size=20)
    _, outcome, notes = learn(parts, tmp_path, recipe, network=network)
    assert outcome.diverged
    assert not outcome.stopped
    assert all(math.isfinite(point.training_loss) for point in notes.chunks)
    assert not (tmp_path / "last.keras").exists()


def test_early_stopping_waits_as_long_as_its_patience(parts: Split, tmp_path: Path) -> None:
    recipe = Recipe(epochs=200, learning_rate=0.03, early_stopping=2, batch_size=20)
    _, outcome, notes = learn(parts, tmp_path, recipe)
    assert outcome.epochs == outcome.best_epoch + 2 < 200
    assert not outcome.stopped
    assert len(notes.epochs) == outcome.epochs


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd", "rmsprop", "nadam"])
def test_every_optimizer_learns(parts: Split, tmp_path: Path, optimizer: str) -> None:
    recipe = Recipe(epochs=3, batch_size=20).with_changes(optimizer=optimizer)
    _, _, notes = learn(parts, tmp_path, recipe)
    assert notes.epochs[-1].training_loss < notes.chunks[0].training_loss


@pytest.mark.parametrize("augmentation", ["light", "pen"])
def test_augmentation_moves_ink_but_keeps_a_picture(parts: Split, augmentation: str) -> None:
    images = tf.constant(parts.train_images[:64, ..., np.newaxis].astype(np.float32) / 255)
    one, same, other = (augmented(images, augmentation, tf.constant([0, step])).numpy() for step in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).mean() > 0.01
    assert np.abs(one - images.numpy()).mean() > 0.01
    assert one.min() >= 0
    assert one.max() <= 1 + 1e-6
    assert one.sum() == pytest.approx(images.numpy().sum(), rel=0.3)


def test_no_augmentation_changes_nothing(parts: Split) -> None:
    images = tf.constant(parts.train_images[:4, ..., np.newaxis].astype(np.float32))
    assert augmented(images, "none", tf.constant([0, 1])) is images


def test_the_precision_is_measured_once_and_kept(settings: Settings) -> None:
    chosen = choose_precision(settings, "auto")
    kept = (settings.cache_folder / "machine.json").read_text(encoding="utf-8")
    assert choose_precision(settings, "auto") == chosen
    assert (settings.cache_folder / "machine.json").read_text(encoding="utf-8") == kept
    assert choose_precision(settings, "float32") == "float32"
    (settings.cache_folder / "machine.json").write_text("[not json")
    assert choose_precision(settings, "auto") in {"float32", "mixed_bfloat16"}


def test_versions_name_all_libraries_that_results_depend_on() -> None:
    assert set(versions()) == {"python", "tensorflow", "keras", "numpy"}
