"""Who may change a run: every command of the store is tried by a stranger, the owner and a teacher."""

import inspect
from collections.abc import Callable

import pytest

from mnist_lab.errors import NotOwnerError, RefusedError
from mnist_lab.network import Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MACHINE, Actor, Command, Run, RunState, RunStore
from mnist_lab.runs.commands import RunCommands
from tests.factories import start_run

ANNA, BEN, TEACHER = Actor("anna"), Actor("ben"), Actor("someone", is_teacher=True)
Ask = Callable[[RunStore, str, Actor], object]

COMMANDS: dict[str, Ask] = {
    **{
        f"request {command}": lambda store, run, actor, command=command: store.request(run, command, actor)
        for command in Command
    },
    "set_learning_rate": lambda store, run, actor: store.set_learning_rate(run, 0.5, actor),
    "requeue": lambda store, run, actor: store.requeue(run, actor),
    "move_to_front": lambda store, run, actor: store.move_to_front(run, actor),
    "rename": lambda store, run, actor: store.rename(run, "Mine now", actor),
    "annotate": lambda store, run, actor: store.annotate(run, "Mine now", actor),
    "delete": lambda store, run, actor: store.delete(run, actor),
    "delete forever": lambda store, run, actor: store.delete(run, actor, forever=True),
    "restore": lambda store, run, actor: store.restore(run, actor),
}


@pytest.fixture
def of_anna(store: RunStore, network: Network) -> dict[str, Run]:
    """A run of Anna's in each state that some command accepts."""
    runs = {name: store.create(network, Recipe(), name=name, actor=ANNA) for name in ("queued", "running", "failed")}
    start_run(store, runs["running"])
    start_run(store, runs["failed"])
    store.attempt(store.get(runs["failed"].id)).move(RunState.FAILED, "lost")
    runs["deleted"] = store.create(network, Recipe(), name="deleted", actor=ANNA)
    store.delete(runs["deleted"].id)
    return runs


def test_every_command_has_an_actor_and_is_tried_here() -> None:
    names = {name for name, _ in inspect.getmembers(RunCommands, inspect.isfunction) if not name.startswith("_")}
    for name in names:
        assert "actor" in inspect.signature(getattr(RunCommands, name)).parameters, name
        assert "actor" in inspect.signature(getattr(RunStore, name)).parameters, name
    assert {command.split()[0] for command in COMMANDS} == names - {"continue_run"}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("stranger", [BEN, Actor(""), Actor("cli"), Actor("reference")])
def test_nobody_else_changes_a_run(store: RunStore, of_anna: dict[str, Run], command: str, stranger: Actor) -> None:
    before = store.list(), store.deleted_runs(), [run.name for run in store.queue()]
    for run in of_anna.values():
        with pytest.raises(RefusedError) as refused:
            COMMANDS[command](store, run.id, stranger)
        if run.name != "deleted" or command in {"restore", "delete forever"}:
            assert isinstance(refused.value, NotOwnerError)
            expected = f"The run '{run.name}' belongs to another browser; only that one or a teacher can change it."
            assert str(refused.value) == expected
    assert (store.list(), store.deleted_runs(), [run.name for run in store.queue()]) == before


@pytest.mark.parametrize("actor", [ANNA, TEACHER, MACHINE])
def test_the_owner_and_a_teacher_change_it(store: RunStore, of_anna: dict[str, Run], actor: Actor) -> None:
    running, queued, failed = of_anna["running"].id, of_anna["queued"].id, of_anna["failed"].id
    for command in (Command.PAUSE, Command.NONE, Command.STEP, Command.STOP, Command.DISCARD):
        store.request(running, command, actor)
        assert store.get(running).command is command
    store.set_learning_rate(queued, 0.5, actor)
    store.move_to_front(queued, actor)
    store.requeue(failed, actor)
    store.rename(queued, "Better", actor)
    store.annotate(queued, "Good", actor)
    changed = store.get(queued)
    assert (changed.name, changed.note, changed.learning_rate_factor) == ("Better", "Good", 0.5)
    store.restore(of_anna["deleted"].id, actor)
    store.delete(queued, actor)
    assert {run.name for run in store.list()} == {"running", "failed", "deleted"}
    store.delete(queued, actor, forever=True)
    assert store.deleted_runs() == []


@pytest.mark.parametrize("owner", ["", "cli", "reference", "0123456789abcdef0123456789abcdef"])
def test_a_run_of_before_is_changed_by_a_teacher_only(store: RunStore, network: Network, owner: str) -> None:
    run = store.create(network, Recipe(), name="old", actor=Actor(owner, is_teacher=True))
    with pytest.raises(NotOwnerError):
        store.rename(run.id, "Mine", ANNA)
    if owner == "":
        # No browser can have this id, and no run without an owner is everybody's.
        with pytest.raises(NotOwnerError):
            store.rename(run.id, "Mine", Actor(""))
    store.rename(run.id, "The class's", TEACHER)
    assert store.get(run.id).name == "The class's"


def test_what_a_browser_creates_is_its_own(store: RunStore, network: Network) -> None:
    assert store.create(network, Recipe(), actor=ANNA).owner == "anna"
    assert store.create(network, Recipe(), actor=TEACHER).owner == "someone"
    assert store.create(network, Recipe()).owner == "cli"


def test_a_refused_command_of_a_running_training_does_not_reach_its_worker(
    store: RunStore, of_anna: dict[str, Run]
) -> None:
    running = store.get(of_anna["running"].id)
    for command in Command:
        with pytest.raises(NotOwnerError):
            store.request(running.id, command, BEN)
    assert store.attempt(running).control_state().command is Command.NONE
