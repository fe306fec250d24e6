import threading
import time
from collections.abc import Callable

import pytest

from mnist_lab.errors import StaleAttemptError, StoreError
from mnist_lab.network import Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, MetricPoint, Run, RunAttempt, RunState, RunStore
from mnist_lab.training.callbacks import Progress
from mnist_lab.training.connection import DiscardedError
from mnist_lab.training.reporter import Reporter
from tests.factories import make_point, make_reporter

PATIENCE = 120.0


@pytest.fixture
def claimed(store: RunStore, small_network: Network, small_recipe: Recipe) -> Run:
    run = store.claim(store.create(small_network, small_recipe).id, "test")
    assert run is not None
    return run


def _point(step: int, kind: str = "step") -> MetricPoint:
    return make_point(step, kind, seconds=step / 5)  # type: ignore[arg-type]


def _standing(run: Run) -> tuple[str, Command, str, int]:
    return run.state, run.command, run.phase, run.steps_done


def _until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up, "it did not come about"
        time.sleep(0.02)


def test_reported_points_reach_the_store(store: RunStore, claimed: Run) -> None:
    heard: list[Progress] = []
    with make_reporter(store, claimed, heard.append) as reporter:
        reporter.enter("loading data")
        _until(lambda: store.get(claimed.id).phase == "loading data")
        assert store.get(claimed.id).state is RunState.STARTING
        reporter.enter("training", total_steps=20)
        assert reporter.on_chunk_end(_point(1)) is Command.NONE
        _until(lambda: len(store.points(claimed.id)) == 1)
        run = store.get(claimed.id)
        assert (run.state, run.phase, run.total_steps, run.steps_done) == (RunState.RUNNING, "training", 20, 1)
        reporter.on_chunk_end(_point(9))
        reporter.on_epoch_end(_point(10, "epoch"), None)
        reporter.end(RunState.FINISHED, None, "well")
    run = store.get(claimed.id)
    assert (run.state, run.steps_done, run.epochs_done, run.message) == (RunState.FINISHED, 10, 1, "well")
    assert [point.step for point in store.points(claimed.id)] == [1, 9, 10]
    assert [(progress.phase, progress.point and progress.point.step) for progress in heard] == [
        ("loading data", None),
        ("training", None),
        ("training", 1),
        ("training", 9),
        ("training", 10),
    ]


def test_stop_is_heard(store: RunStore, claimed: Run) -> None:
    with make_reporter(store, claimed) as reporter:
        reporter.enter("training")
        store.request(claimed.id, Command.STOP)
        _until(lambda: reporter.on_chunk_end(_point(1)) is Command.STOP)


@pytest.mark.parametrize("call", ["on_chunk_end", "pause_point", "enter"])
def test_discard_ends_whatever_the_training_is_at(store: RunStore, claimed: Run, call: str) -> None:
    calls: dict[str, Callable[[Reporter], object]] = {
        "on_chunk_end": lambda reporter: reporter.on_chunk_end(_point(1)),
        "pause_point": lambda reporter: reporter.pause_point(),
        "enter": lambda reporter: reporter.enter("evaluating"),
    }
    with make_reporter(store, claimed) as reporter:
        reporter.enter("training")
        store.request(claimed.id, Command.DISCARD)

        def work() -> None:
            _until(lambda: calls[call](reporter) is None and False)

        with pytest.raises(DiscardedError):
            work()
        reporter.discard()
    assert store.list() == []


def test_a_run_that_is_discarded_at_the_last_moment_is_not_ended_but_deleted(store: RunStore, claimed: Run) -> None:
    with make_reporter(store, claimed) as reporter:
        reporter.enter("evaluating")
        reporter.enter("training")
        store.request(claimed.id, Command.DISCARD)
        assert not reporter.end(RunState.FINISHED, None, "")
    assert store.list() == []


def test_the_learning_rate_is_heard(store: RunStore, claimed: Run) -> None:
    with make_reporter(store, claimed) as reporter:
        assert reporter.learning_rate_factor == 1.0
        store.set_learning_rate(claimed.id, 0.25)
        _until(lambda: reporter.learning_rate_factor == 0.25)


def test_a_step_goes_to_the_end_of_the_epoch_and_waits_there(store: RunStore, claimed: Run) -> None:
    done: list[MetricPoint] = []
    with make_reporter(store, claimed) as reporter:
        reporter.enter("training", total_steps=40)
        store.request(claimed.id, Command.STEP)
        _until(lambda: reporter.enter("training") is Command.STEP)

        def train() -> None:
            for epoch in range(1, 5):
                for point in (_point(10 * epoch - 5), _point(10 * epoch), _point(10 * epoch, "epoch")):
                    done.append(point)
                    take = reporter.on_chunk_end if point.kind == "step" else lambda p: reporter.on_epoch_end(p, None)
                    take(point)

        training = threading.Thread(target=train)
        training.start()
        for epoch in (1, 2, 3):
            waits = ("paused", Command.PAUSE, "paused", 10 * epoch)
            _until(lambda waits=waits: _standing(store.get(claimed.id)) == waits)  # type: ignore[misc]
            assert len(done) == 3 * epoch
            store.request(claimed.id, Command.STEP)
        # The fourth epoch is the last: there is nothing to wait for.
        training.join(PATIENCE)
        assert not training.is_alive()
        assert reporter.end(RunState.FINISHED, None, "")
    assert len(store.points(claimed.id)) == 12


@pytest.mark.slow
def test_an_evaluation_is_held_by_a_pause_and_is_still_one_afterwards(store: RunStore, claimed: Run) -> None:
    with make_reporter(store, claimed) as reporter:
        reporter.enter("training")
        reporter.enter("evaluating")
        store.request(claimed.id, Command.PAUSE)
        held = threading.Thread(target=lambda: [reporter.pause_point() for _ in range(200) if not time.sleep(0.01)])
        held.start()
        _until(lambda: store.get(claimed.id).phase == "paused")
        store.request(claimed.id, Command.NONE)
        held.join(PATIENCE)
        _until(lambda: store.get(claimed.id).phase == "evaluating")


def test_unconfirmed_points_are_known(store: RunStore, claimed: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    working = RunAttempt.heartbeat

    def locked(*_arguments: object, **_named: object) -> Command:
        raise StoreError("The run store has been locked by another program.")

    with make_reporter(store, claimed) as reporter:
        reporter.enter("training")
        monkeypatch.setattr(RunAttempt, "heartbeat", locked)
        for step in (1, 2):
            reporter.on_chunk_end(_point(step))
        assert reporter.connection.unconfirmed_points() == (_point(1), _point(2))
        monkeypatch.setattr(RunAttempt, "heartbeat", working)
        _until(lambda: reporter.connection.unconfirmed_points() == ())
    assert [point.step for point in store.points(claimed.id)] == [1, 2]


@pytest.mark.parametrize("way_out", [Command.NONE, Command.STEP, Command.STOP])
def test_a_pause_holds_the_training_until_another_command(store: RunStore, claimed: Run, way_out: Command) -> None:
    answers: list[Command] = []
    with make_reporter(store, claimed) as reporter:
        reporter.enter("training")
        store.request(claimed.id, Command.PAUSE)

        def train() -> None:
            for step in range(1, 500):
                answers.append(reporter.on_chunk_end(_point(step)))
                if store.get(claimed.id).command is way_out:
                    return
                time.sleep(0.02)

        training = threading.Thread(target=train)
        training.start()
        _until(lambda: store.get(claimed.id).state is RunState.PAUSED)
        heartbeat, steps = store.get(claimed.id).heartbeat, len(answers)
        assert heartbeat is not None
        _until(lambda: (store.get(claimed.id).heartbeat or heartbeat) > heartbeat)
        assert len(answers) == steps
        store.request(claimed.id, way_out)
        training.join(PATIENCE)
        assert not training.is_alive()
        assert answers[-1] is way_out
        _until(lambda: store.get(claimed.id).state is RunState.RUNNING)


def test_a_lost_attempt_ends_the_training(store: RunStore, claimed: Run) -> None:
    with make_reporter(store, claimed) as reporter:
        reporter.enter("training")
        _until(lambda: store.get(claimed.id).state is RunState.RUNNING)
        store.attempt(claimed).move(RunState.INTERRUPTED)

        def train() -> None:
            _until(lambda: reporter.on_chunk_end(_point(1)) is not Command.NONE)

        with pytest.raises(StaleAttemptError):
            train()
        with pytest.raises(StaleAttemptError):
            reporter.end(RunState.FINISHED, None, "")
    assert store.get(claimed.id).state is RunState.INTERRUPTED


def test_a_paused_training_whose_attempt_is_lost_wakes_up(store: RunStore, claimed: Run) -> None:
    with make_reporter(store, claimed) as reporter:
        reporter.enter("training")
        store.request(claimed.id, Command.PAUSE)

        def interrupt() -> None:
            _until(lambda: store.get(claimed.id).state is RunState.PAUSED)
            store.attempt(claimed).move(RunState.INTERRUPTED)

        meanwhile = threading.Thread(target=interrupt)
        meanwhile.start()

        def train() -> None:
            _until(lambda: reporter.on_chunk_end(_point(1)) is not Command.NONE)

        with pytest.raises(StaleAttemptError):
            train()
        meanwhile.join(PATIENCE)


def test_points_wait_while_the_store_does_not_answer(
    store: RunStore, claimed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    working, failures = RunAttempt.heartbeat, []

    def locked(*_arguments: object, **_named: object) -> Command:
        failures.append(1)
        raise StoreError("The run store has been locked by another program.")

    with make_reporter(store, claimed) as reporter:
        reporter.enter("training")
        monkeypatch.setattr(RunAttempt, "heartbeat", locked)
        for step in range(1, 6):
            assert reporter.on_chunk_end(_point(step)) is Command.NONE
        _until(lambda: len(failures) >= 2)
        monkeypatch.setattr(RunAttempt, "heartbeat", working)
        _until(lambda: len(store.points(claimed.id)) == 5)
        reporter.end(RunState.STOPPED, None, "")
    assert [point.step for point in store.points(claimed.id)] == [1, 2, 3, 4, 5]


def test_the_end_waits_for_the_store(store: RunStore, claimed: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    finish, calls = RunAttempt.finish, []

    def locked_at_first(*arguments: object, **named: object) -> bool:
        calls.append(1)
        if len(calls) == 1:
            raise StoreError("The run store has been locked by another program.")
        return finish(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(RunAttempt, "finish", locked_at_first)
    with make_reporter(store, claimed) as reporter:
        reporter.enter("training")
        reporter.end(RunState.FINISHED, None, "")
    assert store.get(claimed.id).state is RunState.FINISHED
