"""Metrics are read from the store once, then only what is new."""

from collections.abc import Iterator

import pytest

from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MetricPoint, Run, RunState, RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.ui.services.history_cache import HistoryCache
from tests.factories import make_point


class CountingStore(RunStore):
    """Counts the points that are read."""

    read = 0

    def points(self, run_id: str, after_step: int = -1) -> list[MetricPoint]:
        points = super().points(run_id, after_step)
        self.read += len(points)
        return points


@pytest.fixture
def store(settings: Settings) -> Iterator[CountingStore]:
    opened = CountingStore(f"sqlite:///{settings.home / 'runs.sqlite'}", settings.runs_folder)
    yield opened
    opened.close()


def started(store: RunStore) -> Run:
    run = store.claim(store.create(PRESETS["tiny"].network, Recipe(epochs=9)).id, "test")
    assert run is not None
    store.attempt(run).move(RunState.RUNNING)
    return store.get(run.id)


def points(*steps: int, epochs: tuple[int, ...] = ()) -> list[MetricPoint]:
    within = [make_point(step, training_loss=1 / step) for step in steps]
    return within + [make_point(step, "epoch", training_loss=1 / step) for step in epochs]


def steps(cache: HistoryCache, run: Run) -> list[tuple[int, str]]:
    return [(point.step, point.kind) for point in cache.of(run).points]


def test_only_new_points_are_read_and_none_is_missed(store: CountingStore) -> None:
    run, cache = started(store), HistoryCache(store)
    store.attempt(run).heartbeat(points=points(1, 2, 10))
    assert steps(cache, run) == [(1, "step"), (2, "step"), (10, "step")]
    # The epoch's point has the step of a point that was read before.
    store.attempt(run).heartbeat(points=points(epochs=(10,)))
    store.attempt(run).heartbeat(points=points(11))
    assert steps(cache, run)[-2:] == [(10, "epoch"), (11, "step")]
    assert store.read == 6


def test_points_are_read_once_for_all_viewers(store: CountingStore) -> None:
    run, cache = started(store), HistoryCache(store)
    store.attempt(run).heartbeat(points=points(*range(1, 101)))
    for _ in range(5):
        assert len(cache.of(run).points) == 100
    assert store.read == 100 + 4


def test_points_that_an_attempt_removes_are_forgotten(store: CountingStore) -> None:
    run, cache = started(store), HistoryCache(store)
    store.attempt(run).heartbeat(points=points(1, 2, 3))
    assert len(cache.of(run).points) == 3
    store.attempt(run).finish(RunState.INTERRUPTED, None)
    store.requeue(run.id)
    assert len(cache.of(store.get(run.id)).points) == 3
    claimed = store.claim(run.id, "again")
    assert claimed is not None
    assert len(cache.of(claimed).points) == 3
    store.attempt(claimed).rewind(step=1)
    store.attempt(claimed).move(RunState.RUNNING)
    # Later steps than before, so that only the attempt distinguishes the new points from the old ones.
    store.attempt(claimed).heartbeat(points=points(4, 5, 6))
    assert steps(cache, store.get(run.id)) == [(step, "step") for step in (1, 4, 5, 6)]


def test_an_ended_run_is_read_once(store: CountingStore) -> None:
    run, cache = started(store), HistoryCache(store)
    store.attempt(run).heartbeat(points=points(1, 2))
    store.attempt(run).finish(RunState.STOPPED, None)
    ended = store.get(run.id)
    assert len(cache.of(ended).points) == len(cache.of(ended).points) == 2
    assert store.read == 2


@pytest.mark.parametrize(("max_runs", "max_points"), [(2, 100), (100, 2)])
def test_the_least_recently_used_is_removed(store: CountingStore, max_runs: int, max_points: int) -> None:
    cache, runs = HistoryCache(store, max_runs=max_runs, max_points=max_points), []
    for _ in range(3):
        run = started(store)
        store.attempt(run).heartbeat(points=points(1))
        store.attempt(run).finish(RunState.STOPPED, None)
        runs.append(store.get(run.id))
    for run in (*runs, runs[2], runs[0]):
        assert steps(cache, run) == [(1, "step")]
    # The third history was still cached, the first was not.
    assert store.read == 4


def test_the_cache_works_with_the_store_of_the_app(settings: Settings) -> None:
    store = open_store(settings)
    assert HistoryCache(store).of(started(store)).points == []
    store.close()
