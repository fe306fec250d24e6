"""How much one browser can upload at the same time, and when its files are dropped."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import pytest

from mnist_lab.settings import Settings
from mnist_lab.ui.session.identity import load_identity
from mnist_lab.ui.session.uploads import mark_read
from mnist_lab.ui.shell import upload_limit
from mnist_lab.ui.shell.upload_limit import UploadLimit

MEGABYTE = 1_000_000


class Server:
    """Streamlit's part of an upload: it stores the files in memory until they are deleted."""

    def __init__(self) -> None:
        self.files: dict[str, int] = {}
        self.wait: asyncio.Event | None = None
        self.limit = UploadLimit(self._answer)

    async def _answer(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["method"] == "DELETE":
            assert (await receive())["body"] == b""
            del self.files[scope["path"]]
        elif scope["method"] == "PUT":
            if self.wait is not None:
                await self.wait.wait()
            if scope["test_fails"]:
                raise OSError("the browser has gone")
            self.files[scope["path"]] = scope["test_size"]
        await send({"type": "http.response.start", "status": 204, "headers": []})

    async def put(self, size: int, name: str = "a", *, browser: str = "", **options: Any) -> int:
        sent: list[MutableMapping[str, Any]] = []

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        cookie = f"{load_identity().browser_cookie}={browser}".encode()
        length = [] if options.get("chunked") else [(b"content-length", str(size).encode())]
        scope = {
            "type": "http",
            "method": options.get("method", "PUT"),
            "path": options.get("path", f"/lab/_stcore/upload_file/{options.get('session', 'tab')}/{name}"),
            "query_string": b"",
            "headers": [(b"cookie", cookie), *length],
            "client": (options.get("address", "10.0.0.1"), 1),
            "test_size": size,
            "test_fails": options.get("fails", False),
        }
        await self.limit(scope, None, send)
        return sent[0]["status"]

    async def until(self, count: int) -> None:
        """Wait until this number of files is left."""
        async with asyncio.timeout(10):
            while len(self.files) != count or (not count and self.limit._bytes):
                await asyncio.sleep(0.01)


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("MNIST_LAB_MAX_UPLOAD_PER_BROWSER", "10")
    monkeypatch.setattr(upload_limit, "CHECK_SECONDS", 0.01)
    return Server()


def run(body: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(body())  # type: ignore[arg-type]


def browser() -> str:
    cookie = load_identity().renewed_cookie({}, None)
    assert cookie is not None
    return cookie


def test_one_browser_fills_its_share_over_all_its_tabs(server: Server) -> None:
    mine, other = browser(), browser()

    async def body() -> None:
        assert await server.put(6 * MEGABYTE, "a", browser=mine) == 204
        assert await server.put(5 * MEGABYTE, "b", browser=mine, session="other tab") == 413
        assert await server.put(4 * MEGABYTE, "c", browser=mine, session="other tab") == 204
        assert await server.put(6 * MEGABYTE, "d", browser=other) == 204
        assert await server.put(1, "e", browser=mine) == 413
        assert len(server.files) == 3

    run(body)


def test_all_browsers_together_may_have_as_much_as_ten(server: Server) -> None:
    async def body() -> None:
        # As a script does that asks for a new cookie each time.
        answers = [await server.put(6 * MEGABYTE, str(number), browser=browser()) for number in range(20)]
        assert answers == [204] * 16 + [413] * 4
        assert len(server.limit._bytes) == 16

    run(body)


def test_a_file_that_was_read_is_dropped_and_makes_room(server: Server) -> None:
    mine = browser()

    async def body() -> None:
        for number in range(30):
            name = f"file {number} of {mine}"
            assert await server.put(9 * MEGABYTE, name, browser=mine) == 204
            assert await server.put(9 * MEGABYTE, "too much", browser=mine) == 413
            mark_read(name)
            await server.until(0)

    run(body)


def test_a_file_that_no_page_reads_is_dropped_after_a_while(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = browser()

    async def body() -> None:
        assert await server.put(9 * MEGABYTE, "kept", browser=mine) == 204
        await asyncio.sleep(0.1)
        assert len(server.files) == 1
        monkeypatch.setattr(upload_limit, "KEEP_SECONDS", 0.05)
        assert await server.put(9 * MEGABYTE, "unread", browser=browser()) == 204
        await server.until(1)

    run(body)


def test_uploads_that_arrive_at_once_count_before_they_are_stored(server: Server) -> None:
    mine = browser()

    async def body() -> None:
        server.wait = asyncio.Event()
        asked = [asyncio.ensure_future(server.put(4 * MEGABYTE, str(number), browser=mine)) for number in range(30)]
        await asyncio.sleep(0.5)
        server.wait.set()
        assert sorted([await one for one in asked]) == [204] * 2 + [413] * 28

    run(body)


def test_an_upload_that_breaks_off_takes_no_room_for_ever(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_limit, "KEEP_SECONDS", 0.05)
    mine = browser()

    async def body() -> None:
        server.files["/lab/_stcore/upload_file/tab/broken"] = 0
        with pytest.raises(OSError, match="the browser has gone"):
            await server.put(9 * MEGABYTE, "broken", browser=mine, fails=True)
        await server.until(0)
        assert await server.put(9 * MEGABYTE, "whole", browser=mine) == 204

    run(body)


def test_a_request_that_does_not_say_its_size_counts_as_the_largest(server: Server) -> None:
    async def body() -> None:
        assert await server.put(1, browser=browser(), chunked=True) == 413

    run(body)


def test_a_browser_without_a_cookie_is_known_by_its_address(server: Server) -> None:
    async def body() -> None:
        statuses = [await server.put(6 * MEGABYTE, str(n), address=f"10.0.0.{n // 2}") for n in range(4)]
        assert statuses == [204, 413, 204, 413]

    run(body)


def test_nothing_but_uploads_is_counted(server: Server) -> None:
    async def body() -> None:
        for options in ({"method": "POST"}, {"path": "/live/a/b"}):
            assert await server.put(99 * MEGABYTE, browser=browser(), **options) == 204
        assert server.limit._bytes == {}

    run(body)
