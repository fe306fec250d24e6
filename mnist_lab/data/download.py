"""Download MNIST into the lab's cache, on networks that stall, cut off and answer with something else."""

import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException, HTTPResponse, IncompleteRead
from pathlib import Path
from typing import IO

import certifi

from mnist_lab.data.mnist import FILE_NAME, load_mnist
from mnist_lab.errors import DataError
from mnist_lab.files import atomic_write
from mnist_lab.settings import Settings

Progress = Callable[[int, int | None], None]

_MOST_BYTES = 100 * 2**20
_CHUNK = 64 * 2**10
_NOTE = f"{FILE_NAME}.trouble"
_LONGEST_NOTE = 2_000


def download_mnist(settings: Settings, progress: Progress, *, stall: float = 30, longest: float = 1800) -> Path:
    """Download `mnist.npz`, check its content, and put it into the cache under its name only then.

    The proxy is the one of the environment (`HTTPS_PROXY`) or of the system.

    Args:
        settings: `mnist_url` is where it comes from, `cache_folder` where it goes.
        progress: Called with the bytes received and the bytes there are (None if unknown); what it raises ends the
            download and leaves nothing behind.
        stall: Seconds without a byte after which to give up, while connecting too.
        longest: Seconds after which to give up in any case.

    Raises:
        DataError: The download failed or is not MNIST, or the cache cannot be written to; the sentence says what to do.
            `why_not_downloaded` then gives it to other processes, until a download succeeds.
    """
    note = settings.cache_folder / _NOTE
    try:
        path = _download(settings, progress, stall, longest)
    except DataError as error:
        with suppress(OSError):
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(str(error), encoding="utf-8", errors="replace")
        raise
    with suppress(OSError):
        note.unlink(missing_ok=True)
    return path


def why_not_downloaded(settings: Settings) -> str | None:
    """Why the last download on this computer failed, None if it did not: trainings, which download nothing, say it."""
    try:
        with (settings.cache_folder / _NOTE).open(encoding="utf-8", errors="replace") as note:
            return note.read(_LONGEST_NOTE) or None
    except OSError:
        return None


def _download(settings: Settings, progress: Progress, stall: float, longest: float) -> Path:
    url, target = settings.mnist_url, settings.cache_folder / FILE_NAME
    if not url.lower().startswith(("http://", "https://")):
        raise DataError(f"MNIST_LAB_MNIST_URL must begin with https:// or http://. Received: {url}.")
    try:
        with atomic_write(target) as temporary:
            with temporary.open("wb") as file:
                _fetch(url, file, progress, stall, longest)
            _check_content(temporary, url)
    except OSError as error:
        raise DataError(
            f"{target} cannot be written ({error.strerror or error}); set MNIST_LAB_HOME to a folder that can."
        ) from error
    return target


def _fetch(url: str, file: IO[bytes], progress: Progress, stall: float, longest: float) -> None:
    deadline = time.monotonic() + longest
    try:
        with _open(url, stall) as response:
            total = response.length
            if total is not None and total > _MOST_BYTES:
                raise _failed(url, f"it has {total / 2**20:,.0f} MiB, and MNIST has 11")
            received = _copy(response, file, url, progress, deadline)
    except urllib.error.HTTPError as error:
        error.close()
        raise _failed(url, f"the server answered {error.code} {error.reason}") from error
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError, ssl.SSLError) as error:
        raise _failed(url, _network_reason(error, stall)) from error
    if total is not None and received < total:
        raise _failed(url, f"it was cut off after {received:,} of {total:,} bytes")


def _open(url: str, stall: float) -> HTTPResponse:
    # Schools and companies add their own certificate to the system; some Pythons on macOS know no certificate at all.
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context))
    try:
        request = urllib.request.Request(url, headers={"User-Agent": "mnist-lab"})  # noqa: S310 - the caller checks it
        response = opener.open(request, timeout=stall)
    except ValueError as error:
        raise _failed(url, f"that is not an address ({error})") from error
    if not isinstance(response, HTTPResponse):
        response.close()
        raise _failed(url, "the server led elsewhere than to a web address")
    return response


def _copy(response: HTTPResponse, file: IO[bytes], url: str, progress: Progress, deadline: float) -> int:
    total, received = response.length, 0
    progress(0, total)
    # read1 returns what has come; read would wait for a whole chunk and so never notice a trickle.
    while chunk := response.read1(_CHUNK):
        received += len(chunk)
        if received > _MOST_BYTES:
            raise _failed(url, f"it has more than {_MOST_BYTES / 2**20:.0f} MiB, and MNIST has 11")
        if time.monotonic() > deadline:
            raise _failed(url, f"it is too slow: {received:,} bytes have come so far")
        file.write(chunk)
        progress(received, total)
    return received


def _network_reason(error: Exception, stall: float) -> str:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return f"nothing came for {stall:g} s"
    if isinstance(cause, ssl.SSLError):
        return f"the server's certificate or encryption cannot be trusted ({cause.reason or cause})"
    if isinstance(cause, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(cause, socket.gaierror):
        return "there is no network, or the name of the server is unknown"
    if isinstance(cause, IncompleteRead | ConnectionError):
        return "it was cut off"
    return f"the connection failed ({cause or type(cause).__name__})"


def _check_content(path: Path, url: str) -> None:
    with path.open("rb") as file:
        beginning = file.read(512).lstrip()
    if beginning.startswith(b"<"):
        raise _failed(url, "a web page came instead of the file; the network may ask you to log in first")
    try:
        load_mnist(path)
    except DataError as error:
        raise _failed(url, "what came is not the original mnist.npz") from error


def _failed(url: str, reason: str) -> DataError:
    reason = " ".join(reason.split())  # what a server sent may have line breaks
    return DataError(
        f"MNIST could not be downloaded from {url}: {reason}. Try again later, or set MNIST_LAB_DATA to the folder "
        "that holds mnist.npz."
    )
