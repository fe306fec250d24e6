"""Every page test has services of its own, in a lab and a home of its own."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext

from mnist_lab.settings import Settings
from mnist_lab.ui.services import container, store_cache


@pytest.fixture(autouse=True)
def fresh_services(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the services anew for the settings of this test."""
    monkeypatch.setattr(container, "_lab", container.Lab())
    # Tests write into the store as another process does, and look at once.
    monkeypatch.setattr(store_cache, "SHARED_SECONDS", 0.0)


@pytest.fixture
def intervals(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds after which fragments asked to be run again, in the order in which they did."""
    found: list[float] = []
    real = ScriptRunContext.enqueue

    def enqueue(context: ScriptRunContext, message: ForwardMsg) -> None:
        if message.WhichOneof("type") == "auto_rerun":
            found.append(message.auto_rerun.interval)
        real(context, message)

    monkeypatch.setattr(ScriptRunContext, "enqueue", enqueue)
    return found
