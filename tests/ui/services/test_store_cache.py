"""One read of the store for all sessions that ask at about the same time."""

from collections.abc import Iterator

import pytest

from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run, RunState, RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.ui.services.store_cache import SHARED_SECONDS, StoreCache


@pytest.fixture
def worker(settings: Settings) -> Iterator[RunStore]:
    """The store, opened again as in another process."""
    opened = open_store(settings)
    yield opened
    opened.close()


def queued(store: RunStore) -> Run:
    return store.create(PRESETS["tiny"].network, Recipe())


def test_writes_of_another_process_are_seen_after_a_short_time(store: RunStore, worker: RunStore) -> None:
    now = [0.0]
    cache = StoreCache(store, lambda: now[0])
    run = queued(store)
    assert [waiting.id for waiting in cache.snapshot().queue] == [run.id]
    assert worker.claim(run.id, "test") is not None
    now[0] = 0.9 * SHARED_SECONDS
    assert [waiting.id for waiting in cache.snapshot().queue] == [run.id]
    now[0] = 1.1 * SHARED_SECONDS
    snapshot = cache.snapshot()
    assert ([active.id for active in snapshot.active], snapshot.queue) == ([run.id], [])


def test_writes_of_this_process_are_seen_at_once(store: RunStore) -> None:
    cache = StoreCache(store, lambda: 0.0)
    assert cache.snapshot().queue == []
    run = queued(store)
    assert cache.snapshot().find(run.id) == store.get(run.id)
    store.delete(run.id)
    assert cache.snapshot().find(run.id) is None


def test_sessions_that_ask_together_share_one_snapshot(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = StoreCache(store, lambda: 0.0)
    queued(store)
    first = cache.snapshot()
    monkeypatch.setattr(RunStore, "list", None)
    assert cache.snapshot() is first


def test_tested_runs_are_counted(store: RunStore) -> None:
    cache = StoreCache(store, lambda: 0.0)
    for state in (RunState.STOPPED, RunState.FAILED):
        run = store.claim(queued(store).id, "test")
        assert run is not None
        store.attempt(run).move(RunState.RUNNING)
        store.attempt(run).finish(state, None, "It ended.")
    assert cache.snapshot().tested == 1
