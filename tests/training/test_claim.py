from mnist_lab.network import Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import RunState, RunStore
from mnist_lab.settings import Settings
from mnist_lab.training.claim import claim, free_slots, take_slot


def test_there_are_as_many_slots_as_the_settings_say(offline: Settings) -> None:
    two = offline.model_copy(update={"workers": 2})
    assert free_slots(two) == 2
    first, second = take_slot(two), take_slot(two)
    assert first is not None
    assert second is not None
    assert (take_slot(two), free_slots(two)) == (None, 0)
    first.release()
    assert free_slots(two) == 1
    second.release()


def test_an_empty_queue_gives_nothing_and_keeps_no_slot(offline: Settings, store: RunStore) -> None:
    assert claim(offline, store) is None
    assert claim(offline, store, "nowhere1") is None
    assert free_slots(offline) == 1


def test_the_next_in_the_queue_is_claimed_with_its_locks(
    offline: Settings, store: RunStore, small_network: Network, small_recipe: Recipe
) -> None:
    first, second = (store.create(small_network, small_recipe).id for _ in range(2))
    claimed = claim(offline, store)
    assert claimed is not None
    with claimed:
        assert (claimed.run.id, claimed.run.state) == (first, RunState.STARTING)
        assert store.reap_stale_runs() == []
        # The one slot is taken, so the second run waits.
        assert claim(offline, store) is None
        assert store.get(second).state is RunState.QUEUED
    assert [run.id for run in store.reap_stale_runs()] == [first]
    again = claim(offline, store)
    assert again is not None
    with again:
        assert again.run.id == second


def test_a_run_whose_folder_is_locked_is_skipped(
    offline: Settings, store: RunStore, small_network: Network, small_recipe: Recipe
) -> None:
    first, second = (store.create(small_network, small_recipe).id for _ in range(2))
    lock = store.folder(first).lock()
    assert lock is not None
    claimed = claim(offline, store)
    assert claimed is not None
    with claimed:
        assert claimed.run.id == second
    lock.release()


def test_where_a_cluster_decides_no_slot_is_taken(
    offline: Settings, store: RunStore, small_network: Network, small_recipe: Recipe
) -> None:
    first, second = (store.create(small_network, small_recipe).id for _ in range(2))
    for run_id in (first, second):
        claimed = claim(offline, store, run_id, takes_slot=False)
        assert claimed is not None
        with claimed:
            assert (claimed.run.id, claimed.slot, free_slots(offline)) == (run_id, None, 1)
            assert claim(offline, store, run_id, takes_slot=False) is None
