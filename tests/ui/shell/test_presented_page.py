"""A browser that presents gets its pages in presentation mode at once; nothing else is changed for it."""

import asyncio
import gzip
from collections.abc import MutableMapping
from typing import Any

import pytest

from mnist_lab.ui.components.streamlit_dom import PRESENTING_CLASS
from mnist_lab.ui.shell.presented_page import COOKIE, PresentedPage

PAGE = "<!doctype html><html lang='en'><head><title>MNIST Lab</title></head><body>" + "é" * 900 + "</body></html>"
HTML = "text/html; charset=utf-8"
PRESENTING = {"cookie": f"other=2; {COOKIE}=1"}


class Answer:
    """What the middleware sent to one request."""

    def __init__(self, messages: list[MutableMapping[str, Any]]) -> None:
        self.status: int = messages[0]["status"]
        self.headers = {name.decode().lower(): value.decode() for name, value in messages[0]["headers"]}
        self.body = b"".join(message["body"] for message in messages[1:])


def ask(query: str = "", content: str = HTML, **headers: str) -> Answer:
    """Ask an app that answers in parts, gzipped for whoever accepts it, and with 304 to who has the page."""
    sent: list[MutableMapping[str, Any]] = []

    async def app(scope: Any, _receive: object, send: Any) -> None:
        asked = dict(scope["headers"])
        is_known = b"if-none-match" in asked
        body = gzip.compress(PAGE.encode()) if b"accept-encoding" in asked else PAGE.encode()
        kept = [(b"etag", b"usual"), (b"last-modified", b"today"), (b"content-length", str(len(body)).encode())]
        start = {"status": 304 if is_known else 200, "headers": [(b"content-type", content.encode()), *kept]}
        await send({"type": "http.response.start", **start})
        for at in range(0, len(body), 100):
            await send({"type": "http.response.body", "body": body[at : at + 100], "more_body": at + 100 < len(body)})

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request"}

    encoded = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    accept = [] if "accept" in headers else [(b"accept", b"text/html,*/*")]
    scope = {"type": "http", "method": "GET", "path": "/draw", "query_string": query.encode()}
    asyncio.run(PresentedPage(app)({**scope, "headers": [*accept, *encoded]}, receive, send))
    return Answer(sent)


@pytest.mark.parametrize("answer", [ask(**PRESENTING), ask("run=x&present=1")], ids=["cookie", "link"])
def test_a_presented_page_has_the_class_and_the_styles(answer: Answer) -> None:
    text = answer.body.decode()
    assert f'<html class="{PRESENTING_CLASS}" lang=' in text
    assert "font-size: 24px" in text.partition("</head>")[0]
    assert text.endswith(PAGE.partition("</head>")[2])
    assert int(answer.headers["content-length"]) == len(answer.body)


def test_a_presented_page_is_never_taken_from_the_cache_nor_left_there() -> None:
    answer = ask("present=1", if_none_match="usual", accept_encoding="gzip")
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert not {"etag", "last-modified"} & answer.headers.keys()
    assert PRESENTING_CLASS in answer.body.decode()


@pytest.mark.parametrize("query", ["", "present=0", "presented=1"])
def test_other_browsers_get_the_usual_page(query: str) -> None:
    answer = ask(query, cookie=f"{COOKIE}=0")
    assert answer.body.decode() == PAGE
    assert answer.headers["etag"] == "usual"
    assert ask(query, if_none_match="usual").status == 304


def test_what_is_no_page_stays_as_it_is() -> None:
    assert ask(content="application/json", **PRESENTING).body.decode() == PAGE
    assert ask(accept="*/*", **PRESENTING).body.decode() == PAGE
