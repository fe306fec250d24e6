"""One claimed run from its data to its result. Whatever happens on the way, the run's record says how it ended."""

import errno
import logging

from mnist_lab.errors import LabError, StaleAttemptError
from mnist_lab.recipe import Recipe
from mnist_lab.runs import DIVERGED, Command, Result, Run, RunState, RunStore
from mnist_lab.settings import Settings
from mnist_lab.training.checkpoint import Checkpoint
from mnist_lab.training.checkpoint_writer import CheckpointWriter
from mnist_lab.training.claim import Claim
from mnist_lab.training.progress import ProgressCallback
from mnist_lab.training.reporter import DiscardedError, Reporter
from mnist_lab.training.resume import Keeper, find_checkpoints, take_up
from mnist_lab.training.run_data import load_split
from mnist_lab.training.snapshot_recorder import train_watched

log = logging.getLogger(__name__)

_FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})

Ending = tuple[RunState, Result | None, str]


def conduct(settings: Settings, store: RunStore, claim: Claim, callback: ProgressCallback | None = None) -> Run | None:
    """Train the claimed run, from its last good checkpoint if it has one; evaluate it and end it.

    Returns:
        The ended run: finished, stopped or failed. None if it was discarded.

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
        except DiscardedError:
            reporter.discard()
            return None
        except KeyboardInterrupt:
            reporter.end(RunState.INTERRUPTED, None, "Interrupted by Ctrl-C.")
            raise
        except LabError as error:
            state, result, sentence = RunState.FAILED, None, str(error)
        except Exception as error:
            log.exception("Run %s failed", run.id)
            state, result, sentence = RunState.FAILED, None, why_failed(error)
        return store.get(run.id) if reporter.end(state, result, sentence) else None


def why_failed(error: Exception) -> str:
    """One sentence for an error that nobody foresaw."""
    # By its name, as TensorFlow need not be loaded to be here.
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return "The training ran out of memory. Use a smaller batch size, or a network with fewer filters or units."
    # HDF5 has it in its words alone.
    if isinstance(error, OSError) and (error.errno in _FULL or "No space left" in str(error)):
        return "The disk is full: the training could not write its files. Free some space, then resume the run."
    first_line = (str(error).strip().splitlines() or ["no reason given"])[0][:300].rstrip(".")
    return (
        f"The training failed with an error of the program, {type(error).__name__}: {first_line}. The log tells more."
    )


def _train(settings: Settings, store: RunStore, claim: Claim, reporter: Reporter) -> Ending:
    run, recipe, folder = claim.run, claim.run.recipe, claim.folder
    reporter.enter("loading data")
    parts, info = load_split(settings, run, resumes=bool(folder.checkpoint_files()))
    checkpoints = find_checkpoints(run, folder, info)
    reporter.insist(lambda: store.set_data(run.id, run.attempt, info))
    stops = reporter.enter("building", sentence=info.fallback) is Command.STOP
    # What an earlier attempt had learnt is evaluated even so.
    if stops and not checkpoints:
        return RunState.STOPPED, None, "Stopped before the training began."
    folder.discard_results()
    # TensorFlow is loaded here, if it was not before.
    from mnist_lab.training.engine.precision import choose_precision
    from mnist_lab.training.engine.result import make_result
    from mnist_lab.training.engine.trainer import Learner

    # Not chosen anew: what "auto" comes to is measured, and may come out otherwise today.
    precision = checkpoints[0].precision if checkpoints else choose_precision(settings, recipe.precision)
    files = {"best_path": folder.best_weights, "last_path": folder.last_weights}
    with CheckpointWriter(folder) as writer:
        keeper = Keeper(reporter, writer, run, info, precision)
        learner = Learner(run.network, recipe, parts, **files, precision=precision, wishes=keeper)
        start = take_up(learner, run, folder, checkpoints)
        if start is not None:
            writer.start_from(start.state.epoch)
        reporter.insist(lambda: _rewind(store, run, start, learner.batches))
        reporter.enter("training", total_steps=learner.total_steps)
        if settings.watch:
            epochs_done = 0 if start is None else start.state.epoch
            outcome = train_watched(learner, reporter, run.network, parts, folder.snapshots, epochs_done=epochs_done)
        else:
            outcome = learner.train(reporter)
    reporter.enter("evaluating")
    if outcome.diverged and outcome.best_epoch == 0:
        return RunState.FAILED, None, _why_diverged(outcome.epochs + 1, recipe, reporter.learning_rate_factor)
    result = make_result(learner, outcome, parts, recipe, folder, precision, reporter.breathe)
    if outcome.diverged:
        return RunState.FAILED, result, _why_diverged(outcome.epochs + 1, recipe, reporter.learning_rate_factor)
    return (RunState.STOPPED if outcome.stopped else RunState.FINISHED), result, ""


def _rewind(store: RunStore, run: Run, start: Checkpoint | None, batches: int) -> None:
    if start is None:
        store.rewind(run.id, run.attempt)
        return
    epoch = start.state.epoch
    store.rewind(
        run.id, run.attempt, step=epoch * batches, epochs=epoch, seconds=start.state.seconds, points=start.points
    )


def _why_diverged(epoch: int, recipe: Recipe, factor: float) -> str:
    return (
        f"{DIVERGED}: the loss became NaN or infinite in epoch {epoch} of {recipe.epochs}."
        f" Try a learning rate smaller than {recipe.learning_rate * factor:g}."
    )
