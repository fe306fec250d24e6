from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from mnist_lab.errors import StoreError
from mnist_lab.runs import Command, MetricPoint, Run, RunState, RunStore, open_store
from mnist_lab.runs.schema import runs
from mnist_lab.runs.stale_runs import MAX_SILENCE_SECONDS
from mnist_lab.settings import Settings


def _set(store: RunStore, run_id: str, **values: object) -> None:
    with store.db.write() as connection:
        connection.execute(update(runs).where(runs.c.id == run_id).values(**values))


def test_a_run_whose_folder_is_locked_is_never_interrupted(store: RunStore, running: Run) -> None:
    lock = store.folder(running.id).lock()
    assert lock is not None
    # Not even when it was silent for hours, or when the clock was set back.
    for heartbeat in (0.0, 4e9):
        _set(store, running.id, heartbeat=heartbeat)
        assert store.reap_stale_runs() == []
    lock.release()
    assert [run.id for run in store.reap_stale_runs()] == [running.id]


@pytest.mark.parametrize(
    ("state", "epochs_done", "end"),
    [
        ("starting", 0, "before the training began."),
        ("running", 0, "in epoch 1 of 3."),
        ("paused", 2, "in epoch 3 of 3."),
        ("running", 3, "after epoch 3 of 3, during the evaluation."),
    ],
)
def test_a_lost_run_says_where_it_was_lost(
    store: RunStore, running: Run, state: str, epochs_done: int, end: str
) -> None:
    _set(store, running.id, state=state, epochs_done=epochs_done)
    (run,) = store.reap_stale_runs()
    assert run.state is RunState.INTERRUPTED
    assert run.message.startswith("The training process ended unexpectedly (killed, out of memory, or")
    assert run.message.endswith(end)
    assert run.ended is not None
    assert store.reap_stale_runs() == []


def test_while_the_home_is_away_no_run_is_interrupted(store: RunStore, running: Run, settings: Settings) -> None:
    away = settings.home.with_name("away")
    settings.home.rename(away)
    with pytest.raises(StoreError, match="is missing, so the state of the active runs is unknown"):
        store.reap_stale_runs()
    assert not settings.home.exists()
    away.rename(settings.home)
    assert store.get(running.id).state is RunState.RUNNING


def test_queued_and_ended_runs_are_left_alone(store: RunStore, queued: Run) -> None:
    assert store.reap_stale_runs() == []
    assert store.get(queued.id) == queued


def test_a_damaged_record_does_not_keep_other_stale_runs_from_being_found(store: RunStore, running: Run) -> None:
    other = store.claim(store.create(running.network, running.recipe).id, "test")
    assert other is not None
    _set(store, running.id, recipe="{")
    store.folder(other.id)
    assert [run.id for run in store.reap_stale_runs()] == [other.id]
    with store.db.read() as connection:
        states = {row.id: row.state for row in connection.execute(runs.select())}
    assert set(states.values()) == {"interrupted"}


def test_a_worker_on_another_host_counts_as_dead_only_after_long_silence(
    settings: Settings, store: RunStore, running: Run, make_point: Callable[..., MetricPoint], tmp_path: Path
) -> None:
    elsewhere = RunStore(store.db.engine.url, tmp_path / "another home" / "runs")
    assert elsewhere.reap_stale_runs() == []
    heartbeat = store.get(running.id).heartbeat
    assert heartbeat is not None
    _set(store, running.id, heartbeat=heartbeat.timestamp() - MAX_SILENCE_SECONDS - 1)
    assert [run.id for run in elsewhere.reap_stale_runs()] == [running.id]
    elsewhere.close()


def test_a_run_that_went_on_meanwhile_is_not_interrupted(
    settings: Settings, store: RunStore, running: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    other_process = open_store(settings)
    lock_of_folder = "mnist_lab.runs.stale_runs.RunFolder.lock"
    from mnist_lab.runs.run_folder import RunFolder

    take = RunFolder.lock

    def finish_first(folder: RunFolder) -> object:
        # Between the query and the lock the worker ends the run and releases its lock.
        other_process.attempt(running).finish(RunState.FINISHED, None)
        return take(folder)

    monkeypatch.setattr(lock_of_folder, finish_first)
    assert store.reap_stale_runs() == []
    assert store.get(running.id).state is RunState.FINISHED
    other_process.close()


def test_a_run_that_was_being_discarded_is_in_the_bin_when_its_worker_is_gone(store: RunStore, running: Run) -> None:
    store.request(running.id, Command.DISCARD)
    store.folder(running.id).checkpoints.mkdir(parents=True)
    assert store.reap_stale_runs() == []
    assert store.list() == []
    assert [run.id for run in store.deleted_runs()] == [running.id]


def test_a_folder_that_cannot_be_locked_keeps_no_other_stale_run_from_being_found(
    store: RunStore, running: Run
) -> None:
    other = store.claim(store.create(running.network, running.recipe).id, "test")
    assert other is not None
    store.runs_folder.mkdir(parents=True, exist_ok=True)
    store.folder(running.id).path.write_text("a file in the way")
    with pytest.raises(StoreError, match="cannot be locked"):
        store.reap_stale_runs()
    assert store.get(running.id).state is RunState.RUNNING
    assert store.get(other.id).state is RunState.INTERRUPTED


def test_a_clock_that_was_set_back_makes_no_run_lost_and_keeps_none_from_being_found(
    store: RunStore, running: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time", lambda: 1e9)
    lock = store.folder(running.id).lock()
    assert lock is not None
    store.attempt(running).heartbeat()
    assert store.reap_stale_runs() == []
    lock.release()
    assert [run.id for run in store.reap_stale_runs()] == [running.id]
    store.requeue(running.id)
    # The order of creation is by number, not by the clock.
    later = store.create(running.network, running.recipe)
    assert [run.id for run in store.list()] == [later.id, running.id]
    again = store.claim(running.id, "test")
    assert again is not None
    store.attempt(again).move(RunState.RUNNING)
    store.attempt(again).finish(RunState.FINISHED, None)
    assert store.get(running.id).state is RunState.FINISHED
