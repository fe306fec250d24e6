"""What a standby worker does while no run is queued: it measures the machine's speed, unless a run is active."""

from collections.abc import Iterator

import pytest

from mnist_lab.errors import StoreError
from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import RunState, RunStore
from mnist_lab.settings import Settings
from mnist_lab.training import worker
from mnist_lab.training.engine import hardware_benchmark


@pytest.fixture
def probed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What was measured so far, of three probes that take no time."""
    done: list[int] = []

    def calibrate(_settings: Settings) -> Iterator[None]:
        for probe in range(3):
            done.append(probe)
            yield

    monkeypatch.setattr(hardware_benchmark, "calibrate", calibrate)
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.0)
    monkeypatch.setattr(worker.psutil, "cpu_percent", lambda: 3.0)
    return done


def test_an_idle_worker_measures_one_probe_between_two_polls(
    settings: Settings, store: RunStore, probed: list[int]
) -> None:
    spare_time = worker._measure_when_idle(settings, store)
    for _ in range(worker.MIN_IDLE_POLLS):
        next(spare_time)
    assert probed == []
    next(spare_time)
    assert probed == [0]
    assert list(spare_time) == [None, None]
    assert probed == [0, 1, 2]


def test_a_worker_does_not_measure_beside_a_training(settings: Settings, store: RunStore, probed: list[int]) -> None:
    run = store.claim(store.create(PRESETS["tiny"].network, Recipe()).id, "test")
    assert run is not None
    spare_time = worker._measure_when_idle(settings, store)
    for _ in range(worker.MIN_IDLE_POLLS + 20):
        next(spare_time)
    assert probed == []
    store.attempt(run).move(RunState.RUNNING)
    store.attempt(run).finish(RunState.STOPPED, None)
    next(spare_time)
    assert probed == [0]


def test_a_store_that_does_not_answer_lets_it_wait(
    settings: Settings, store: RunStore, probed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_states: object) -> int:
        raise StoreError("The run store is locked.")

    monkeypatch.setattr(store, "count", locked)
    spare_time = worker._measure_when_idle(settings, store)
    for _ in range(worker.MIN_IDLE_POLLS + 20):
        next(spare_time)
    assert probed == []


def test_a_worker_does_not_measure_while_the_machine_is_busy(
    settings: Settings, store: RunStore, probed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker.psutil, "cpu_percent", lambda: 80.0)
    spare_time = worker._measure_when_idle(settings, store)
    for _ in range(worker.MIN_IDLE_POLLS + 20):
        next(spare_time)
    assert probed == []
    monkeypatch.setattr(worker.psutil, "cpu_percent", lambda: 10.0)
    next(spare_time)
    assert probed == [0]
