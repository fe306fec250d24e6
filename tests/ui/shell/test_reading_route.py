"""The route of readings, and browsers that send slowly, never or half."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.requests import Request
from starlette.types import Message

from mnist_lab.ui.shell import reading_route

Receive = Callable[[], Awaitable[Message]]


@pytest.fixture(autouse=True)
def _answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_route, "_reading", lambda _parameters, _png: b"{}")


def request(receive: Receive) -> Request:
    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/live/reading", "headers": []}
    return Request(scope | {"query_string": b"run=a&pen=20"}, receive)


async def whole() -> Message:
    return {"type": "http.request", "body": b"png", "more_body": False}


async def gone() -> Message:
    return {"type": "http.disconnect"}


async def never() -> Message:
    await asyncio.sleep(3600)
    return {}


async def endless() -> Message:
    return {"type": "http.request", "body": bytes(100_000), "more_body": True}


def status(receive: Receive) -> int:
    return asyncio.run(reading_route.live_reading(request(receive))).status_code


def test_a_drawing_is_answered() -> None:
    assert status(whole) == 200


def test_a_browser_that_leaves_is_no_error() -> None:
    assert status(gone) == 400


def test_a_body_without_end_is_refused() -> None:
    assert status(endless) == 413


def test_a_browser_that_sends_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_route, "BODY_SECONDS", 0.05)
    assert status(never) == 408


def test_slow_browsers_take_no_place_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_route, "MAX_WAITING", 2)
    monkeypatch.setattr(reading_route, "BODY_SECONDS", 0.5)

    async def among_slow_ones() -> int:
        slow = [asyncio.create_task(reading_route.live_reading(request(never))) for _ in range(5)]
        await asyncio.sleep(0.05)
        answer = await reading_route.live_reading(request(whole))
        await asyncio.gather(*slow)
        return answer.status_code

    assert asyncio.run(among_slow_ones()) == 200
