"""One claimed run from its data to its result. Whatever happens on the way, the run's record says how it ended."""

import errno
import logging

from mnist_lab.data import Digits, Split, load_digits, split
from mnist_lab.errors import LabError, StaleAttemptError
from mnist_lab.recipe import Recipe
from mnist_lab.runs import DIVERGED, Command, DataInfo, Result, Run, RunState, RunStore
from mnist_lab.settings import Settings
from mnist_lab.training.claiming import Claim
from mnist_lab.training.reporter import ProgressCallback, Reporter
from mnist_lab.training.watching import train_watched

log = logging.getLogger(__name__)

Ending = tuple[RunState, Result | None, str]


def conduct(settings: Settings, store: RunStore, claim: Claim, callback: ProgressCallback | None = None) -> Run:
    """Train the claimed run, evaluate it and end it.

    Returns:
        The ended run: finished, stopped or failed.

    Raises:
        StaleAttemptError: Another worker has the run; nothing more was written.
        StoreError: The store did not answer for ten minutes at the end.
        KeyboardInterrupt: Ctrl-C; the run is interrupted.
    """
    run = claim.run
    with Reporter(store, run, callback) as reporter:
        try:
            state, result, sentence = _train(settings, store, claim, reporter)
        except StaleAttemptError:
            raise
        except KeyboardInterrupt:
            reporter.end(RunState.INTERRUPTED, None, "Interrupted by Ctrl-C.")
            raise
        except LabError as error:
            state, result, sentence = RunState.FAILED, None, str(error)
        except Exception as error:
            log.exception("Run %s failed", run.id)
            state, result, sentence = RunState.FAILED, None, why_failed(error)
        reporter.end(state, result, sentence)
    return store.get(run.id)


def why_failed(error: Exception) -> str:
    """One sentence for an error that nobody foresaw."""
    # By its name, as TensorFlow need not be loaded to be here.
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return "The training ran out of memory. Use a smaller batch size, or a network with fewer filters or units."
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "The disk is full: the training could not write its files. Free some space and train again."
    first_line = (str(error).strip().splitlines() or ["no reason given"])[0][:300].rstrip(".")
    return (
        f"The training failed with an error of the program, {type(error).__name__}: {first_line}. The log tells more."
    )


def _train(settings: Settings, store: RunStore, claim: Claim, reporter: Reporter) -> Ending:
    run, recipe = claim.run, claim.run.recipe
    reporter.insist(lambda: store.rewind(run.id, run.attempt))
    claim.folder.discard_results()
    reporter.enter("loading data")
    parts, info = load_parts(settings, run)
    reporter.insist(lambda: store.set_data(run.id, run.attempt, info))
    if reporter.enter("building", sentence=info.fallback) is Command.STOP:
        return RunState.STOPPED, None, "Stopped before the training began."
    # TensorFlow is loaded here, if it was not before.
    from mnist_lab.training.finishing import make_result
    from mnist_lab.training.learner import Learner
    from mnist_lab.training.machine import choose_precision

    precision = choose_precision(settings, recipe.precision)
    folder = claim.folder
    learner = Learner(
        run.network, recipe, parts, best_path=folder.best_weights, last_path=folder.last_weights, precision=precision
    )
    reporter.enter("training", total_steps=learner.total_steps)
    if settings.watch:
        outcome = train_watched(learner, reporter, run.network, parts, folder.snapshots)
    else:
        outcome = learner.train(reporter)
    reporter.enter("evaluating")
    if outcome.diverged and outcome.best_epoch == 0:
        return RunState.FAILED, None, _why_diverged(outcome.epochs + 1, recipe)
    result = make_result(learner, outcome, parts, recipe, folder, precision)
    if outcome.diverged:
        return RunState.FAILED, result, _why_diverged(outcome.epochs + 1, recipe)
    return (RunState.STOPPED if outcome.stopped else RunState.FINISHED), result, ""


def _why_diverged(epoch: int, recipe: Recipe) -> str:
    return (
        f"{DIVERGED}: the loss became NaN or infinite in epoch {epoch} of {recipe.epochs}."
        f" Try a learning rate smaller than {recipe.learning_rate:g}."
    )


def load_parts(settings: Settings, run: Run) -> tuple[Split, DataInfo]:
    """Load the digits of a run, from disk only, and divide them as its recipe says.

    Raises:
        DataError: No digits can be had, or they cannot be divided so.
    """
    recipe = run.recipe
    digits, why_not_mnist = load_digits(settings, download=False)
    limit, fallback = recipe.limit, ""
    if why_not_mnist is not None:
        fallback = f"Trained on {digits.title}, because MNIST could not be had: {why_not_mnist}"
        if limit is not None and limit > len(digits.train_labels):
            limit = None
            fallback += f" It has only {len(digits.train_labels):,} training images; all were used."
    parts = split(
        digits,
        validation=recipe.validation,
        fraction=recipe.validation_fraction,
        limit=limit,
        seed=recipe.seed,
    )
    return parts, _info(digits, parts, run, fallback)


def _info(digits: Digits, parts: Split, run: Run, fallback: str) -> DataInfo:
    return DataInfo(
        source=digits.source.value,
        title=digits.title,
        fingerprint=digits.fingerprint,
        training=len(parts.train_labels),
        validation=len(parts.validation_labels),
        test=len(parts.test_labels),
        validation_choice=run.recipe.validation,
        fallback=fallback,
    )
