"""Download MNIST into the lab's cache, over networks that stall, cut off or answer with something else.

pooch keeps the file: it downloads into a temporary file, which takes its name only when it is whole and checked. The
transfer itself is ours, as pooch's has no limit on time and size, and knows no certificates of the system.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.client import IncompleteRead
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mnist_lab.data.mnist import FILE_NAME, load_mnist
from mnist_lab.errors import DataError
from mnist_lab.settings import Settings

if TYPE_CHECKING:
    from requests import Response, Session

Progress = Callable[[int, int | None], None]
"""Called with the bytes received and the total bytes, None if unknown."""

_MAX_BYTES = 100 * 2**20
_CHUNK_BYTES = 64 * 2**10
_ERROR_FILE_NAME = f"{FILE_NAME}.error"
_MAX_ERROR_LENGTH = 2_000


def download_mnist(settings: Settings, progress: Progress, *, timeout: float = 30, max_seconds: float = 1800) -> Path:
    """Download `mnist.npz`, check its content, and only then put it into the cache under its name.

    The proxy is the one of the environment (`HTTPS_PROXY`) or of the system. Several processes may download at the
    same time: each has a temporary file of its own, and the file under the name is whole at any time.

    Args:
        settings: `mnist_url` is where it comes from, `cache_folder` where it goes.
        progress: Told how far it is; what it raises ends the download and leaves nothing behind.
        timeout: Seconds without a byte after which to give up, while connecting too.
        max_seconds: Seconds after which to give up in any case.

    Returns:
        The file: the new one, or the one that another process has put there meanwhile.

    Raises:
        DataError: The download failed or is not MNIST, or the cache cannot be written to; the message says what to do.
            `last_download_error` then gives it to other processes, until a download succeeds.
    """
    error_file = settings.cache_folder / _ERROR_FILE_NAME
    try:
        path = _download(settings, _Transfer(progress, timeout, max_seconds))
    except DataError as error:
        with suppress(OSError):
            error_file.parent.mkdir(parents=True, exist_ok=True)
            error_file.write_text(str(error), encoding="utf-8", errors="replace")
        raise
    with suppress(OSError):
        error_file.unlink(missing_ok=True)
    return path


def last_download_error(settings: Settings) -> str | None:
    """Why the last download on this computer failed, None if it did not. Workers, which download nothing, show it."""
    try:
        with (settings.cache_folder / _ERROR_FILE_NAME).open(encoding="utf-8", errors="replace") as file:
            return file.read(_MAX_ERROR_LENGTH) or None
    except OSError:
        return None


def _download(settings: Settings, transfer: "_Transfer") -> Path:
    import pooch  # here, as a page that finds MNIST on the disk need not wait for it

    url, target = settings.mnist_url, settings.cache_folder / FILE_NAME
    if not url.lower().startswith(("http://", "https://")):
        raise DataError(f"MNIST_LAB_MNIST_URL must begin with https:// or http://. Received: {url}.")
    pooch.get_logger().setLevel("WARNING")
    try:
        _remove_if_damaged(target)
        # No hash of the file: whoever packs the same arrays anew makes another file. `_check_content` compares the
        # arrays with MNIST's.
        pooch.retrieve(url, known_hash=None, fname=target.name, path=target.parent, downloader=transfer)
    except OSError as error:
        raise DataError(
            f"{target} cannot be written ({error.strerror or error}); set MNIST_LAB_HOME to a folder that can."
        ) from error
    return target


def _remove_if_damaged(path: Path) -> None:
    """Remove a file that is not MNIST, as pooch downloads nothing when there is one."""
    if path.exists():
        try:
            load_mnist(path)
        except DataError:
            path.unlink(missing_ok=True)


@dataclass(frozen=True)
class _Transfer:
    """A downloader as `pooch.retrieve` takes one: writes what a URL gives into a file, and checks that it is MNIST."""

    progress: Progress
    timeout: float
    max_seconds: float

    def __call__(self, url: str, output_file: str, _pooch: object) -> None:
        """Raises DataError, with a message that names the URL, whatever is wrong with the server or the network."""
        import requests
        from urllib3.exceptions import HTTPError

        path = Path(output_file)
        try:
            with path.open("wb") as file:
                for chunk in self._chunks(url):
                    file.write(chunk)
            _check_content(path)
        except _FailedError as error:
            raise _failed(url, str(error)) from error
        except (requests.RequestException, HTTPError) as error:
            raise _failed(url, _network_reason(error, self.timeout)) from error

    def _chunks(self, url: str) -> Iterator[bytes]:
        deadline = time.monotonic() + self.max_seconds
        # What is compressed on the way would have another length than the server says.
        headers = {"User-Agent": "mnist-lab", "Accept-Encoding": "identity"}
        with (
            _session() as session,
            session.get(url, stream=True, timeout=self.timeout, headers=headers) as response,
        ):
            total, received = _checked_length(response), 0
            self.progress(0, total)
            try:
                # read1 returns what has come; read would wait for a whole chunk and so never notice a trickle.
                while chunk := response.raw.read1(_CHUNK_BYTES):
                    received += len(chunk)
                    _check_limits(received, deadline)
                    yield chunk
                    self.progress(received, total)
            except Exception as error:
                if total is not None and any(isinstance(cause, IncompleteRead) for cause in _causes(error)):
                    raise _FailedError(f"it was cut off after {received:,} of {total:,} bytes") from error
                raise


class _FailedError(Exception):
    """What went wrong, as the end of a sentence; never leaves this module."""


def _session() -> "Session":
    from requests import Session
    from requests.adapters import HTTPAdapter

    # Schools and companies add their own certificates to the system; requests adds certifi's, as some Pythons on macOS
    # know no certificate at all.
    context = ssl.create_default_context()

    class SystemCertificates(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **options: Any) -> None:
            super().init_poolmanager(*args, **options, ssl_context=context)

        def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
            return super().proxy_manager_for(proxy, **options, ssl_context=context)

    session = Session()
    session.mount("https://", SystemCertificates())
    return session


def _checked_length(response: "Response") -> int | None:
    """The length that the server promises, None if it promises none."""
    if not response.ok:
        raise _FailedError(f"the server answered {response.status_code} {response.reason}")
    total: int | None = response.raw.length_remaining
    if total is not None and total > _MAX_BYTES:
        raise _FailedError(f"it has {total / 2**20:,.0f} MiB, and MNIST has 11")
    return total


def _check_limits(received: int, deadline: float) -> None:
    if received > _MAX_BYTES:
        raise _FailedError(f"it has more than {_MAX_BYTES / 2**20:.0f} MiB, and MNIST has 11")
    if time.monotonic() > deadline:
        raise _FailedError(f"it is too slow: {received:,} bytes have come so far")


def _check_content(path: Path) -> None:
    with path.open("rb") as file:
        beginning = file.read(512).lstrip()
    if beginning.startswith(b"<"):
        raise _FailedError("a web page came instead of the file; the network may ask you to log in first")
    try:
        load_mnist(path)
    except DataError as error:
        raise _FailedError("what came is not the original mnist.npz") from error


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it was raised from, down to the socket's own."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _network_reason(error: Exception, timeout: float) -> str:
    cause: BaseException = error
    for cause in _causes(error):
        if isinstance(cause, TimeoutError):
            return f"nothing came for {timeout:g} s"
        if isinstance(cause, ssl.SSLError):
            return f"the server's certificate or encryption cannot be trusted ({cause.reason or cause})"
        if isinstance(cause, ConnectionRefusedError):
            return "the connection was refused"
        if isinstance(cause, socket.gaierror):
            return "there is no network, or the name of the server is unknown"
        if isinstance(cause, IncompleteRead | ConnectionError):
            return "it was cut off"
    if isinstance(error, ValueError):
        return f"that is not a web address ({error})"
    return f"the connection failed ({cause or type(cause).__name__})"


def _failed(url: str, reason: str) -> DataError:
    reason = " ".join(reason.split())  # what a server sent may have line breaks
    return DataError(
        f"MNIST could not be downloaded from {url}: {reason}. Try again later, or set MNIST_LAB_DATA to the folder "
        "that holds mnist.npz."
    )
