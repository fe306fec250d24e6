import contextlib
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import URL

from mnist_lab.errors import RefusedError, StoreError, StoreLocationError
from mnist_lab.network import Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import RunStore, open_store
from mnist_lab.runs.database import Database
from mnist_lab.runs.schema import SCHEMA_VERSION
from mnist_lab.settings import Settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.sqlite"


def _url(path: Path) -> URL:
    return URL.create("sqlite", database=str(path))


def test_a_home_of_any_name_works(tmp_path: Path, network: Network) -> None:
    home = tmp_path / "mein Häuschen? 100 %20 #1 🏠"
    store = open_store(Settings(home=home))
    run = store.create(network, Recipe())
    store.close()
    assert (home / "runs.sqlite").exists()
    assert open_store(Settings(home=home)).get(run.id) == run


def test_a_home_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match=r"cannot be made.*Set MNIST_LAB_HOME"):
        open_store(Settings(home=tmp_path / "file" / "home"))


def test_a_store_that_another_program_locks_is_one_sentence(path: Path, network: Network) -> None:
    store = RunStore(_url(path), path.parent, busy_seconds=0.1)
    run = store.create(network, Recipe())
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="has been locked by another program"):
        store.create(network, Recipe())
    # Reading goes on all the while.
    assert store.list() == [run]
    other.execute("ROLLBACK")
    other.close()
    store.create(network, Recipe())
    assert store.count() == 2


def test_a_read_only_store_is_read_and_writing_is_one_sentence(path: Path, network: Network) -> None:
    store = RunStore(_url(path), path.parent)
    run = store.create(network, Recipe())
    read_only = RunStore(f"sqlite:///file:{path}?mode=ro&uri=true", path.parent)
    assert read_only.list() == [run]
    with pytest.raises(StoreError, match=r"is read-only\. Make the file and its folder writable"):
        read_only.rename(run.id, "new")


def test_a_full_disk_is_one_sentence_and_loses_nothing(path: Path, network: Network) -> None:
    store = RunStore(_url(path), path.parent)
    run = store.create(network, Recipe())
    with store.db.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    def fill() -> None:
        for _ in range(50):
            store.create(network, Recipe())

    with pytest.raises(StoreError, match="Free some space"):
        fill()
    assert store.get(run.id) == run


@pytest.mark.parametrize(
    "content", [b"this is no database, it is a text file " * 100, b"SQLite format 3\0" + b"x" * 900]
)
def test_a_file_that_is_no_database_is_one_sentence(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"is damaged|does not answer"):
        Database(_url(path))
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("nonsense", "Received: '***' (it must begin with the name of a database and ://)"),
        ("postgres://me:secret@nowhere", "Received: 'postgres://nowhere/'"),
        ("sqlite:///~nobody-of-this-name/x", "home directory"),
        ("sqlite:///a%00b/x", "cannot be made"),
        ("sqlite:////tmp/x?no_such_entry=1", "no_such_entry"),
        ("unknown+driver:///x", "must be an address such as"),
        ("sqlite://", "cannot be shared by the processes"),
        ("sqlite:///:memory:", "cannot be shared by the processes"),
        ("sqlite:///file::memory:?cache=shared&uri=true", "cannot be shared by the processes"),
        ("sqlite:///file:x?mode=memory&uri=true", "cannot be shared by the processes"),
        ("sqlite:////dev/null/runs.sqlite", "cannot be made"),
        ("sqlite:////", "cannot be opened"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_in_one_sentence(address: str, words: str) -> None:
    with pytest.raises(StoreLocationError) as refused:
        Database(address)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
    assert isinstance(refused.value, RefusedError)


def test_a_store_in_the_users_folder_is_found_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    Database("sqlite:///~/lab/runs.sqlite").close()
    assert (tmp_path / "lab" / "runs.sqlite").exists()


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM meta",
        "UPDATE meta SET value = 'two'",
        "UPDATE meta SET value = '0'",
        "UPDATE meta SET value = x'34'",
        "UPDATE meta SET value = '99999999999999999999'",
        "DROP TABLE meta; CREATE TABLE meta (name TEXT)",
    ],
)
def test_a_store_that_does_not_say_its_version_is_damaged_and_left_alone(path: Path, damage: str) -> None:
    Database(_url(path)).close()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(damage)
    with pytest.raises(
        StoreError, match=r"is damaged, or belongs to another program \(.*\)\. Move the file away; a new one is"
    ):
        Database(_url(path))


def test_a_store_of_a_newer_lab_is_refused_untouched(path: Path) -> None:
    Database(_url(path)).close()
    newer = SCHEMA_VERSION + 1
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", (newer,))
    with pytest.raises(StoreError, match=f"newer MNIST Lab.*schema {newer}; this one knows up to {SCHEMA_VERSION}"):
        Database(_url(path))
