import itertools

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from mnist_lab.errors import TransitionError
from mnist_lab.hosts import ADDRESS_LENGTH, BROWSER_ID_LENGTH
from mnist_lab.network import PRESETS, Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Actor, Run, RunState, RunStore


@pytest.fixture
def queue_up(store: RunStore, network: Network) -> "_Queue":
    return _Queue(store, network)


class _Queue:
    def __init__(self, store: RunStore, network: Network):
        self._store, self._network = store, network

    def __call__(self, name: str) -> Run:
        """Queue a run whose owner is the first letter of its name."""
        return self._store.create(self._network, Recipe(), name=name, actor=Actor(name[0]))

    def order(self) -> list[str]:
        return [run.name for run in self._store.queue()]


def test_browsers_take_turns(queue_up: _Queue) -> None:
    for name in ("a1", "a2", "a3", "b1", "c1", "c2"):
        queue_up(name)
    assert queue_up.order() == ["a1", "b1", "c1", "a2", "c2", "a3"]


def test_what_a_browser_trains_already_counts_as_its_turn(store: RunStore, queue_up: _Queue) -> None:
    for name in ("a1", "a2", "a3", "b1"):
        queue_up(name)
    store.claim(store.find("a1").id, "test")
    assert queue_up.order() == ["b1", "a2", "a3"]
    store.claim(store.find("b1").id, "test")
    queue_up("b2")
    assert queue_up.order() == ["a2", "b2", "a3"]


def _train_one_by_one(store: RunStore, count: int) -> list[str]:
    """The names of the next runs that a machine trains with one slot: each ends before the next one is taken."""
    names = []
    for _ in range(count):
        run = store.claim(store.queue(limit=1)[0].id, "test")
        assert run is not None
        names.append(run.name)
        store.attempt(run).finish(RunState.STOPPED, None)
    return names


def test_browsers_take_turns_where_one_run_trains_at_a_time(store: RunStore, queue_up: _Queue) -> None:
    for name in ("a1", "a2", "a3"):
        queue_up(name)
    assert _train_one_by_one(store, 1) == ["a1"]
    for name in ("b1", "b2", "c1"):
        queue_up(name)
    assert _train_one_by_one(store, 5) == ["b1", "c1", "a2", "b2", "a3"]


def test_the_order_that_is_shown_while_a_run_trains_is_kept_when_it_ends(store: RunStore, queue_up: _Queue) -> None:
    for name in ("a1", "a2", "a3"):
        queue_up(name)
    first = store.claim(store.find("a1").id, "test")
    queue_up("b1")
    shown = queue_up.order()
    assert first is not None
    store.attempt(first).finish(RunState.STOPPED, None)
    assert queue_up.order() == shown == ["b1", "a2", "a3"]


def test_new_browsers_at_one_address_do_not_pass_others_again_and_again(store: RunStore, network: Network) -> None:
    def queue(name: str, number: int, address: str) -> Run:
        return store.create(network, Recipe(), name=name, actor=Actor(_browser(number, address)))

    for number in range(4):
        queue(f"script {number}", number, "a")
    assert _train_one_by_one(store, 1) == ["script 0"]
    queue("anna 1", 7, "b")
    queue("anna 2", 7, "b")
    queue("script 4", 99, "a")
    assert _train_one_by_one(store, 4) == ["anna 1", "script 1", "anna 2", "script 2"]


def _browser(number: int, address: str) -> str:
    """The id of a browser at a network address."""
    return f"{number:0{BROWSER_ID_LENGTH - ADDRESS_LENGTH}}{address * ADDRESS_LENGTH}"


def test_many_browsers_at_one_address_take_turns_as_one_with_those_at_others(store: RunStore, network: Network) -> None:
    def queue(name: str, number: int, address: str) -> Run:
        return store.create(network, Recipe(), name=name, actor=Actor(_browser(number, address)))

    # A script is a new browser for each run.
    for number in range(4):
        queue(f"script {number}", number, "a")
    queue("anna 1", 7, "b")
    queue("anna 2", 7, "b")
    queue("ben 1", 8, "b")
    order = ["script 0", "anna 1", "script 1", "ben 1", "script 2", "anna 2", "script 3"]
    assert [run.name for run in store.queue()] == order
    store.claim(store.find("script 0").id, "test")
    assert [run.name for run in store.queue()] == ["anna 1", "script 1", "ben 1", "script 2", "anna 2", "script 3"]


def test_the_front_comes_first_and_the_last_one_moved_there_before_all(store: RunStore, queue_up: _Queue) -> None:
    for name in ("a1", "a2", "a3", "b1", "b2"):
        queue_up(name)
    store.move_to_front(store.find("a3").id)
    assert queue_up.order() == ["a3", "b1", "a1", "b2", "a2"]
    store.move_to_front(store.find("b2").id)
    assert queue_up.order() == ["b2", "a3", "a1", "b1", "a2"]
    queue_up("c1")
    assert queue_up.order()[:2] == ["b2", "a3"]
    assert [run.name for run in store.queue(limit=2)] == ["b2", "a3"]


def test_a_new_run_is_behind_the_front_even_when_all_others_are_there(store: RunStore, queue_up: _Queue) -> None:
    store.move_to_front(queue_up("a1").id)
    queue_up("a2")
    assert queue_up.order() == ["a1", "a2"]


def test_a_pupil_moves_a_run_before_its_own_ones_only(store: RunStore, queue_up: _Queue) -> None:
    for name in ("a1", "b1", "a2", "b2", "a3", "b3"):
        queue_up(name)
    store.move_to_front(store.find("b3").id, Actor("b"))
    assert queue_up.order() == ["a1", "b3", "a2", "b1", "a3", "b2"]
    store.move_to_front(store.find("a2").id, Actor("a"))
    assert queue_up.order() == ["a2", "b3", "a1", "b1", "a3", "b2"]
    for _ in range(20):
        # However often: nobody else waits longer.
        store.move_to_front(store.find("b2").id, Actor("b"))
        store.move_to_front(store.find("b1").id, Actor("b"))
    assert queue_up.order() == ["a2", "b1", "a1", "b2", "a3", "b3"]


def test_a_run_that_a_teacher_moved_to_the_front_stays_there(store: RunStore, queue_up: _Queue) -> None:
    for name in ("a1", "b1", "b2", "b3"):
        queue_up(name)
    store.move_to_front(store.find("b2").id, Actor("teacher", is_teacher=True))
    store.move_to_front(store.find("b3").id, Actor("b"))
    assert queue_up.order() == ["b2", "a1", "b3", "b1"]
    store.move_to_front(store.find("b2").id, Actor("b"))
    assert queue_up.order() == ["b2", "a1", "b3", "b1"]


def test_only_a_waiting_run_is_moved(store: RunStore, queued: Run) -> None:
    store.claim(queued.id, "test")
    with pytest.raises(TransitionError, match="is starting; only a waiting run"):
        store.move_to_front(queued.id)


# Each example empties the store that all of them share.
@given_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(owners=st.lists(st.sampled_from("abc"), max_size=8), busy=st.lists(st.sampled_from("abc"), max_size=3))
def test_no_browser_waits_for_more_turns_of_another_than_it_had_itself(
    store: RunStore, owners: list[str], busy: list[str]
) -> None:
    for run in store.list():
        store.reap_stale_runs()
        store.delete(run.id, forever=True)
    network = PRESETS["tiny"].network
    for owner in busy:
        store.claim(store.create(network, Recipe(), actor=Actor(owner)).id, "test")
    for owner in owners:
        store.create(network, Recipe(), actor=Actor(owner))
    order = [run.owner for run in store.queue()]
    assert sorted(order) == sorted(owners)
    # The definition, written out: turn by turn, and within a turn by the time of the last one, then by arrival.
    places = {owner: itertools.count(1) for owner in "abc"}
    last = {owner: max((time for time, one in enumerate(busy) if one == owner), default=-1) for owner in "abc"}
    indices = [next(places[owner]) for owner in owners]
    ranked = [
        (index + busy.count(owner), index, last[owner], arrival, owner)
        for arrival, (index, owner) in enumerate(zip(indices, owners, strict=True))
    ]
    assert order == [owner for *_, owner in sorted(ranked)]
