"""What `/live/runs` answers to a browser that shows the table of runs: whether the list changed, and who is at work."""

import json

from mnist_lab.runs import Run, RunState
from mnist_lab.ui.services.container import Services, services

ADDRESS = "live/runs"
"""Path of the URL, relative to a page of the app: a proxy may serve the app under a path of its own."""
_INTERVAL_FACTOR = 2.5
"""A browser asks this many times `MNIST_LAB_REFRESH` apart: a table changes less often than a curve."""


def answer() -> bytes:
    """The answer as JSON, made once for all browsers that ask at about the same time.

    - `version`: of the list of runs; when it changes, the page must be drawn again.
    - `active`: by id of each run under way, what its cell in the column State says.
    - `interval`: seconds until the browser should ask again.

    Raises:
        LabError: The store cannot be read.
    """
    return services().store_cache.snapshot().shared("table-feed", _answer)


def _answer() -> bytes:
    shared = services()
    active = {run.id: state_text(run) for run in shared.store_cache.snapshot().active}
    interval = _INTERVAL_FACTOR * shared.settings.refresh
    content = {"version": table_version(shared), "active": active, "interval": interval}
    return json.dumps(content, separators=(",", ":")).encode()


def table_version(shared: Services) -> str:
    """A text that changes when the list of runs does, or what they read in the collection of drawings.

    Raises:
        StoreError: The store cannot be read.
    """
    return f"{shared.table_cache.version()} {shared.handwriting.version()}"


def state_text(run: Run) -> str:
    """The state of a run in the table: "finished", "epoch 3 of 12"."""
    if run.state is RunState.RUNNING:
        return f"epoch {min(run.epochs_done + 1, run.recipe.epochs)} of {run.recipe.epochs}"
    return run.state.value
