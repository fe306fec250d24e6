"""Requests from strangers are refused before Streamlit sees them."""

import asyncio
from collections.abc import MutableMapping, Sequence
from typing import Any

import pytest

from mnist_lab.ui.session.named_hosts import named_hosts
from mnist_lab.ui.shell.allowed_hosts import AllowedHosts
from mnist_lab.ui.shell.request_guard import RequestGuard, allowed_hosts

Message = MutableMapping[str, Any]


class Seen:
    """The next application; remembers what it is asked."""

    def __init__(self) -> None:
        self.scopes: list[Message] = []

    async def __call__(self, scope: Message, _receive: object, _send: object) -> None:
        self.scopes.append(scope)


def ask(
    guard: RequestGuard,
    host: str | Sequence[str] = "localhost:8501",
    origin: str | None = None,
    *,
    kind: str = "http",
    path: str = "/live",
    extensions: Sequence[str] = (),
) -> list[Message]:
    """What the guard sends itself; nothing if it passes the request on."""
    hosts = [host] if isinstance(host, str) else host
    headers = [(b"host", one.encode("latin-1")) for one in hosts]
    headers += [(b"origin", origin.encode("latin-1"))] if origin is not None else []
    scope = {"type": kind, "method": "GET", "path": path, "headers": headers, "server": ("127.0.0.1", 8501)}
    scope["extensions"] = {name: {} for name in extensions}
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    asyncio.run(guard(scope, receive, send))
    return sent


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def guard(seen: Seen) -> RequestGuard:
    return RequestGuard(seen, AllowedHosts(lambda: "127.0.0.1", lambda: ("lab.school.org",)))


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("origin", [None, "http://localhost:8501"])
def test_a_page_of_the_lab_and_a_program_are_answered(
    guard: RequestGuard, seen: Seen, kind: str, origin: str | None
) -> None:
    assert ask(guard, origin=origin, kind=kind) == []
    assert len(seen.scopes) == 1


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8501", "localhost@evil.example", "", (), ("localhost", "evil.example")]
)
def test_another_host_is_refused_in_one_sentence(guard: RequestGuard, seen: Seen, host: str | Sequence[str]) -> None:
    start, body = ask(guard, host)
    assert start["status"] == 403
    text = body["body"].decode()
    assert text.startswith("The lab cannot be opened as ")
    assert text.endswith(" unless the setting MNIST_LAB_HOSTS contains this name.\n")
    assert text.count("\n") == 1
    assert seen.scopes == []


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:3000", "http://[::1"])
def test_a_foreign_page_is_refused(guard: RequestGuard, seen: Seen, kind: str, origin: str) -> None:
    start, body = ask(guard, origin=origin, kind=kind, extensions=["websocket.http.response"])
    assert start["status"] == 403
    assert "MNIST_LAB_HOSTS" in body["body"].decode()
    assert origin in body["body"].decode()
    assert seen.scopes == []


def test_a_websocket_is_refused_by_a_server_that_cannot_send_a_reason(guard: RequestGuard, seen: Seen) -> None:
    (close,) = ask(guard, "evil.example", kind="websocket")
    assert (close["type"], close["code"]) == ("websocket.close", 1008)
    assert seen.scopes == []


def test_streamlit_sees_the_host_of_the_page_and_so_asks_nobody(guard: RequestGuard, seen: Seen) -> None:
    # Streamlit compares the two letter by letter; nginx's `$host` has no port.
    for origin, host in [
        ("https://lab.school.org", "127.0.0.1:8501"),
        ("https://lab.school.org:8443", "lab.school.org"),
        ("http://LOCALHOST:8501", "localhost:8501"),
    ]:
        assert ask(guard, host, origin, kind="websocket") == []
        headers = dict(seen.scopes[-1]["headers"])
        assert headers[b"host"].decode() == origin.partition("://")[2]


@pytest.mark.parametrize("base", ["", "/lab", "/user/ann/proxy/8501"])
@pytest.mark.parametrize(
    "path", ["/_stcore/metrics", "/_stcore/metrics/", "/_stcore/agent/mcp", "/_stcore/agent/openapi.json"]
)
def test_streamlits_unused_routes_are_not_public(guard: RequestGuard, seen: Seen, base: str, path: str) -> None:
    assert ask(guard, path=base + path)[0]["status"] == 404
    assert seen.scopes == []


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_stcore/stream", "/_stcore/host-config", "/metrics"])
def test_its_other_routes_are(guard: RequestGuard, seen: Seen, path: str) -> None:
    assert ask(guard, path=path) == []
    assert len(seen.scopes) == 1


def test_a_refusal_shows_a_hostile_name_as_plain_short_text(guard: RequestGuard) -> None:
    start, body = ask(guard, "<script>\xe9" + "x" * 10_000)
    assert dict(start["headers"])[b"content-type"].startswith(b"text/plain")
    assert len(body["body"]) < 300
    assert body["body"].isascii()


def test_the_log_names_each_reason_once(guard: RequestGuard, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(3):
        ask(guard, "evil.example")
        ask(guard, origin=f"http://evil-{number}.example", kind="websocket")
    assert len(caplog.messages) == 4
    for number in range(200):
        ask(guard, f"evil-{number}.example")
    assert len(caplog.messages) <= 50


def test_the_start_and_end_of_the_app_are_passed_on(guard: RequestGuard, seen: Seen) -> None:
    asyncio.run(guard({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert len(seen.scopes) == 1


@pytest.mark.parametrize(("value", "named"), [("Lab.School.org, *.b.org", True), ("http://x/", False)])
def test_the_setting_names_hosts_and_a_wrong_one_names_none(
    monkeypatch: pytest.MonkeyPatch, value: str, named: bool
) -> None:
    monkeypatch.setenv("MNIST_LAB_HOSTS", value)
    named_hosts.cache_clear()
    try:
        guard = RequestGuard(Seen(), allowed_hosts())
        assert (ask(guard, "lab.school.org") == []) is named
        assert (ask(guard, "a.b.org:1") == []) is named
        assert ask(guard, "localhost") == []
        assert ask(guard, "evil.example") != []
    finally:
        named_hosts.cache_clear()
