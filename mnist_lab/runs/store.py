"""The run store: the interface through which pages, the command line and the launcher read and change runs."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

from sqlalchemy import URL, Select, func, select

from mnist_lab.errors import UnknownRunError
from mnist_lab.network import Network
from mnist_lab.network.network import clean_name
from mnist_lab.object_store import ObjectStore
from mnist_lab.recipe import Recipe
from mnist_lab.runs import deletion, imported, stale_runs
from mnist_lab.runs.access.actor import MACHINE, Actor
from mnist_lab.runs.access.queue_limits import QueueLimits, images_to_train
from mnist_lab.runs.attempt import RunAttempt
from mnist_lab.runs.backends.advisory_locks import Area
from mnist_lab.runs.backends.database_clock import now
from mnist_lab.runs.claims import claim_first, claim_run
from mnist_lab.runs.commands import RunCommands, new_run_id
from mnist_lab.runs.database import BUSY_SECONDS, Database, make_folder
from mnist_lab.runs.integrity import IntegrityChecker
from mnist_lab.runs.queries.by_name import find_id, free_name
from mnist_lab.runs.queries.by_network import numbers_by_network, same_trainings_query
from mnist_lab.runs.queries.many_runs import points_by_run, present, runs_by_id
from mnist_lab.runs.queries.queue_order import end_of_queue, queue_query
from mnist_lab.runs.queries.search import RunCounts, SearchResult, count_runs, runs_version, search_runs
from mnist_lab.runs.records import REFERENCE, MetricPoint, Run
from mnist_lab.runs.rows import run_from_row, runs_from_rows
from mnist_lab.runs.run_folder import RunFolder, is_run_id
from mnist_lab.runs.schema import runs
from mnist_lab.runs.shared.run_files import RunFiles
from mnist_lab.runs.state import ENDED_STATES, Command, RunState
from mnist_lab.settings import Settings

# Within the class `list` is the method.
Runs: TypeAlias = list[Run]
Points: TypeAlias = list[MetricPoint]


class RunStore:
    """All runs of one lab. Safe to use from several threads; each process opens its own.

    Every method raises `StoreError` when the database cannot be read or written. A worker writes through the
    `RunAttempt` of the run that it has claimed.
    """

    def __init__(
        self,
        db_url: str | URL,
        runs_folder: Path,
        *,
        objects: ObjectStore | None = None,
        busy_seconds: float = BUSY_SECONDS,
        limits: QueueLimits = QueueLimits(),  # noqa: B008 - it is frozen
    ):
        """Open the store; create it if it does not exist.

        Raises:
            StoreError: It cannot be opened, or was written by a newer MNIST Lab.
            StoreLocationError: The settings name a location that cannot be used.
        """
        self.db = Database(db_url, busy_seconds=busy_seconds)
        self.files = RunFiles(self.db, runs_folder, objects)
        if not self.db.is_sqlite:
            # A folder that is missing later is a disk that is away, see `stale_runs`.
            make_folder(runs_folder.parent)
        self._host = stale_runs.host_of(self.db, runs_folder)
        self._limits = limits
        self._commands = RunCommands(self.db, self.files, limits)
        self._integrity = IntegrityChecker()

    def close(self) -> None:
        """Close the connections to the database; the next use opens new ones. Files are fetched no more."""
        self.files.close()
        self.db.close()

    @property
    def runs_folder(self) -> Path:
        """Folder that contains one folder per run."""
        return self.files.runs_folder

    def folder(self, run_id: str) -> RunFolder:
        """The run's folder on this machine, as it is; see `RunFiles.folder`."""
        return self.files.folder(run_id)

    def has_live_files(self, run: Run) -> bool:
        """Whether the files that only the training process of a run reads and writes can be seen on this machine."""
        return self.files.objects is None or run.host == self._host

    # Reading runs

    def get(self, run_id: str) -> Run:
        """The run with this id.

        Raises:
            UnknownRunError: There is none.
            StoreError: Its record is damaged.
        """
        row = None
        if is_run_id(run_id):
            with self.db.read() as connection:
                row = connection.execute(present(select(runs)).where(runs.c.id == run_id)).one_or_none()
        if row is None:
            raise UnknownRunError(f"There is no run {run_id!r}; it may have been deleted.")
        return run_from_row(row)

    def find(self, text: str) -> Run:
        """The run that a user means by an id, the start of one (3 characters or more) or a name.

        Raises:
            UnknownRunError: No run matches, or more than one does.
            StoreError: Its record is damaged.
        """
        return self.get(self.find_id(text))

    def find_id(self, text: str, *, also_deleted: bool = False) -> str:
        """The id of the run that a user means, as in `find`; its record may be damaged.

        Args:
            text: An id, the start of one, or a name.
            also_deleted: Whether the run may be in the bin.

        Raises:
            UnknownRunError: No run matches, or more than one does.
        """
        with self.db.read() as connection:
            return find_id(connection, _encodable(text.strip()), also_deleted=also_deleted)

    def list(
        self,
        states: Collection[RunState] | None = None,
        limit: int | None = None,
        *,
        newest_first: bool = True,
        group: str | None = None,
    ) -> Runs:
        """Runs in the order of their creation; damaged records are left out and named in the log."""
        query = present(select(runs)).order_by(runs.c.number.desc() if newest_first else runs.c.number)
        if states is not None:
            query = query.where(runs.c.state.in_(states))
        if group is not None:
            query = query.where(runs.c.run_group == group)
        return self._readable(query, limit)

    def queue(self, limit: int | None = None) -> Runs:
        """The queued runs in the order in which they will be started."""
        return self._readable(queue_query(), limit)

    def runs_of(self, run_ids: Sequence[str]) -> Runs:
        """The runs with these ids, in their order, without those that were deleted or are damaged."""
        with self.db.read() as connection:
            return runs_by_id(connection, run_ids)

    def finished_by_network(self, wanted: Mapping[str, tuple[Network, Recipe]]) -> dict[str, Run]:
        """The finished run that shows best what comes of a network, by the keys of `wanted`; see `by_network`."""
        with self.db.read() as connection:
            numbers = numbers_by_network(connection, wanted)
            rows = connection.execute(present(select(runs)).where(runs.c.number.in_(numbers.values()))).all()
        found = {run.number: run for run in runs_from_rows(rows)}
        return {key: found[number] for key, number in numbers.items() if number in found}

    def same_trainings(self, network: Network, recipe: Recipe) -> Runs:
        """The newest finished runs of these layers with this recipe and its seed, newest first; see `by_network`."""
        with self.db.read() as connection:
            return runs_from_rows(connection.execute(same_trainings_query(connection, network, recipe)))

    def count(self, states: Collection[RunState] | None = None) -> int:
        """The number of runs in these states, or in all."""
        query = present(select(func.count()).select_from(runs))
        if states is not None:
            query = query.where(runs.c.state.in_(states))
        with self.db.read() as connection:
            return int(connection.execute(query).scalar_one())

    def points(self, run_id: str, after_step: int = -1) -> Points:
        """The points of a run's curves after a step, in the order of steps."""
        return self.points_of([run_id], after_step=after_step)[run_id]

    def points_of(
        self, run_ids: Collection[str], kind: Literal["step", "epoch"] | None = None, after_step: int = -1
    ) -> dict[str, Points]:
        """The points of many runs by run id, each in the order of steps, in one query."""
        with self.db.read() as connection:
            return points_by_run(connection, run_ids, kind, after_step)

    def damaged(self) -> Sequence[str]:
        """The ids of the runs whose records cannot be read, oldest first; active runs are not checked."""
        with self.db.read() as connection:
            return self._integrity.damaged(connection)

    def search(
        self,
        text: str = "",
        states: Collection[RunState] = ENDED_STATES,
        group: str | None = None,
        exclude: Collection[str] = (),
    ) -> SearchResult:
        """Find the runs in one of the states that contain every word; see `search.search_query`."""
        with self.db.read() as connection:
            return search_runs(connection, _encodable(text), states, group, exclude)

    def tally(
        self,
        states: Collection[RunState] = ENDED_STATES,
        exclude: Collection[str] = (),
        group: str | None = None,
    ) -> RunCounts:
        """The number of runs in each of the states, of one sweep or of all, and the names of their sweeps."""
        with self.db.read() as connection:
            return count_runs(connection, states, exclude, group)

    def version(self) -> str:
        """A text that changes when the list of runs does; see `search.runs_version`."""
        with self.db.read() as connection:
            return runs_version(connection)

    # Adding runs

    def create(
        self,
        network: Network,
        recipe: Recipe,
        *,
        name: str | None = None,
        actor: Actor = MACHINE,
        group: str = "",
        parent: str = "",
        initial_weights: Path | None = None,
    ) -> Run:
        """Queue a new run of the actor.

        Args:
            network: What it trains.
            recipe: How it trains it.
            name: Without one it gets that of its network.
            actor: Who owns it.
            group: The name of its sweep.
            parent: Id of the run with whose weights it starts.
            initial_weights: These weights, a file as Keras saves a network.

        Raises:
            QueueLimitError: The actor has too much in the queue.
            StoreError: The weights cannot be copied.
        """
        run_id = new_run_id()
        # Before the run can be seen, so that no worker takes it without them.
        given = [] if initial_weights is None else self.files.put_initial_weights(run_id, initial_weights)
        try:
            with self.db.write(Area.QUEUE) as connection:
                self._limits.ensure_room(connection, actor, [images_to_train(recipe)])
                connection.execute(
                    runs.insert().values(
                        id=run_id,
                        name=clean_name(name or network.name),
                        state=RunState.QUEUED,
                        position=end_of_queue(connection),
                        network=network.to_json(),
                        recipe=recipe.to_json(),
                        created=now(connection),
                        owner=actor.browser_id,
                        run_group=clean_name(group) if group else "",
                        parent=parent,
                    )
                )
                self.files.add_initial_weights(connection, run_id, given)
                return run_from_row(connection.execute(select(runs).where(runs.c.id == run_id)).one())
        except BaseException:
            if initial_weights is not None:
                self.files.remove(run_id)
            raise

    def free_name(self, name: str, actor: Actor = MACHINE) -> str:
        """The name, or "Small CNN 2" if the actor has runs called "Small CNN"; also deleted runs have their names.

        Runs of other browsers do not count: in a class, nobody's first network is number 31.
        """
        with self.db.read() as connection:
            return free_name(connection, name, (actor.browser_id, REFERENCE))

    def ensure_room(self, actor: Actor, recipes: Sequence[Recipe]) -> None:
        """Check that the actor may queue a run with each of these recipes.

        Raises:
            QueueLimitError: They are too many.
        """
        with self.db.read() as connection:
            self._limits.ensure_room(connection, actor, [images_to_train(recipe) for recipe in recipes])

    def continue_run(
        self, run_id: str, more_epochs: int, actor: Actor = MACHINE, *, keep_learning_rate: bool = True
    ) -> Run:
        """Queue a new run that continues a finished or stopped one; see `RunCommands.continue_run`."""
        return self._commands.continue_run(run_id, more_epochs, actor, keep_learning_rate=keep_learning_rate)

    def import_runs(self, runs_to_import: Sequence[imported.ImportedRun]) -> None:
        """Add ended runs of another lab below all others; known ids stay as they are. Copy their files before."""
        with self.db.write(Area.IMPORTS) as connection:
            imported.import_runs(connection, runs_to_import)

    def imported_ids(self) -> frozenset[str]:
        """The ids of all runs that were ever imported, deleted ones included."""
        with self.db.read() as connection:
            return imported.imported_ids(connection)

    # The user's commands, each documented in `RunCommands`

    def request(self, run_id: str, command: Command, actor: Actor = MACHINE) -> None:
        """Pause, step, stop, discard or (`Command.NONE`) continue a run."""
        self._commands.request(run_id, command, actor)

    def set_learning_rate(self, run_id: str, factor: float, actor: Actor = MACHINE) -> None:
        """Multiply the learning rate of a queued or active run by `factor`, from its next steps on."""
        self._commands.set_learning_rate(run_id, factor, actor)

    def requeue(self, run_id: str, actor: Actor = MACHINE) -> None:
        """Put an interrupted, failed or set-aside run into the queue."""
        self._commands.requeue(run_id, actor)

    def move_to_front(self, run_id: str, actor: Actor = MACHINE) -> None:
        """Move a queued run to the front of the queue, or of the actor's own runs."""
        self._commands.move_to_front(run_id, actor)

    def rename(self, run_id: str, name: str, actor: Actor = MACHINE) -> None:
        """Give a run another name."""
        self._commands.rename(run_id, name, actor)

    def annotate(self, run_id: str, note: str, actor: Actor = MACHINE) -> None:
        """Replace a run's note."""
        self._commands.annotate(run_id, note, actor)

    def delete(self, run_id: str, actor: Actor = MACHINE, *, forever: bool = False) -> None:
        """Move a run that has ended or is queued to the bin, or remove it at once."""
        self._commands.delete(run_id, actor, forever=forever)

    def restore(self, run_id: str, actor: Actor = MACHINE) -> None:
        """Bring a run back from the bin."""
        self._commands.restore(run_id, actor)

    # The bin

    def deleted_runs(self, owner: str | None = None, limit: int | None = None) -> Sequence[deletion.DeletedRun]:
        """The runs in the bin, or those of an owner, the one deleted last first: at most `limit`."""
        with self.db.read() as connection:
            return deletion.deleted_runs(connection, owner, limit)

    def count_deleted(self, owner: str | None = None) -> int:
        """How many runs are in the bin, or how many of an owner."""
        with self.db.read() as connection:
            return deletion.count_deleted(connection, owner)

    def deleted_among(self, run_ids: Collection[str]) -> Sequence[str]:
        """Which of these runs are in the bin."""
        with self.db.read() as connection:
            return deletion.deleted_among(connection, run_ids)

    def deleted_name(self, run_id: str) -> str | None:
        """The name of the run with this id if it is in the bin, else None."""
        with self.db.read() as connection:
            return deletion.deleted_name(connection, run_id)

    def empty_bin(self) -> Sequence[str]:
        """Remove the runs that have been in the bin for a day; see `deletion.empty_bin`. Returns their ids."""
        return deletion.empty_bin(self.db, self.runs_folder, self.files.remove)

    # Workers

    def claim(self, run_id: str, worker: str) -> Run | None:
        """Take a queued run (→ starting, next attempt); None if it is not queued. See `claims.claim_run`."""
        return claim_run(self.db, run_id, worker, self._host)

    def claim_first(self, run_ids: Sequence[str], worker: str, lock: Callable[[str], bool]) -> Run | None:
        """Take the first of these runs that is free and can be locked; see `claims.claim_first`."""
        return claim_first(self.db, run_ids, worker, self._host, lock)

    def attempt(self, run: Run) -> RunAttempt:
        """The worker's side of a claimed run: what may be written to it as long as `run.attempt` is its latest."""
        return RunAttempt(self.db, run.id, run.attempt)

    def has_claimed(self, worker: str) -> bool:
        """Whether the worker with this name has claimed a run."""
        with self.db.read() as connection:
            return connection.execute(select(runs.c.id).where(runs.c.worker == worker).limit(1)).first() is not None

    def reap_stale_runs(self) -> Runs:
        """Mark every active run whose worker is dead as interrupted; returns these runs."""
        stale = stale_runs.reap_stale_runs(self.db, self.runs_folder, self._host)
        if not stale:
            return []
        with self.db.read() as connection:
            query = present(select(runs)).where(runs.c.id.in_(stale)).order_by(runs.c.number)
            rows = connection.execute(query).all()
        return runs_from_rows(rows)

    def _readable(self, query: Select[*tuple[Any, ...]], limit: int | None) -> Runs:
        """The first `limit` runs of a query whose records can be read."""
        with self.db.read() as connection:
            rows = connection.execute(query.limit(limit)).all()
            found = runs_from_rows(rows)
            if limit is not None and len(found) < len(rows) == limit:
                found = runs_from_rows(connection.execute(query).all())[:limit]
        return found


def _encodable(text: str) -> str:
    """The text without what a database does not take: lone surrogates, as bytes that are no UTF-8, and NUL."""
    return text.encode("utf-8", errors="replace").decode("utf-8").replace("\0", "?")


def open_store(settings: Settings) -> RunStore:
    """Open the run store that the settings name; create it if it does not exist.

    Raises:
        StoreError: It cannot be opened, or was written by a newer MNIST Lab.
        StoreLocationError: The settings name a location that cannot be used.
    """
    # Not `settings.db_url`: in a URL, a question mark in the path of the home would end the path.
    home = URL.create("sqlite", database=str(settings.home / "runs.sqlite"))
    limits = QueueLimits(settings.max_queued_per_browser, settings.max_images_per_browser)
    objects = ObjectStore(settings.files_url) if settings.files_url else None
    return RunStore(settings.db or home, settings.runs_folder, objects=objects, limits=limits)
