"""What a store in PostgreSQL needs that SQLite gives by itself: locks of rows, limits of time, the database's clock."""

import importlib.util
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import URL, inspect, select, text, update

from mnist_lab.errors import StoreError, StoreLocationError
from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run, RunState, RunStore
from mnist_lab.runs.database import Database
from mnist_lab.runs.migrations import schema_version
from mnist_lab.runs.schema import SCHEMA_VERSION, runs
from tests.runs.backends.old_store import write_first_schema

if TYPE_CHECKING:
    from benchmarks.postgres_server import PostgresServer

pytestmark = pytest.mark.postgres

NETWORK = PRESETS["tiny"].network


@pytest.fixture
def address(postgres: "PostgresServer") -> Iterator[URL]:
    yield postgres.url("lab")
    postgres.clear("lab")


@pytest.fixture
def open_store(address: URL, tmp_path: Path) -> Iterator[Callable[..., RunStore]]:
    opened: list[RunStore] = []

    def opens(busy_seconds: float = 10.0, home: str = "home") -> RunStore:
        opened.append(RunStore(address, tmp_path / home / "runs", busy_seconds=busy_seconds))
        return opened[-1]

    yield opens
    for store in opened:
        store.close()


def started(store: RunStore) -> Run:
    run = store.claim(store.create(NETWORK, Recipe()).id, "worker")
    assert run is not None
    store.attempt(run).move(RunState.RUNNING)
    return run


def lock_row(connection: Any, run: Run) -> None:
    connection.execute(select(runs.c.id).where(runs.c.id == run.id).with_for_update())


def test_an_address_without_a_driver_means_psycopg(open_store: Callable[..., RunStore]) -> None:
    assert open_store().db.engine.url.drivername == "postgresql+psycopg"


def test_another_driver_is_refused() -> None:
    with pytest.raises(StoreLocationError, match="driver for PostgreSQL is psycopg: begin the address with postgresql"):
        Database("postgresql+psycopg2://host/lab")


def test_a_missing_driver_is_one_sentence_with_package_and_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(StoreLocationError) as refused:
        Database("postgresql://me:hunter2@host/lab")
    assert str(refused.value) == (
        "The run store postgresql://host/lab is in PostgreSQL, which needs the package psycopg: run"
        " `pip install -r requirements-postgres.txt`."
    )


@pytest.mark.parametrize(
    ("name", "entries", "sentence"),
    [
        ("nowhere", {}, r"The database of the run store \S+ does not exist\. Create it, with `createdb`"),
        ("lab", {"no_such_entry": "1"}, "MNIST_LAB_DB has an entry that PostgreSQL does not know"),
        ("lab", {"user": "nobody-of-this-name"}, "refuses|does not answer|does not exist"),
    ],
)
def test_an_address_that_leads_nowhere_is_one_sentence(
    address: URL, name: str, entries: dict[str, str], sentence: str
) -> None:
    with pytest.raises(StoreLocationError, match=sentence) as refused:
        Database(address.set(database=name).update_query_dict(entries))
    assert "\n" not in str(refused.value)


def test_a_server_that_is_down_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not answer: ") as refused:
        Database(URL.create("postgresql", database="lab", query={"host": str(tmp_path)}))
    assert "\n" not in str(refused.value)


def test_a_database_that_cannot_hold_every_name_is_refused(postgres: "PostgresServer") -> None:
    url = postgres.create("ascii", "ENCODING 'SQL_ASCII' TEMPLATE template0")
    with pytest.raises(StoreLocationError, match="has the encoding SQL_ASCII and cannot hold every name"):
        Database(url)
    postgres.drop("ascii")


def test_a_transaction_that_stands_still_blocks_nobody_for_good(open_store: Callable[..., RunStore]) -> None:
    stopped, other = open_store(0.5), open_store(0.5)
    run = started(other)
    begin = time.monotonic()

    def stand_still() -> None:
        with stopped.db.write() as connection:
            lock_row(connection, run)
            locked.set()
            renamed.wait(20)
            connection.execute(update(runs).values(name="written by a process that was stopped"))

    locked, renamed = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as threads:
        standing = threads.submit(stand_still)
        assert locked.wait(20)
        other.rename(run.id, "went on")
        renamed.set()
        with pytest.raises(StoreError, match=r"ended a change that had stood still for 0\.5 s|does not answer"):
            standing.result(20)
    assert time.monotonic() - begin < 10
    assert other.get(run.id).name == "went on"
    # The store has a new connection at its next use.
    assert stopped.get(run.id).name == "went on"


def test_a_record_that_is_locked_for_long_is_one_sentence(open_store: Callable[..., RunStore]) -> None:
    busy, other = open_store(20.0), open_store(0.2)
    run = started(other)
    with busy.db.write() as connection:
        lock_row(connection, run)
        with pytest.raises(StoreError, match=r"has kept a record locked for more than 0\.3 s\. Try again"):
            other.rename(run.id, "new")
        # What is not locked goes on, and reading all the while.
        assert other.get(run.id) == busy.get(run.id)
        other.create(NETWORK, Recipe())


def test_the_limits_of_time_are_set_on_every_connection(open_store: Callable[..., RunStore]) -> None:
    names = ("lock_timeout", "idle_in_transaction_session_timeout", "statement_timeout", "tcp_keepalives_idle")
    with open_store().db.read() as connection:
        found = [connection.execute(text(f"SHOW {name}")).scalar_one() for name in names]
    # Over a socket there are no keepalives.
    assert found[:3] == ["15s", "10s", "1min"]


def test_nobody_can_interrupt_a_run_between_the_check_of_an_attempt_and_its_write(
    open_store: Callable[..., RunStore],
) -> None:
    worker, elsewhere = open_store(), open_store(home="elsewhere")
    run = started(worker)
    with worker.db.write() as connection:
        connection.execute(update(runs).values(heartbeat=0.0))
    with ThreadPoolExecutor(1) as threads:
        with worker.db.write() as connection:
            attempt = worker.attempt(run)
            attempt._check_attempt(connection)
            reaping = threads.submit(elsewhere.reap_stale_runs)
            time.sleep(0.3)
            assert not reaping.done()
            attempt._update(connection, heartbeat=1.0)
        assert reaping.result(20) == []
    assert worker.get(run.id).state is RunState.RUNNING


def test_a_run_that_another_worker_is_claiming_is_passed_over(open_store: Callable[..., RunStore]) -> None:
    one, two = open_store(), open_store()
    first, second = (one.create(NETWORK, Recipe()) for _ in range(2))
    with one.db.write() as connection:
        lock_row(connection, first)
        claimed = two.claim_first([first.id, second.id], "two", lambda _id: True)
        assert claimed is not None
        assert claimed.id == second.id
    claimed = two.claim_first([first.id, second.id], "two", lambda _id: True)
    assert claimed is not None
    assert claimed.id == first.id


def test_the_clock_of_the_database_decides(
    open_store: Callable[..., RunStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, elsewhere = open_store(), open_store(home="elsewhere")
    real = time.time()
    for wrong in (1e9, real + 3600):
        monkeypatch.setattr("time.time", lambda now=wrong: now)
        run = started(store)
        store.attempt(run).heartbeat()
        assert elsewhere.reap_stale_runs() == []
        found = store.get(run.id)
        for moment in (found.created, found.started, found.heartbeat):
            assert moment is not None
            assert abs(moment.timestamp() - real) < 60
        store.attempt(run).finish(RunState.FINISHED, None)
        ended = store.get(run.id).ended
        assert ended is not None
        assert abs(ended.timestamp() - real) < 60
        store.delete(run.id)
        assert store.empty_bin() == []


def _shape(url: URL) -> dict[str, Any]:
    database = Database(url)
    found = inspect(database.engine)
    shape = {
        table: (
            {each["name"]: (str(each["type"]), each["nullable"], each["default"]) for each in found.get_columns(table)},
            found.get_pk_constraint(table)["constrained_columns"],
            sorted(map(str, found.get_indexes(table))),
        )
        for table in found.get_table_names()
    }
    database.close()
    return shape


def test_the_first_schema_becomes_exactly_like_a_new_one_when_four_open_it_at_once(
    postgres: "PostgresServer", address: URL
) -> None:
    Database(address).close()
    new = _shape(address)
    postgres.clear("lab")
    write_first_schema(lambda sql: postgres.execute(sql, "lab"))
    with ThreadPoolExecutor(4) as threads:
        for database in threads.map(Database, [address] * 4):
            with database.read() as connection:
                assert schema_version(connection) == SCHEMA_VERSION
            database.close()
    assert _shape(address) == new
    store = RunStore(address, Path())
    assert [run.state for run in store.list(newest_first=False)] == ["finished", "interrupted", "queued"]
    assert [point.step for point in store.points(store.list(newest_first=False)[0].id)] == [50, 100, 100]
    # Numbers go on after those that were there.
    assert store.create(NETWORK, Recipe()).number == 4
    store.close()
