"""Each page test has its own services and its own store."""

import functools
import importlib
import importlib.metadata
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import streamlit as st
from cachetools import LRUCache

from mnist_lab.settings import Settings
from mnist_lab.ui.services import container, store_cache
from mnist_lab.ui.session import network_draft, viewer
from mnist_lab.ui.shell import notices
from mnist_lab.ui.train import run_panel

Drawn = Callable[..., Any]


@pytest.fixture(autouse=True)
def fresh_services(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Create new services with the settings of this test."""
    monkeypatch.setattr(container, "_container", container.ServiceContainer())
    monkeypatch.setattr(network_draft, "_kept_links", LRUCache(maxsize=10))
    # Tests write into the store like another process, and must see the change at once.
    monkeypatch.setattr(store_cache, "SHARED_SECONDS", 0.0)


@pytest.fixture(autouse=True)
def at_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages are opened at the machine itself: an `AppTest` has no connection that says so."""
    monkeypatch.setattr(viewer, "is_at_machine", lambda *_arguments: True)


@pytest.fixture
def on_network(at_machine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages are opened from other computers; a session with the state `{"session": "anna"}` is that of Anna."""
    monkeypatch.setattr(viewer, "is_at_machine", lambda *_arguments: False)


@pytest.fixture(scope="module", autouse=True)
def fast_apps() -> Iterator[None]:
    """Spare each `AppTest` its search for components in all installed packages: ours are registered by the pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.metadata, "distributions", lambda **_named: iter(()))
        yield


@pytest.fixture
def intervals(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The `run_every` of each fragment that a page drew, in seconds, in the order of drawing.

    Streamlit's test runner never runs a fragment again by itself, so `st.fragment` is replaced. It decorates when a
    module is imported: the modules with such fragments are imported again, now and after the test.
    """
    found: list[float] = []
    real = st.fragment

    def fragment(function: Drawn | None = None, *, run_every: float | None = None) -> Any:
        if function is None:
            return functools.partial(fragment, run_every=run_every)
        draw = real(function, run_every=run_every)

        @functools.wraps(function)
        def recorded(*arguments: object, **options: object) -> Any:
            if run_every is not None:
                found.append(run_every)
            return draw(*arguments, **options)

        return recorded

    modules = (notices, run_panel)
    with monkeypatch.context() as patched:
        patched.setattr(st, "fragment", fragment)
        for module in modules:
            importlib.reload(module)
    yield found
    for module in modules:
        importlib.reload(module)
