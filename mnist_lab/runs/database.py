"""The database of the run store: transactions that wait for each other, and error messages for users."""

import sqlite3
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from mnist_lab.errors import StoreError, StoreLocationError
from mnist_lab.runs.migrations import migrate, schema_version
from mnist_lab.runs.schema import SCHEMA_VERSION, meta, metadata
from mnist_lab.store_address import hide_secrets, parse_address, shown_address

BUSY_SECONDS = 10.0


class Database:
    """An open store database. Safe to use from several threads; each process opens its own."""

    def __init__(self, url: str | URL, *, busy_seconds: float = BUSY_SECONDS):
        """Open the database. A new one gets its tables, an old one is migrated.

        Raises:
            StoreError: It cannot be opened, or was written by a newer MNIST Lab.
            StoreLocationError: The settings name a location that cannot be used.
        """
        self._busy_seconds = busy_seconds
        self.engine = _engine(url, busy_seconds)
        self.where = str(self.engine.url.database) if self.is_sqlite else shown_address(self.engine.url)
        self._writing = self.engine.execution_options(writes=True)
        self.writes = 0
        """Number of writes by this object: when it changes, data that was read earlier may be out of date."""
        self._prepare()

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction for reading.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._store_errors(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction for writing, rolled back by any exception. In SQLite only one runs at a time.

        Raises:
            StoreError: The store cannot be written.
        """
        with self._store_errors(), self._writing.begin() as connection:
            yield connection
        self.writes += 1

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        self.engine.dispose()

    def _prepare(self) -> None:
        if self.is_sqlite and self.engine.url.database:
            folder = Path(self.engine.url.database.removeprefix("file:")).parent
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except (OSError, ValueError) as error:
                exists = isinstance(error, FileExistsError)
                why = "a file with that name exists" if exists else getattr(error, "strerror", None) or error
                raise StoreLocationError(
                    f"The folder {folder} cannot be made: {why}. Set MNIST_LAB_HOME to a folder that you can write to."
                ) from error
        if self._is_new():
            self._create()
        try:
            with self.read() as connection:
                version = schema_version(connection)
        except ValueError as error:
            raise StoreError(self._damaged(str(error))) from error
        if version < SCHEMA_VERSION:
            with self.write() as connection:
                migrate(connection)
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"A newer MNIST Lab has written the run store {self.where} (schema {version}; this one knows up to"
                f" {SCHEMA_VERSION}). Install that version, or set MNIST_LAB_HOME to another folder."
            )

    def _is_new(self) -> bool:
        try:
            with self.read() as connection:
                return not inspect(connection).has_table(meta.name)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - of any type, for an entry of the address that the driver refuses
            raise _invalid_address(self.engine.url, hide_secrets(str(error), self.engine.url)) from None

    def _create(self) -> None:
        if self.is_sqlite:
            self._use_write_ahead_log()
        with self.write() as connection:
            # Checked again within the write transaction: several processes may start at once.
            if not inspect(connection).has_table(meta.name):
                metadata.create_all(connection)
                connection.execute(meta.insert().values(key="schema_version", value=str(SCHEMA_VERSION)))

    def _use_write_ahead_log(self) -> None:
        # SQLite does not wait for its busy timeout when several processes change the journal mode at once.
        deadline = time.monotonic() + self._busy_seconds
        while True:
            with self._store_errors():
                raw = self.engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                if time.monotonic() > deadline:
                    raise self._error(error) from error
            else:
                return
            finally:
                raw.close()
            time.sleep(0.05)

    @contextmanager
    def _store_errors(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            # Without the cause: a driver's message may quote the password, and a log shows causes.
            raise self._error(getattr(error, "orig", None) or error) from None

    def _error(self, error: BaseException) -> StoreError:
        text = hide_secrets(str(error), self.engine.url)
        if "unable to open" in text.lower():
            return StoreLocationError(
                f"The run store {self.where} cannot be opened. Make its folder readable and writable."
            )
        return StoreError(self._message(text))

    def _message(self, text: str) -> str:
        lower = text.lower()
        if "locked" in lower or "busy" in lower:
            return (
                f"The run store {self.where} has been locked by another program for more than"
                f" {self._busy_seconds:.0f} s. Close that program, a database browser perhaps, and try again."
            )
        if "readonly" in lower or "read-only" in lower:
            return f"The run store {self.where} is read-only. Make the file and its folder writable."
        if "full" in lower or "disk i/o" in lower or "no space" in lower:
            return f"The run store {self.where} cannot be written: {text}. Free some space on its disk."
        if any(part in lower for part in ("malformed", "not a database", "no such column", "no such table")):
            return self._damaged(text)
        return f"The run store {self.where} does not answer: {text}"

    def _damaged(self, why: str) -> str:
        remedy = (
            "Move the file away; a new one is created" if self.is_sqlite else "Set MNIST_LAB_DB to another database"
        )
        return f"The run store {self.where} is damaged, or belongs to another program ({why}). {remedy}."


def _engine(url: str | URL, busy_seconds: float) -> Engine:
    """The engine for an address of the settings.

    Raises:
        StoreLocationError: The address cannot be used.
    """
    try:
        address = _on_disk(parse_address(url))
    except (ValueError, RuntimeError) as error:
        raise _invalid_address(url, str(error)) from None
    try:
        with warnings.catch_warnings():
            # For an entry of the query that the driver does not know.
            warnings.simplefilter("error", SAWarning)
            return _connect(address, busy_seconds)
    except (SQLAlchemyError, SAWarning, ImportError, ValueError, TypeError) as error:
        raise _invalid_address(url, hide_secrets(str(error), address)) from None


def _invalid_address(url: str | URL, reason: str) -> StoreLocationError:
    reason = reason.partition(" (Background on")[0]  # SQLAlchemy appends a link to its manual
    return StoreLocationError(
        "MNIST_LAB_DB must be an address such as sqlite:////folder/runs.sqlite. Received:"
        f" {shown_address(url)!r} ({reason.rstrip('.')})."
    )


def _on_disk(url: URL) -> URL:
    """The address with `~` expanded.

    Raises:
        ValueError: It names a SQLite database in memory, which other processes, such as a training, cannot see.
        RuntimeError: There is no user with the name after `~`.
    """
    if url.get_backend_name() != "sqlite":
        return url
    name = url.database or ":memory:"
    if ":memory:" in name or url.query.get("mode") == "memory":
        raise ValueError("a store in memory cannot be shared by the processes of the lab")
    return url.set(database=str(Path(name).expanduser())) if name.startswith("~") else url


def _connect(url: URL, busy_seconds: float) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": busy_seconds})
    event.listen(engine, "connect", _disable_implicit_transactions)
    event.listen(engine, "connect", _register_casefold)
    event.listen(engine, "connect", _replace_damaged_characters)
    event.listen(engine, "begin", _begin)
    return engine


def _disable_implicit_transactions(connection: Any, _record: Any) -> None:
    # sqlite3's own implicit BEGIN is deferred; see _begin.
    connection.isolation_level = None


def _register_casefold(connection: Any, _record: Any) -> None:
    # SQLite's own lower() knows English letters only.
    connection.create_function("casefold", 1, str.casefold, deterministic=True)


def _replace_damaged_characters(connection: Any, _record: Any) -> None:
    # By default one text that is not UTF-8 makes every query fail that meets it.
    connection.text_factory = lambda text: text.decode("utf-8", "replace")


def _begin(connection: Connection) -> None:
    # A deferred transaction that begins to write fails at once if another one has written meanwhile (93 of 480 with
    # eight writers). An immediate one waits.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
