"""Which runs read a drawing, and which first."""

import pytest

from mnist_lab.recipe import has_handwriting
from mnist_lab.runs import RunState
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.tested_runs import runs_with_result
from tests.pages.live_runs import end, queue, start


def test_drawings_are_read_first_by_the_users_own_run_then_by_the_one_that_knows_handwriting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MNIST_LAB_REFERENCE", "true")
    store = services().store
    own = end(store, start(store, queue(store)), RunState.FINISHED)
    runs = runs_with_result()
    shipped = [run for run in runs if run.is_reference]
    assert has_handwriting(shipped[0].recipe)
    others = [run.result.test_accuracy for run in shipped[1:] if run.result]
    assert others == sorted(others, reverse=True)
    assert own.id in [run.id for run in runs[: -len(shipped)]]
    assert runs[-len(shipped) :] == shipped
