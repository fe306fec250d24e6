"""The log of pages that fail."""

import logging

import pytest
from cachetools import TTLCache

from mnist_lab.ui.shell import script_error
from mnist_lab.ui.shell.script_error import log_error


def first() -> None:
    raise ValueError("first")


def second() -> None:
    raise ValueError("second")


def test_a_traceback_that_comes_again_and_again_is_logged_once_a_minute(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = 0.0
    monkeypatch.setattr(script_error, "_logged", TTLCache(100, script_error._REPEAT_SECONDS, timer=lambda: now))

    def fail(times: int) -> list[str]:
        caplog.clear()
        with caplog.at_level(logging.ERROR):
            for cause in [first, second] * times:
                try:
                    cause()
                except ValueError as error:
                    log_error(error)
        return [record.exc_text for record in caplog.records if record.exc_text]

    logged = fail(50)
    assert ["ValueError: first" in logged[0], "ValueError: second" in logged[1], len(logged)] == [True, True, 2]
    assert fail(50) == []
    now = 61.0
    assert len(fail(50)) == 2
