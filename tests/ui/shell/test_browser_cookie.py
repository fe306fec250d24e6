"""The cookie that the first page sets, and the teacher's link; asked as a server asks, without one."""

import asyncio
from collections.abc import MutableMapping
from http.cookies import SimpleCookie
from typing import Any

import pytest

from mnist_lab.settings import Settings
from mnist_lab.ui.session.identity import COOKIE_SECONDS, load_identity
from mnist_lab.ui.shell.browser_cookie import BrowserCookie

HTML = "text/html; charset=utf-8"


class Answer:
    """The answer of the middleware to one request."""

    def __init__(self, messages: list[MutableMapping[str, Any]]):
        self.status: int = messages[0]["status"]
        self.headers = [(name.decode().lower(), value.decode()) for name, value in messages[0]["headers"]]
        self.set_cookies = [value for name, value in self.headers if name == "set-cookie"]

    def cookies(self) -> dict[str, str]:
        found: SimpleCookie = SimpleCookie()
        for value in self.set_cookies:
            found.load(value)
        return {name: morsel.value for name, morsel in found.items()}


def ask(
    path: str = "/",
    query: str = "",
    *,
    cookies: dict[str, str] | None = None,
    method: str = "GET",
    content: str = HTML,
    status: int = 200,
    accept: str = "text/html,*/*",
    scheme: str = "http",
) -> Answer:
    """Ask for a page that the app answers with this type of content and status."""
    sent: list[MutableMapping[str, Any]] = []

    async def app(_scope: object, _receive: object, send: Any) -> None:
        headers = [(b"content-type", content.encode())] if content else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request"}

    headers = [(b"host", b"lab:8501"), (b"accept", accept.encode())]
    if cookies:
        headers.append((b"cookie", "; ".join(f"{name}={value}" for name, value in cookies.items()).encode("latin-1")))
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": headers,
        "scheme": scheme,
        "server": ("lab", 8501),
    }
    asyncio.run(BrowserCookie(app)(scope, receive, send))
    return Answer(sent)


def test_the_first_page_sets_a_cookie_that_scripts_cannot_read(settings: Settings) -> None:
    answer = ask()
    (cookie,) = answer.set_cookies
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert f"Max-Age={COOKIE_SECONDS}" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    assert "Secure" in ask(scheme="https").set_cookies[0]
    assert load_identity().browser_id(answer.cookies()) != ""


def test_a_browser_that_is_known_gets_no_other(settings: Settings) -> None:
    mine = ask().cookies()
    for path in ("/", "/train", "/lab/compare", "/live"):
        assert ask(path, cookies=mine).set_cookies == []


@pytest.mark.parametrize("forged", ["x", "a.b.c", "0" * 32, "ü"])
def test_a_forged_cookie_is_replaced(settings: Settings, forged: str) -> None:
    name = load_identity().browser_cookie
    got = ask(cookies={name: forged}).cookies()
    assert load_identity().browser_id(got) != ""


def test_only_a_page_and_its_live_data_set_it(settings: Settings) -> None:
    assert ask("/live", content="application/json").set_cookies != []
    assert ask("/lab/live", content="application/json").set_cookies != []
    # A page that the browser has in its cache.
    assert ask(status=304, content="").set_cookies != []
    for path, content in (("/static/js/a.js", "text/javascript"), ("/_stcore/health", "text/plain")):
        assert ask(path, content=content, accept="*/*").set_cookies == []
        assert ask(path, content="", status=304, accept="*/*").set_cookies == []
    assert ask("/_stcore/upload_file/a/b", method="PUT").set_cookies == []


def test_the_teachers_link_makes_a_teacher_and_leaves_the_address(settings: Settings) -> None:
    token = load_identity().link_token()
    answer = ask("/", f"teacher={token}")
    assert (answer.status, dict(answer.headers)["location"]) == (303, "./")
    assert load_identity().is_teacher(answer.cookies())
    (cookie,) = answer.set_cookies
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert dict(answer.headers)["referrer-policy"] == "no-referrer"
    assert dict(answer.headers)["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "query", "location"),
    [
        ("/train", "teacher={}", "./train"),
        ("/lab/train", "n=a%26b&teacher={}&run=x", "./train?n=a%26b&run=x"),
        ("/lab/", "teacher={}&teacher=again", "./"),
        ("//evil.example", "teacher={}", "./evil.example"),
        ("/https:evil.example", "teacher={}", "./https%3Aevil.example"),
        ("/a\r\nX: y", "teacher={}", "./a%0D%0AX%3A%20y"),
    ],
)
def test_the_link_leads_back_to_the_same_page(settings: Settings, path: str, query: str, location: str) -> None:
    answer = ask(path, query.format(load_identity().link_token()))
    assert dict(answer.headers)["location"] == location


@pytest.mark.parametrize("token", ["", "teacher", "teacher.x", "a.b.c", "%00", "%FF" * 30])
def test_a_wrong_link_makes_no_teacher(settings: Settings, token: str) -> None:
    answer = ask("/", f"teacher={token}")
    assert (answer.status, dict(answer.headers)["location"], answer.set_cookies) == (303, "./", [])


def test_a_link_of_another_lab_makes_no_teacher(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    token = load_identity().link_token()
    monkeypatch.setenv("MNIST_LAB_HOME", str(tmp_path / "other"))
    assert ask("/", f"teacher={token}").set_cookies == []


@pytest.mark.parametrize(("name", "value"), [("WORKERS", "abc"), ("HOME", "~nobody/x"), ("HOME", "/dev/null")])
def test_with_a_wrong_setting_pages_are_answered_all_the_same(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"MNIST_LAB_{name}", value)
    mine = ask()
    assert mine.status == 200
    assert ask(cookies=mine.cookies()).set_cookies == []
    assert ask("/", "teacher=x").status == 303
