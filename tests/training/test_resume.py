"""A resumed training ends with exactly the same numbers as one without a break."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from mnist_lab.data import Split, load_mnist_sample, split_dataset
from mnist_lab.network import BatchNormalization, Conv2D, Dropout, MaxPooling2D, Network, SpatialDropout2D
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, MetricPoint
from mnist_lab.training.callbacks import TrainingCallback
from mnist_lab.training.checkpoint import Checkpoint, TrainingState, read_checkpoint, write_checkpoint
from mnist_lab.training.engine.trainer import Outcome, Trainer

NETWORK = Network(
    name="all that has a memory",
    layers=(
        Conv2D(filters=4, activation="relu"),
        SpatialDropout2D(rate=0.2),
        MaxPooling2D(),
        BatchNormalization(),
        Dropout(rate=0.3),
    ),
)
SMALL = Recipe(epochs=4, batch_size=40, learning_rate=0.01, precision="float32")


class History(TrainingCallback):
    """Keeps every state, as a checkpoint file would, and changes the learning rate as told."""

    def __init__(self, folder: Path, factor: float = 1.0) -> None:
        self.states: list[TrainingState] = []
        self.points: list[MetricPoint] = []
        self._factor = factor
        self._path = folder / "state"

    @property
    def learning_rate_factor(self) -> float:
        return self._factor

    def on_epoch_end(self, point: MetricPoint, trainer: Trainer) -> Command:
        write_checkpoint(self._path, Checkpoint("run", "print", "float32", (point,), trainer.state(point.seconds)))
        self.states.append(read_checkpoint(self._path).state)
        self.points.append(point)
        return Command.NONE


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Split:
    digits = load_mnist_sample()
    return split_dataset(digits, validation="holdout", fraction=0.2, limit=330, seed=1)


class Trained:
    """One training, from the beginning or from a state."""

    def __init__(
        self,
        parts: Split,
        folder: Path,
        recipe: Recipe,
        *,
        state: TrainingState | None = None,
        continued: bool = False,
        precision: str = "float32",
        factor: float = 1.0,
    ) -> None:
        folder.mkdir(exist_ok=True)
        history = History(folder, factor)
        self.best, self.last = folder / "best.keras", folder / "last.keras"
        self.trainer = Trainer(
            NETWORK,
            recipe,
            parts,
            best_path=self.best,
            last_path=self.last,
            precision=precision,
            callbacks=[history],
        )
        if state is not None:
            assert self.trainer.restore(state, continued=continued)
        self.outcome: Outcome = self.trainer.train()
        self.states, self.points = history.states, history.points


def assert_equal(one: TrainingState, other: TrainingState) -> None:
    """Every number the same, difference 0.0; but for the clocks."""
    for name in ("epoch", "best_epoch", "best_loss", "patience_from"):
        assert getattr(one, name) == getattr(other, name), name
    for name in ("model", "optimizer", "best"):
        mine, theirs = getattr(one, name), getattr(other, name)
        assert len(mine) == len(theirs) > 0
        for array, twin in zip(mine, theirs, strict=True):
            np.testing.assert_array_equal(array, twin)


def without_times(points: list[MetricPoint]) -> list[MetricPoint]:
    return [replace(point, seconds=0.0, samples_per_second=0.0) for point in points]


@pytest.mark.parametrize(
    ("changes", "precision", "epochs"),
    [
        ({"optimizer": "adam", "schedule": "one-cycle", "augmentation": "pen"}, "mixed_bfloat16", (1, 3)),
        ({"optimizer": "adam", "schedule": "constant", "augmentation": "none"}, "float32", (1,)),
        ({"optimizer": "adamw", "schedule": "cosine", "augmentation": "light"}, "float32", (3,)),
        ({"optimizer": "sgd", "schedule": "step", "augmentation": "pen"}, "float32", (1,)),
        ({"optimizer": "sgd", "schedule": "one-cycle", "augmentation": "none"}, "mixed_bfloat16", (3,)),
        ({"optimizer": "rmsprop", "schedule": "cosine", "augmentation": "light"}, "mixed_bfloat16", (1,)),
        ({"optimizer": "nadam", "schedule": "step", "augmentation": "pen"}, "float32", (3,)),
        ({"optimizer": "adam", "schedule": "one-cycle", "augmentation": "styles"}, "mixed_bfloat16", (1, 3)),
    ],
)
def test_resumed_from_any_epoch_the_end_is_the_same(
    parts: Split, tmp_path: Path, changes: dict[str, Any], precision: str, epochs: tuple[int, ...]
) -> None:
    recipe = SMALL.with_changes(**changes)
    whole = Trained(parts, tmp_path / "whole", recipe, precision=precision)
    for epoch in epochs:
        resumed = Trained(parts, tmp_path / "resumed", recipe, state=whole.states[epoch - 1], precision=precision)
        assert_equal(resumed.states[-1], whole.states[-1])
        assert without_times(resumed.points) == without_times(whole.points[epoch:])
    assert not np.array_equal(whole.states[0].model[0], whole.states[-1].model[0])


def test_both_weight_files_are_the_same_after_a_resume(parts: Split, tmp_path: Path) -> None:
    recipe = SMALL.with_changes(epochs=5, learning_rate=0.03)
    whole = Trained(parts, tmp_path / "whole", recipe)
    resumed = Trained(parts, tmp_path / "resumed", recipe, state=whole.states[-2])
    for mine, theirs in ((resumed.best, whole.best), (resumed.last, whole.last)):
        weights = [keras.saving.load_model(path).get_weights() for path in (mine, theirs)]
        for array, twin in zip(*weights, strict=True):
            np.testing.assert_array_equal(array, twin)


def test_early_stopping_counts_on(parts: Split, tmp_path: Path) -> None:
    recipe = SMALL.with_changes(epochs=200, learning_rate=0.05, early_stopping=2, schedule="cosine")
    whole = Trained(parts, tmp_path / "whole", recipe)
    best, end = whole.outcome.best_epoch, whole.outcome.epochs
    assert end == best + 2 < 200
    for epoch in (best, best + 1):
        resumed = Trained(parts, tmp_path / "resumed", recipe, state=whole.states[epoch - 1])
        assert (resumed.outcome.epochs, resumed.outcome.best_epoch) == (end, best)
        assert_equal(resumed.states[-1], whole.states[-1])


def test_a_finished_training_is_not_trained_again(parts: Split, tmp_path: Path) -> None:
    whole = Trained(parts, tmp_path / "whole", SMALL)
    again = Trained(parts, tmp_path / "again", SMALL, state=whole.states[-1])
    assert again.states == []
    assert replace(again.outcome, seconds=0.0) == replace(whole.outcome, seconds=0.0)
    assert again.outcome.seconds == whole.states[-1].seconds


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_continued_training_is_one_that_was_longer_from_the_start(
    parts: Split, tmp_path: Path, optimizer: str
) -> None:
    recipe = SMALL.with_changes(epochs=2, augmentation="light", optimizer=optimizer)
    first = Trained(parts, tmp_path / "first", recipe)
    longer = recipe.with_changes(epochs=5)
    continued = Trained(parts, tmp_path / "continued", longer, state=first.states[-1], continued=True)
    whole = Trained(parts, tmp_path / "whole", longer)
    assert_equal(continued.states[-1], whole.states[-1])
    assert without_times([*first.points, *continued.points]) == without_times(whole.points)


def test_patience_that_ran_out_starts_again_when_a_training_is_continued(parts: Split, tmp_path: Path) -> None:
    recipe = SMALL.with_changes(epochs=200, learning_rate=0.05, early_stopping=2)
    whole = Trained(parts, tmp_path / "whole", recipe)
    end = whole.outcome.epochs
    continued = Trained(parts, tmp_path / "continued", recipe, state=whole.states[-1], continued=True)
    assert continued.outcome.epochs >= end + 2
    assert continued.states[0].patience_from == end
    # And when that one is broken off, its patience is what it was.
    resumed = Trained(parts, tmp_path / "resumed", recipe, state=continued.states[0])
    assert_equal(resumed.states[-1], continued.states[-1])


def test_seconds_and_images_add_up_over_attempts(parts: Split, tmp_path: Path) -> None:
    whole = Trained(parts, tmp_path / "whole", SMALL)
    state = replace(whole.states[1], seconds=1000.0, images=1_000_000, step_seconds=1000.0)
    resumed = Trained(parts, tmp_path / "resumed", SMALL, state=state)
    assert 1000.0 < resumed.outcome.seconds < 1100.0
    assert resumed.outcome.samples_per_second == pytest.approx(1000.0, rel=0.1)


def test_a_state_of_another_network_is_refused_and_changes_nothing(parts: Split, tmp_path: Path) -> None:
    whole = Trained(parts, tmp_path / "whole", SMALL)
    state = whole.states[0]
    trainer = Trainer(NETWORK, SMALL, parts, best_path=tmp_path / "b", last_path=tmp_path / "l", precision="float32")
    before = trainer.model.get_weights()
    for wrong in (
        replace(state, model=state.model[:-1]),
        replace(state, model=(state.model[0][..., :3], *state.model[1:])),
        replace(state, model=(state.model[0].astype(np.float64), *state.model[1:])),
        replace(state, optimizer=state.optimizer[1:]),
        replace(state, best=state.best[1:]),
        replace(state, epoch=SMALL.epochs + 1),
    ):
        assert not trainer.restore(wrong)
    for array, twin in zip(before, trainer.model.get_weights(), strict=True):
        np.testing.assert_array_equal(array, twin)


def test_the_learning_rate_is_what_the_schedule_says_times_the_factor(parts: Split, tmp_path: Path) -> None:
    halved = Trained(parts, tmp_path / "halved", SMALL, factor=0.5)
    smaller = Trained(parts, tmp_path / "smaller", SMALL.with_changes(learning_rate=0.005))
    assert [point.learning_rate for point in halved.points] == pytest.approx([0.005] * 4)
    for array, twin in zip(halved.states[-1].model, smaller.states[-1].model, strict=True):
        np.testing.assert_array_equal(array, twin)
    assert halved.states[-1].learning_rate_factor == 0.5
