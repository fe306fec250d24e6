"""From a trained network to its result. Runs in the worker, with TensorFlow."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mnist_lab.data import Split
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Result, RunFolder
from mnist_lab.training.engine.evaluation import evaluate_model
from mnist_lab.training.engine.precision import versions
from mnist_lab.training.engine.trainer import Learner, Outcome
from mnist_lab.training.hardware import machine_info
from mnist_lab.training.scoring import Scores, score


def make_result(
    learner: Learner,
    outcome: Outcome,
    parts: Split,
    recipe: Recipe,
    folder: RunFolder,
    precision: str,
    breathe: Callable[[], None] | None = None,
) -> Result:
    """Score the last weights and the kept ones on the test images, and write the kept ones' probabilities.

    `breathe` is called between batches; what it raises breaks the work off.

    Raises:
        OSError: The probabilities cannot be written.
    """
    last_probabilities = _probabilities(learner, parts, breathe)
    last = score(last_probabilities, parts.test_labels)
    # What has diverged reads nothing; its best epoch still may.
    keeps_best = outcome.best_epoch > 0 and (recipe.kept == "best" or outcome.diverged)
    kept_probabilities, kept = last_probabilities, last
    if keeps_best:
        learner.model.load_weights(folder.best_weights)
        kept_probabilities = _probabilities(learner, parts, breathe)
        kept = score(kept_probabilities, parts.test_labels)
    folder.write_predictions(kept_probabilities, parts.test_labels)
    validation = _validation(learner, parts, recipe, kept, breathe)
    return Result(
        test_loss=kept.loss,
        test_accuracy=kept.accuracy,
        per_class_accuracy=kept.per_class_accuracy,
        confusion=kept.confusion,
        best_epoch=outcome.best_epoch,
        epochs=outcome.epochs,
        seconds=outcome.seconds,
        samples_per_second=outcome.samples_per_second,
        kept="best" if keeps_best else "last",
        validation_loss=validation.loss,
        validation_accuracy=validation.accuracy,
        last_test_loss=last.loss,
        last_test_accuracy=last.accuracy,
        precision=precision,
        versions=versions(),
        machine=machine_info(),
    )


def _probabilities(learner: Learner, parts: Split, breathe: Callable[[], None] | None) -> NDArray[np.float32]:
    return evaluate_model(learner.model, parts.test_images, breathe)


def _validation(
    learner: Learner, parts: Split, recipe: Recipe, kept: Scores, breathe: Callable[[], None] | None
) -> Scores:
    if recipe.validation == "test":
        return kept
    probabilities = evaluate_model(learner.model, parts.validation_images, breathe)
    return score(probabilities, parts.validation_labels)
