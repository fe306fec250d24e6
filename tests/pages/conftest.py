"""Every page test has services of its own, in a lab and a home of its own."""

import pytest

from mnist_lab.settings import Settings
from mnist_lab.ui import services


@pytest.fixture(autouse=True)
def fresh_services(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the services anew for the settings of this test."""
    monkeypatch.setattr(services, "_lab", services.Lab())
