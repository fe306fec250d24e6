"""From the store of an older MNIST Lab to one of today's schema."""

from collections.abc import Mapping

from sqlalchemy import Connection, select, update

from mnist_lab.runs.schema import SCHEMA_VERSION, meta

# Written out, and never changed: what was done to a user's store must not follow later changes of schema.py.
MIGRATIONS: Mapping[int, tuple[str, ...]] = {
    1: (
        "ALTER TABLE runs ADD COLUMN learning_rate_factor FLOAT DEFAULT '1' NOT NULL",
        "ALTER TABLE runs ADD COLUMN parent VARCHAR(8) DEFAULT '' NOT NULL",
    ),
    2: (),
}
"""By version: the statements that make a store of that version one of the next."""

SQLITE_MIGRATIONS: Mapping[int, tuple[str, ...]] = {
    2: ("CREATE INDEX runs_searched ON runs (state, number, id, name, note, run_group, data, recipe)",),
}
"""By version: the statements that a store in SQLite needs besides."""


def schema_version(connection: Connection, *, to_change: bool = False) -> int:
    """The version of the open store; `to_change` keeps others from changing it before this transaction ends.

    Raises:
        ValueError: The store does not say it.
    """
    query = select(meta.c.value).where(meta.c.key == "schema_version")
    # SQLite needs no FOR UPDATE and gets none: there the whole write transaction is alone.
    text = connection.execute(query.with_for_update() if to_change else query).scalar_one_or_none()
    if text is None or not text.isdecimal():
        raise ValueError("it does not say its version")
    return int(text)


def migrate(connection: Connection) -> None:
    """Bring an older store up to `SCHEMA_VERSION`, within one write transaction: all of it happens, or nothing."""
    # Asked again here: of several processes that open an old store at once, the first has done it.
    for version in range(schema_version(connection, to_change=True), SCHEMA_VERSION):
        of_sqlite = SQLITE_MIGRATIONS.get(version, ()) if connection.dialect.name == "sqlite" else ()
        for statement in (*MIGRATIONS[version], *of_sqlite):
            connection.exec_driver_sql(statement)
        connection.execute(update(meta).where(meta.c.key == "schema_version").values(value=str(version + 1)))
