"""The database of the run store: transactions that wait for each other, and error messages for users."""

import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, inspect
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from mnist_lab.errors import StoreError, StoreLocationError
from mnist_lab.runs.backends.advisory_locks import Area, lock_area
from mnist_lab.runs.backends.database_messages import is_damaged_schema, postgres_message
from mnist_lab.runs.backends.postgres import postgres_engine, with_driver, without_time_limit
from mnist_lab.runs.backends.sqlite import on_disk, sqlite_engine, use_write_ahead_log
from mnist_lab.runs.migrations import migrate, schema_version
from mnist_lab.runs.schema import SCHEMA_VERSION, meta, metadata
from mnist_lab.store_address import hide_secrets, parse_address, shown_address

BUSY_SECONDS = 10.0
"""How long a transaction waits for others in SQLite, and how long one may stand still in PostgreSQL."""


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
        # In SQLite all queries of a transaction see the same state of the store; PostgreSQL has to be told.
        same_state = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reading = self.engine.execution_options(**same_state)
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
        with self._store_errors(), self._reading.begin() as connection:
            yield connection

    @contextmanager
    def write(self, area: Area | None = None) -> Iterator[Connection]:
        """A transaction for writing, rolled back by any exception.

        In SQLite only one runs at a time. In PostgreSQL only one of the same area does: what it has read of the area is
        still true when it writes. Without an area it must lock each row that it reads before a write.

        Raises:
            StoreError: The store cannot be written.
        """
        with self._store_errors(), self._writing.begin() as connection:
            if area is not None:
                lock_area(connection, area)
            yield connection
        self.writes += 1

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        self.engine.dispose()

    def _prepare(self) -> None:
        if self.is_sqlite and self.engine.url.database:
            make_folder(Path(self.engine.url.database.removeprefix("file:")).parent)
        if self._is_new():
            self._create()
        try:
            with self.read() as connection:
                version = schema_version(connection)
        except ValueError as error:
            raise StoreError(self._damaged(str(error))) from error
        if version < SCHEMA_VERSION:
            with self.write(Area.SCHEMA) as connection:
                if not self.is_sqlite:
                    without_time_limit(connection)
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
            with self._store_errors():
                try:
                    use_write_ahead_log(self.engine, self._busy_seconds)
                except sqlite3.OperationalError as error:
                    raise self._error(error) from error
        with self.write(Area.SCHEMA) as connection:
            # Checked again within the write transaction: several processes may start at once.
            if not inspect(connection).has_table(meta.name):
                metadata.create_all(connection)
                connection.execute(meta.insert().values(key="schema_version", value=str(SCHEMA_VERSION)))

    @contextmanager
    def _store_errors(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            # Without the cause: a driver's message may quote the password, and a log shows causes.
            raise self._error(getattr(error, "orig", None) or error) from None

    def _error(self, error: BaseException) -> StoreError:
        text = hide_secrets(str(error), self.engine.url)
        if not self.is_sqlite:
            known = postgres_message(error, text, self.where, self._busy_seconds)
            if known is not None:
                message, is_location = known
                return StoreLocationError(message) if is_location else StoreError(message)
            if is_damaged_schema(error):
                return StoreError(self._damaged(text))
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


def make_folder(folder: Path) -> None:
    """Make the folder of a database or of a lab, if it is missing.

    Raises:
        StoreLocationError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        exists = isinstance(error, FileExistsError)
        why = "a file with that name exists" if exists else getattr(error, "strerror", None) or error
        raise StoreLocationError(
            f"The folder {folder} cannot be made: {why}. Set MNIST_LAB_HOME to a folder that you can write to."
        ) from error


def _engine(url: str | URL, busy_seconds: float) -> Engine:
    """The engine for an address of the settings.

    Raises:
        StoreLocationError: The address cannot be used.
    """
    try:
        address = _of_a_known_database(parse_address(url))
    except (ValueError, RuntimeError) as error:
        raise _invalid_address(url, str(error)) from None
    try:
        with warnings.catch_warnings():
            # For an entry of the query that the driver does not know.
            warnings.simplefilter("error", SAWarning)
            connect = sqlite_engine if address.get_backend_name() == "sqlite" else postgres_engine
            return connect(address, busy_seconds)
    except (SQLAlchemyError, SAWarning, ImportError, ValueError, TypeError) as error:
        raise _invalid_address(url, hide_secrets(str(error), address)) from None


def _invalid_address(url: str | URL, reason: str) -> StoreLocationError:
    reason = reason.partition(" (Background on")[0]  # SQLAlchemy appends a link to its manual
    return StoreLocationError(
        "MNIST_LAB_DB must be an address such as sqlite:////folder/runs.sqlite or postgresql://user:password@host/lab."
        f" Received: {shown_address(url)!r} ({reason.rstrip('.')})."
    )


def _of_a_known_database(url: URL) -> URL:
    """The address as its driver takes it.

    Raises:
        ValueError: It is neither of SQLite nor of PostgreSQL, or its database cannot be shared.
        RuntimeError: There is no user with the name after `~`.
        StoreLocationError: Its driver is not installed.
    """
    match url.get_backend_name():
        case "sqlite":
            return on_disk(url)
        case "postgresql":
            return with_driver(url)
    raise ValueError("the lab's databases are sqlite and postgresql")
