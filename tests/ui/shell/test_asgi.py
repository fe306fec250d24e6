"""The start of the app: what it loads and when, and what it reports when a setting or the store cannot be used."""

import asyncio
import gzip
import importlib.resources
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import streamlit as st
from starlette.requests import Request
from starlette.responses import Response

from mnist_lab.errors import DataError, LabError
from mnist_lab.settings import Settings
from mnist_lab.ui.services import container as module
from mnist_lab.ui.services import dataset_loader
from mnist_lab.ui.services.container import Services, container, services
from mnist_lab.ui.shell.asgi import PLOTLY_PATH, lifespan, routes

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def started(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Replace the lab by one that starts no process; returns the calls of start and close."""
    calls: list[str] = []
    monkeypatch.setattr(module, "_container", module.ServiceContainer())
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr(Services, "start", lambda _self: calls.append("start"))
    monkeypatch.setattr(Services, "close", lambda _self: calls.append("close"))
    return calls


def serve() -> None:
    async def run() -> None:
        async with lifespan(None):
            pass

    asyncio.run(run())


def corrupt(home: Path) -> None:
    home.mkdir()
    (home / "runs.sqlite").write_bytes(b"this is no database " * 100)


def test_the_app_starts_its_services_once_and_closes_them(started: list[str]) -> None:
    serve()
    assert started == ["start", "close"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("DB", "garbage"), ("HOME", os.devnull), ("WORKERS", "abc"), ("MEMORY", "-1"), ("STANDBY", "perhaps")],
)
def test_a_wrong_setting_is_one_line_on_standard_error_and_an_error_on_every_page(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, started: list[str]
) -> None:
    monkeypatch.setenv(f"MNIST_LAB_{name}", value)
    serve()
    printed = capsys.readouterr().err
    assert printed.startswith("mnist-lab: ")
    assert f"MNIST_LAB_{name}" in printed
    assert printed.count("\n") == 1
    for _ in range(2):
        with pytest.raises(LabError, match=f"MNIST_LAB_{name}"):
            services()
    assert started == []


def test_a_repaired_store_works_without_restarting_the_app(
    settings: Settings, capsys: pytest.CaptureFixture[str], started: list[str]
) -> None:
    corrupt(settings.home)
    with pytest.raises(LabError, match="is damaged"):
        container().serve()
    (settings.home / "runs.sqlite").unlink()
    assert services().store.count() == 0
    assert services() is services()
    assert started == ["start"]


def test_sessions_opened_shortly_after_a_failure_do_not_open_the_store_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, started: list[str]
) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 3600.0)
    corrupt(settings.home)
    attempts: list[Settings] = []
    real = module.open_store
    monkeypatch.setattr(module, "open_store", lambda given: attempts.append(given) or real(given))
    for _ in range(30):
        with pytest.raises(LabError, match="is damaged"):
            services()
    assert len(attempts) == 1


def test_the_server_answers_before_the_lab_is_loaded() -> None:
    loaded = loaded_by("import app")
    assert "mnist_lab.ui.shell.asgi" in loaded
    assert not {"mnist_lab.ui.services.container", "sqlalchemy", "pydantic", "pandas"} & loaded


def test_the_cookie_of_the_first_page_does_not_wait_for_the_lab(settings: Settings) -> None:
    loaded = loaded_by("import app", "from mnist_lab.ui.session.identity import load_identity", "load_identity()")
    assert (settings.home / "browser-key").exists()
    assert not {"mnist_lab.ui.services.container", "sqlalchemy", "pydantic", "pandas"} & loaded


@pytest.mark.slow
@pytest.mark.parametrize("page", ["start", "compose"])
def test_a_first_page_does_not_load_pandas(page: str) -> None:
    loaded = loaded_by(
        "from streamlit.testing.v1 import AppTest",
        f"app = AppTest.from_file('pages/{page}.py', default_timeout=120).run()",
        "assert app.get('bidi_component') and not app.exception",
    )
    assert "mnist_lab.ui.components.plotly_chart" in loaded
    assert "pandas" not in loaded


def loaded_by(*lines: str) -> set[str]:
    """The modules loaded by a new process after it has run these lines."""
    script = "\n".join([*lines, "import sys", "print('LOADED', *sys.modules)"])
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.partition("LOADED")[2].split())


def test_mnist_on_the_disk_is_read_when_a_page_asks_and_not_at_the_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []
    monkeypatch.setattr(dataset_loader, "find_mnist", lambda _settings: Path("mnist.npz"))
    monkeypatch.setattr(dataset_loader, "load_mnist_from_disk", lambda settings: read.append(settings.home) or "MNIST")
    one = dataset_loader.DatasetLoader(settings)
    one.start(3600.0)
    assert read == []
    assert one.current() == "MNIST"
    assert len(read) == 1


def test_the_sample_is_read_in_the_background_if_mnist_is_unavailable(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise DataError("No network.")

    read = threading.Event()
    monkeypatch.setattr(dataset_loader, "find_mnist", lambda _settings: None)
    monkeypatch.setattr(dataset_loader, "download_mnist", refuse)
    monkeypatch.setattr(dataset_loader, "load_mnist_sample", read.set)
    one = dataset_loader.DatasetLoader(settings.model_copy(update={"data": None}))
    one.start()
    assert read.wait(10.0)
    assert one.error == "No network."


def test_mnist_on_the_disk_is_read_in_the_background(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    read = threading.Event()
    monkeypatch.setattr(dataset_loader, "find_mnist", lambda _settings: Path("mnist.npz"))
    monkeypatch.setattr(dataset_loader, "load_mnist_from_disk", lambda _settings: read.set() or "MNIST")
    dataset_loader.DatasetLoader(settings).start()
    assert read.wait(10.0)


def test_the_chart_library_is_sent_gzipped_unless_the_client_does_not_accept_gzip() -> None:
    route = next(one for one in routes() if one.path == "/assets/plotly.min.js")

    def asked(encoding: bytes) -> Response:
        scope = {"type": "http", "method": "GET", "path": route.path, "headers": [(b"accept-encoding", encoding)]}
        return asyncio.run(route.endpoint(Request(scope)))

    packed, plain = asked(b"gzip, br"), asked(b"identity")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(bytes(packed.body)) == bytes(plain.body) == PLOTLY_PATH.read_bytes()
    assert len(packed.body) < len(plain.body) / 3
    assert packed.media_type == plain.media_type == "text/javascript"


def test_the_chart_library_has_the_version_of_the_python_package_that_judges_its_figures() -> None:
    whole = importlib.resources.files("plotly") / "package_data" / "plotly.min.js"
    versions = [
        re.findall(r"plotly\.js (?:\(basic - minified\) )?v([\d.]+)", script.read_text(encoding="utf-8")[:1000])
        for script in (PLOTLY_PATH, whole)
    ]
    assert versions[0] == versions[1] != []


def test_the_labs_routes_are_below_the_path_of_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("/live", "/live/runs", "/live/reading", "/live/drawing", "/assets/plotly.min.js")
    assert {route.path for route in routes()} == set(names)
    for given in ("lab", "/lab/", "lab/"):
        monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": given}.__getitem__)
        assert {route.path for route in routes()} == {f"/lab{name}" for name in names}
