"""A PostgreSQL server of its own for tests and benchmarks: in a temporary folder, reached by a socket in it alone."""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from sqlalchemy import URL

START_SECONDS = 60.0
_SET_PARENT_DEATH_SIGNAL = 1
_SETTINGS = {
    # Nothing that a power cut would lose is needed afterwards.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "500",
    "shared_buffers": "64MB",
}


def postgres_binaries() -> Path | None:
    """The folder of PostgreSQL's newest server programs: Debian's, or where `postgres` is found; None without any."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parents[1].name))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).resolve().parent if elsewhere else None


class PostgresServer:
    """A running server. A context manager: at its end the server is stopped and its folder removed."""

    def __init__(self, binaries: Path, *, durable: bool = False, locale: str = "C") -> None:
        """`durable`: each commit is on the disk before it returns, as in a real lab."""
        self._binaries = binaries
        self._settings = _SETTINGS | ({"fsync": "on", "synchronous_commit": "on"} if durable else {})
        self._locale = locale
        self.folder = Path(tempfile.mkdtemp(prefix="mnist-lab-postgres-"))

    @classmethod
    def found(cls) -> Self:
        """A server of this machine's PostgreSQL, for a benchmark, which ends without one."""
        binaries = postgres_binaries()
        if binaries is None:
            sys.exit("PostgreSQL is not installed: apt-get install postgresql")
        return cls(binaries)

    def __enter__(self) -> Self:
        self._as_user: dict[str, Any] = {"cwd": self.folder}
        if os.geteuid() == 0:
            # The server refuses to run as root.
            user = next(name for name in ("postgres", "nobody") if _exists(name))
            group = pwd.getpwnam(user).pw_gid
            shutil.chown(self.folder, user, group)
            self._as_user |= {"user": user, "group": group, "extra_groups": []}
        data, log = self.folder / "data", self.folder / "log"
        initdb = [self._binaries / "initdb", "-D", data, "-U", "lab", "--auth=trust", "--encoding=UTF8"]
        initdb += [f"--locale={self._locale}", "--no-sync"]
        with log.open("wb") as output:
            subprocess.run(initdb, check=True, stdout=output, stderr=output, **self._as_user)
            options = [part for item in self._settings.items() for part in ("-c", "=".join(item))]
            command = [self._binaries / "postgres", "-D", data, "-k", self.folder, *options]
            self._process = subprocess.Popen(
                command,
                stdout=output,
                stderr=output,
                preexec_fn=end_with_parent,
                **self._as_user,
            )
        give_up = time.monotonic() + START_SECONDS
        while True:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                if time.monotonic() > give_up or self._process.poll() is not None:
                    raise RuntimeError(f"PostgreSQL does not start: {log.read_text()}") from None
                time.sleep(0.05)
            else:
                return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Fast: it ends the connections that are still open.
        self._process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(20)
        self._process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str = "lab") -> URL:
        """The address of a database, which need not exist yet."""
        return URL.create("postgresql", username="lab", database=database, query={"host": str(self.folder)})

    def create(self, database: str = "lab", options: str = "") -> URL:
        """Create an empty database."""
        self.execute(f"CREATE DATABASE {database} {options}")
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever uses it."""
        self.execute(f"DROP DATABASE {database} WITH (FORCE)")

    def clear(self, database: str) -> None:
        """Remove everything from a database, and end what uses it: ten times as fast as a new database."""
        self.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")  # noqa: S608
        self.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public", database)

    def execute(self, statement: str, database: str = "postgres") -> list[Any]:
        """Run SQL as the server's superuser; returns the rows, if there are any."""
        with psycopg.connect(host=str(self.folder), user="lab", dbname=database, autocommit=True) as connection:
            cursor = connection.execute(statement)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []


def end_with_parent() -> None:
    """Let Linux shut this process down when the one that started it is killed."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGINT)


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
