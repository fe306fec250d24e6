import threading

import pytest

from mnist_lab.training import memory_guard
from mnist_lab.training.memory_guard import MemoryGuard, resident_gib


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_guard, "POLL_SECONDS", 0.001)


def test_exceeding_the_budget_is_reported_once_with_the_size() -> None:
    sizes = iter([0.5, 1.0, 1.5, 2.0])
    told: list[float] = []
    done = threading.Event()

    def tell(used: float) -> None:
        told.append(used)
        done.set()

    with MemoryGuard(1.0, tell, resident=lambda: next(sizes)):
        assert done.wait(20)
    assert told == [1.5]


def test_within_the_budget_nothing_happens() -> None:
    looks = threading.Semaphore(0)

    def resident() -> float:
        looks.release()
        return 1.0

    with MemoryGuard(1.0, lambda _used: pytest.fail("told"), resident=resident):
        for _ in range(5):
            assert looks.acquire(timeout=120)


def test_what_this_process_holds_is_measured() -> None:
    before = resident_gib()
    held = bytearray(b"x" * 200 * 2**20)
    assert 0.15 < resident_gib() - before < 0.3
    assert 0.01 < before < 50
    del held
