"""The runs whose networks can read a drawing."""

from mnist_lab.recipe import has_handwriting
from mnist_lab.runs import Run
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.store_cache import TESTED_STATES

_KEY = "tested-runs"


def runs_with_result() -> list[Run]:
    """The runs with a test result: the user's own, then reference runs, then those on a sample; each best first.

    Of the reference runs, the one that has learned other people's handwriting is first.

    Raises:
        StoreError: The store cannot be read.
    """
    lab = services()
    lab.reference.ensure()
    tested = [run for run in lab.store.list(TESTED_STATES) if run.result is not None]
    return sorted(tested, key=_rank)


def shared_runs_with_result() -> list[Run]:
    """The same, made once for all browsers until a run ends or is deleted."""
    return services().table_cache.shared((_KEY,), runs_with_result)


def _rank(run: Run) -> tuple[bool, bool, bool, float]:
    accuracy = 0.0 if run.result is None else run.result.test_accuracy
    return run.used_sample, run.is_reference, run.is_reference and not has_handwriting(run.recipe), -accuracy
