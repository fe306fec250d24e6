from collections.abc import Callable
from pathlib import Path

import pytest

from mnist_lab.errors import RefusedError, StoreError, TransitionError
from mnist_lab.runs import Actor, MetricPoint, Result, Run, RunState, RunStore
from tests.factories import make_data

DATA = make_data(training=900, validation=100)


@pytest.fixture
def finished(store: RunStore, claimed: Run, make_point: Callable[..., MetricPoint], result: Result) -> Run:
    """Three epochs of ten steps, and two steps of a fourth, in which it was stopped."""
    run_id, attempt = claimed.id, store.attempt(claimed)
    attempt.set_data(DATA)
    attempt.move(RunState.RUNNING)
    store.set_learning_rate(run_id, 0.5)
    points = [make_point(step=step, epoch=step / 10) for step in range(1, 33)]
    epochs = [make_point(step=10 * epoch, epoch=epoch, kind="epoch", validation_loss=1.0) for epoch in (1, 2, 3)]
    attempt.heartbeat(points=points + epochs, total_steps=100)
    attempt.finish(RunState.STOPPED, result)
    folder = store.folder(run_id)
    folder.checkpoints.mkdir(parents=True)
    folder.checkpoint_path(2).write_text("second")
    folder.checkpoint_path(3).write_text("third")
    (folder.checkpoints / ".half-written").write_text("half")
    folder.snapshots.mkdir()
    (folder.snapshots / "epoch-3").write_text("seen")
    folder.best_weights.write_text("weights")
    return store.get(run_id)


def test_a_continued_run_starts_where_the_other_ended(store: RunStore, finished: Run) -> None:
    new = store.continue_run(finished.id, 5, Actor("another browser"))
    assert store.get(new.id) == new
    assert (new.state, new.attempt, new.parent) == (RunState.QUEUED, 0, finished.id)
    assert (new.name, new.network, new.owner) == ("A run, continued", finished.network, "another browser")
    assert new.recipe == finished.recipe.with_changes(epochs=8)
    assert (new.epochs_done, new.steps_done, new.total_steps) == (3, 30, 80)
    assert (new.data, new.result, new.learning_rate_factor) == (DATA, None, 0.5)
    assert store.points(new.id) == [point for point in store.points(finished.id) if point.step <= 30]
    assert [path.read_text() for path in store.folder(new.id).checkpoint_files()] == ["third", "second"]
    assert sorted(path.name for path in store.folder(new.id).path.rglob("*") if path.is_file()) == [
        "epoch-000002.checkpoint",
        "epoch-000003.checkpoint",
        "epoch-3",
    ]


def test_the_parent_stays_as_it_is_and_may_go(store: RunStore, finished: Run) -> None:
    points = store.points(finished.id)
    new = store.continue_run(finished.id, 1)
    assert new.owner == "cli"
    assert (store.get(finished.id), store.points(finished.id)) == (finished, points)
    store.delete(finished.id)
    assert store.get(new.id) == new
    assert [path.read_text() for path in store.folder(new.id).checkpoint_files()] == ["third", "second"]


def test_a_run_that_did_not_end_well_is_not_continued(store: RunStore, running: Run) -> None:
    with pytest.raises(TransitionError, match="is running; only a finished or stopped run"):
        store.continue_run(running.id, 1)


def test_a_run_without_a_checkpoint_is_not_continued(store: RunStore, finished: Run) -> None:
    for path in store.folder(finished.id).checkpoint_files():
        path.unlink()
    with pytest.raises(TransitionError, match="has no checkpoint to continue from"):
        store.continue_run(finished.id, 1)


@pytest.mark.parametrize("more", [0, -3, 998])
def test_too_few_or_too_many_more_epochs_are_refused_and_leave_nothing(
    store: RunStore, finished: Run, more: int
) -> None:
    with pytest.raises(RefusedError, match="epochs must be"):
        store.continue_run(finished.id, more)
    _nothing_but(store, finished)


def test_a_disk_that_does_not_take_the_checkpoint_is_one_sentence_and_leaves_nothing(
    store: RunStore, finished: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_source: str, _target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mnist_lab.runs.continuation._link_or_copy", refuse)
    with pytest.raises(StoreError, match=r"checkpoint cannot be copied: .*No space left"):
        store.continue_run(finished.id, 1)
    _nothing_but(store, finished)


def test_where_files_cannot_be_linked_they_are_copied(
    store: RunStore, finished: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_source: str, _target: str) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    new = store.continue_run(finished.id, 1)
    assert [path.read_text() for path in store.folder(new.id).checkpoint_files()] == ["third", "second"]


def _nothing_but(store: RunStore, run: Run) -> None:
    assert store.list() == [run]
    assert [path.name for path in Path(store.runs_folder).iterdir()] == [run.id]
