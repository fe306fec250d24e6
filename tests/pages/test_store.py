"""The pages with a store that cannot be read or written: they show one message and no traceback."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import URL
from streamlit.testing.v1 import AppTest

from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.services import container as module
from mnist_lab.ui.services.container import services
from mnist_lab.ui.shell import notices
from tests.factories import start_run

PAGES = Path(__file__).resolve().parents[2] / "pages"


def opened(page: str) -> AppTest:
    """The page as the router runs it."""
    script = f"""
import runpy
from mnist_lab.ui.shell.notices import lab_errors_shown

with lab_errors_shown():
    runpy.run_path({str(PAGES / page)!r})
"""
    return AppTest.from_string(script, default_timeout=120).run()


def make_run(settings: Settings) -> None:
    store = open_store(settings)
    store.create(PRESETS["tiny"].network, Recipe(), name="A run")
    store.close()


@pytest.fixture
def impatient(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store with one run, whose lock the app does not wait ten seconds for."""
    make_run(settings)
    address = URL.create("sqlite", database=str(settings.home / "runs.sqlite"))
    monkeypatch.setattr(module, "open_store", lambda given: RunStore(address, given.runs_folder, busy_seconds=0.1))


@pytest.fixture
def locked(impatient: None, settings: Settings) -> Iterator[None]:
    """Another program has an exclusive lock on the store."""
    with contextlib.closing(sqlite3.connect(settings.home / "runs.sqlite", isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        yield


@pytest.mark.parametrize("page", ["train.py", "compare.py", "draw.py", "inspect.py"])
def test_a_locked_store_is_one_message(locked: None, page: str) -> None:
    test = opened(page)
    assert not test.exception
    (error,) = test.error
    assert "locked by another program" in error.value


def test_a_read_only_store_is_shown_and_a_training_is_refused_with_one_message(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(settings)
    address = f"sqlite:///file:{settings.home / 'runs.sqlite'}?mode=ro&uri=true"
    monkeypatch.setenv("MNIST_LAB_DB", address)
    test = opened("train.py")
    assert not test.error
    assert any("A run" in element.value for element in test.header)
    test = test.button(key="train").click().run()
    assert not test.exception
    (error,) = test.error
    assert plain("is read-only. Make the file and its folder writable") in error.value


def test_an_invalid_setting_is_one_message_in_place_of_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MNIST_LAB_WORKERS", "abc")
    test = AppTest.from_file(str(PAGES.parent / "mnist_lab" / "ui" / "shell" / "router.py"), default_timeout=120).run()
    assert not test.exception
    (error,) = test.error
    assert plain("MNIST_LAB_WORKERS must be a whole number from 0 to 64") in error.value
    assert not test.button


def test_an_error_of_the_launcher_is_refreshed_every_two_seconds(intervals: list[float]) -> None:
    script = "from mnist_lab.ui.shell.notices import show_notices\n\nshow_notices()"
    test = AppTest.from_string(script, default_timeout=120).run()
    assert (list(test.error), intervals) == ([], [])
    services().launcher.error = "No worker starts."
    assert [error.value for error in test.run().error] == [plain("No worker starts.")]
    assert intervals == [2.0]


@pytest.mark.parametrize(("free", "trains", "shown"), [(0, True, True), (0, False, False), (10**9, True, False)])
def test_a_disk_without_room_for_the_store_is_shown_while_a_run_trains(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, free: int, trains: bool, shown: bool
) -> None:
    make_run(settings)
    if trains:
        start_run(services().store, services().store.list()[0])
    usage = SimpleNamespace(free=free)
    monkeypatch.setattr(notices, "shutil", SimpleNamespace(disk_usage=lambda _path: usage))
    script = "from mnist_lab.ui.shell.notices import show_notices\n\nshow_notices()"
    errors = [error.value for error in AppTest.from_string(script, default_timeout=120).run().error]
    assert [error.startswith("The disk of the lab is full.") for error in errors] == [True] * shown
