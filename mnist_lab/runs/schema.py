"""The tables of the run store, and the version they have."""

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

SCHEMA_VERSION = 3
"""`migrations.py` says how an older store becomes one of this version."""

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    # The order of creation; the clock may be set back, this never is.
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(8), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("state", String(16), nullable=False),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("command", String(16), nullable=False, server_default="none"),
    # A number of its own, so that a run can be moved within the queue: below 0 is the front, see queueing.py.
    Column("position", Float, nullable=False),
    Column("network", Text, nullable=False),
    Column("recipe", Text, nullable=False),
    # Times are seconds since 1970, UTC.
    Column("created", Float, nullable=False),
    Column("started", Float),
    Column("ended", Float),
    Column("heartbeat", Float),
    Column("phase", Text, nullable=False, server_default=""),
    Column("epochs_done", Integer, nullable=False, server_default="0"),
    Column("steps_done", Integer, nullable=False, server_default="0"),
    Column("total_steps", Integer, nullable=False, server_default="0"),
    Column("seconds", Float, nullable=False, server_default="0"),
    Column("sentence", Text, nullable=False, server_default=""),
    Column("data", Text),
    Column("result", Text),
    Column("owner", Text, nullable=False, server_default=""),
    Column("run_group", Text, nullable=False, server_default=""),
    Column("worker", Text, nullable=False, server_default=""),
    # Where the worker's lock is: only there can a free lock prove that the worker is dead.
    Column("place", Text, nullable=False, server_default=""),
    # Multiplies the schedule's learning rate from the next steps on.
    Column("learning_rate_factor", Float, nullable=False, server_default="1"),
    # The run whose training this one continues. No foreign key: the parent may be deleted.
    Column("parent", String(8), nullable=False, server_default=""),
    Index("runs_by_state", "state", "position"),
    Index("runs_by_worker", "worker"),
    # All that a search reads, so that it need not read the results, which are most of a run. Not on PostgreSQL, where
    # a row of an index is too short for a note.
    Index("runs_searched", "state", "number", "id", "name", "note", "run_group", "data", "recipe").ddl_if("sqlite"),
    sqlite_autoincrement=True,
)

metrics = Table(
    "metrics",
    metadata,
    Column("run_id", String(8), ForeignKey("runs.id"), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("epoch", Float, nullable=False),
    Column("training_loss", Float),
    Column("training_accuracy", Float),
    Column("validation_loss", Float),
    Column("validation_accuracy", Float),
    Column("learning_rate", Float, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("samples_per_second", Float, nullable=False),
)
