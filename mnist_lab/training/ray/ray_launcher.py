"""The launcher for a Ray cluster: it gives queued runs to Ray, one job each, and only as many as fit now.

The store stays in charge. Ray's word that a job has failed ends no run: after the loss of a machine its process may
train on for minutes. A run is lost when its worker's lock or heartbeat says so (`runs/stale_runs.py`), and waits for
its user, as on one machine.
"""

import logging
import time
from collections.abc import Iterable, Sequence

from mnist_lab.runs import ACTIVE_STATES, Run, RunState, RunStore
from mnist_lab.runs.queries.assignments import assignments
from mnist_lab.runs.queries.lab_identity import lab_identity
from mnist_lab.settings import Settings
from mnist_lab.store_address import has_secret
from mnist_lab.training.claim import WORKER_NAME
from mnist_lab.training.launcher_loop import LauncherLoop, last_line
from mnist_lab.training.ray.cluster_health import ensure_large_enough
from mnist_lab.training.ray.jobs_client import JobsClient
from mnist_lab.training.ray.placement import LabJob, Machine, count_that_fit

TICK_SECONDS = 1.0
BUSY_LOOK_SECONDS = 5.0
"""Between two looks at Ray while jobs of this lab run and no run waits."""
IDLE_LOOK_SECONDS = 30.0
GRACE_SECONDS = 60.0
"""How long a job may go on that has lost its run, before Ray is told to stop it: its worker ends by itself sooner."""
SLOW_SECONDS = 120.0
"""How long a job may be on its way to its run before that is told: it waits for its machine, or for a disk."""
MAX_PAUSE_SECONDS = 60.0
"""Maximum seconds between two tries to train a run whose jobs end before they take it."""
MAX_SUBMITTED = 20
"""Jobs that are submitted in one tick, so that the next look is not long in coming."""
KEPT_JOBS = 100
"""Ended jobs of this lab that Ray still lists; older ones are deleted, since each look reads the whole list."""
FORWARDED = ("files", "memory", "mnist_url", "watch")
"""Settings that a job gets as the app has them, if they were set."""

log = logging.getLogger(__name__)


class RayLauncher(LauncherLoop):
    """Submits the first queued runs as far as the cluster has room, and stops jobs that have lost their run."""

    def __init__(self, settings: Settings) -> None:
        """Connect to nothing yet."""
        super().__init__(settings, TICK_SECONDS)
        self._client = JobsClient(settings)
        self._lab = ""
        """The lab's name, known from the first look on: only jobs of its own lab are stopped by a launcher."""
        self._variables = job_variables(settings)
        self._next_look = 0.0
        self._outcomes: dict[str, float] = {}
        """When it was noticed that a job has ended without its run, or has taken it."""
        self._under_way: dict[str, float] = {}
        """Since when a job is on its way to its run, which is still queued."""
        self._lost: dict[str, float] = {}
        """Since when a job goes on without its run."""
        self._failures = 0
        """Jobs that ended without their runs since the last one that took its run."""
        self._not_before = 0.0
        self._start_error = ""
        self._has_looked = False

    @property
    def description(self) -> str:
        """What is done with queued runs, in one sentence."""
        return f"Giving queued runs to Ray at {self._client.address}, as many as it has room for."

    def close(self) -> None:
        """Stop the thread; jobs go on."""
        super().close()
        self._client.close()

    def _tick(self, store: RunStore) -> None:
        now = time.monotonic()
        waits = store.count([RunState.QUEUED]) > 0
        if not waits:
            self.error = self._start_error = ""
            self._failures, self._not_before = 0, 0.0
            if now < self._next_look:
                return
        self._lab = self._lab or lab_identity(store.db)
        # The jobs are read first: a job that has ended by then has taken its run by then, or never will.
        jobs = self._client.jobs()
        ours = [job for job in jobs if job.lab == self._lab]
        going = [job for job in ours if not job.has_ended]
        self._next_look = now + (BUSY_LOOK_SECONDS if going else IDLE_LOOK_SECONDS)
        self._stop_lost(store, going, now)
        if waits:
            self._serve_queue(store, jobs, now)
        self._forget_old(ours)
        self._has_looked = True

    def _serve_queue(self, store: RunStore, jobs: Sequence[LabJob], now: float) -> None:
        machines = self._client.machines()
        cpus, gpus = self._settings.ray_cpus, self._settings.ray_gpus
        ensure_large_enough(machines, cpus, gpus, self._client.address)
        room = min(count_that_fit(machines, jobs, cpus, gpus), MAX_SUBMITTED)
        unclaimed = [job for job in jobs if not job.has_ended]
        # Those whose jobs have not taken them yet are in the queue, too.
        queue = store.queue(limit=room + len(unclaimed) + MAX_SUBMITTED)
        self._note_failures(queue, jobs, machines, now)
        self.error = self._start_error or self._slow_message(queue, unclaimed, now)
        waiting = [run for run in queue if not any(_is_for(job, run) for job in unclaimed)]
        if self._failures:
            # While jobs fail, one at a time finds out whether it works again; another run each time, as it may be the
            # run's own fault. Python's sort keeps the order of the queue among equals.
            waiting.sort(key=lambda run: len(_tries(run, jobs)))
            room = 0 if now < self._not_before or len(waiting) < len(queue) else min(room, 1)
        for run in waiting[:room]:
            self._submit(run, _tries(run, jobs))

    def _submit(self, run: Run, tries: Sequence[LabJob]) -> None:
        number = max((job.number for job in tries), default=0) + 1
        cpus, gpus = self._settings.ray_cpus, self._settings.ray_gpus
        job = LabJob(run.id, run.attempt + 1, number, self._lab, cpus, gpus)
        # Without a slot, as Ray decides how many trainings a machine has.
        command = f"{self._settings.ray_command} worker --run {run.id} --without-slot"
        if self._client.submit(job, command, self._variables | {WORKER_NAME: job.submission_id}):
            log.info("Run %s is given to Ray as %s", run.id, job.submission_id)

    def _note_failures(
        self, queue: Iterable[Run], jobs: Sequence[LabJob], machines: Sequence[Machine], now: float
    ) -> None:
        """Count the jobs that ended although their run is still queued in the attempt before."""
        for run in queue:
            for job in _tries(run, jobs):
                if job.has_ended and job.submission_id not in self._outcomes:
                    self._outcomes[job.submission_id] = now
                    # What failed before this app was started may have been repaired since.
                    if self._has_looked:
                        self._note_failure(run, job, machines, now)

    def _note_failure(self, run: Run, job: LabJob, machines: Sequence[Machine], now: float) -> None:
        self._failures += 1
        pause = min(2.0**self._failures, MAX_PAUSE_SECONDS)
        self._not_before = now + pause
        often = f", {self._failures} times in a row" if self._failures > 1 else ""
        where = next((f" on {machine.host}" for machine in machines if machine.id == job.machine), "")
        output = last_line(job.message)
        said = f" The last line of its log: {output!r}." if output else ""
        self._start_error = (
            f"Ray started the training of '{run.name}'{where}, but it ended before it took the run{often}.{said} The"
            f" next try is in {pause:.0f} s; the log is in Ray's dashboard, job {job.submission_id}."
        )
        log.warning("%s", self._start_error)

    def _slow_message(self, queue: Iterable[Run], unclaimed: Sequence[LabJob], now: float) -> str:
        """What to say if a job has been on its way to its run for long; "" if none has."""
        under_way = {job.submission_id: run for run in queue for job in unclaimed if _is_for(job, run)}
        self._under_way = {name: self._under_way.get(name, now) for name in under_way}
        for name, since in self._under_way.items():
            if now - since >= SLOW_SECONDS:
                return (
                    f"Ray was given the training of '{under_way[name].name}' {(now - since) / 60:.0f} minutes ago, and"
                    f" it has not begun: look at the job {name} in Ray's dashboard."
                )
        return ""

    def _stop_lost(self, store: RunStore, going: Sequence[LabJob], now: float) -> None:
        """Stop jobs whose run is another worker's, or nobody's, and note those that have taken theirs."""
        found = assignments(store.db, {job.run_id for job in going})
        lost = set()
        for job in going:
            run = found.get(job.run_id)
            if run is not None and run.state in ACTIVE_STATES and run.worker == job.submission_id:
                if job.submission_id not in self._outcomes:
                    self._outcomes[job.submission_id] = now
                    self._failures, self._not_before, self._start_error = 0, 0.0, ""
            # A job that Ray has not started yet cannot be stopped; its worker will find nothing to take.
            elif job.machine and not (
                run is not None and run.state == RunState.QUEUED and run.attempt + 1 == job.attempt
            ):
                lost.add(job.submission_id)
        self._lost = {name: self._lost.get(name, now) for name in lost}
        for name, since in self._lost.items():
            if now - since >= GRACE_SECONDS:
                log.warning("Job %s goes on without its run and is stopped", name)
                self._client.stop(name)
                self._lost[name] = now

    def _forget_old(self, ours: Sequence[LabJob]) -> None:
        ended = sorted((job for job in ours if job.has_ended), key=lambda job: job.ended, reverse=True)
        for job in ended[KEPT_JOBS : KEPT_JOBS + MAX_SUBMITTED]:
            self._client.delete(job.submission_id)
        listed = {job.submission_id for job in ours}
        self._outcomes = {name: when for name, when in self._outcomes.items() if name in listed}


def job_variables(settings: Settings) -> dict[str, str]:
    """The environment variables of a job. Everybody who may list jobs sees them, so there is no password among them."""
    # The worker must not think that it has to ask Ray.
    variables = {"MNIST_LAB_ENGINE": "local"}
    values = settings.model_dump(mode="json", include=settings.model_fields_set & set(FORWARDED))
    variables |= {f"MNIST_LAB_{name.upper()}": str(value) for name, value in values.items() if value is not None}
    if settings.db is not None and not has_secret(settings.db):
        variables["MNIST_LAB_DB"] = settings.db
    return variables


def _tries(run: Run, jobs: Iterable[LabJob]) -> list[LabJob]:
    """The jobs that are to train a queued run now, those that failed to included."""
    return [job for job in jobs if _is_for(job, run)]


def _is_for(job: LabJob, run: Run) -> bool:
    """Whether a job is to train this queued run."""
    return job.run_id == run.id and job.attempt == run.attempt + 1
