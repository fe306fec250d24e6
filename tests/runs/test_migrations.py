"""Stores that older versions wrote. The files `store-v*.sql` are never changed: they are what users have on disk."""

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, inspect

from mnist_lab.handwriting import Collection
from mnist_lab.handwriting.stroke import Stroke
from mnist_lab.runs import Command, RunState, RunStore
from mnist_lab.runs.database import Database
from mnist_lab.runs.migrations import MIGRATIONS, SQLITE_MIGRATIONS, schema_version
from mnist_lab.runs.schema import SCHEMA_VERSION

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

OPEN = """
import sys
from sqlalchemy import URL
from mnist_lab.runs.database import Database
print("ready", flush=True)
sys.stdin.readline()
Database(URL.create("sqlite", database=sys.argv[1]))
"""
OPEN_AND_DIE = """
import os, signal, sys
from sqlalchemy import URL, event
from sqlalchemy.engine import Engine
from mnist_lab.runs.database import Database

@event.listens_for(Engine, "after_cursor_execute")
def die(_connection, _cursor, statement, *_):
    if statement.startswith(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

Database(URL.create("sqlite", database=sys.argv[1]))
"""


def _url(path: Path) -> URL:
    return URL.create("sqlite", database=str(path))


def _store_of(version: int, folder: Path) -> Path:
    path = folder / "runs.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript((HERE / f"store-v{version}.sql").read_text(encoding="utf-8"))
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return _store_of(1, tmp_path)


def _shape(path: Path) -> dict[str, Any]:
    """What the tables look like, in a form that does not depend on the order of columns."""
    database = Database(_url(path))
    found = inspect(database.engine)
    shape = {
        table: (
            {
                column["name"]: (str(column["type"]), column["nullable"], column["default"])
                for column in found.get_columns(table)
            },
            found.get_pk_constraint(table)["constrained_columns"],
            sorted(_index(index) for index in found.get_indexes(table)),
            found.get_foreign_keys(table),
        )
        for table in found.get_table_names()
    }
    database.close()
    return shape


def _index(index: Any) -> str:
    options = {name: str(option) for name, option in index["dialect_options"].items()}
    return str({**index, "dialect_options": options})


def test_every_version_has_its_step_and_its_store() -> None:
    assert list(MIGRATIONS) == list(range(1, SCHEMA_VERSION))
    assert set(SQLITE_MIGRATIONS) <= set(MIGRATIONS)
    assert len(list(HERE.glob("store-v*.sql"))) == SCHEMA_VERSION


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_an_old_store_becomes_exactly_like_a_new_one(tmp_path: Path, version: int) -> None:
    old = _store_of(version, tmp_path)
    Database(_url(tmp_path / "new.sqlite")).close()
    assert _shape(old) == _shape(tmp_path / "new.sqlite")


def test_the_first_store_ever_written_still_opens(path: Path) -> None:
    store = RunStore(_url(path), path.parent)
    finished, interrupted, waiting = store.list(newest_first=False)
    assert [run.state for run in (finished, interrupted, waiting)] == [
        RunState.FINISHED,
        RunState.INTERRUPTED,
        RunState.QUEUED,
    ]
    assert {(run.learning_rate_factor, run.parent) for run in store.list()} == {(1.0, "")}
    assert finished.name == "Ein <b>Lauf</b> “α” 🦊"
    assert finished.note == "two\nlines"
    assert finished.result is not None
    assert finished.result.test_accuracy == 0.9912
    assert finished.data is not None
    assert finished.data.title == "MNIST"
    assert [point.step for point in store.points(finished.id)] == [50, 100, 100]
    assert interrupted.message.startswith("The training process ended without a word")
    store.requeue(interrupted.id)
    claimed = store.claim(interrupted.id, "test")
    assert claimed is not None
    assert claimed.attempt == 2
    store.delete(finished.id)
    assert store.count() == 2


@pytest.mark.parametrize("version", range(2, SCHEMA_VERSION + 1))
def test_a_later_store_still_opens(tmp_path: Path, version: int) -> None:
    path = _store_of(version, tmp_path)
    store = RunStore(_url(path), path.parent)
    parent, continued, front, paused, failed = store.list(newest_first=False)
    assert (parent.state, parent.learning_rate_factor) == (RunState.FINISHED, 0.5)
    assert (continued.parent, continued.recipe.epochs, continued.epochs_done) == (parent.id, 3, 1)
    assert [point.step for point in store.points(continued.id)] == [50, 100, 100]
    assert [run.name for run in store.queue()] == [front.name, continued.name]
    assert (paused.state, paused.command, paused.learning_rate_factor) == (RunState.PAUSED, Command.PAUSE, 0.25)
    actions = [(one.action, one.step, one.factor) for one in paused.interventions]
    assert actions == ([("learning rate", 40, 0.25), ("pause", 50, None)] if version >= 5 else [])
    assert {run.name: run.diverged for run in store.list()}["failed"]
    assert not any(run.diverged for run in (parent, continued, front, paused))
    store.requeue(failed.id)
    assert not store.get(failed.id).diverged
    assert store.claim(failed.id, "test") is not None


def test_of_the_seventh_store_the_drawings_are_found(tmp_path: Path) -> None:
    database = Database(_url(_store_of(7, tmp_path)))
    collection = Collection(database)
    one, seven = sorted(collection.drawings(collection.index().ids.tolist()), key=lambda each: each.label)
    assert (one.label, one.id, one.strokes) == (1, "fbd5307ebc1ce079", (Stroke(20, ((160, 60), (160, 260))),))
    assert (seven.label, seven.owner, int(seven.pixels.max())) == (7, "a" * 32, 255)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_of_an_old_store_the_runs_that_failed_of_divergence_are_marked(tmp_path: Path, version: int) -> None:
    path = _store_of(version, tmp_path)
    with sqlite3.connect(path) as connection:
        rows = [
            ("diverged", "failed", "The training diverged: the loss became NaN or infinite in epoch 1 of 3."),
            ("finished", "finished", "The training diverged"),
            ("full", "failed", "The disk is full: the training diverged from its plan."),
            ("silent", "failed", ""),
        ]
        for name, state, sentence in rows:
            connection.execute(
                "INSERT INTO runs (id, name, state, position, network, recipe, created, sentence)"
                " SELECT ?, ?, ?, 9.0, network, recipe, created, ? FROM runs WHERE number = 1",
                (name[:8], name, state, sentence),
            )
    store = RunStore(_url(path), path.parent)
    assert {name: store.find(name).diverged for name, *_ in rows} == {
        "diverged": True,
        "finished": False,
        "full": False,
        "silent": False,
    }


def test_several_processes_that_open_an_old_store_at_once_all_succeed(path: Path) -> None:
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(4)
    ]
    for opener in openers:
        assert opener.stdout is not None
        assert opener.stdout.readline() == "ready\n", opener.communicate()[1]
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write("go\n")
        opener.stdin.flush()
    assert [(opener.communicate(timeout=120)[1], opener.returncode) for opener in openers] == [("", 0)] * 4
    assert RunStore(_url(path), path.parent).count() == 3


@pytest.mark.parametrize(
    "statement",
    ["ALTER TABLE runs ADD COLUMN learning", "ALTER TABLE runs ADD COLUMN parent", "UPDATE runs SET diverged"],
)
def test_a_killed_migration_leaves_the_old_store_whole_and_the_next_start_does_it(path: Path, statement: str) -> None:
    opener = subprocess.run([sys.executable, "-c", OPEN_AND_DIE, str(path), statement], cwd=ROOT, check=False)
    assert opener.returncode == -9
    with sqlite3.connect(path) as connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(runs)")]
        assert not {"learning_rate_factor", "diverged"} & set(names)
        assert connection.execute("SELECT value FROM meta").fetchone() == ("1",)
    database = Database(_url(path))
    with database.read() as opened:
        assert schema_version(opened) == SCHEMA_VERSION
    assert RunStore(_url(path), path.parent).count() == 3
