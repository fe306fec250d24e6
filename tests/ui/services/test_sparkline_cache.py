"""The small curves of Compare's table: read once, and anew after another attempt."""

from collections.abc import Collection

import pytest

from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MetricPoint, Run, RunState, RunStore
from mnist_lab.ui.services import sparkline_cache as module
from mnist_lab.ui.services.sparkline_cache import Sparklines
from tests.factories import make_point


@pytest.fixture
def read(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The runs whose points were read, by readings."""
    asked: list[list[str]] = []
    real = store.points_of

    def counted(run_ids: Collection[str], **options: str) -> dict[str, list[MetricPoint]]:
        asked.append(list(run_ids))
        return real(run_ids, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "points_of", counted)
    return asked


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
    kept = Sparklines(store)
    assert kept.of([first]) == {first.id: [0.8, 0.4]}
    assert kept.of([first, second]) == {first.id: [0.8, 0.4], second.id: [0.7]}
    assert kept.of([second, first]) == kept.of([first, second])
    assert read == [[first.id], [second.id]]


def test_after_another_attempt_it_is_read_anew(store: RunStore) -> None:
    run, kept = ended(store, 0.8), Sparklines(store)
    assert kept.of([run])[run.id] == [0.8]
    store.requeue(run.id)
    run = ended(store, 0.8, 0.5, run=run)
    assert kept.of([run])[run.id] == [0.8, 0.5]


def test_only_so_many_are_kept_and_none_is_lacking(
    store: RunStore, monkeypatch: pytest.MonkeyPatch, read: list[list[str]]
) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 1)
    first, second = ended(store, 0.8), ended(store, 0.7)
    kept = Sparklines(store)
    assert kept.of([first, second]) == {first.id: [0.8], second.id: [0.7]}
    assert kept.of([second]) == {second.id: [0.7]}
    assert kept.of([first]) == {first.id: [0.8]}
    assert read == [[first.id, second.id], [first.id]]
