"""One reading of the store for all sessions that look at about the same time."""

from collections.abc import Iterator

import pytest

from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run, RunState, RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.ui.services.store_cache import SHARED_SECONDS, Moments


@pytest.fixture
def worker(settings: Settings) -> Iterator[RunStore]:
    """The store as another process has it."""
    opened = open_store(settings)
    yield opened
    opened.close()


def queued(store: RunStore) -> Run:
    return store.create(PRESETS["tiny"].network, Recipe())


def test_what_another_process_wrote_is_seen_after_a_moment(store: RunStore, worker: RunStore) -> None:
    now = [0.0]
    moments = Moments(store, lambda: now[0])
    run = queued(store)
    assert [waiting.id for waiting in moments.now().queue] == [run.id]
    assert worker.claim(run.id, "test") is not None
    now[0] = 0.9 * SHARED_SECONDS
    assert [waiting.id for waiting in moments.now().queue] == [run.id]
    now[0] = 1.1 * SHARED_SECONDS
    moment = moments.now()
    assert ([active.id for active in moment.active], moment.queue) == ([run.id], [])


def test_what_this_process_wrote_is_seen_at_once(store: RunStore) -> None:
    moments = Moments(store, lambda: 0.0)
    assert moments.now().queue == []
    run = queued(store)
    assert moments.now().find(run.id) == store.get(run.id)
    store.delete(run.id)
    assert moments.now().find(run.id) is None


def test_sessions_that_look_together_share_one_reading(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = Moments(store, lambda: 0.0)
    queued(store)
    first = moments.now()
    monkeypatch.setattr(RunStore, "list", None)
    assert moments.now() is first


def test_tested_runs_are_counted(store: RunStore) -> None:
    moments = Moments(store, lambda: 0.0)
    for state in (RunState.STOPPED, RunState.FAILED):
        run = store.claim(queued(store).id, "test")
        assert run is not None
        store.attempt(run).move(RunState.RUNNING)
        store.attempt(run).finish(state, None, "It ended.")
    assert moments.now().tested == 1
