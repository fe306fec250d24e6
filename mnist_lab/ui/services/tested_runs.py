"""The runs whose networks can read a drawing."""

from mnist_lab.runs import Run
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.store_cache import TESTED_STATES

_KEY = "tested-runs"


def runs_with_result() -> list[Run]:
    """The runs with a test result: the user's own, then reference runs, then those on a sample; each best first.

    Raises:
        StoreError: The store cannot be read.
    """
    lab = services()
    lab.reference.ensure()
    tested = [run for run in lab.store.list(TESTED_STATES) if run.result is not None]
    return sorted(tested, key=lambda run: (run.used_sample, run.is_reference, -_accuracy(run)))


def shared_runs_with_result() -> list[Run]:
    """The same, made once for all browsers until a run ends or is deleted."""
    return services().table_cache.shared((_KEY,), runs_with_result)


def _accuracy(run: Run) -> float:
    return 0.0 if run.result is None else run.result.test_accuracy
