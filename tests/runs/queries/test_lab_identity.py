from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mnist_lab.runs import RunStore
from mnist_lab.runs.queries.lab_identity import lab_identity


def test_a_lab_has_one_name_from_the_first_time_on(store: RunStore) -> None:
    with ThreadPoolExecutor(4) as threads:
        names = set(threads.map(lambda _: lab_identity(store.db), range(8)))
    assert len(names) == 1
    assert lab_identity(store.db) in names


def test_another_lab_has_another_name(store: RunStore, tmp_path: Path) -> None:
    other = RunStore(f"sqlite:///{tmp_path / 'other.sqlite'}", tmp_path)
    assert lab_identity(other.db) != lab_identity(store.db)
    other.close()
