import subprocess
import sys
import threading

import pytest

from mnist_lab.training import memory_guard
from mnist_lab.training.memory_guard import MemoryGuard


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


# A process of its own: threads of other tests may use memory in this one at the same time.
MEASURE = """
from mnist_lab.training.memory_guard import resident_gib
before = resident_gib()
held = bytearray(b"x" * 200 * 2**20)
print(before, resident_gib())
"""


def test_what_this_process_holds_is_measured() -> None:
    output = subprocess.run([sys.executable, "-c", MEASURE], check=True, capture_output=True, text=True).stdout
    before, after = map(float, output.split())
    assert 0.01 < before < 2
    assert 0.15 < after - before < 0.3
