"""Finds the weights file of a run. No TensorFlow here."""

from dataclasses import dataclass
from pathlib import Path

from mnist_lab.errors import PredictorError, TransitionError
from mnist_lab.runs import Run, RunFiles, RunStore


@dataclass(frozen=True)
class Weights:
    """The Keras file of one run; it existed when this object was created."""

    run_id: str
    path: Path
    remedy: str = "train it again"
    """What the user can do if the file is damaged."""


def weights_of(run: Run, files: RunFiles, *, fetch: bool = True) -> Weights:
    """Find the weights that a run's result belongs to: those of its best epoch or of its last one.

    They are written at the end of the training, before the evaluation: they exist before the run has a result.

    Args:
        run: In any state.
        files: Where its files are.
        fetch: Have them fetched from the object store if they are not on this machine.

    Raises:
        TransitionError: It has no weights yet, or was stopped before it had any.
        PredictorError: The file is missing.
        StoreError: It is in an object store, and cannot be fetched from there.
    """
    folder = files.fetch(run.id) if fetch else files.folder(run.id)
    kept = run.result.kept if run.result is not None else run.recipe.kept
    path = folder.best_weights if kept == "best" else folder.last_weights
    weights = (
        Weights(run.id, path, "start the lab again, which restores it") if run.is_reference else Weights(run.id, path)
    )
    if not path.is_file():
        if run.result is None:
            raise TransitionError(f"Run {run.id} has no weights: it is {run.state}.")
        elsewhere = f" They may be on the machine that trained it{_named(run)}." if files.objects else ""
        raise PredictorError(f"The weights of run {run.id} are missing ({path.name}); {weights.remedy}.{elsewhere}")
    return weights


def _named(run: Run) -> str:
    return f", {run.machine_name}" if run.machine_name else ""


def find_weights(store: RunStore, run_id: str) -> Weights:
    """Find the weights of a run by its id.

    Raises:
        UnknownRunError: There is no such run, or it has been deleted.
        TransitionError: It has no weights yet.
        PredictorError: Its weights are missing.
        StoreError: The run store cannot be read.
    """
    return weights_of(store.get(run_id), store.files)
