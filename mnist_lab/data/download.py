"""Download MNIST into the lab's cache, also over unreliable networks.

pooch manages the file: it downloads into a temporary file, which is renamed only when it is complete and checked. The
transfer is our own, since pooch's has no limits of time and size, and does not use the system's certificates.
"""

import socket
import ssl
import time
import zlib
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
    """Download `mnist.npz` into the cache; the file appears there only after its content has been checked.

    The proxy of the environment (`HTTPS_PROXY`) or of the system is used. Several processes may download at the same
    time: each writes a temporary file of its own, and the file in the cache is always complete.

    Args:
        settings: `mnist_url` is the source, `cache_folder` the target.
        progress: Called after each chunk; an exception that it raises cancels the download and removes its file.
        timeout: Maximum seconds without a byte, also while connecting.
        max_seconds: Maximum seconds of the whole download.

    Returns:
        Path of the downloaded file, or of the one that another process downloaded meanwhile.

    Raises:
        DataError: The download failed or is not MNIST, or the cache cannot be written to; the message says what to do.
            Other processes can read it with `last_download_error` until a download succeeds.
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
    """The error message of the last download on this computer, None if it succeeded. Workers show it."""
    try:
        with (settings.cache_folder / _ERROR_FILE_NAME).open(encoding="utf-8", errors="replace") as file:
            return file.read(_MAX_ERROR_LENGTH) or None
    except OSError:
        return None


def _download(settings: Settings, transfer: "_Transfer") -> Path:
    import pooch  # imported here, since it is slow and most pages find MNIST on the disk

    url, target = settings.mnist_url, settings.cache_folder / FILE_NAME
    if not url.lower().startswith(("http://", "https://")):
        raise DataError(f"MNIST_LAB_MNIST_URL must begin with https:// or http://. Received: {_without_password(url)}.")
    pooch.get_logger().setLevel("WARNING")
    try:
        _remove_if_damaged(target)
        # No hash of the file: packing the same arrays again gives another file. `_check_content` compares the arrays.
        pooch.retrieve(url, known_hash=None, fname=target.name, path=target.parent, downloader=transfer)
    except OSError as error:
        raise DataError(
            f"{target} cannot be written ({error.strerror or error}); set MNIST_LAB_HOME to a folder that can."
        ) from error
    return target


def _remove_if_damaged(path: Path) -> None:
    """Remove a file that is not MNIST: pooch downloads nothing if a file with this name exists."""
    if path.exists():
        try:
            load_mnist(path)
        except DataError:
            path.unlink(missing_ok=True)


@dataclass(frozen=True)
class _Transfer:
    """A downloader for `pooch.retrieve`: writes the content of a URL to a file and checks that it is MNIST."""

    progress: Progress
    timeout: float
    max_seconds: float

    def __call__(self, url: str, output_file: str, _pooch: object) -> None:
        """Download `url` to `output_file`; any error of the server or the network becomes a DataError that names it."""
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
        # Progress is counted in the bytes of the transfer, and those of a compressed one say less about the file.
        headers = {"User-Agent": "mnist-lab", "Accept-Encoding": "identity"}
        with (
            _session() as session,
            session.get(url, stream=True, timeout=self.timeout, headers=headers) as response,
        ):
            total, received = _checked_length(response), 0
            decode = _decoder(response.headers.get("Content-Encoding", ""))
            self.progress(0, total)
            try:
                # read1 returns what has arrived; read would wait for a whole chunk and never notice a slow transfer.
                while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=False):
                    received += len(chunk)
                    _check_limits(received, deadline)
                    yield decode(chunk)
                    self.progress(received, total)
            except Exception as error:
                if total is not None and any(isinstance(cause, IncompleteRead) for cause in _causes(error)):
                    raise _FailedError(f"it was cut off after {received:,} of {total:,} bytes") from error
                raise


class _FailedError(Exception):
    """The reason of a failed download, as the end of a message; never leaves this module."""


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
    """The length in bytes that the server announces, None if it announces none."""
    if not response.ok:
        raise _FailedError(f"the server answered {response.status_code} {response.reason}")
    total: int | None = response.raw.length_remaining
    if total is not None and total > _MAX_BYTES:
        raise _FailedError(f"it has {total / 2**20:,.0f} MiB, and MNIST has 11")
    return total


def _decoder(encoding: str) -> Callable[[bytes], bytes]:
    """Decodes the transfer: some servers and proxies compress it although they were asked not to."""
    if encoding.strip().lower() not in {"gzip", "x-gzip", "deflate"}:
        return lambda chunk: chunk
    decompressor = zlib.decompressobj(wbits=47)  # gzip or zlib, as the data says
    unpacked = 0

    def decode(chunk: bytes) -> bytes:
        nonlocal unpacked
        try:
            content = decompressor.decompress(chunk, _MAX_BYTES + 1 - unpacked)
        except zlib.error as error:
            raise _FailedError("it arrived damaged: it cannot be decompressed") from error
        unpacked += len(content)
        if unpacked > _MAX_BYTES:
            raise _FailedError(f"it has more than {_MAX_BYTES / 2**20:.0f} MiB, and MNIST has 11")
        return content

    return decode


def _check_limits(received: int, deadline: float) -> None:
    if received > _MAX_BYTES:
        raise _FailedError(f"it has more than {_MAX_BYTES / 2**20:.0f} MiB, and MNIST has 11")
    if time.monotonic() > deadline:
        raise _FailedError(f"it is too slow: {received:,} bytes have arrived so far")


def _check_content(path: Path) -> None:
    with path.open("rb") as file:
        beginning = file.read(512).lstrip()
    if beginning.startswith(b"<"):
        raise _FailedError("a web page arrived instead of the file; the network may require you to log in first")
    try:
        load_mnist(path)
    except DataError as error:
        raise _FailedError("the file that arrived is not the original mnist.npz") from error


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and the chain of errors that caused it, down to the socket's."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _network_reason(error: Exception, timeout: float) -> str:
    cause: BaseException = error
    for cause in _causes(error):
        if isinstance(cause, TimeoutError):
            return f"nothing arrived for {timeout:g} s"
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


def _without_password(url: str) -> str:
    """The address without a user, a password and a query, any of which may be secret."""
    scheme, slashes, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{slashes}{host.rpartition('@')[2]}{slash}{path}".partition("?")[0]


def _failed(url: str, reason: str) -> DataError:
    reason = " ".join(reason.split())  # a server's reason may contain line breaks
    return DataError(
        f"MNIST could not be downloaded from {_without_password(url)}: {reason}. Try again later, or set "
        "MNIST_LAB_DATA to the folder that holds mnist.npz."
    )
