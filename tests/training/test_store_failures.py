"""A training while the store is locked, read-only or full: no point is lost, and the states are right afterwards."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from mnist_lab.network import Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, MetricPoint, RunState, RunStore
from mnist_lab.settings import Settings
from mnist_lab.training import launcher as launcher_module
from mnist_lab.training import launcher_loop
from mnist_lab.training.launcher import Launcher
from tests.factories import make_point, make_reporter

if TYPE_CHECKING:
    from benchmarks.postgres_server import PostgresServer

pytestmark = pytest.mark.slow

PATIENCE = 120.0


def until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up, "it did not come about"
        time.sleep(0.02)


@pytest.fixture
def impatient(offline: Settings) -> Iterator[RunStore]:
    """A store that waits a tenth of a second for its turn."""
    opened = RunStore(offline.db_url, offline.runs_folder, busy_seconds=0.1)
    yield opened
    opened.close()


@contextmanager
def locked(store: RunStore) -> Iterator[None]:
    other = sqlite3.connect(Path(store.db.where), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    yield
    other.execute("ROLLBACK")
    other.close()


@contextmanager
def _at_each_begin(store: RunStore, pragma: str) -> Iterator[None]:
    def set_it(connection: Any) -> None:
        connection.exec_driver_sql(pragma)

    event.listen(store.db.engine, "begin", set_it)
    yield
    event.remove(store.db.engine, "begin", set_it)
    # What was set stays with its connection.
    store.close()


@contextmanager
def read_only(store: RunStore) -> Iterator[None]:
    with _at_each_begin(store, "PRAGMA query_only=1"):
        yield


@contextmanager
def full(store: RunStore) -> Iterator[None]:
    with store.db.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    with _at_each_begin(store, f"PRAGMA max_page_count={pages}"):
        yield


@contextmanager
def unreachable(store: RunStore, server: "PostgresServer") -> Iterator[None]:
    name = store.db.engine.url.database
    server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608
    yield
    server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [(locked, "locked by another program"), (read_only, "read-only"), (full, "Free some space")],
)
def test_a_training_continues_while_the_store_fails_and_loses_no_point(
    impatient: RunStore,
    small_network: Network,
    caplog: pytest.LogCaptureFixture,
    trouble: Callable[[RunStore], Any],
    sentence: str,
) -> None:
    _train_through(trouble, sentence, impatient, small_network, caplog)


@pytest.mark.postgres
def test_a_training_continues_while_the_server_is_gone_and_loses_no_point(
    postgres: "PostgresServer", tmp_path: Path, small_network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    store = RunStore(postgres.create("gone"), tmp_path / "home" / "runs")
    _train_through(partial(unreachable, server=postgres), "does not answer", store, small_network, caplog)
    store.close()
    postgres.drop("gone")


def _train_through(
    trouble: Callable[[RunStore], Any],
    sentence: str,
    store: RunStore,
    small_network: Network,
    caplog: pytest.LogCaptureFixture,
) -> None:
    run = store.claim(store.create(small_network, Recipe(epochs=2)).id, "test")
    assert run is not None

    def point(step: int) -> MetricPoint:
        return make_point(step, steps_per_epoch=1000)

    # So many that a store that may not grow cannot hold them.
    steps = range(1, 2001)
    with caplog.at_level(logging.WARNING), make_reporter(store, run) as reporter:
        reporter.enter("training", total_steps=len(steps))
        until(lambda: store.get(run.id).state is RunState.RUNNING)
        with trouble(store):
            for step in steps:
                assert reporter.on_chunk_end(point(step)) is Command.NONE
            until(lambda: sentence in caplog.text)
            ending = threading.Thread(target=lambda: reporter.end(RunState.FINISHED, None, "well"))
            ending.start()
            time.sleep(0.3)
            assert ending.is_alive()
        ending.join(PATIENCE)
        assert not ending.is_alive()
    ended = store.get(run.id)
    assert (ended.state, ended.message, ended.steps_done) == (RunState.FINISHED, "well", len(steps))
    assert [found.step for found in store.points(run.id)] == list(steps)
    assert caplog.text.count("continues while the store does not answer") == 1


def test_lock_files_left_by_a_reboot_block_nothing(
    offline: Settings, store: RunStore, small_network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, paused = (store.create(small_network, Recipe()) for _ in range(2))
    for run, state in ((running, RunState.RUNNING), (paused, RunState.PAUSED)):
        assert store.claim(run.id, "worker-of-yesterday") is not None
        store.attempt(store.get(run.id)).move(RunState.RUNNING)
        store.attempt(store.get(run.id)).move(state)
        # As a process leaves them that has lost its power.
        for lock in (store.folder(run.id).lock_path, offline.home / "slots" / "slot-0.lock"):
            lock.parent.mkdir(parents=True, exist_ok=True)
            lock.write_text("4711 yesterday")
    monkeypatch.setattr(launcher_module, "FIRST_PAINT_SECONDS", 3600.0)
    launcher = Launcher(offline)
    launcher.start()
    try:
        until(lambda: {store.get(run.id).state for run in (running, paused)} == {RunState.INTERRUPTED})
    finally:
        launcher.close()
    for run in (running, paused):
        store.requeue(run.id)
        assert store.claim(run.id, "worker-of-today") is not None


@pytest.mark.sqlite
def test_the_launcher_says_what_is_wrong_with_the_store_and_finds_lost_runs_when_it_is_well_again(
    offline: Settings, store: RunStore, small_network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store.claim(store.create(small_network, Recipe()).id, "a process that is gone")
    assert run is not None
    monkeypatch.setattr(launcher_module, "FIRST_PAINT_SECONDS", 3600.0)
    monkeypatch.setattr(launcher_loop, "open_store", lambda s: RunStore(s.db_url, s.runs_folder, busy_seconds=0.1))
    launcher = Launcher(offline)
    with locked(store):
        launcher.start()
        until(lambda: "locked by another program" in launcher.error)
    try:
        until(lambda: store.get(run.id).state is RunState.INTERRUPTED)
        until(lambda: launcher.error == "")
    finally:
        launcher.close()
