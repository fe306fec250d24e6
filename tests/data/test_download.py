"""The download against a local server that behaves as bad networks do."""

import gzip
import shutil
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from mnist_lab.data import download_mnist, load_dataset
from mnist_lab.data.download import last_download_error
from mnist_lab.errors import DataError
from mnist_lab.settings import Settings

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """A web server on this machine that gives the one answer it is told."""

    def __init__(self) -> None:
        self.answer: Answer = lambda _request: None
        self.ended = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with suppress(OSError):  # the client may hang up at any time
                    outer.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/mnist.npz"
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self) -> None:
        self.ended.set()
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Server()
    yield server
    server.close()


@pytest.fixture
def lab(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv("MNIST_LAB_DATA", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return Settings(home=tmp_path / "lab", mnist_url=server.url)


def whole(content: bytes, claimed: int | None = None, code: int = 200, encoding: str = "") -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        request.send_header("Content-Length", str(len(content) if claimed is None else claimed))
        if encoding:
            request.send_header("Content-Encoding", encoding)
        request.end_headers()
        request.wfile.write(content)

    return answer


def refused(lab: Settings, sentence: str, **limits: float) -> None:
    """The download fails with this message, which names the address and a way on, and leaves only the error file."""
    with pytest.raises(DataError, match=sentence) as caught:
        download_mnist(lab, lambda _received, _total: None, **limits)
    assert lab.mnist_url in str(caught.value)
    assert "set MNIST_LAB_DATA" in str(caught.value)
    assert [path.name for path in lab.cache_folder.iterdir()] == ["mnist.npz.error"]
    assert last_download_error(lab) == str(caught.value)


def test_mnist_arrives_whole_with_progress(lab: Settings, server: Server, mnist_folder: Path) -> None:
    content = (mnist_folder / "mnist.npz").read_bytes()
    server.answer = whole(content)
    seen: list[tuple[int, int | None]] = []
    path = download_mnist(lab, lambda received, total: seen.append((received, total)))
    assert path == lab.cache_folder / "mnist.npz"
    assert path.read_bytes() == content
    assert list(lab.cache_folder.iterdir()) == [path]
    received = [count for count, _ in seen]
    assert received == sorted(received)
    assert seen[0] == (0, len(content))
    assert seen[-1] == (len(content), len(content))


def test_without_a_length_it_arrives_too_and_is_loaded(lab: Settings, server: Server, mnist_folder: Path) -> None:
    content = (mnist_folder / "mnist.npz").read_bytes()

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        request.wfile.write(content)

    server.answer = answer
    totals: set[int | None] = set()
    dataset, reason = load_dataset(lab, download=True, progress=lambda _received, total: totals.add(total))
    assert (dataset.title, reason) == ("MNIST", None)
    assert totals == {None}


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_compressed_transfer_is_right(lab: Settings, server: Server, mnist_folder: Path, encoding: str) -> None:
    content = (mnist_folder / "mnist.npz").read_bytes()
    packed = gzip.compress(content, 1) if encoding == "gzip" else zlib.compress(content, 1)
    server.answer = whole(packed, encoding=encoding)
    seen: list[tuple[int, int | None]] = []
    path = download_mnist(lab, lambda received, total: seen.append((received, total)))
    assert path.read_bytes() == content
    assert seen[-1] == (len(packed), len(packed))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"rubbish", "cannot be decompressed"), (gzip.compress(bytes(120 * 2**20), 1), "more than 100 MiB")],
)
def test_a_compressed_transfer_that_is_damaged_or_a_bomb_is_refused(
    lab: Settings, server: Server, content: bytes, sentence: str
) -> None:
    server.answer = whole(content, encoding="gzip")
    refused(lab, sentence)


def test_a_gzipped_file_is_right_too(lab: Settings, server: Server, mnist_folder: Path) -> None:
    server.answer = whole(gzip.compress((mnist_folder / "mnist.npz").read_bytes(), 1))
    download_mnist(lab, lambda _received, _total: None)
    assert load_dataset(lab)[1] is None


def test_a_password_in_the_address_is_not_shown(lab: Settings) -> None:
    secret = lab.model_copy(update={"mnist_url": "http://me:hunter2@127.0.0.1:9/mnist.npz?token=hunter2"})
    with pytest.raises(DataError, match=r"from http://127\.0\.0\.1:9/mnist\.npz: ") as caught:
        download_mnist(secret, lambda _received, _total: None)
    assert "hunter2" not in str(caught.value)


def test_two_processes_download_at_once(lab: Settings, server: Server, mnist_folder: Path) -> None:
    content = (mnist_folder / "mnist.npz").read_bytes()
    both = threading.Barrier(2)

    def answer(request: BaseHTTPRequestHandler) -> None:
        both.wait(60)  # neither is answered before both have asked
        whole(content)(request)

    server.answer = answer
    code = (
        "import sys; from pathlib import Path; from mnist_lab.data import download_mnist; "
        "from mnist_lab.settings import Settings; "
        "print(download_mnist(Settings(home=Path(sys.argv[1]), mnist_url=sys.argv[2]), lambda *_: None))"
    )
    command = [sys.executable, "-c", code, str(lab.home), server.url]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    target = lab.cache_folder / "mnist.npz"
    assert [process.communicate(timeout=120) for process in started] == [(f"{target}\n", "")] * 2
    assert target.read_bytes() == content
    assert list(lab.cache_folder.iterdir()) == [target]


def test_a_damaged_file_in_the_cache_is_replaced(lab: Settings, server: Server, mnist_folder: Path) -> None:
    content = (mnist_folder / "mnist.npz").read_bytes()
    lab.cache_folder.mkdir(parents=True)
    (lab.cache_folder / "mnist.npz").write_bytes(content[:1000])
    server.answer = whole(content)
    dataset, reason = load_dataset(lab, download=True)
    assert (dataset.title, reason) == ("MNIST", None)
    assert (lab.cache_folder / "mnist.npz").read_bytes() == content


def test_a_whole_file_in_the_cache_is_not_downloaded_again(lab: Settings, server: Server, mnist_folder: Path) -> None:
    lab.cache_folder.mkdir(parents=True)
    shutil.copy(mnist_folder / "mnist.npz", lab.cache_folder)
    server.answer = whole(b"", code=500)
    assert download_mnist(lab, lambda _received, _total: None) == lab.cache_folder / "mnist.npz"


def test_cut_off(lab: Settings, server: Server) -> None:
    server.answer = whole(bytes(5_000), claimed=11_490_434)
    refused(lab, "cut off after 5,000 of 11,490,434 bytes")


def test_cut_off_in_the_middle_of_a_chunk(lab: Settings, server: Server) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.protocol_version = "HTTP/1.1"
        request.send_response(200)
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        request.wfile.write(b"ffff\r\n" + bytes(100))

    server.answer = answer
    refused(lab, "it was cut off")


def test_a_server_that_stalls(lab: Settings, server: Server) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        whole(b"PK", claimed=1000)(request)
        server.ended.wait(30)

    server.answer = answer
    refused(lab, r"nothing arrived for 0\.3 s", timeout=0.3)


def test_a_server_that_never_answers(lab: Settings, server: Server) -> None:
    server.answer = lambda _request: server.ended.wait(30) and None
    refused(lab, r"nothing arrived for 0\.3 s", timeout=0.3)


def test_a_trickle(lab: Settings, server: Server) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        whole(b"PK", claimed=1000)(request)
        while not server.ended.wait(0.05):
            request.wfile.write(b".")

    server.answer = answer
    refused(lab, "too slow", max_seconds=0.5)


def test_a_login_page(lab: Settings, server: Server) -> None:
    server.answer = whole(b"\n <!DOCTYPE html><html><body>Welcome to the Wi-Fi</body></html>")
    refused(lab, "a web page arrived instead")


@pytest.mark.parametrize("content", [b"", b"hello", bytes(100_000)])
def test_wrong_content(lab: Settings, server: Server, content: bytes) -> None:
    server.answer = whole(content)
    refused(lab, "not the original mnist.npz")


def test_another_data_set_of_the_same_shape(lab: Settings, server: Server, tmp_path: Path) -> None:
    shapes = {"x_train": (60_000, 28, 28), "y_train": (60_000,), "x_test": (10_000, 28, 28), "y_test": (10_000,)}
    np.savez_compressed(tmp_path / "other.npz", **{name: np.zeros(shape, np.uint8) for name, shape in shapes.items()})
    server.answer = whole((tmp_path / "other.npz").read_bytes())
    refused(lab, "not the original mnist.npz")


@pytest.mark.parametrize("code", [403, 404, 500])
def test_an_error_of_the_server(lab: Settings, server: Server, code: int) -> None:
    server.answer = whole(b"<html>", code=code)
    refused(lab, f"the server answered {code}")


def test_a_file_that_is_too_large(lab: Settings, server: Server) -> None:
    server.answer = whole(b"PK", claimed=10**12)
    refused(lab, "953,674 MiB, and MNIST has 11")


def test_no_http_at_all(lab: Settings, server: Server) -> None:
    server.answer = lambda request: request.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n") and None
    refused(lab, "the connection failed")


def test_a_refused_connection(lab: Settings) -> None:
    refused(lab.model_copy(update={"mnist_url": "http://127.0.0.1:9/mnist.npz"}), "the connection was refused")


def test_why_it_failed_is_known_to_those_who_download_nothing_until_it_succeeds(
    lab: Settings, server: Server, mnist_folder: Path
) -> None:
    assert "not on this computer yet" in str(load_dataset(lab)[1])
    server.answer = whole(b"", code=503)
    _, told = load_dataset(lab, download=True)
    assert "the server answered 503" in str(told)
    assert load_dataset(lab)[1] == told
    server.answer = whole((mnist_folder / "mnist.npz").read_bytes())
    assert load_dataset(lab, download=True)[1] is None
    (lab.cache_folder / "mnist.npz").unlink()
    assert "not on this computer yet" in str(load_dataset(lab)[1])


@pytest.mark.parametrize("url", ["http://[bad/mnist.npz", "http://127.0.0.1:port/mnist.npz"])
def test_an_address_that_is_none(lab: Settings, url: str) -> None:
    with pytest.raises(DataError, match="MNIST could not be downloaded"):
        download_mnist(lab.model_copy(update={"mnist_url": url}), lambda _received, _total: None)


def test_only_the_web_is_downloaded_from(lab: Settings, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="must begin with https"):
        download_mnist(lab.model_copy(update={"mnist_url": f"file://{tmp_path}"}), lambda _received, _total: None)


def test_a_cache_that_cannot_be_written(tmp_path: Path, lab: Settings) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot be written"):
        download_mnist(lab.model_copy(update={"home": tmp_path / "file"}), lambda _received, _total: None)


def test_what_the_progress_raises_ends_the_download(lab: Settings, server: Server) -> None:
    server.answer = whole(bytes(1000))

    def stop(received: int, _total: int | None) -> None:
        if received:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download_mnist(lab, stop)
    assert list(lab.cache_folder.iterdir()) == []
