"""Commands to runs that wait or train."""

import pytest

from mnist_lab.runs import Command, Intervention, RunState
from tests.factories import make_point, make_result


@pytest.fixture
def running(queued, store):
    """A run that a live process trains."""
    lock = store.folder(queued.id).lock()
    claimed = store.claim(queued.id, "a process that lives")
    store.attempt(claimed).move(RunState.RUNNING)
    yield store.get(queued.id)
    lock.release()


@pytest.mark.parametrize(
    "command",
    [
        ["stop"],
        ["pause"],
        ["continue"],
        ["step"],
        ["learning-rate", "0.5"],
        ["discard"],
        ["resume"],
        ["extend", "--epochs", "1"],
    ],
)
def test_an_unknown_run_is_refused(refused, command):
    assert "No run matches" in refused(command[0], "nothing", *command[1:])


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("stop", Command.STOP),
        ("pause", Command.PAUSE),
        ("continue", Command.NONE),
        ("step", Command.STEP),
        ("discard", Command.DISCARD),
    ],
)
def test_what_is_asked_of_a_training_reaches_its_worker(call, running, store, name, command):
    called = call(name, running.id)
    assert called.status == 0
    assert running.id in called.out
    assert store.attempt(running).control_state().command is command


@pytest.mark.parametrize("name", ["pause", "continue", "step"])
def test_a_run_that_waits_cannot_do_that(refused, queued, name):
    assert "only a run that is starting, running or paused" in refused(name, queued.id)


def test_stop_of_a_run_that_waits(call, queued, store):
    assert "was removed from the queue" in call("stop", queued.id).out
    assert store.get(queued.id).state is RunState.STOPPED


def test_stop_as_json(call, queued):
    assert call("stop", queued.id, "--json").json["state"] == "stopped"


def test_stop_of_a_run_that_has_ended_is_refused(refused, finished):
    assert "finished" in refused("stop", finished.id)


def test_the_learning_rate_is_multiplied(call, refused, running, store):
    assert call("learning-rate", running.id, "0.5", "--json").json["learning_rate_factor"] == 0.5
    assert store.attempt(running).control_state().learning_rate_factor == 0.5
    for factor in ("0", "-1", "nan", "1001", "fast"):
        assert "factor" in refused("learning-rate", running.id, "--", factor).lower()
    assert store.get(running.id).learning_rate_factor == 0.5


@pytest.mark.parametrize("fixture", ["queued", "finished"])
def test_discard_deletes_at_once_what_does_not_train(call, request, store, fixture):
    run = request.getfixturevalue(fixture)
    assert call("discard", run.id, "--json").json == {"run": run.id, "discarded": True}
    assert store.list() == []


def test_a_run_whose_process_died_can_be_queued_again(call, queued, store):
    store.claim(queued.id, "a process that is gone")

    assert call("show", queued.id, "--json").json["state"] == "interrupted"
    assert f"worker --run {queued.id}" in call("resume", queued.id, "--queue").out
    assert store.get(queued.id).state is RunState.QUEUED
    assert "is queued and cannot become queued" in call("resume", queued.id, "--queue").err


def test_resume_of_a_run_that_ended_well_is_refused(refused, finished):
    assert "finished" in refused("resume", finished.id)


def test_a_run_without_checkpoint_cannot_be_extended(refused, finished, store):
    assert "has no checkpoint" in refused("extend", finished.id, "--epochs", "3")
    assert store.list() == [finished]


def test_a_finished_run_can_be_queued_for_more_epochs(call, finished, store):
    folder = store.folder(finished.id)
    folder.checkpoints.mkdir(parents=True)
    folder.checkpoint_path(2).write_bytes(b"some day a worker looks at it")

    extended = call("extend", finished.id, "--epochs", 3, "--queue", "--json").json

    assert (extended["state"], extended["parent"], extended["epochs"]) == ("queued", finished.id, 2)
    assert store.get(extended["run"]).recipe.epochs == 5


@pytest.mark.parametrize(
    ("name", "command"), [("continue", Command.NONE), ("step", Command.STEP), ("stop", Command.STOP)]
)
def test_a_run_that_was_set_aside_goes_back_into_the_queue(call, running, store, name, command):
    store.request(running.id, Command.PAUSE)
    store.attempt(running).move(RunState.PAUSED)
    store.attempt(running).set_aside()
    assert "only a run" not in call("pause", running.id).err
    assert store.get(running.id).state is RunState.SET_ASIDE
    assert "It is back in the queue" in call(name, running.id).out
    assert (store.get(running.id).state, store.get(running.id).command) == (RunState.QUEUED, command)


@pytest.mark.parametrize(("options", "factor"), [([], 0.5), (["--recipe-learning-rate"], 1.0)])
def test_extend_keeps_the_learning_rate_set_by_hand_and_says_so(call, running, store, options, factor):
    store.set_learning_rate(running.id, 0.5)
    changed = Intervention("learning rate", 10, 0.5, running.created, 0.5)
    store.attempt(running).heartbeat(points=[make_point(20, "epoch", steps_per_epoch=20)], interventions=[changed])
    folder = store.folder(running.id)
    folder.checkpoints.mkdir()
    folder.checkpoint_path(1).write_bytes(b"a checkpoint")
    store.attempt(running).finish(RunState.STOPPED, make_result())
    shown = call("show", running.id).out
    assert "by hand       learning rate ÷ 2 after 0.5 epochs (step 10)" in shown
    called = call("extend", running.id, "--epochs", 1, "--queue", "--json", *options)
    assert store.get(called.json["run"]).learning_rate_factor == factor
    assert ("It keeps the learning rate that was set by hand, ÷ 2" in called.err) is (factor != 1)
    assert called.json["by_hand"] == "learning rate ÷ 2 after 0.5 epochs"
