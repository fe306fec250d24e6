"""An object store (S3, Google Cloud Storage, Azure) that holds files for several machines.

An object is written once and never changed: whoever wants to change a file writes another object. The library is
obstore, which a lab alone does not need; so it is imported at the first use.
"""

import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mnist_lab.errors import DamagedObjectError, MissingObjectError, ObjectStoreError, StoreLocationError

if TYPE_CHECKING:
    from obstore.store import ObjectStore as AnyStore

SCHEMES = ("s3", "gs", "az")
"""The beginnings of an address that name an object store."""
CONNECT_SECONDS = 5.0
REQUEST_SECONDS = 20.0
"""One request."""
LARGE_BYTES = 4 * 2**20
LARGE_REQUEST_SECONDS = 600.0
"""One request that sends or fetches more than `LARGE_BYTES`: the checkpoint of a large network, over a slow line."""
RETRY_SECONDS = 10.0
"""While which a failed request is tried again; whoever asks tries again later, too."""
MAX_RETRIES = 3

_CODE = re.compile(r"<Code>(\w{1,60})</Code>")
_NO_KEY = " AWS_ACCESS_KEY_ID is not set."
_CLOCK_CODES = frozenset({"RequestTimeTooSkewed", "RequestExpired"})
_FULL_CODES = frozenset({"QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "EntityTooLarge"})
_BUCKET_CODES = frozenset({"NoSuchBucket", "ContainerNotFound"})


def is_object_address(text: str) -> bool:
    """Whether this setting names an object store, and not a folder."""
    return text.partition("://")[0].lower() in SCHEMES and "://" in text


class ObjectStore:
    """The objects below one address. Safe to use from several threads.

    Every method raises `ObjectStoreError`, with a sentence for the user, when the store does not answer or refuses.
    """

    def __init__(
        self,
        url: str,
        *,
        request_seconds: float = REQUEST_SECONDS,
        large_request_seconds: float = LARGE_REQUEST_SECONDS,
        retry_seconds: float = RETRY_SECONDS,
        max_retries: int = MAX_RETRIES,
    ) -> None:
        """Remember the address; nothing is asked yet.

        Args:
            url: Such as `s3://bucket/prefix`. Where its server is, and the credentials, are in the variables that the
                tools of each store use: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, GOOGLE_APPLICATION_CREDENTIALS …
            request_seconds: Time limit of one request.
            large_request_seconds: That of one with more than `LARGE_BYTES`.
            retry_seconds: While which a failed request is tried again.
            max_retries: How often at most.
        """
        self.url = url
        self._request_seconds, self._large_request_seconds = request_seconds, large_request_seconds
        self._retry_seconds = retry_seconds
        self._max_retries = max_retries

    @cached_property
    def _store(self) -> "AnyStore":
        return self._open(self._request_seconds)

    @cached_property
    def _patient_store(self) -> "AnyStore":
        return self._open(max(self._request_seconds, self._large_request_seconds))

    def _open(self, request_seconds: float) -> "AnyStore":
        _ensure_variables()
        try:
            from obstore.store import from_url
        except ImportError as error:
            raise StoreLocationError(
                f"The files are in {self.url}, and this Python has no library for that. Install it with: pip install"
                " -r requirements-objects.txt"
            ) from error
        try:
            return from_url(
                self.url,
                client_options={
                    "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
                    "timeout": timedelta(seconds=request_seconds),
                    # A server in the school's own network may have no certificate; its address then says so.
                    "allow_http": os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://"),
                },
                retry_config={
                    "max_retries": self._max_retries,
                    "retry_timeout": timedelta(seconds=self._retry_seconds),
                },
            )
        except Exception as error:  # each kind of store has errors of its own for an address that it cannot use
            raise StoreLocationError(
                f"MNIST_LAB_FILES must be a folder or an address such as s3://bucket/lab. Received: {self.url!r}"
                f" ({_first_line(error)})."
            ) from error

    def put_new(self, key: str, content: bytes) -> None:
        """Write an object; one with this key that exists already is left as it is, if it has the same size.

        Raises:
            ObjectStoreError: It cannot be written, or there is another one.
        """
        if not self._put(key, content) and self.size(key) != len(content):
            raise ObjectStoreError(f"In {self.url} there is another object {key} already.")

    def get(self, key: str, size: int, sha256: str) -> bytes:
        """Read an object whole.

        Args:
            key: Its key.
            size: The bytes that it must have.
            sha256: Their SHA-256, 64 hex digits.

        Raises:
            MissingObjectError: There is none.
            DamagedObjectError: It has other bytes.
            ObjectStoreError: It cannot be read.
        """
        content = self.get_unchecked(key, size, expected=size)
        if len(content) != size or hashlib.sha256(content).hexdigest() != sha256:
            raise DamagedObjectError(f"The object {key} in {self.url} is damaged: its checksum is wrong.")
        return content

    def get_unchecked(self, key: str, max_bytes: int, *, expected: int = LARGE_BYTES + 1) -> bytes:
        """Read an object whose content the caller checks.

        Args:
            key: Its key.
            max_bytes: The most that it may have.
            expected: The bytes that it is likely to have.

        Raises:
            MissingObjectError: There is none.
            DamagedObjectError: It has more than `max_bytes` bytes.
            ObjectStoreError: It cannot be read.
        """
        store = self._patient_store if expected > LARGE_BYTES else self._store
        with self._own_errors(key):
            import obstore

            result = obstore.get(store, key)
            if (size := result.meta["size"]) > max_bytes:
                raise DamagedObjectError(f"The object {key} in {self.url} is too large: {size:,} bytes.")
            return bytes(result.bytes())

    def exists(self, key: str) -> bool:
        """Whether there is an object with this key."""
        return self.size(key) is not None

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects; one that is not there is no error."""
        store, found = self._store, list(keys)
        if found:
            with suppress(MissingObjectError), self._own_errors():
                import obstore

                obstore.delete(store, found)

    def keys(self, prefix: str) -> Sequence[str]:
        """The keys of the objects below a prefix, which is a whole part of their keys."""
        store = self._store
        with self._own_errors():
            import obstore

            return [one["path"] for chunk in obstore.list(store, prefix) for one in chunk]

    def probe(self, content: bytes) -> float:
        """Write an object, read it, and remove it again; returns the seconds that writing and reading took.

        Raises:
            ObjectStoreError: Something of it does not work, or the store would replace an object that exists.
        """
        key = f"check-{secrets.token_hex(8)}"
        digest = hashlib.sha256(content).hexdigest()
        start = time.perf_counter()
        self.put_new(key, content)
        try:
            self.get(key, len(content), digest)
            seconds = time.perf_counter() - start
            was_replaced = self._put(key, b"another")
        finally:
            self.delete([key])
        if was_replaced:
            raise ObjectStoreError(
                f"{self.url} replaces an object that exists although it was asked not to (If-None-Match), so it is not"
                " safe for several workers. Use a newer version of it, or another one."
            )
        return seconds

    def _put(self, key: str, content: bytes) -> bool:
        """Write an object; false if there is one with this key already, from a try whose answer was lost perhaps."""
        store = self._patient_store if len(content) > LARGE_BYTES else self._store
        with self._own_errors():
            import obstore
            from obstore.exceptions import AlreadyExistsError

            try:
                # In one request: the parts of a larger upload cannot be refused together.
                obstore.put(store, key, content, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
            return True

    def size(self, key: str) -> int | None:
        """The bytes of an object; None if there is none."""
        store = self._store
        with suppress(MissingObjectError), self._own_errors(key):
            import obstore

            return int(obstore.head(store, key)["size"])
        return None

    @contextmanager
    def _own_errors(self, key: str = "") -> Iterator[None]:
        """The library's errors as those of the lab."""
        try:
            yield
        except ObjectStoreError:
            raise
        except FileNotFoundError as error:
            if _code(error) in _BUCKET_CODES:
                raise ObjectStoreError(self._message(error)) from error
            raise MissingObjectError(f"There is no object {key} in {self.url}.") from error
        except Exception as error:  # each kind of store has errors of its own
            if type(error).__name__ == "InvalidPathError" or "Could not parse path" in str(error):
                raise MissingObjectError(f"There is no object {key} in {self.url}.") from error
            raise ObjectStoreError(self._message(error)) from error
        except BaseException as error:
            # The library's own faults are no `Exception`.
            if type(error).__name__ != "PanicException":
                raise
            raise ObjectStoreError(
                f"{self.url} cannot be used. Check the variables that say where it is, such as AWS_ENDPOINT_URL."
            ) from error

    def _message(self, error: Exception) -> str:
        from obstore.exceptions import PermissionDeniedError, UnauthenticatedError

        text, code = str(error), _code(error)
        if code in _BUCKET_CODES:
            return f"There is no bucket for {self.url}. Create it, or correct MNIST_LAB_FILES."
        if code in _CLOCK_CODES:
            return f"{self.url} refuses this machine, whose clock is wrong. Set its clock."
        if code in _FULL_CODES or "507 Insufficient" in text:
            return f"{self.url} is full ({code or 'no room is left'}). Make room there."
        if isinstance(error, PermissionDeniedError | UnauthenticatedError) or "credential" in text.lower():
            return (
                f"{self.url} refuses this machine ({code or 'no credentials'}). Set the credentials that it wants, for"
                " S3 AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
            )
        if code:
            return f"{self.url} answers with the error {code}; its manual says what that means."
        endpoint = os.environ.get("AWS_ENDPOINT_URL", "") if self.url.startswith("s3:") else ""
        where = f" at {endpoint}" if endpoint else ""
        credentials = "" if not self.url.startswith("s3:") or os.environ.get("AWS_ACCESS_KEY_ID") else _NO_KEY
        return f"{self.url}{where} does not answer ({_first_line(error)}).{credentials}"


def _ensure_variables() -> None:
    """Check the variables that the library reads, which it would not survive if they are malformed.

    Raises:
        StoreLocationError: One cannot be used.
    """
    for name, value in os.environ.items():
        if name.startswith(("AWS_", "GOOGLE_", "AZURE_")) and not value.isprintable():
            raise StoreLocationError(f"{name} has a line break, or another sign that cannot be printed, in it.")
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    if endpoint is None:
        return
    try:
        parts = urlsplit(endpoint)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_address = False
    if not is_address or " " in endpoint:
        raise StoreLocationError(
            "AWS_ENDPOINT_URL must be an address such as https://objects.school.org or http://10.0.0.5:8333."
            f" Received: {re.sub('//[^/]*@', '//***@', endpoint)!r}."
        )


def _code(error: Exception) -> str:
    """The name of the error in a store's own answer; "" if it has none."""
    found = _CODE.search(str(error))
    return found[1] if found else ""


def _first_line(error: Exception) -> str:
    """What went wrong, without the address that was asked and without the library's own details."""
    line = next(iter(str(error).strip().splitlines()), type(error).__name__)
    return line.rpartition(" - ")[2].strip()[:200].rstrip(".")
