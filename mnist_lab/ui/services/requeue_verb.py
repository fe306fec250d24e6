"""What Train and Compare call it when an ended run is put into the queue again."""

from collections.abc import Sequence

from mnist_lab.runs import Run
from mnist_lab.ui.services.container import services


def requeue_verb(runs: Sequence[Run]) -> str:
    """Returns "Resume" if one of the runs has a checkpoint to go on from, else "Start over"."""
    files = services().store.files
    return "Resume" if any(files.has_checkpoint(run.id) for run in runs) else "Start over"
