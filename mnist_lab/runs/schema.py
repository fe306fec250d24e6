"""The tables of the run store, and the version of the schema."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)

SCHEMA_VERSION = 8
"""`migrations.py` brings older stores to this version."""

metadata = MetaData()

_SEARCHED = ("state", "number", "id", "name", "note", "run_group", "data", "recipe")
_IN_BIN = "deleted_at IS NOT NULL"

meta = Table(
    "meta",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    # The order of creation: unlike the clock it is never set back.
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(8), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("state", String(16), nullable=False),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("command", String(16), nullable=False, server_default="none"),
    # The order in the queue, see queue_order.py.
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
    # The column is named "sentence" in existing stores.
    Column("sentence", Text, key="message", nullable=False, server_default=""),
    # Whether the run failed because its loss became NaN or infinite.
    Column("diverged", Boolean, nullable=False, server_default=text("false")),
    Column("data", Text),
    Column("result", Text),
    Column("owner", Text, nullable=False, server_default=""),
    Column("run_group", Text, nullable=False, server_default=""),
    Column("worker", Text, nullable=False, server_default=""),
    # The machine and folder of the worker's lock: only there does a free lock prove that the worker is dead. The column
    # is named "place" in existing stores.
    Column("place", Text, key="host", nullable=False, server_default=""),
    # Multiplies the schedule's learning rate from the next steps on.
    Column("learning_rate_factor", Float, nullable=False, server_default="1"),
    # Id of the run that this one continues. No foreign key: that run may be deleted.
    Column("parent", String(8), nullable=False, server_default=""),
    # What was done to the run by hand, as JSON, see `records.Intervention`.
    Column("interventions", Text, nullable=False, server_default="[]"),
    # When the run was moved to the bin, see deletion.py; NULL for all others. Readers of runs must exclude it.
    Column("deleted_at", Float),
    Index("runs_by_state", "state", "position"),
    Index("runs_by_worker", "worker"),
    # Who had a turn last, see queue_order.py.
    Index("runs_by_start", "started"),
    # Every column that a search reads, so that it need not read the results, which are most of a row. Not on
    # PostgreSQL, where a note may be too long for an index.
    Index("runs_searched", *_SEARCHED, "deleted_at").ddl_if("sqlite"),
    Index("runs_by_deletion", "deleted_at", sqlite_where=text(_IN_BIN), postgresql_where=text(_IN_BIN)),
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

# The drawings that people kept, see `mnist_lab.handwriting`.
drawings = Table(
    "drawings",
    metadata,
    # Made from the content: the same drawing cannot be kept twice.
    Column("id", String(16), primary_key=True),
    Column("label", Integer, nullable=False),
    # Base64 of 28×28 bytes; text, as the type of bytes has another name in each database.
    Column("pixels", Text, nullable=False),
    # JSON, see `handwriting.stroke`.
    Column("strokes", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("created", Float, nullable=False),
    # When it was deleted; it can be brought back for a day. Readers of drawings must exclude it.
    Column("deleted_at", Float),
    Index("drawings_by_owner", "owner"),
)

# The files of runs that are in an object store, see `shared/manifest.py`; empty without one.
run_files = Table(
    "run_files",
    metadata,
    Column("run_id", String(8), ForeignKey("runs.id"), primary_key=True),
    # Within the run's folder, with slashes.
    Column("path", String(200), primary_key=True),
    # Runs that continue one another have some objects in common.
    Column("object_key", String(300), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Index("run_files_by_object", "object_key"),
)
