"""The bin: what a deleted run disappears from, how it comes back, and when it is removed."""

import time
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from mnist_lab.errors import RefusedError, UnknownRunError
from mnist_lab.network import Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Actor, Command, MetricPoint, Run, RunState, RunStore, deletion
from mnist_lab.runs.schema import metrics, runs
from tests.factories import finish_run, start_run

MakePoint = Callable[..., MetricPoint]


@pytest.fixture
def ended(store: RunStore, running: Run, make_point: MakePoint) -> Run:
    store.attempt(running).heartbeat(points=[make_point()])
    store.folder(running.id).checkpoints.mkdir(parents=True)
    store.folder(running.id).best_weights.write_text("weights")
    return finish_run(store, running)


def test_a_deleted_run_is_nowhere_and_comes_back_as_it_was(store: RunStore, ended: Run) -> None:
    points = store.points(ended.id)
    store.delete(ended.id)
    assert (store.list(), store.count(), store.runs_of([ended.id])) == ([], 0, [])
    assert (store.search().ids, store.search(ended.name).ids, store.tally().runs) == ([], [], 0)
    for ask in (store.get, store.find, store.find_id, store.requeue, store.delete):
        with pytest.raises(UnknownRunError):
            ask(ended.id)
    with pytest.raises(UnknownRunError):
        store.find(ended.name)
    assert [(run.id, run.name, run.owner) for run in store.deleted_runs()] == [(ended.id, ended.name, ended.owner)]
    store.restore(ended.id)
    assert store.get(ended.id) == ended
    assert store.points(ended.id) == points
    assert store.folder(ended.id).best_weights.read_text() == "weights"
    assert store.deleted_runs() == []


def test_a_queued_run_is_not_started_while_it_is_in_the_bin(store: RunStore, network: Network, queued: Run) -> None:
    behind = store.create(network, Recipe(), name="behind")
    store.request(queued.id, Command.DISCARD)
    assert [run.id for run in store.queue()] == [behind.id]
    assert store.claim(queued.id, "test") is None
    store.restore(queued.id)
    assert [run.id for run in store.queue()] == [queued.id, behind.id]
    assert store.claim(queued.id, "test") is not None


@pytest.mark.parametrize("end", ["worker", "evaluation", "dead worker"])
def test_a_discarded_training_is_in_the_bin_and_can_be_resumed(store: RunStore, running: Run, end: str) -> None:
    store.request(running.id, Command.DISCARD)
    assert store.deleted_runs() == []
    if end == "worker":
        store.attempt(running).discard()
    elif end == "evaluation":
        assert not store.attempt(running).finish(RunState.STOPPED, None)
    else:
        assert store.reap_stale_runs() == []
    assert store.list() == []
    store.restore(running.id)
    run = store.get(running.id)
    assert (run.state, run.message, run.command) == (
        RunState.INTERRUPTED,
        "It was discarded before its end.",
        Command.NONE,
    )
    store.requeue(run.id)
    assert store.claim(run.id, "test") is not None


def test_a_damaged_record_can_be_deleted_and_is_not_reported_any_more(store: RunStore, ended: Run) -> None:
    with store.db.write() as connection:
        connection.execute(update(runs).values(network="{"))
    assert store.damaged() == [ended.id]
    store.delete(ended.id)
    assert store.damaged() == []
    store.restore(ended.id)
    assert store.damaged() == [ended.id]


def deleted(store: RunStore, network: Network, *ages: float) -> list[Run]:
    """Runs with a folder that were deleted this many seconds ago."""
    made = []
    for age in ages:
        run = finish_run(store, start_run(store, store.create(network, Recipe())))
        store.folder(run.id).path.mkdir(parents=True)
        store.delete(run.id)
        with store.db.write() as connection:
            connection.execute(update(runs).where(runs.c.id == run.id).values(deleted_at=time.time() - age))
        made.append(run)
    return made


def test_after_a_day_the_bin_is_emptied(store: RunStore, network: Network, make_point: MakePoint) -> None:
    old, new = deleted(store, network, 24 * 3600 + 1, 24 * 3600 - 60)
    kept = finish_run(store, start_run(store))
    with store.db.write() as connection:
        connection.execute(metrics.insert().values(run_id=old.id, kind="step", step=1, epoch=1.0, learning_rate=1.0,
                                                   seconds=1.0, samples_per_second=1.0))  # fmt: skip
    assert store.empty_bin() == [old.id]
    assert [run.id for run in store.deleted_runs()] == [new.id]
    assert not store.folder(old.id).path.exists()
    assert store.folder(new.id).path.exists()
    with pytest.raises(UnknownRunError):
        store.restore(old.id)
    with store.db.read() as connection:
        assert connection.execute(select(metrics.c.run_id)).all() == []
    assert [run.id for run in store.list()] == [kept.id]
    assert store.empty_bin() == []


def test_while_the_disk_is_nearly_full_the_oldest_deleted_runs_are_removed(
    store: RunStore, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest, oldest, middle = deleted(store, network, 10, 3000, 200)
    free = iter([deletion.MIN_FREE_BYTES - 2, deletion.MIN_FREE_BYTES - 1, deletion.MIN_FREE_BYTES])
    monkeypatch.setattr(deletion, "free_bytes", lambda _folder: next(free))
    assert store.empty_bin() == [oldest.id, middle.id]
    assert [run.id for run in store.deleted_runs()] == [newest.id]


def test_a_run_restored_meanwhile_is_not_removed(
    store: RunStore, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run,) = deleted(store, network, 10)

    def restore(_folder: object) -> float:
        store.restore(run.id)
        return 0.0

    monkeypatch.setattr(deletion, "free_bytes", restore)
    assert store.empty_bin() == []
    assert store.get(run.id) == run
    assert store.folder(run.id).path.exists()


def test_a_run_can_be_deleted_for_good_at_once_or_out_of_the_bin(store: RunStore, network: Network, ended: Run) -> None:
    store.delete(ended.id, forever=True)
    (binned,) = deleted(store, network, 10)
    store.delete(binned.id, forever=True)
    for run in (ended, binned):
        assert not store.folder(run.id).path.exists()
        with pytest.raises(RefusedError):
            store.restore(run.id)
    assert store.deleted_runs() == []


@pytest.mark.sqlite
@pytest.mark.parametrize("stored", ["x", b"x", float("inf"), 1e308, 2**62, -1e308])
def test_a_damaged_time_of_deletion_keeps_the_run_in_the_bin(store: RunStore, ended: Run, stored: object) -> None:
    store.delete(ended.id)
    with store.db.write() as connection:
        connection.exec_driver_sql("UPDATE runs SET deleted_at = ? WHERE id = ?", (stored, ended.id))
    assert store.empty_bin() == []
    assert [run.id for run in store.deleted_runs()] == [ended.id]
    store.restore(ended.id)
    assert store.get(ended.id) == ended


def test_the_bin_can_be_read_in_parts(store: RunStore, network: Network) -> None:
    mine = [store.create(network, Recipe(), actor=Actor("anna")) for _ in range(3)]
    other = store.create(network, Recipe(), actor=Actor("ben"))
    for run in (*mine, other):
        store.delete(run.id)
    assert [run.id for run in store.deleted_runs("anna", 2)] == [mine[2].id, mine[1].id]
    assert (store.count_deleted("anna"), store.count_deleted("ben"), store.count_deleted()) == (3, 1, 4)
    assert store.deleted_among([other.id, run.id]) == [other.id]
    store.restore(other.id)
    assert not store.deleted_among([other.id])


def test_restoring_what_is_not_deleted_changes_nothing(store: RunStore, ended: Run) -> None:
    store.restore(ended.id)
    assert store.get(ended.id) == ended


@pytest.mark.sqlite
def test_the_bin_is_read_by_its_index(store: RunStore) -> None:
    with store.db.read() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT id FROM runs WHERE deleted_at IS NOT NULL ORDER BY deleted_at DESC"
        ).all()
    assert "runs_by_deletion" in str(plan)
