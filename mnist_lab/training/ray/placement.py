"""The lab's jobs on a Ray cluster, and how many more of them fit on its machines now (plain data).

Only what fits now is given to Ray. What Ray has accepted it starts in its own order, so that a run that was moved to
the front of our queue, or one of a browser whose turn it is, would wait behind all others.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

PREFIX = "mnist-lab"
_SUBMISSION_ID = re.compile(PREFIX + r"-([a-z0-9]{1,8})-(\d{1,9})-(\d{1,9})")
_ENDED = frozenset({"STOPPED", "SUCCEEDED", "FAILED"})
_TOLERANCE = 1e-6
"""Sums of fractions of a processor are not exact."""


@dataclass(frozen=True, slots=True)
class LabJob:
    """A Ray Job that trains one run in one attempt.

    Its name follows from run, attempt and number, so that two apps that want to train a run submit the same job, which
    Ray refuses the second time.
    """

    run_id: str
    attempt: int
    number: int
    """1, and one more each time that a job of this attempt has ended before it took the run."""
    lab: str
    cpus: float
    gpus: float
    status: str = "PENDING"
    machine: str = ""
    """The id of the machine on which it was started."""
    message: str = ""
    """Ray's message, which ends with the job's last output if it failed."""
    started: float = 0.0
    """When it was submitted, in seconds since 1970 by the clock of the cluster's head."""
    ended: float = 0.0
    """When it ended, by the clock of its machine."""

    @classmethod
    def of(
        cls,
        submission_id: str,
        status: str,
        metadata: Mapping[str, str],
        *,
        machine: str = "",
        message: str = "",
        started: float = 0.0,
        ended: float = 0.0,
    ) -> Self | None:
        """The job that Ray lists under this name; None if no lab submitted it."""
        found = _SUBMISSION_ID.fullmatch(submission_id)
        if found is None:
            return None
        try:
            cpus, gpus = float(metadata["cpus"]), float(metadata["gpus"])
        except (KeyError, ValueError):
            return None
        run_id, attempt, number = found[1], int(found[2]), int(found[3])
        lab = metadata.get("lab", "")
        return cls(run_id, attempt, number, lab, cpus, gpus, status, machine, message, started, ended)

    @property
    def submission_id(self) -> str:
        """Its name in Ray."""
        return f"{PREFIX}-{self.run_id}-{self.attempt}-{self.number}"

    @property
    def metadata(self) -> dict[str, str]:
        """What Ray keeps with the job and its dashboard shows."""
        return {"run": self.run_id, "lab": self.lab, "cpus": str(self.cpus), "gpus": str(self.gpus)}

    @property
    def has_ended(self) -> bool:
        """Whether Ray says so; after the loss of a machine its process may go on nevertheless."""
        return self.status in _ENDED


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine of the cluster that is up."""

    id: str
    host: str
    cpus: float
    gpus: float
    used_cpus: float
    """What Ray knew at the time `as_of`."""
    used_gpus: float
    as_of: float
    """In seconds since 1970 by the clock of the cluster's head; 0 if Ray's figures are not to be had."""

    def takes(self, cpus: float, gpus: float) -> bool:
        """Whether a training fits on it while nothing else runs."""
        return _fits(self.cpus, self.gpus, cpus, gpus)


def count_that_fit(machines: Iterable[Machine], jobs: Iterable[LabJob], cpus: float, gpus: float) -> int:
    """How many more trainings of this size fit on the machines, each on one of them.

    Args:
        machines: The machines that are up.
        jobs: All jobs of labs. Those that run take their share even if Ray's figures do not have them yet, and those
            that wait are given their places first.
        cpus: Processors of one training.
        gpus: Graphics cards of one training.
    """
    jobs = list(jobs)
    free = {machine.id: _free(machine, jobs) for machine in machines}
    for job in jobs:
        if not job.machine and not job.has_ended:
            _place(free, job.cpus, job.gpus)
    count = 0
    while _place(free, cpus, gpus):
        count += 1
    return count


def _free(machine: Machine, jobs: Iterable[LabJob]) -> list[float]:
    """The processors and graphics cards of a machine that nobody has."""
    here = [job for job in jobs if job.machine == machine.id]
    running = [job for job in here if not job.has_ended]
    # Ray's figures, up to five seconds old, still have them. Where clocks differ, one job too many waits for a moment.
    over = [job for job in here if job.has_ended and job.started <= machine.as_of < job.ended]
    return [
        machine.cpus - max(machine.used_cpus - sum(job.cpus for job in over), sum(job.cpus for job in running)),
        machine.gpus - max(machine.used_gpus - sum(job.gpus for job in over), sum(job.gpus for job in running)),
    ]


def _place(free: dict[str, list[float]], cpus: float, gpus: float) -> bool:
    """Take a training's share from the first machine that has it; False if none has."""
    for left in free.values():
        if _fits(left[0], left[1], cpus, gpus):
            left[0] -= cpus
            left[1] -= gpus
            return True
    return False


def _fits(free_cpus: float, free_gpus: float, cpus: float, gpus: float) -> bool:
    return free_cpus + _TOLERANCE >= cpus and free_gpus + _TOLERANCE >= gpus
