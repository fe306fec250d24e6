"""What Train and Compare call it when an ended run is put into the queue again."""

from collections.abc import Sequence

from mnist_lab.runs import Run
from mnist_lab.ui.services.container import services


def requeue_verb(runs: Sequence[Run]) -> str:
    """Returns "Resume" if one of the runs has a checkpoint to go on from, else "Start over"."""
    store = services().store
    return "Resume" if any(store.folder(run.id).checkpoint_files() for run in runs) else "Start over"
