"""Small proxies: one in front of the app as in a school, one that only notes who would ask the internet."""

import socket
import socketserver
import threading
from abc import ABC, abstractmethod
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_CHUNK = 65_536
_MAX_HEAD = 65_536


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class _Running(ABC):
    """A context manager that runs a server in threads."""

    def __init__(self) -> None:
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):
                    proxy.answer(self.request)

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]

    @abstractmethod
    def answer(self, client: socket.socket) -> None:
        """Answer a client's request."""

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class PathProxy(_Running):
    """A reverse proxy that shows the app below a path, websocket included."""

    def __init__(self, address: str, path: str, *, strips: bool = False, replaces_host: bool = False) -> None:
        """Stand in front of an app.

        Args:
            address: The address of the app.
            path: The path below which the app is shown.
            strips: Whether the app sees requests without this path, as behind JupyterHub's proxy.
            replaces_host: Whether the app sees its own address as the host, as behind nginx without further settings.
        """
        super().__init__()
        self._host, self._port = str(urlsplit(address).hostname), int(urlsplit(address).port or 80)
        self._path, self._strips, self._replaces_host = path, strips, replaces_host
        self.paths: list[str] = []
        """The path of each request to the app, as the browser sent it."""
        self.strays: list[str] = []
        """The paths of all requests that were not for the app."""

    def answer(self, client: socket.socket) -> None:
        head, rest = _read_head(client)
        request, *headers = head.split("\r\n")
        method, target, version = request.split(" ")
        if target.partition("?")[0] == self._path:
            moved = target.replace(self._path, f"{self._path}/", 1)
            _answer_nothing(client, "301 Moved Permanently", f"Location: {moved}")
            return
        if not target.startswith(f"{self._path}/"):
            self.strays.append(target)
            _answer_nothing(client, "404 Not Found")
            return
        self.paths.append(target)
        sent = [f"{method} {target.removeprefix(self._path) if self._strips else target} {version}"]
        sent += [header for line in headers if (header := self._header(line, headers)) is not None]
        with socket.create_connection((self._host, self._port)) as app:
            app.sendall("\r\n".join([*sent, "", ""]).encode("latin-1") + rest)
            back = threading.Thread(target=_pump, args=(app, client), daemon=True)
            back.start()
            _pump(client, app)
            back.join()

    def _header(self, line: str, headers: list[str]) -> str | None:
        name = line.partition(":")[0].lower()
        if name == "host" and self._replaces_host:
            return f"Host: {self._host}:{self._port}"
        upgrades = any(header.lower().startswith("upgrade:") for header in headers)
        # One request a connection, so that each has its head rewritten.
        return "Connection: close" if name == "connection" and not upgrades else line


class RecordingProxy(_Running):
    """A proxy that answers nothing, and notes what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        """The first line of each request."""

    @property
    def settings(self) -> dict[str, str]:
        """Environment variables of a process that sends its requests to this proxy."""
        address = f"http://127.0.0.1:{self.port}"
        names = ("http_proxy", "https_proxy", "all_proxy")
        everywhere = {**dict.fromkeys(names, address), **dict.fromkeys(map(str.upper, names), address)}
        return {**everywhere, "no_proxy": "", "NO_PROXY": ""}

    def answer(self, client: socket.socket) -> None:
        self.asked.append(_read_head(client)[0].split("\r\n")[0])
        _answer_nothing(client, "502 Bad Gateway")


def _answer_nothing(client: socket.socket, status: str, *headers: str) -> None:
    head = [f"HTTP/1.1 {status}", "Content-Length: 0", "Connection: close", *headers, "", ""]
    client.sendall("\r\n".join(head).encode("latin-1"))


def _read_head(client: socket.socket) -> tuple[str, bytes]:
    """The head of a request, and what was read of its body."""
    read = b""
    while b"\r\n\r\n" not in read and len(read) < _MAX_HEAD:
        chunk = client.recv(_CHUNK)
        if not chunk:
            raise ConnectionError
        read += chunk
    head, _, rest = read.partition(b"\r\n\r\n")
    return head.decode("latin-1"), rest


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(_CHUNK):
            target.sendall(chunk)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
