from dataclasses import replace

import pytest

from mnist_lab.errors import RefusedError, TransitionError, UnknownRunError
from mnist_lab.network import Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, Result, Run, RunState, RunStore


def test_stopping_a_queued_run_ends_it_at_once(store: RunStore, queued: Run) -> None:
    store.request(queued.id, Command.STOP)
    run = store.get(queued.id)
    assert (run.state, run.message, run.result) == (RunState.STOPPED, "Stopped before it started.", None)
    assert run.ended is not None
    assert store.claim(queued.id, "test") is None


@pytest.mark.parametrize("command", [Command.NONE, Command.PAUSE, Command.STEP])
def test_a_queued_run_cannot_be_paused(store: RunStore, queued: Run, command: Command) -> None:
    with pytest.raises(TransitionError, match="is queued; only a run that is starting, running or paused"):
        store.request(queued.id, command)


def test_a_command_stands_until_another_comes_and_stop_for_good(store: RunStore, running: Run) -> None:
    pause, none, step, stop = Command.PAUSE, Command.NONE, Command.STEP, Command.STOP
    for command in (pause, none, pause, step, pause, stop, stop):
        store.request(running.id, command)
        assert store.attempt(running).control_state().command is command
        assert store.get(running.id).command is command
    for command in (pause, none, step):
        with pytest.raises(TransitionError, match="is already being stopped"):
            store.request(running.id, command)


def test_even_a_run_that_is_being_stopped_can_be_discarded_and_that_is_final(store: RunStore, running: Run) -> None:
    for command in (Command.STOP, Command.DISCARD, Command.DISCARD):
        store.request(running.id, command)
    assert store.get(running.id).command is Command.DISCARD
    with pytest.raises(TransitionError, match="is already being discarded"):
        store.request(running.id, Command.STOP)


@pytest.mark.parametrize("state", [None, *(RunState.FAILED, RunState.STOPPED, RunState.INTERRUPTED)])
def test_discarding_a_queued_or_ended_run_moves_it_to_the_bin_at_once(
    store: RunStore, queued: Run, state: RunState | None
) -> None:
    if state is not None:
        claimed = store.claim(queued.id, "test")
        assert claimed is not None
        store.attempt(claimed).move(state, "over")
    store.folder(queued.id).path.mkdir(parents=True)
    store.request(queued.id, Command.DISCARD)
    assert store.list() == []
    assert [run.id for run in store.deleted_runs()] == [queued.id]
    assert store.folder(queued.id).path.exists()
    with pytest.raises(UnknownRunError):
        store.request(queued.id, Command.DISCARD)


def test_an_ended_run_can_do_nothing_else(store: RunStore, running: Run) -> None:
    store.attempt(running).finish(RunState.FINISHED, None)
    for command in (Command.NONE, Command.PAUSE, Command.STEP, Command.STOP):
        with pytest.raises(TransitionError, match="is finished; only a run that is starting, running or paused"):
            store.request(running.id, command)


def test_the_learning_rate_of_a_waiting_or_active_run_is_changed(store: RunStore, queued: Run) -> None:
    assert queued.learning_rate_factor == 1.0
    store.set_learning_rate(queued.id, 0.5)
    run = store.claim(queued.id, "test")
    assert run is not None
    assert run.learning_rate_factor == 0.5
    store.set_learning_rate(run.id, 1000)
    assert store.attempt(run).control_state().learning_rate_factor == 1000.0
    assert store.attempt(run).heartbeat().learning_rate_factor == 1000.0
    store.attempt(run).move(RunState.FAILED, "over")
    with pytest.raises(TransitionError, match="is failed; its learning rate cannot be changed any more"):
        store.set_learning_rate(run.id, 2.0)


@pytest.mark.parametrize("factor", [0.0, -1.0, 1000.1, float("nan"), float("inf")])
def test_a_factor_that_makes_no_sense_is_refused(store: RunStore, queued: Run, factor: float) -> None:
    with pytest.raises(RefusedError, match="must be above 0 and at most 1,000"):
        store.set_learning_rate(queued.id, factor)
    assert store.get(queued.id) == queued


def test_an_interrupted_run_goes_to_the_end_of_the_queue(store: RunStore, network: Network, running: Run) -> None:
    store.attempt(running).move(RunState.INTERRUPTED, "lost")
    waiting = store.create(network, Recipe())
    store.requeue(running.id)
    assert [run.id for run in store.queue()] == [waiting.id, running.id]
    again = store.claim(running.id, "test")
    assert again is not None
    assert (again.attempt, again.message, again.ended) == (2, "", None)


def test_a_failed_run_is_queued_again_without_its_result(store: RunStore, running: Run, result: Result) -> None:
    store.attempt(running).finish(RunState.FAILED, replace(result, best_epoch=1), "diverged")
    store.requeue(running.id)
    run = store.get(running.id)
    assert (run.state, run.result, run.message, run.ended) == (RunState.QUEUED, None, "", None)


@pytest.mark.parametrize("state", [None, RunState.FINISHED, RunState.STOPPED])
def test_a_run_that_trains_or_ended_well_is_not_queued_again(
    store: RunStore, running: Run, state: RunState | None
) -> None:
    if state is not None:
        store.attempt(running).move(state)
    with pytest.raises(TransitionError, match=f"is {state or 'running'} and cannot become queued"):
        store.requeue(running.id)


def test_a_run_that_was_to_be_resumed_stays_resumable_when_taken_out_of_the_queue(
    store: RunStore, running: Run
) -> None:
    store.attempt(running).rewind(step=20, epochs=2)
    store.attempt(running).move(RunState.INTERRUPTED, "lost")
    store.requeue(running.id)
    store.request(running.id, Command.STOP)
    run = store.get(running.id)
    assert (run.state, run.epochs_done, run.steps_done) == (RunState.INTERRUPTED, 2, 20)
    assert run.message == "Taken out of the queue before it was resumed, with 2 epochs done."
    store.requeue(running.id)
    assert store.get(running.id).state is RunState.QUEUED


@pytest.mark.parametrize("call", ["requeue", "move_to_front", "delete"])
def test_a_request_to_an_unknown_run_is_one_sentence(store: RunStore, call: str) -> None:
    with pytest.raises(UnknownRunError, match="nowhere1"):
        getattr(store, call)("nowhere1")
    with pytest.raises(UnknownRunError, match="nowhere1"):
        store.request("nowhere1", Command.STOP)
    with pytest.raises(UnknownRunError, match="nowhere1"):
        store.set_learning_rate("nowhere1", 1.0)
    with pytest.raises(UnknownRunError, match="nowhere1"):
        store.continue_run("nowhere1", 1)
