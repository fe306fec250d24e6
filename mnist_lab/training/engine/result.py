"""Evaluates a trained network and computes the run's result."""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_lab.novelty.engine.features import fit_to_model
from mnist_lab.novelty.subspaces_file import write_subspaces
from mnist_lab.runs import Result, RunFolder
from mnist_lab.training.engine.evaluation import BATCH_SIZE
from mnist_lab.training.engine.precision import versions
from mnist_lab.training.engine.trainer import Outcome, Trainer
from mnist_lab.training.hardware import machine_info
from mnist_lab.training.scoring import score

log = logging.getLogger(__name__)


def make_result(
    trainer: Trainer,
    outcome: Outcome,
    folder: RunFolder,
    pause_point: Callable[[], None] | None = None,
    insist: Callable[[Callable[[], None]], None] = lambda write: write(),
) -> Result:
    """Score the last and the kept weights on the test images; write the kept ones' probabilities and digits' subspaces.

    What the training has scored already, with the same weights, is not computed again.

    `pause_point` is called between batches; an exception that it raises ends the evaluation. `insist` calls the
    function that writes; it may call it again if it fails.

    Raises:
        OSError: The probabilities cannot be written.
    """
    recipe, split = trainer.recipe, trainer.split

    def probabilities(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        return trainer.evaluator.probabilities(images, pause_point)

    kept_probabilities = probabilities(split.test_images)
    kept = last = score(kept_probabilities, split.test_labels)
    validation = trainer.validation
    # The last weights of a diverged training are useless; those of its best epoch may be good.
    keeps_best = outcome.best_epoch > 0 and (recipe.kept == "best" or outcome.diverged)
    if keeps_best and not (validation and outcome.best_epoch == outcome.epochs):
        trainer.model.load_weights(folder.best_weights)
        kept_probabilities = probabilities(split.test_images)
        kept = score(kept_probabilities, split.test_labels)
        validation = trainer.best_validation
    insist(lambda: folder.write_predictions(kept_probabilities, split.test_labels))
    _keep_subspaces(trainer, folder.best_weights if keeps_best else folder.last_weights, folder, pause_point)
    if recipe.validation == "test":
        validation = kept
    elif validation is None:
        validation = score(probabilities(split.validation_images), split.validation_labels)
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
        precision=trainer.precision,
        versions=versions(),
        machine=machine_info(),
    )


def _keep_subspaces(trainer: Trainer, weights: Path, folder: RunFolder, pause_point: Callable[[], None] | None) -> None:
    """Fit the digits' subspaces to the model, which has the kept weights, and write them if there is room.

    A run is complete without them: they are worked out when its network first reads a drawing.
    """
    split = trainer.split
    subspaces = fit_to_model(
        trainer.model,
        split.train_images,
        split.train_labels,
        split.test_images,
        pause_point=pause_point,
        batch_size=BATCH_SIZE,
    )
    if subspaces is None:
        return
    try:
        write_subspaces(folder.digit_subspaces, subspaces, weights)
    except OSError as error:
        log.warning("The digits' subspaces are not kept: %s", error)
