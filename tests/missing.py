"""What happens where something that a test needs is not there."""

import os

import pytest


def is_ci() -> bool:
    """Whether everything that tests need must be there: CI=true."""
    return os.environ.get("CI", "").lower() in {"1", "true"}


def missing(what: str) -> None:
    """Skip, or fail where everything must be there, because `what` is missing."""
    if is_ci():
        pytest.fail(f"{what}, and with CI=true nothing may be missing")
    pytest.skip(what)
