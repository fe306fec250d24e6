"""The run store: what pages, the command line and the launcher read and ask of runs."""

import re
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

from sqlalchemy import URL, Select, func, or_, select

from mnist_lab.errors import UnknownRunError
from mnist_lab.network import Network
from mnist_lab.network.network import clean_name
from mnist_lab.recipe import Recipe
from mnist_lab.runs import imported, stale_runs
from mnist_lab.runs.commands import ID_LENGTH, Requests, new_run_id
from mnist_lab.runs.database import BUSY_SECONDS
from mnist_lab.runs.integrity import MOST_IDS, Damage
from mnist_lab.runs.queue_order import end_of_queue, queue_query
from mnist_lab.runs.records import MetricPoint, Run
from mnist_lab.runs.rows import point_from_row, run_from_row, runs_from_rows
from mnist_lab.runs.schema import metrics, runs
from mnist_lab.runs.search import Found, Tally, matching, tally_queries
from mnist_lab.runs.state import ENDED_STATES, RunState
from mnist_lab.settings import Settings

# Within the class `list` is the method.
Runs: TypeAlias = list[Run]
Points: TypeAlias = list[MetricPoint]


class RunStore(Requests):
    """All runs of one lab. Safe to use from several threads; each process opens its own.

    Every method raises `StoreError` when the database cannot be read or written. The methods that take an attempt
    number are the worker's and stand in `Attempts`; what is asked of single runs stands in `Requests`.
    """

    def __init__(self, db_url: str | URL, runs_folder: Path, *, busy_seconds: float = BUSY_SECONDS):
        """Open the store, as `Attempts` does."""
        super().__init__(db_url, runs_folder, busy_seconds=busy_seconds)
        self._damage = Damage()

    def create(
        self, network: Network, recipe: Recipe, *, name: str | None = None, owner: str = "", group: str = ""
    ) -> Run:
        """Queue a new run, named as its network if no name is given."""
        run_id = new_run_id()
        with self.db.write() as connection:
            connection.execute(
                runs.insert().values(
                    id=run_id,
                    name=clean_name(name or network.name),
                    state=RunState.QUEUED,
                    position=end_of_queue(connection),
                    network=network.to_json(),
                    recipe=recipe.to_json(),
                    created=time.time(),
                    owner=owner,
                    run_group=clean_name(group) if group else "",
                )
            )
            return run_from_row(connection.execute(select(runs).where(runs.c.id == run_id)).one())

    def adopted_ids(self) -> frozenset[str]:
        """The ids of all runs that were ever adopted, deleted ones as well."""
        with self.db.read() as connection:
            return imported.adopted_ids(connection)

    def adopt(self, adopted: Sequence[imported.Adopted]) -> None:
        """Add ended runs of another lab behind all others; known ids stay as they are. Their files come first."""
        with self.db.write() as connection:
            imported.adopt(connection, adopted)

    def get(self, run_id: str) -> Run:
        """The run with this id.

        Raises:
            UnknownRunError: There is none.
            StoreError: Its record is damaged.
        """
        with self.db.read() as connection:
            row = connection.execute(select(runs).where(runs.c.id == run_id)).one_or_none()
        if row is None:
            raise UnknownRunError(f"There is no run {run_id!r}; it may have been deleted.")
        return run_from_row(row)

    def find(self, text: str) -> Run:
        """The run that a user means by an id, the start of one (3 characters or more) or a name.

        Raises:
            UnknownRunError: No run, or more than one, goes by it.
            StoreError: Its record is damaged.
        """
        return self.get(self.find_id(text))

    def find_id(self, text: str) -> str:
        """The id of the run that a user means, as `find` does; its record may be damaged.

        Raises:
            UnknownRunError: No run, or more than one, goes by it.
        """
        text = text.strip()
        conditions = [runs.c.name == text]
        if re.fullmatch(rf"[a-z0-9]{{3,{ID_LENGTH}}}", text):
            conditions.append(runs.c.id.like(f"{text}%"))
        with self.db.read() as connection:
            rows = connection.execute(select(runs.c.id).where(or_(*conditions)).order_by(runs.c.number)).all()
        ids = [row.id for row in rows]
        if text in ids or len(ids) == 1:
            return str(text if text in ids else ids[0])
        if ids:
            shown = ", ".join(ids[:5]) + (", …" if len(ids) > 5 else "")
            raise UnknownRunError(f"{len(ids)} runs go by {text!r}: {shown}. Use the id of one of them.")
        raise UnknownRunError(
            f"No run goes by {text!r}. Use an id, at least its first three characters, or the name of a run."
        )

    def list(
        self,
        states: Collection[RunState] | None = None,
        limit: int | None = None,
        *,
        newest_first: bool = True,
        group: str | None = None,
    ) -> Runs:
        """Runs in the order of their creation; damaged records are left out with a warning in the log."""
        query = select(runs).order_by(runs.c.number.desc() if newest_first else runs.c.number)
        if states is not None:
            query = query.where(runs.c.state.in_(states))
        if group is not None:
            query = query.where(runs.c.run_group == group)
        return self._whole(query, limit)

    def queue(self, limit: int | None = None) -> Runs:
        """The queued runs in the order in which they will be started: those moved to the front, then by turns."""
        return self._whole(queue_query(), limit)

    def damaged(self) -> Sequence[str]:
        """The ids of the runs whose records cannot be read, oldest first; those under way are not looked at."""
        with self.db.read() as connection:
            return self._damage.find(connection)

    def search(
        self,
        words: str = "",
        states: Collection[RunState] = ENDED_STATES,
        group: str | None = None,
        leave_out: Collection[str] = (),
    ) -> Found:
        """Find the runs in one of the states that hold all of the words; `searching.matching` says more."""
        fold = func.casefold if self.db.is_sqlite else func.lower
        with self.db.read() as connection:
            rows = connection.execute(matching(words, states, group, leave_out, fold)).all()
        return Found([row[0] for row in rows], sum(bool(row[1]) for row in rows))

    def tally(self, states: Collection[RunState] = ENDED_STATES, leave_out: Collection[str] = ()) -> Tally:
        """How many runs there are in each of the states, and the names of their sweeps."""
        counts, groups = tally_queries(states, leave_out)
        with self.db.read() as connection:
            found = connection.execute(counts).all()
            names = connection.execute(groups).scalars().all()
        return Tally({RunState(state): count for state, count in found}, names)

    def runs_of(self, run_ids: Sequence[str]) -> Runs:
        """The runs with these ids, in their order; without those that are gone or whose record is damaged."""
        found: dict[str, Run] = {}
        with self.db.read() as connection:
            for start in range(0, len(run_ids), MOST_IDS):
                some = runs.c.id.in_(run_ids[start : start + MOST_IDS])
                found |= {run.id: run for run in runs_from_rows(connection.execute(select(runs).where(some)))}
        return [found[run_id] for run_id in run_ids if run_id in found]

    def count(self, states: Collection[RunState] | None = None) -> int:
        """How many runs there are, in these states or at all."""
        query = select(func.count()).select_from(runs)
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
        query = select(metrics).where(metrics.c.run_id.in_(run_ids), metrics.c.step > after_step)
        if kind is not None:
            query = query.where(metrics.c.kind == kind)
        found: dict[str, Points] = {run_id: [] for run_id in run_ids}
        with self.db.read() as connection:
            # At equal steps the epoch's point comes last: it includes the step's.
            for row in connection.execute(query.order_by(metrics.c.step, metrics.c.kind.desc())):
                found[row.run_id].append(point_from_row(row))
        return found

    def sweep(self) -> Runs:
        """Move every active run whose worker is gone to interrupted, with a sentence; returns these runs."""
        lost = stale_runs.sweep(self.db, self.runs_folder, self.place)
        if not lost:
            return []
        with self.db.read() as connection:
            rows = connection.execute(select(runs).where(runs.c.id.in_(lost)).order_by(runs.c.number)).all()
        return runs_from_rows(rows)

    def has_claimed(self, worker: str) -> bool:
        """Whether the process that calls itself `worker` has, or had, a run."""
        with self.db.read() as connection:
            return connection.execute(select(runs.c.id).where(runs.c.worker == worker).limit(1)).first() is not None

    def _whole(self, query: Select[*tuple[Any, ...]], limit: int | None) -> Runs:
        """The first `limit` runs of a query that can be read: damaged ones take no other's place."""
        with self.db.read() as connection:
            rows = connection.execute(query.limit(limit)).all()
            found = runs_from_rows(rows)
            if limit is not None and len(found) < len(rows) == limit:
                found = runs_from_rows(connection.execute(query).all())[:limit]
        return found

    def close(self) -> None:
        """Close the connections to the database; the next use opens new ones."""
        self.db.close()


def open_store(settings: Settings) -> RunStore:
    """Open the run store that the settings name, and make it when it is new.

    Raises:
        StoreError: It cannot be opened, or was written by a newer MNIST Lab.
        StorePlaceError: The settings put it where it cannot be.
    """
    # Not by `db_url`: a question mark in the path of the home would end the path there.
    home = URL.create("sqlite", database=str(settings.home / "runs.sqlite"))
    return RunStore(settings.db or home, settings.runs_folder)
