"""The object store of tests: a stand-in for S3, and what may go wrong on the way to it.

Imported by conftest.py, which makes the fixtures known to pytest.
"""

import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.missing import missing

if TYPE_CHECKING:
    from benchmarks.moto_server import MotoServer

_numbers = itertools.count()


@pytest.fixture(scope="session")
def s3() -> Iterator["MotoServer"]:
    """A server for all tests of this process."""
    try:
        import obstore  # noqa: F401
    except ImportError:
        missing("needs the library of object stores: pip install -r requirements-objects.txt")
    from benchmarks.moto_server import MotoServer, moto_program

    program = moto_program()
    if program is None:
        missing("needs a stand-in for S3: make .venv/.moto")
    assert program is not None
    with MotoServer(program) as server:
        yield server


@pytest.fixture
def bucket_url(s3: "MotoServer", monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty object store, which this process and those that it starts can reach."""
    for name, value in s3.environment().items():
        monkeypatch.setenv(name, value)
    return f"s3://lab/{next(_numbers)}"


class Line:
    """A connection to a server that a test can make slow, cut off or take away. A context manager."""

    def __init__(self, port: int) -> None:
        self._server = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.delay = 0.0
        """Seconds before each piece of an answer."""
        self.cut_after: int | None = None
        """Bytes of an answer after which it is cut off."""
        self.is_away = False
        """Whether connections are closed at once."""
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def endpoint(self) -> str:
        """Where it begins."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self.is_away:
                    client.close()
                    continue
                server = socket.create_connection(("127.0.0.1", self._server))
                for one, other, is_answer in ((client, server, False), (server, client, True)):
                    threading.Thread(target=self._copy, args=(one, other, is_answer), daemon=True).start()

    def _copy(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        sent = 0
        with suppress(OSError):
            while piece := source.recv(65536):
                if is_answer:
                    time.sleep(self.delay)
                    if self.is_away:
                        break
                    if self.cut_after is not None and sent + len(piece) > self.cut_after:
                        target.sendall(piece[: self.cut_after - sent])
                        break
                target.sendall(piece)
                sent += len(piece)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def line(s3: "MotoServer", bucket_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """The way to the store of `bucket_url`, from now on."""
    with Line(s3.port) as made:
        monkeypatch.setenv("AWS_ENDPOINT_URL", made.endpoint)
        yield made
