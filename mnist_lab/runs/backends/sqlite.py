"""The store in a SQLite file: one transaction writes at a time, and the others wait for it."""

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event


def on_disk(url: URL) -> URL:
    """The address of a SQLite database with `~` expanded.

    Raises:
        ValueError: It names a database in memory, which other processes, such as a training, cannot see.
        RuntimeError: There is no user with the name after `~`.
    """
    name = url.database or ":memory:"
    if ":memory:" in name or url.query.get("mode") == "memory":
        raise ValueError("a store in memory cannot be shared by the processes of the lab")
    return url.set(database=str(Path(name).expanduser())) if name.startswith("~") else url


def sqlite_engine(url: URL, busy_seconds: float) -> Engine:
    """The engine for a SQLite file, in which a transaction waits `busy_seconds` for its turn to write."""
    engine = create_engine(url, connect_args={"timeout": busy_seconds})
    event.listen(engine, "connect", _disable_implicit_transactions)
    event.listen(engine, "connect", _register_casefold)
    event.listen(engine, "connect", _replace_damaged_characters)
    event.listen(engine, "begin", _begin)
    return engine


def use_write_ahead_log(engine: Engine, busy_seconds: float) -> None:
    """Let others read while one writes. The database remembers it.

    Raises:
        sqlite3.OperationalError: Another program has locked the file for `busy_seconds`.
    """
    # SQLite does not wait for its busy timeout when several processes change the journal mode at once.
    deadline = time.monotonic() + busy_seconds
    while True:
        raw = engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
        else:
            return
        finally:
            raw.close()
        time.sleep(0.05)


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
