"""Executes one claimed run, from loading its data to its result, and records how it ended."""

import logging
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from mnist_lab.errors import LabError, LostFilesError, ObjectStoreError, StaleAttemptError
from mnist_lab.files import is_disk_full, is_not_writable
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, Result, Run, RunState, RunStore
from mnist_lab.settings import Settings
from mnist_lab.training.callbacks import ProgressListener, SetAsideError, TrainingCallback
from mnist_lab.training.checkpoint import Checkpoint
from mnist_lab.training.claim import Claim, free_slots
from mnist_lab.training.connection import DiscardedError
from mnist_lab.training.recorders.checkpoint_writer import CheckpointWriter
from mnist_lab.training.recorders.epoch_weights_recorder import EpochWeightsRecorder
from mnist_lab.training.recorders.file_publisher import FilePublisher
from mnist_lab.training.recorders.live_weights_writer import LiveWeightsWriter
from mnist_lab.training.recorders.snapshot_recorder import SnapshotRecorder
from mnist_lab.training.reporter import Reporter
from mnist_lab.training.resume import CheckpointCallback, find_checkpoints, restore
from mnist_lab.training.run_data import load_split

log = logging.getLogger(__name__)


class Ending(NamedTuple):
    """How a run ended: the arguments of `Reporter.end`."""

    state: RunState
    result: Result | None
    message: str
    diverged: bool = False


def execute_run(
    settings: Settings, store: RunStore, claim: Claim, listener: ProgressListener | None = None
) -> Run | None:
    """Train the claimed run, from its newest usable checkpoint if it has one; evaluate it and end it.

    Returns:
        The ended run: finished, stopped or failed; or the run that was set aside. None if it was discarded.

    Raises:
        StaleAttemptError: Another worker has the run; nothing more was written.
        LostFilesError: The run's folder was deleted or moved.
        StoreError: The store did not answer for ten minutes at the end.
        KeyboardInterrupt: Ctrl-C; the run is interrupted.
    """
    run = claim.run
    publication = store.files.publication(store.attempt(run))
    with (
        Reporter(store, run, listener, ensure_kept=claim.ensure_kept) as reporter,
        FilePublisher(publication) as publisher,
    ):
        try:
            ending = _train_and_evaluate(settings, store, claim, reporter, publisher)
        except StaleAttemptError:
            raise
        except LostFilesError as error:
            # If only the run's folder is gone, the store is still there to say so.
            with suppress(LabError):
                store.attempt(run).finish(RunState.INTERRUPTED, None, str(error))
            raise
        except SetAsideError:
            return store.get(run.id) if reporter.set_aside() else None
        except DiscardedError:
            reporter.discard()
            return None
        except KeyboardInterrupt:
            publisher.try_to_publish()
            reporter.end(RunState.INTERRUPTED, None, "Interrupted by Ctrl-C.")
            raise
        except LabError as error:
            ending = Ending(RunState.FAILED, None, str(error))
        except Exception as error:
            log.exception("Run %s failed", run.id)
            ending = Ending(RunState.FAILED, None, failure_message(error))
        publisher.try_to_publish()
        return store.get(run.id) if reporter.end(*ending) else None


def failure_message(error: Exception) -> str:
    """One or two sentences for the user about an unexpected error."""
    # Compared by name, as TensorFlow need not be loaded here.
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return "The training ran out of memory. Use a smaller batch size, or a network with fewer filters or units."
    if is_disk_full(error):
        return "The disk is full: the training could not write its files. Free some space, then resume the run."
    if is_not_writable(error):
        return (
            "The training could not write its files, since the lab's folder is read-only. Make it writable, then resume"
            " the run."
        )
    first_line = (str(error).strip().splitlines() or ["no reason given"])[0][:300].rstrip(".")
    return f"The training failed with an unexpected error, {type(error).__name__}: {first_line}. See the log."


def _train_and_evaluate(
    settings: Settings, store: RunStore, claim: Claim, reporter: Reporter, publisher: FilePublisher
) -> Ending:
    run, folder = claim.run, claim.folder

    reporter.enter("loading data")
    reporter.connection.retry(lambda: store.files.fetch_for_training(run, store.attempt(run)))
    reporter.connection.retry(publisher.start)
    resumes = bool(folder.checkpoint_files())
    # Data and drawings may have to come from the object store; what is damaged is told at once.
    load = partial(load_split, settings, store, run, resumes=resumes)
    split, data = reporter.connection.retry(load, ObjectStoreError)
    checkpoints = find_checkpoints(run, folder, data)
    reporter.connection.retry(lambda: store.attempt(run).set_data(data))

    stop = reporter.enter("building", message=data.fallback) is Command.STOP
    # With a checkpoint the run is evaluated nevertheless, since it was trained in an earlier attempt.
    if stop and not checkpoints:
        return Ending(RunState.STOPPED, None, "Stopped before the training began.")
    reporter.insist(folder.discard_results)
    # Imported here, as this loads TensorFlow.
    from mnist_lab.training.engine.precision import choose_precision
    from mnist_lab.training.engine.result import make_result
    from mnist_lab.training.engine.trainer import Trainer

    # A resumed run keeps its precision: "auto" is decided by a measurement, and a new one may decide differently.
    precision = checkpoints[0].precision if checkpoints else choose_precision(settings, run.recipe.precision)
    files = {"best_path": folder.best_weights, "last_path": folder.last_weights}
    with (
        CheckpointWriter(folder) as writer,
        SnapshotRecorder(folder.snapshots) as recorder,
        EpochWeightsRecorder(folder.epochs) as epoch_weights,
        LiveWeightsWriter(folder) as live,
    ):
        # The reporter is last, since it blocks while the run is paused: by then the epoch has its checkpoint, with the
        # metrics that the reporter has not received yet, and its snapshot is visible. The checkpoint is first, so that
        # it is written even if the snapshot fails.
        saver = CheckpointCallback(writer, reporter.connection, run, data, precision)
        recorders: list[TrainingCallback] = [recorder, epoch_weights] if settings.watch else []
        callbacks = [saver, *recorders, live, reporter]
        trainer = Trainer(
            run.network,
            run.recipe,
            split,
            **files,
            precision=precision,
            callbacks=callbacks,
            insist=reporter.insist,
            initial_path=folder.initial_weights if folder.initial_weights.exists() else None,
        )
        checkpoint = restore(trainer, run, folder, checkpoints)
        reporter.connection.retry(lambda: _rewind(store, run, checkpoint, trainer.batches))
        stop = reporter.enter("training", total_steps=trainer.total_steps) is Command.STOP

        def save_position() -> None:
            saver.save_position(trainer)
            publisher.publish()

        reporter.allow_set_aside(lambda: _others_wait(settings, store, claim), save_position)
        outcome = trainer.train(stopped=stop and checkpoint is not None)

    # The weights change during the evaluation. A run that is set aside in it resumes from its newest checkpoint.
    reporter.allow_set_aside(lambda: _others_wait(settings, store, claim), lambda: None)
    reporter.enter("evaluating")
    has_weights = not outcome.diverged or outcome.best_epoch > 0
    result = make_result(trainer, outcome, folder, reporter.pause_point, reporter.insist) if has_weights else None
    # Before the run ends: whoever sees its result finds its files.
    reporter.insist(publisher.publish)
    if outcome.diverged:
        message = _divergence_message(outcome.epochs + 1, run.recipe, reporter.learning_rate_factor)
        return Ending(RunState.FAILED, result, message, diverged=True)
    return Ending(RunState.STOPPED if outcome.stopped else RunState.FINISHED, result, "")


def _others_wait(settings: Settings, store: RunStore, claim: Claim) -> bool:
    # Without slots only the launcher knows whether the cluster has room for the first of the queue.
    return bool(store.queue(limit=1)) and (claim.slot is None or not free_slots(settings))


def _rewind(store: RunStore, run: Run, checkpoint: Checkpoint | None, batches: int) -> None:
    """Remove the metrics that an earlier attempt wrote after the checkpoint, or all of them if there is none."""
    if checkpoint is None:
        store.attempt(run).rewind()
        return
    state = checkpoint.state
    store.attempt(run).rewind(
        step=state.epoch * batches + state.batch,
        epochs=state.epoch,
        seconds=state.seconds,
        points=checkpoint.points,
        interventions=checkpoint.interventions,
    )


def _divergence_message(epoch: int, recipe: Recipe, factor: float) -> str:
    return (
        f"The training diverged: the loss became NaN or infinite in epoch {epoch} of {recipe.epochs}."
        f" Try a learning rate smaller than {recipe.learning_rate * factor:g}."
    )
