"""Who a browser is: a signed cookie with a random id. Who is a teacher: the link's cookie, or the machine itself.

The key of the signatures is a file in the home, so that a browser is known again after a restart. To make all cookies
and the teacher's link invalid, delete the file.
"""

import functools
import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout
from itsdangerous import BadSignature, Signer, TimestampSigner

from mnist_lab.files import atomic_write
from mnist_lab.home import home_folder
from mnist_lab.hosts import ADDRESS_LENGTH, BROWSER_ID_LENGTH, is_loopback, network_of, parse_host, parse_origin

COOKIE_SECONDS = 365 * 24 * 3600
"""How long a cookie is valid."""
RENEW_SECONDS = 30 * 24 * 3600
"""A browser's cookie that is older than this is replaced by a new one with the same id."""
KEY_NAME = "browser-key"
_KEY_BYTES = 32
_LOCK_SECONDS = 10.0
_TEACHER = "teacher"
_FORWARDING = frozenset({"forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip"})


class Identity:
    """Signs the cookies and the teacher's link of one lab, and checks them."""

    def __init__(self, key: bytes) -> None:
        """`key` is known to this lab alone."""
        self._key = key
        # Browsers send a cookie to all ports of a machine: two labs must not overwrite each other's.
        lab = hashlib.sha256(b"name" + key).hexdigest()[:8]
        self.browser_cookie = f"mnist-lab-browser-{lab}"
        self.teacher_cookie = f"mnist-lab-teacher-{lab}"
        self._browsers = TimestampSigner(key, salt="browser", key_derivation="hmac", digest_method=hashlib.sha256)
        self._teachers = TimestampSigner(key, salt="teacher", key_derivation="hmac", digest_method=hashlib.sha256)
        self._links = Signer(key, salt="link", key_derivation="hmac", digest_method=hashlib.sha256)

    def browser_id(self, cookies: Mapping[str, str]) -> str:
        """The id in a browser's cookie; "" if it has none, or a forged or old one."""
        return self._browser(cookies)[0]

    def new_browser_id(self, address: str | None) -> str:
        """A new id for a browser at this network address; None stands for the machine itself."""
        digest = hmac.digest(self._key, f"address {network_of(address)}".encode(), "sha256").hex()
        return secrets.token_hex((BROWSER_ID_LENGTH - ADDRESS_LENGTH) // 2) + digest[:ADDRESS_LENGTH]

    def renewed_cookie(self, cookies: Mapping[str, str], address: str | None) -> str | None:
        """The cookie to give to a browser with these cookies at this address; None if its own is good enough."""
        browser_id, age = self._browser(cookies)
        if browser_id and age < RENEW_SECONDS:
            return None
        return self._browsers.sign(browser_id or self.new_browser_id(address)).decode()

    def is_teacher(self, cookies: Mapping[str, str]) -> bool:
        """Whether the browser has opened the teacher's link in the last year."""
        return _unsigned(self._teachers, cookies.get(self.teacher_cookie, ""))[0] == _TEACHER

    def new_teacher_cookie(self) -> str:
        """The cookie to give to a browser that opens the teacher's link."""
        return self._teachers.sign(_TEACHER).decode()

    def link_token(self) -> str:
        """The secret part of the teacher's link."""
        return self._links.sign(_TEACHER).decode()

    def is_link_token(self, token: str) -> bool:
        """Whether a browser's address contains the secret part of the teacher's link."""
        try:
            return self._links.unsign(token) == _TEACHER.encode()
        except BadSignature:
            return False

    def _browser(self, cookies: Mapping[str, str]) -> tuple[str, float]:
        return _unsigned(self._browsers, cookies.get(self.browser_cookie, ""))


def _unsigned(signer: TimestampSigner, cookie: str) -> tuple[str, float]:
    """The signed value and its age in seconds; "" if it is forged or too old."""
    try:
        value, signed = signer.unsign(cookie, return_timestamp=True)
    except BadSignature:
        return "", 0.0
    # A cookie of the future is accepted: some computers have no clock that runs while they are off.
    age = time.time() - signed.timestamp()
    return ("", 0.0) if age > COOKIE_SECONDS else (value.decode(), age)


def load_identity() -> Identity:
    """The identity of the lab in the home that the environment names. It loads no settings, as the first page waits."""
    try:
        return _identity_of(home_folder())
    except (OSError, RuntimeError):
        return _identity_of(None)


@functools.cache
def _identity_of(home: Path | None) -> Identity:
    """The identity of the lab; browsers are known until the app ends if it has no home that can be written."""
    key = secrets.token_bytes(_KEY_BYTES)
    with suppress(OSError, Timeout):
        key = key if home is None else read_key(home / KEY_NAME)
    return Identity(key)


def read_key(path: Path) -> bytes:
    """The key in the file; the process that asks first creates it.

    Raises:
        OSError: It cannot be read or written.
        Timeout: Another process has been creating it for ten seconds.
    """
    key = _read(path)
    if key is None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f"{path.name}.lock"), timeout=_LOCK_SECONDS):
            key = _read(path) or _create(path)
    return key


def _read(path: Path) -> bytes | None:
    """The key; None if the file is missing or damaged."""
    try:
        key = path.read_bytes()
        if os.name == "posix" and path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except FileNotFoundError:
        return None
    return key if len(key) == _KEY_BYTES else None


def _create(path: Path) -> bytes:
    key = secrets.token_bytes(_KEY_BYTES)
    # A key that a power cut damages is replaced; waiting for the disk would delay the start of the app.
    with atomic_write(path, durable=False) as temporary:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
    return key


def is_at_machine(address: str | None, headers: Mapping[str, str]) -> bool:
    """Whether a request comes from the machine on which the app runs, and through no proxy.

    Args:
        address: The client's address; None for the machine itself, as Streamlit has it.
        headers: The headers of the request.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    if any(name in _FORWARDING or name.startswith("x-forwarded") for name in lower):
        return False
    if address is not None and not is_loopback(address):
        return False
    # A proxy that adds no header still passes on the address in which the browser opened the page.
    if "origin" in lower:
        page = parse_origin(lower["origin"])
        if page is None or not is_loopback(page.host.name):
            return False
    host = parse_host(lower.get("host", ""))
    return host is not None and is_loopback(host.name)
