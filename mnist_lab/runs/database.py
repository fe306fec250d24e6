"""The database behind the run store: transactions that do not fail when many write, errors that are sentences."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import SQLAlchemyError

from mnist_lab.errors import StoreError, StoreLocationError
from mnist_lab.runs.migrations import migrate, schema_version
from mnist_lab.runs.schema import SCHEMA_VERSION, meta, metadata

BUSY_SECONDS = 10.0


class Database:
    """An open store database. Safe to use from several threads; each process opens its own."""

    def __init__(self, url: str | URL, *, busy_seconds: float = BUSY_SECONDS):
        """Open the database; make its tables when it is new, and bring them up to date when it is old.

        Raises:
            StoreError: It cannot be opened, or was written by a newer MNIST Lab; a StoreLocationError, if the settings
                are to blame.
        """
        self._busy_seconds = busy_seconds
        try:
            address = _on_disk(make_url(url))
            self.engine = _connect(address, busy_seconds)
        except (SQLAlchemyError, ImportError, ValueError) as error:
            # The first line: SQLAlchemy adds where its manual is.
            raise StoreLocationError(
                f"MNIST_LAB_DB must be an address such as sqlite:////folder/runs.sqlite. Received: {_shown(url)!r}"
                f" ({str(error).splitlines()[0].rstrip('.')})."
            ) from error
        shown = self.engine.url
        self.where = str(shown.database) if self.is_sqlite else shown.render_as_string(hide_password=True)
        self._writing = self.engine.execution_options(writes=True)
        self.writes = 0
        """Changes when this object has written: what was read before may be out of date."""
        self._prepare()

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is one SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the store.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._sentences(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is alone in writing, from its first statement on; undone by any exception.

        Raises:
            StoreError: The store cannot be written.
        """
        with self._sentences(), self._writing.begin() as connection:
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
            except OSError as error:
                why = "a file of that name is in the way" if isinstance(error, FileExistsError) else error.strerror
                raise StoreLocationError(
                    f"The folder {folder} cannot be made: {why}. Set MNIST_LAB_HOME to a folder that you can write to."
                ) from error
        with self.read() as connection:
            is_new = not inspect(connection).has_table(meta.name)
        if is_new:
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

    def _create(self) -> None:
        if self.is_sqlite:
            self._use_write_ahead_log()
        with self.write() as connection:
            # Within the write transaction: of several processes that start at once, one makes the tables.
            if not inspect(connection).has_table(meta.name):
                metadata.create_all(connection)
                connection.execute(meta.insert().values(key="schema_version", value=str(SCHEMA_VERSION)))

    def _use_write_ahead_log(self) -> None:
        # SQLite does not wait for its busy timeout when several processes change the journal mode at once.
        give_up = time.monotonic() + self._busy_seconds
        while True:
            with self._sentences():
                raw = self.engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                if time.monotonic() > give_up:
                    raise self._error(error) from error
            else:
                return
            finally:
                raw.close()
            time.sleep(0.05)

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise self._error(getattr(error, "orig", None) or error) from error

    def _error(self, error: BaseException) -> StoreError:
        text = str(error)
        if "unable to open" in text.lower():
            return StoreLocationError(
                f"The run store {self.where} cannot be opened. Make its folder readable and writable."
            )
        return StoreError(self._sentence(text))

    def _sentence(self, text: str) -> str:
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
        if any(words in lower for words in ("malformed", "not a database", "no such column", "no such table")):
            return self._damaged(text)
        return f"The run store {self.where} does not answer: {text.splitlines()[0]}"

    def _damaged(self, why: str) -> str:
        away = "Move the file away; a new one is made" if self.is_sqlite else "Name another database in MNIST_LAB_DB"
        return f"The run store {self.where} is damaged, or another program's ({why}). {away}."


def _shown(url: str | URL) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except SQLAlchemyError:
        return str(url)


def _on_disk(url: URL) -> URL:
    """The address, with `~` for the user's folder written out.

    Raises:
        ValueError: It is SQLite's in memory, which only one process sees; each training is a process of its own.
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
    event.listen(engine, "connect", _leave_transactions_to_us)
    event.listen(engine, "connect", _know_all_letters)
    event.listen(engine, "begin", _begin)
    return engine


def _leave_transactions_to_us(connection: Any, _record: Any) -> None:
    # sqlite3's own implicit BEGIN is deferred; see _begin.
    connection.isolation_level = None


def _know_all_letters(connection: Any, _record: Any) -> None:
    # SQLite's own lower() knows the letters of English alone.
    connection.create_function("casefold", 1, str.casefold, deterministic=True)


def _begin(connection: Connection) -> None:
    # A deferred transaction that turns to writing fails at once, without waiting, when another wrote meanwhile
    # (93 of 480 with eight writers); an immediate one waits for its turn.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
