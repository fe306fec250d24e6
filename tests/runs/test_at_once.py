"""Several threads change one store at the same time: what they have counted is still true when they write."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from mnist_lab.errors import HandwritingError, QueueLimitError
from mnist_lab.handwriting import Collection, CollectionLimits
from mnist_lab.network import Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Actor, ImportedRun, RunStore
from mnist_lab.runs.access.queue_limits import QueueLimits
from mnist_lab.settings import Settings
from tests.factories import make_run
from tests.handwriting.drawn import drawn

ANNA = Actor("anna")
AT_ONCE = 8


@pytest.fixture
def stores(settings: Settings) -> Iterator[list[RunStore]]:
    opened = [
        RunStore(settings.db_url, settings.runs_folder, limits=QueueLimits(runs=3), busy_seconds=60)
        for _ in range(AT_ONCE)
    ]
    yield opened
    for store in opened:
        store.close()


def at_once(stores: list[RunStore], change: Callable[[RunStore, int], object]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(change, stores, range(AT_ONCE)))


def test_no_browser_gets_more_runs_into_the_queue(stores: list[RunStore], network: Network) -> None:
    def fill(store: RunStore, _number: int) -> None:
        with suppress(QueueLimitError):
            store.create(network, Recipe(epochs=1), actor=ANNA)

    at_once(stores, fill)
    assert stores[0].count() == 3


def test_no_two_runs_have_one_place_in_the_queue(stores: list[RunStore], network: Network) -> None:
    ids = [stores[0].create(network, Recipe()).id for _ in range(AT_ONCE)]
    at_once(stores, lambda store, _number: store.create(network, Recipe()))
    at_once(stores, lambda store, number: store.move_to_front(ids[number]))
    with stores[0].db.read() as connection:
        positions = connection.exec_driver_sql("SELECT position FROM runs").scalars().all()
    assert len(set(positions)) == len(positions) == 2 * AT_ONCE


def test_a_run_is_claimed_by_one(stores: list[RunStore], network: Network) -> None:
    ids = [stores[0].create(network, Recipe()).id for _ in range(5)]
    claimed: list[str] = []

    def claim_all(store: RunStore, number: int) -> None:
        if number % 2:
            while (run := store.claim_first(ids, str(number), lambda _id: True)) is not None:
                claimed.append(run.id)
        else:
            claimed.extend(run.id for run_id in ids if (run := store.claim(run_id, str(number))) is not None)

    at_once(stores, claim_all)
    assert sorted(claimed) == sorted(ids)


def test_runs_are_imported_once(stores: list[RunStore]) -> None:
    imported = [ImportedRun(make_run(id=f"imported{n}"[-8:]), ()) for n in range(3)]
    at_once(stores, lambda store, _number: store.import_runs(imported))
    assert [run.number for run in stores[0].list()] == [-1, -2, -3]
    assert len(stores[0].imported_ids()) == 3


def test_the_collection_keeps_to_its_limit_and_a_drawing_once(stores: list[RunStore]) -> None:
    def keep(store: RunStore, number: int) -> None:
        collection = Collection(store.db, CollectionLimits(per_owner=100, total=4))
        collection.keep([drawn(0)], ANNA)
        with suppress(HandwritingError):
            collection.keep([drawn(number + 1)], ANNA)

    at_once(stores, keep)
    assert len(Collection(stores[0].db).index()) == 4
