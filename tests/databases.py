"""The databases that the tests of the store run against: SQLite, and a real PostgreSQL.

A test of `ON_BOTH` that uses the fixture `database`, as everything with a store does, runs once with each. With the
mark `sqlite` it, or one of its cases, is about SQLite alone. Imported by conftest.py, which makes hook and fixtures
known to pytest.
"""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.missing import missing

if TYPE_CHECKING:
    from benchmarks.postgres_server import PostgresServer

HERE = Path(__file__).parent
ON_BOTH = (
    *("runs", "handwriting", "cli/test_controls.py", "cli/test_runs.py", "cli/test_collection_commands.py"),
    *("cli/test_check.py", "training/test_claim.py", "training/test_launcher.py", "training/test_reporter.py"),
    "training/test_stay.py",
    *("training/test_store_failures.py", "training/test_submit.py", "training/test_sweep.py"),
)
"""Folders and modules of the tests that are about the store, or read and write much in it."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" not in metafunc.fixturenames:
        return
    path = metafunc.definition.path.relative_to(HERE).as_posix()
    if not any(path == one or path.startswith(f"{one}/") for one in ON_BOTH):
        return
    metafunc.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)


def runs_nowhere(item: pytest.Item) -> bool:
    """Whether this is the turn with PostgreSQL of a test that is about SQLite."""
    return all(item.get_closest_marker(name) for name in ("postgres", "sqlite"))


@pytest.fixture(scope="session")
def postgres() -> Iterator["PostgresServer"]:
    """A PostgreSQL server for all tests of this process."""
    try:
        from benchmarks.postgres_server import PostgresServer, postgres_binaries
    except ImportError:
        missing("needs PostgreSQL's driver: pip install -r requirements-postgres.txt")
    binaries = postgres_binaries()
    if binaries is None:
        missing("needs PostgreSQL's server: apt-get install postgresql")
    assert binaries is not None
    with PostgresServer(binaries) as server:
        server.create("lab")
        yield server


_numbers = itertools.count()


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """The address of an empty database in PostgreSQL; None for the SQLite file in the lab's home."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield None
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    if request.path.parent.name == "training":
        # A process that outlives its test must not meet the next one.
        name = f"lab_{next(_numbers)}"
        yield server.create(name).render_as_string(hide_password=False)
        server.drop(name)
    else:
        yield server.url("lab").render_as_string(hide_password=False)
        server.clear("lab")
