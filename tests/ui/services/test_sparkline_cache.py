"""The sparklines in the table of Compare: read once, and again after another attempt."""

from collections.abc import Collection

import pytest

from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MetricPoint, Run, RunState, RunStore
from mnist_lab.ui.services.sparkline_cache import SparklineCache
from tests.factories import make_point


@pytest.fixture
def read(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The ids of the runs in each read of points."""
    reads: list[list[str]] = []
    real = store.points_of

    def counted(run_ids: Collection[str], **options: str) -> dict[str, list[MetricPoint]]:
        reads.append(list(run_ids))
        return real(run_ids, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "points_of", counted)
    return reads


def ended(store: RunStore, *losses: float, run: Run | None = None) -> Run:
    """A run, or a further attempt of one, that ended after an epoch for each of these validation losses."""
    if run is None:
        run = store.create(PRESETS["tiny"].network, Recipe(epochs=9))
    claimed = store.claim(run.id, "test")
    assert claimed is not None
    store.attempt(claimed).move(RunState.RUNNING)
    points = [make_point(10 * epoch, "epoch", validation_loss=loss) for epoch, loss in enumerate(losses, 1)]
    store.attempt(claimed).heartbeat(points=points, phase="training", total_steps=90)
    store.attempt(claimed).finish(RunState.INTERRUPTED, None, "")
    return store.get(run.id)


def test_a_curve_is_read_once(store: RunStore, read: list[list[str]]) -> None:
    first, second = ended(store, 0.8, 0.4), ended(store, 0.7)
    cache = SparklineCache(store)
    assert cache.of([first]) == {first.id: [0.8, 0.4]}
    assert cache.of([first, second]) == {first.id: [0.8, 0.4], second.id: [0.7]}
    assert cache.of([second, first]) == cache.of([first, second])
    assert read == [[first.id], [second.id]]


def test_after_another_attempt_it_is_read_again(store: RunStore) -> None:
    run, cache = ended(store, 0.8), SparklineCache(store)
    assert cache.of([run])[run.id] == [0.8]
    store.requeue(run.id)
    run = ended(store, 0.8, 0.5, run=run)
    assert cache.of([run])[run.id] == [0.8, 0.5]


def test_a_limited_number_is_kept_and_none_is_missing(store: RunStore, read: list[list[str]]) -> None:
    first, second = ended(store, 0.8), ended(store, 0.7)
    cache = SparklineCache(store, max_curves=1)
    assert cache.of([first, second]) == {first.id: [0.8], second.id: [0.7]}
    assert cache.of([second]) == {second.id: [0.7]}
    assert cache.of([first]) == {first.id: [0.8]}
    assert read == [[first.id, second.id], [first.id]]
