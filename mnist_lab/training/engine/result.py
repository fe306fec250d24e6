"""Evaluates a trained network and computes the run's result."""

from collections.abc import Callable

from mnist_lab.runs import Result, RunFolder
from mnist_lab.training.engine.evaluation import predict_probabilities
from mnist_lab.training.engine.precision import versions
from mnist_lab.training.engine.trainer import Outcome, Trainer
from mnist_lab.training.hardware import machine_info
from mnist_lab.training.scoring import score


def make_result(
    trainer: Trainer,
    outcome: Outcome,
    folder: RunFolder,
    pause_point: Callable[[], None] | None = None,
    insist: Callable[[Callable[[], None]], None] = lambda write: write(),
) -> Result:
    """Score the last and the kept weights on the test images, and write the probabilities of the kept weights.

    `pause_point` is called between batches; an exception that it raises ends the evaluation. `insist` calls the
    function that writes; it may call it again if it fails.

    Raises:
        OSError: The probabilities cannot be written.
    """
    model, recipe, split = trainer.model, trainer.recipe, trainer.split
    last_probabilities = predict_probabilities(model, split.test_images, pause_point)
    last = score(last_probabilities, split.test_labels)
    # The last weights of a diverged training are useless; those of its best epoch may be good.
    keeps_best = outcome.best_epoch > 0 and (recipe.kept == "best" or outcome.diverged)
    kept_probabilities, kept = last_probabilities, last
    if keeps_best:
        model.load_weights(folder.best_weights)
        kept_probabilities = predict_probabilities(model, split.test_images, pause_point)
        kept = score(kept_probabilities, split.test_labels)
    insist(lambda: folder.write_predictions(kept_probabilities, split.test_labels))
    validation = kept
    if recipe.validation != "test":
        probabilities = predict_probabilities(model, split.validation_images, pause_point)
        validation = score(probabilities, split.validation_labels)
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
