"""The first schema of the store in PostgreSQL, from the dump that SQLite wrote."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

DUMP = Path(__file__).parents[1] / "store-v1.sql"
_ORDER = (
    "CREATE TABLE meta",
    "CREATE TABLE runs",
    "CREATE TABLE metrics",
    "CREATE INDEX",
    'INSERT INTO "runs"',
    "INSERT",
)


def write_first_schema(execute: Callable[[str], object]) -> None:
    """Write tables and rows of `store-v1.sql`, what they refer to first."""
    statements = [statement for statement in _statements() if statement.startswith(_ORDER)]
    statements.sort(key=lambda statement: next(n for n, start in enumerate(_ORDER) if statement.startswith(start)))
    for statement in statements:
        if "sqlite_sequence" not in statement:
            execute(
                statement.replace("INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "SERIAL PRIMARY KEY")
                .replace("char(10)", "chr(10)")
                .replace('INSERT INTO "', 'INSERT INTO public."')
            )
    execute("SELECT setval('runs_number_seq', (SELECT max(number) FROM runs))")


def _statements() -> list[str]:
    found, statement = [], ""
    for line in DUMP.read_text(encoding="utf-8").splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            found.append(statement.strip())
            statement = ""
    return found
