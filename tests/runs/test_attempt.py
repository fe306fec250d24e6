import math
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql

from mnist_lab.errors import StaleAttemptError, TransitionError
from mnist_lab.runs import Command, ControlState, MetricPoint, Result, Run, RunState, RunStore
from tests.factories import make_point, make_sample

MakePoint = Callable[..., MetricPoint]
DATA = make_sample(fallback="No MNIST here.")


def test_a_run_is_claimed_once(store: RunStore, queued: Run) -> None:
    first = store.claim(queued.id, "one")
    assert first is not None
    assert (first.state, first.attempt, first.worker) == (RunState.STARTING, 1, "one")
    assert first.started is not None
    assert store.claim(queued.id, "two") is None
    assert store.claim("nowhere1", "two") is None
    assert store.has_claimed("one")
    assert not store.has_claimed("two")


def test_a_whole_life(store: RunStore, claimed: Run, make_point: MakePoint, result: Result) -> None:
    run_id, attempt = claimed.id, store.attempt(claimed)
    attempt.set_data(DATA)
    attempt.move(RunState.RUNNING)
    attempt.heartbeat(phase="training", total_steps=30)
    step = make_point(step=9, seconds=3.0)
    epoch = make_point(step=10, epoch=1.0, kind="epoch", validation_loss=2.2, validation_accuracy=0.2, seconds=4.0)
    assert attempt.heartbeat(points=[step, epoch]) == ControlState(Command.NONE, 1.0)
    run = store.get(run_id)
    assert (run.steps_done, run.epochs_done, run.seconds, run.phase) == (10, 1, 4.0, "training")
    assert run.progress == pytest.approx(1 / 3)
    assert (run.data, run.message) == (DATA, "No MNIST here.")
    attempt.finish(RunState.FINISHED, result)
    run = store.get(run_id)
    assert (run.state, run.result, run.phase, run.message) == (RunState.FINISHED, result, "", "No MNIST here.")
    assert run.ended is not None
    assert store.points(run_id) == [step, epoch]
    assert store.points(run_id, after_step=9) == [epoch]
    assert store.points_of([run_id], kind="epoch") == {run_id: [epoch]}


def test_points_come_in_order_and_once(store: RunStore, running: Run, make_point: MakePoint) -> None:
    points = [make_point(step=step) for step in (3, 1, 2)]
    store.attempt(running).heartbeat(points=points)
    store.attempt(running).heartbeat(points=[*points, make_point(step=4)])
    assert [point.step for point in store.points(running.id)] == [1, 2, 3, 4]


def test_figures_that_are_no_numbers_come_back(store: RunStore, running: Run, make_point: MakePoint) -> None:
    nan, inf = math.nan, math.inf
    store.attempt(running).heartbeat(
        points=[
            make_point(step=1, training_loss=nan),
            make_point(step=2, training_loss=inf),
            make_point(step=2, kind="epoch", training_loss=nan, validation_loss=nan, validation_accuracy=0.1),
        ],
    )
    first, second, epoch = store.points(running.id)
    assert math.isnan(first.training_loss)
    assert first.validation_loss is None
    assert second.training_loss == inf
    assert epoch.validation_loss is not None
    assert math.isnan(epoch.validation_loss)


def test_an_illegal_move_changes_nothing(store: RunStore, claimed: Run) -> None:
    with pytest.raises(TransitionError, match="is starting and cannot become paused"):
        store.attempt(claimed).move(RunState.PAUSED)
    assert store.get(claimed.id) == claimed


def test_a_move_may_be_repeated_when_its_answer_was_lost(store: RunStore, running: Run) -> None:
    store.attempt(running).move(RunState.RUNNING)
    assert store.get(running.id).state is RunState.RUNNING


def test_rewinding_forgets_what_came_after(store: RunStore, running: Run, make_point: MakePoint) -> None:
    store.attempt(running).heartbeat(points=[make_point(step=step) for step in (10, 20, 30)])
    store.attempt(running).move(RunState.INTERRUPTED)
    store.requeue(running.id)
    again = store.claim(running.id, "test")
    assert again is not None
    assert len(store.points(running.id)) == 3
    store.attempt(again).rewind(step=20, epochs=2, seconds=5.0)
    assert [point.step for point in store.points(running.id)] == [10, 20]
    run = store.get(running.id)
    assert (run.steps_done, run.epochs_done, run.seconds) == (20, 2, 5.0)


def test_an_epoch_that_was_asked_for_ends_in_a_pause(store: RunStore, running: Run) -> None:
    store.request(running.id, Command.STEP)
    assert store.attempt(running).heartbeat().command is Command.STEP
    assert store.attempt(running).heartbeat(stepped=True).command is Command.PAUSE
    assert store.attempt(running).control_state().command is Command.PAUSE


@pytest.mark.parametrize("command", [Command.NONE, Command.PAUSE, Command.STOP, Command.DISCARD])
def test_a_command_that_came_after_the_epoch_was_asked_for_stands(
    store: RunStore, running: Run, command: Command
) -> None:
    store.request(running.id, Command.STEP)
    store.request(running.id, command)
    assert store.attempt(running).heartbeat(stepped=True).command is command
    assert store.get(running.id).command is command


def test_a_worker_moves_a_discarded_run_to_the_bin(store: RunStore, running: Run, make_point: MakePoint) -> None:
    store.attempt(running).heartbeat(points=[make_point()])
    store.folder(running.id).checkpoints.mkdir(parents=True)
    store.attempt(running).discard()
    assert store.list() == []
    assert [run.id for run in store.deleted_runs()] == [running.id]
    assert len(store.points(running.id)) == 1
    assert store.folder(running.id).checkpoints.exists()


@pytest.mark.parametrize("diverged", [True, False])
def test_only_a_run_whose_loss_diverged_is_marked_so(store: RunStore, running: Run, diverged: bool) -> None:
    store.attempt(running).finish(RunState.FAILED, None, "The training diverged, or not.", diverged=diverged)
    assert store.get(running.id).diverged is diverged
    store.requeue(running.id)
    assert not store.get(running.id).diverged


def test_on_postgresql_the_check_of_an_attempt_locks_its_run(
    store: RunStore, running: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite leaves FOR UPDATE out, so it is looked for in the query that PostgreSQL would get."""
    sent: list[str] = []
    real = Connection.execute

    def noted(connection: Connection, statement: Any, *arguments: Any, **named: Any) -> Any:
        sent.append(str(statement.compile(dialect=postgresql.dialect())))
        return real(connection, statement, *arguments, **named)

    monkeypatch.setattr(Connection, "execute", noted)
    for write in _writes(store, running, make_point(1)):
        sent.clear()
        with suppress(TransitionError, StaleAttemptError):
            write()
        reads_only = len(sent) == 1 and sent[0].startswith("SELECT") and not sent[0].endswith("FOR UPDATE")
        assert sent[0].endswith("FOR UPDATE") or reads_only, sent


def _writes(store: RunStore, run: Run, point: MetricPoint) -> list[Callable[[], Any]]:
    attempt = store.attempt(run)
    return [
        lambda: attempt.move(RunState.RUNNING),
        lambda: attempt.finish(RunState.FINISHED, None),
        lambda: attempt.heartbeat(),
        lambda: attempt.heartbeat(points=[point]),
        lambda: attempt.set_data(DATA),
        lambda: attempt.rewind(),
        lambda: attempt.control_state(),
        lambda: attempt.discard(),
    ]


@pytest.mark.parametrize("number", range(8))
@pytest.mark.parametrize("fate", ["interrupted", "claimed again", "deleted"])
def test_a_stale_attempt_writes_nothing(
    store: RunStore, running: Run, make_point: MakePoint, fate: str, number: int
) -> None:
    store.attempt(running).move(RunState.INTERRUPTED, "lost")
    if fate == "deleted":
        store.delete(running.id)
    elif fate == "claimed again":
        store.requeue(running.id)
        store.claim(running.id, "another")
    before = store.list()
    with pytest.raises(StaleAttemptError, match=running.id):
        _writes(store, running, make_point())[number]()
    assert store.list() == before
    assert store.points(running.id) == []
