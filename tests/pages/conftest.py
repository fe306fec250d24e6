"""Every page test has services of its own, in a lab and a home of its own."""

from collections.abc import Iterator

import pytest

from mnist_lab.settings import Settings
from mnist_lab.ui.services import services


@pytest.fixture(autouse=True)
def fresh_services(settings: Settings) -> Iterator[None]:
    """Make the services anew for the settings of this test."""
    services.cache_clear()
    yield
    services.cache_clear()
