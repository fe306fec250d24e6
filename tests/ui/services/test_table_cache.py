"""What Compare shows of the list of runs, made once for all sessions."""

import threading

import pytest

from mnist_lab.runs import RunState, RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.ui.services.table_cache import CHECK_SECONDS, MAX_AGE_SECONDS, MAX_VALUES, TableCache
from tests.pages.ended_runs import ended


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def counted(cache: TableCache, store: RunStore, key: str = "key") -> int:
    """The number of runs when the value was made."""
    return cache.shared(key, store.count)


def test_a_value_is_made_once_for_all_that_ask_together(store: RunStore, clock: Clock) -> None:
    cache, made = TableCache(store, clock), []
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait()
        cache.shared("key", lambda: made.append(1))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]


def test_a_change_by_this_process_is_noticed_at_once(store: RunStore, clock: Clock) -> None:
    cache = TableCache(store, clock)
    assert counted(cache, store) == 0
    run = ended(store)
    assert counted(cache, store) == 1
    store.delete(run.id)
    assert counted(cache, store) == 0


def test_a_change_by_another_process_is_noticed_soon(store: RunStore, settings: Settings, clock: Clock) -> None:
    cache, other = TableCache(store, clock), open_store(settings)
    assert counted(cache, store) == 0
    ended(other)
    clock.now = 0.9 * CHECK_SECONDS
    assert counted(cache, store) == 0
    clock.now = 1.1 * CHECK_SECONDS
    assert counted(cache, store) == 1
    ended(other)
    assert counted(cache, store) == 1
    cache.check()
    assert counted(cache, store) == 2
    other.close()


def test_nothing_is_kept_for_long(store: RunStore, clock: Clock) -> None:
    cache, made = TableCache(store, clock), []
    for clock.now in (0.0, 0.5 * MAX_AGE_SECONDS, 1.1 * MAX_AGE_SECONDS):
        cache.shared("key", lambda: made.append(clock.now))
    assert made == [0.0, 1.1 * MAX_AGE_SECONDS]


def test_few_values_are_kept(store: RunStore, clock: Clock) -> None:
    cache, made = TableCache(store, clock), []
    for key in [*range(MAX_VALUES + 1), 0]:
        cache.shared(key, lambda key=key: made.append(key))
    assert made == [*range(MAX_VALUES + 1), 0]


def test_what_changes_the_version_of_the_list(store: RunStore) -> None:
    run = ended(store)
    versions = [store.version()]
    waiting = store.create(run.network, run.recipe)
    versions.append(store.version())
    assert store.claim(waiting.id, "test") is not None
    versions.append(store.version())
    store.rename(run.id, "A longer name")
    versions.append(store.version())
    store.annotate(run.id, "A note")
    versions.append(store.version())
    store.delete(run.id)
    versions.append(store.version())
    assert len(set(versions)) == 6
    assert store.version() == versions[-1]


def test_two_runs_that_swap_their_states_change_the_version(store: RunStore) -> None:
    first, second = (store.create(ended(store).network, ended(store).recipe) for _ in range(2))
    assert store.claim(first.id, "test") is not None
    before = store.version()
    store.attempt(store.get(first.id)).finish(RunState.INTERRUPTED, None, "")
    store.requeue(first.id)
    assert store.claim(second.id, "test") is not None
    assert store.version() != before
