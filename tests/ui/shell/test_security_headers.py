"""The headers that tell browsers what pages may load and who may frame them."""

import asyncio
from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest

from mnist_lab.ui.shell.security_headers import SecurityHeaders, content_security_policy


@pytest.fixture(autouse=True)
def uncached() -> Iterator[None]:
    content_security_policy.cache_clear()
    yield
    content_security_policy.cache_clear()


def directives() -> dict[str, list[str]]:
    parts = (directive.split() for directive in content_security_policy().split("; "))
    return {name: sources for name, *sources in parts}


def sent_headers(kind: str) -> list[tuple[bytes, bytes]]:
    sent: list[MutableMapping[str, Any]] = []

    async def answer(_scope: object, _receive: object, send: Any) -> None:
        await send({"type": kind, "status": 200, "headers": [(b"x-content-type-options", b"sniff")]})
        await send({"type": "http.response.body", "body": b"hello"})

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    asyncio.run(SecurityHeaders(answer)({"type": "http"}, None, send))  # type: ignore[arg-type]
    assert sent[1] == {"type": "http.response.body", "body": b"hello"}
    headers: list[tuple[bytes, bytes]] = sent[0]["headers"]
    return headers


@pytest.mark.parametrize("kind", ["http.response.start", "websocket.http.response.start"])
def test_each_response_has_each_header_once(kind: str) -> None:
    headers = sent_headers(kind)
    assert sorted(headers) == sorted(
        [
            (b"x-content-type-options", b"nosniff"),
            (b"content-security-policy", content_security_policy().encode()),
            (b"referrer-policy", b"same-origin"),
        ]
    )


def test_pages_run_no_script_but_the_labs_and_load_from_nowhere_else() -> None:
    policy = directives()
    assert policy["default-src"] == ["'self'"]
    hashes = [source for source in policy["script-src"] if source.startswith("'sha256-")]
    assert policy["script-src"] == ["'self'", "blob:", "'wasm-unsafe-eval'", *hashes]
    assert len(hashes) == 1
    assert policy["frame-ancestors"] == ["'self'"]
    for name in ("object-src", "base-uri", "frame-src", "worker-src"):
        assert policy[name] == ["'none'"]
    sources = {source for one in policy.values() for source in one}
    assert not {source for source in sources if "http" in source or "*" in source or source == "'unsafe-eval'"}
    assert [name for name, one in policy.items() if "'unsafe-inline'" in one] == ["style-src"]


@pytest.mark.parametrize(
    ("value", "ancestors"),
    [
        ("https://hub.school.org", ["https://hub.school.org"]),
        ("https://hub.school.org/, http://localhost:*", ["https://hub.school.org", "http://localhost:*"]),
        ("*.school.org *", ["*.school.org", "*"]),
        ("", []),
        ("https://a.org; script-src *", []),
        ("https://a.org 'unsafe-inline'", []),
    ],
)
def test_the_setting_names_sites_that_may_frame_the_lab(
    monkeypatch: pytest.MonkeyPatch, value: str, ancestors: list[str]
) -> None:
    script = directives()["script-src"]
    content_security_policy.cache_clear()
    monkeypatch.setenv("MNIST_LAB_FRAME_ANCESTORS", value)
    policy = directives()
    assert policy["frame-ancestors"] == ["'self'", *ancestors]
    assert policy["script-src"] == script
