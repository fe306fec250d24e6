"""Migrations of the store from older schemas to the current one."""

from collections.abc import Mapping

from sqlalchemy import Connection, select, update

from mnist_lab.runs.schema import SCHEMA_VERSION, meta

# Literal SQL that is never edited: a migration must not change when schema.py changes later.
MIGRATIONS: Mapping[int, tuple[str, ...]] = {
    1: (
        "ALTER TABLE runs ADD COLUMN learning_rate_factor FLOAT DEFAULT '1' NOT NULL",
        "ALTER TABLE runs ADD COLUMN parent VARCHAR(8) DEFAULT '' NOT NULL",
    ),
    2: (),
    3: (
        "ALTER TABLE runs ADD COLUMN diverged BOOLEAN DEFAULT false NOT NULL",
        # Until version 3, a diverged run could be recognised only by the beginning of its message.
        "UPDATE runs SET diverged = true WHERE state = 'failed' AND substr(sentence, 1, 21) = 'The training diverged'",
    ),
    4: ("ALTER TABLE runs ADD COLUMN interventions TEXT DEFAULT '[]' NOT NULL",),
    5: (
        "ALTER TABLE runs ADD COLUMN deleted_at FLOAT",
        "CREATE INDEX runs_by_deletion ON runs (deleted_at) WHERE deleted_at IS NOT NULL",
    ),
    6: (
        "CREATE TABLE drawings (id VARCHAR(16) NOT NULL, label INTEGER NOT NULL, pixels TEXT NOT NULL,"
        " strokes TEXT NOT NULL, owner TEXT NOT NULL, created FLOAT NOT NULL, deleted_at FLOAT, PRIMARY KEY (id))",
        "CREATE INDEX drawings_by_owner ON drawings (owner)",
    ),
    7: (
        "CREATE TABLE run_files (run_id VARCHAR(8) NOT NULL, path VARCHAR(200) NOT NULL, object_key VARCHAR(300) NOT"
        " NULL, size BIGINT NOT NULL, sha256 VARCHAR(64) NOT NULL, PRIMARY KEY (run_id, path), FOREIGN KEY(run_id)"
        " REFERENCES runs (id))",
        "CREATE INDEX run_files_by_object ON run_files (object_key)",
        "CREATE INDEX runs_by_start ON runs (started)",
    ),
}
"""By version: the statements that bring a store of that version to the next one."""

_MAX_DIGITS = 9

SQLITE_MIGRATIONS: Mapping[int, tuple[str, ...]] = {
    2: ("CREATE INDEX runs_searched ON runs (state, number, id, name, note, run_group, data, recipe)",),
    5: (
        "DROP INDEX runs_searched",
        "CREATE INDEX runs_searched ON runs (state, number, id, name, note, run_group, data, recipe, deleted_at)",
    ),
}
"""By version: the statements that only a store in SQLite needs."""


def schema_version(connection: Connection, *, lock: bool = False) -> int:
    """The schema version of the open store.

    Args:
        connection: A transaction, for writing if `lock`.
        lock: Keep other transactions from changing the version until this one ends.

    Raises:
        ValueError: The store has no version, or one that is not a number.
    """
    query = select(meta.c.value).where(meta.c.key == "schema_version")
    # SQLite ignores FOR UPDATE: there a write transaction is alone anyway.
    text = connection.execute(query.with_for_update() if lock else query).scalar_one_or_none()
    if not isinstance(text, str) or not text.isdecimal() or len(text) > _MAX_DIGITS or int(text) < 1:
        raise ValueError("it does not say its version")
    return int(text)


def migrate(connection: Connection) -> None:
    """Migrate an older store to `SCHEMA_VERSION`, within one write transaction: completely or not at all."""
    # Read again here: when several processes open an old store at once, the first one migrates it.
    for version in range(schema_version(connection, lock=True), SCHEMA_VERSION):
        sqlite_only = SQLITE_MIGRATIONS.get(version, ()) if connection.dialect.name == "sqlite" else ()
        for statement in (*MIGRATIONS[version], *sqlite_only):
            connection.exec_driver_sql(statement)
        connection.execute(update(meta).where(meta.c.key == "schema_version").values(value=str(version + 1)))
