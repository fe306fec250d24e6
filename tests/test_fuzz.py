"""A hundred damaged files of every kind: each is read or refused in one sentence, and no other file changes.

`python -m benchmarks.fuzz` tries two thousand of each.
"""

import pytest

from benchmarks.fuzz import fuzz
from benchmarks.fuzz_kinds import KINDS, Kind

pytestmark = pytest.mark.slow

COUNT = 100
SLOW = {"mnist.npz", "idx files", "store, a record", "store, the file", "run archive", "snapshot"}
"""Kinds of which a hundred take more than a second."""


def cases() -> list[object]:
    def marks(kind: Kind) -> list[pytest.MarkDecorator]:
        training = [pytest.mark.training] if kind.needs_tensorflow else []
        return [*training, *([pytest.mark.slow] if kind.name in SLOW else [])]

    return [pytest.param(kind, marks=marks(kind), id=kind.name) for kind in KINDS]


@pytest.mark.parametrize("kind", cases())
def test_no_damage_is_more_than_a_sentence(kind: Kind) -> None:
    tally = fuzz(kind, COUNT, seed=1)
    assert tally.tracebacks == []
    assert tally.losses == []
    assert tally.tried == tally.read + tally.refused == COUNT
    assert tally.refused > 0 or kind.name == "machine.json"


def test_a_traceback_and_a_loss_are_noticed(tmp_path_factory: pytest.TempPathFactory) -> None:
    def make(folder):
        (folder / "other").write_text("mine")
        (folder / "file").write_text("good")
        return folder / "file"

    def read(path):
        if path.read_text() != "good":
            path.with_name("other").write_text("harmed")
            raise KeyError("no sentence")

    tally = fuzz(Kind("a reader", make, read, (lambda content, _chance: content + b"!",)), 3, seed=0)
    assert len(tally.tracebacks) == len(tally.losses) == 3
    assert "KeyError" in tally.tracebacks[0]
    assert "other" in tally.losses[0]
