import logging
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from mnist_lab.errors import StoreError, TransitionError, UnknownRunError
from mnist_lab.network import Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Actor, Command, MetricPoint, Run, RunState, RunStore
from mnist_lab.runs.schema import runs
from tests.factories import make_point, start_run

HOSTILE = ["<script>alert(1)</script>", "'; DROP TABLE runs; --", '"quoted"', "🦊 emoji", "%", "a_b", "nul\0 inside"]


def test_a_new_run_is_queued_and_reads_back_the_same(store: RunStore, network: Network) -> None:
    recipe = Recipe(epochs=7, seed=3)
    run = store.create(network, recipe, actor=Actor("session"), group="a sweep")
    assert store.get(run.id) == run
    assert (run.state, run.attempt, run.name) == (RunState.QUEUED, 0, network.name)
    assert (run.network, run.recipe, run.owner, run.group) == (network, recipe, "session", "a sweep")
    assert len(run.id) == 8
    assert run.created.utcoffset() is not None
    assert (run.progress, run.result, run.data, run.started) == (0.0, None, None, None)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_names(store: RunStore, network: Network, name: str) -> None:
    other = store.create(network, Recipe(), name="another")
    run = store.create(network, Recipe(), name=name)
    assert run.name == name.replace("\0", "")
    assert store.find(run.name).id == run.id
    store.rename(run.id, name * 100)
    assert len(store.get(run.id).name) <= 80
    store.annotate(run.id, name * 1000)
    assert len(store.get(run.id).note) <= 2000
    assert store.get(other.id) == other


def test_runs_are_listed_in_the_order_of_their_creation(store: RunStore, network: Network) -> None:
    ids = [store.create(network, Recipe()).id for _ in range(5)]
    assert [run.id for run in store.list()] == ids[::-1]
    assert [run.id for run in store.list(newest_first=False, limit=2)] == ids[:2]
    store.request(ids[1], Command.STOP)
    assert [run.id for run in store.list([RunState.STOPPED])] == [ids[1]]
    assert [run.id for run in store.queue()] == [ids[0], *ids[2:]]
    assert (store.count(), store.count([RunState.QUEUED])) == (5, 4)
    assert store.list([]) == []


def test_a_group_is_listed_alone(store: RunStore, network: Network) -> None:
    store.create(network, Recipe())
    grouped = [store.create(network, Recipe(), group="dropout").id for _ in range(2)]
    assert [run.id for run in store.list(group="dropout", newest_first=False)] == grouped


def test_a_run_is_found_by_id_prefix_and_name(store: RunStore, network: Network) -> None:
    first = store.create(network, Recipe(), name="first")
    store.create(network, Recipe(), name="twice")
    store.create(network, Recipe(), name="twice")
    assert store.find(first.id).id == first.id
    assert store.find(f" {first.id[:5]} ").id == first.id
    assert store.find("first").id == first.id
    with pytest.raises(UnknownRunError, match=r"2 runs match 'twice': .*Use the id"):
        store.find("twice")
    with pytest.raises(UnknownRunError, match="No run matches"):
        store.find(first.id[:2])
    for text in ("", "%", "nothing", "___"):
        with pytest.raises(UnknownRunError):
            store.find(text)


def test_an_id_wins_over_a_run_named_like_it(store: RunStore, network: Network) -> None:
    first = store.create(network, Recipe())
    store.create(network, Recipe(), name=first.id)
    assert store.find(first.id).id == first.id


@pytest.mark.parametrize("call", ["get", "delete", "requeue", "find"])
def test_an_unknown_run_is_one_sentence(store: RunStore, call: str) -> None:
    with pytest.raises(UnknownRunError, match="nowhere1"):
        getattr(store, call)("nowhere1")


def test_an_active_run_is_not_deleted(store: RunStore, running: Run) -> None:
    with pytest.raises(TransitionError, match=r"is running and cannot be deleted. Stop it first"):
        store.delete(running.id)
    assert store.get(running.id).state is RunState.RUNNING


def test_deleting_for_good_takes_points_and_folder_of_this_run_only(
    store: RunStore, network: Network, running: Run, make_point: Callable[..., MetricPoint]
) -> None:
    other = store.claim(store.create(network, Recipe()).id, "test")
    assert other is not None
    for run in (running, other):
        store.attempt(run).heartbeat(points=[make_point()])
        store.folder(run.id).path.mkdir(parents=True)
        store.folder(run.id).log_path.write_text("log")
    store.attempt(running).finish(RunState.FAILED, None, "why")
    store.delete(running.id, forever=True)
    assert not store.folder(running.id).path.exists()
    assert store.points_of([running.id, other.id]) == {running.id: [], other.id: [make_point()]}
    assert store.folder(other.id).read_log() == "log"
    with pytest.raises(UnknownRunError):
        store.get(running.id)


@pytest.mark.parametrize(
    "damage",
    [
        {"network": "{"},
        {"network": '{"version": 99}'},
        {"recipe": "[]"},
        {"result": '{"test_loss": 1}'},
        {"result": "null"},
        {"result": "[1]"},
        {"data": "null and void"},
        {"data": "null"},
        {"data": '{"source": 5}'},
        {"state": "dancing"},
        {"command": "explode"},
        pytest.param({"name": b"bytes"}, marks=pytest.mark.sqlite),
        pytest.param({"epochs_done": "many"}, marks=pytest.mark.sqlite),
        {"created": 1e300},
        pytest.param({"owner": b""}, marks=pytest.mark.sqlite),
    ],
)
def test_a_damaged_record_hides_no_other_and_can_be_deleted(
    store: RunStore, network: Network, damage: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    good = [store.create(network, Recipe()).id for _ in range(2)]
    bad = store.create(network, Recipe()).id
    with store.db.write() as connection:
        connection.execute(update(runs).where(runs.c.id == bad).values(**damage))
    with caplog.at_level(logging.WARNING):
        assert [run.id for run in store.list(newest_first=False)] == good
    assert f"The record of run {bad} is damaged" in caplog.text
    with pytest.raises(StoreError, match=f"record of run {bad} is damaged") as told:
        store.get(bad)
    assert not re.search(r"NoneType|subscript|argument|Error|pydantic", str(told.value))
    assert store.damaged() == [bad]
    store.delete(store.find_id(bad[:5]))
    assert store.count() == 2
    assert store.damaged() == []


def test_the_log_tells_of_damaged_records_once_and_in_one_line(
    store: RunStore, network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    ids = [store.create(network, Recipe()).id for _ in range(7)]
    damage(store, *ids)
    for _ in range(3):
        assert store.list() == []
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("The records of 7 runs are damaged and can only be deleted: ")
    assert line.endswith(", ….")
    assert store.damaged() == ids


def test_a_damaged_record_takes_no_place_in_the_queue_nor_in_a_list(store: RunStore, network: Network) -> None:
    ids = [store.create(network, Recipe()).id for _ in range(4)]
    damage(store, ids[0], ids[1], ids[3])
    assert [run.id for run in store.queue(limit=1)] == [ids[2]]
    assert [run.id for run in store.list(limit=1)] == [ids[2]]


def damage(store: RunStore, *ids: str) -> None:
    with store.db.write() as connection:
        connection.execute(update(runs).where(runs.c.id.in_(ids)).values(network="{"))


@pytest.mark.sqlite
def test_a_name_that_is_not_utf_8_harms_no_other_record(store: RunStore, network: Network) -> None:
    ids = [store.create(network, Recipe(), name="good").id for _ in range(2)]
    with store.db.write() as connection:
        connection.exec_driver_sql("UPDATE runs SET name = CAST(x'ff61' AS TEXT) WHERE id = ?", (ids[0],))
    assert [run.name for run in store.list(newest_first=False)] == ["\ufffda", "good"]


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "damage",
    [
        "kind = 'sideways'",
        "learning_rate = 'high'",
        "step = x'00'",
        "run_id = 'someone'",
        "epoch = 'late'",
        "epoch = 9e999",
    ],
)
def test_a_damaged_point_is_left_out_of_the_curve(store: RunStore, network: Network, damage: str) -> None:
    run = start_run(store, store.create(network, Recipe()))
    store.attempt(run).heartbeat(points=[make_point(step) for step in (1, 2, 3)])
    with store.db.write() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        connection.exec_driver_sql(f"UPDATE metrics SET {damage} WHERE step = 2")  # noqa: S608 - our own
    assert [point.step for point in store.points(run.id)] == [1, 3]


@pytest.mark.parametrize(
    "run_id", ["..", "", "../home", "a/b", pytest.param("much too long an id", marks=pytest.mark.sqlite)]
)
def test_a_record_with_a_damaged_id_can_be_deleted_and_no_folder_goes_with_it(
    store: RunStore, network: Network, run_id: str, tmp_path: Path
) -> None:
    kept = tmp_path / "home" / "kept.txt"
    kept.write_text("mine")
    run = store.create(network, Recipe())
    with store.db.write() as connection:
        connection.execute(update(runs).where(runs.c.id == run.id).values(id=run_id, state="failed"))
    assert store.list() == []
    assert store.damaged() == [run_id]
    store.delete(run_id)
    assert store.count() == 0
    assert kept.read_text() == "mine"


@pytest.mark.sqlite
@pytest.mark.parametrize("host", ["own", "another machine"])
def test_a_damaged_active_record_never_names_a_folder_either(
    store: RunStore, network: Network, host: str, tmp_path: Path
) -> None:
    kept = tmp_path / "home" / "kept.txt"
    kept.write_text("mine")
    run = start_run(store, store.create(network, Recipe()))
    with store.db.write() as connection:
        connection.execute(update(runs).where(runs.c.id == run.id).values(command="discard"))
        connection.exec_driver_sql("UPDATE runs SET id = '..', heartbeat = 'never'")
        if host == "another machine":
            connection.exec_driver_sql("UPDATE runs SET place = 'elsewhere'")
    store.reap_stale_runs()
    assert kept.read_text() == "mine"


def test_text_that_no_database_takes_finds_nothing(store: RunStore, network: Network) -> None:
    run = store.create(network, Recipe(), name="caf\ufffd")
    for lookup in (store.get, store.find_id):
        with pytest.raises(UnknownRunError):
            lookup("\udcff")
    assert store.runs_of(["\udcff", run.id]) == [run]
    assert len(store.search("\udcff", [RunState.QUEUED]).ids) == 0
