"""The launcher against a stand-in for Ray: what is submitted when, what is said, what is stopped."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from mnist_lab.network import Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, Run, RunState, RunStore
from mnist_lab.runs.queries.lab_identity import lab_identity
from mnist_lab.runs.schema import runs
from mnist_lab.settings import Settings
from mnist_lab.training.launcher import Launcher, open_launcher
from mnist_lab.training.ray import ray_launcher
from mnist_lab.training.ray.ray_launcher import RayLauncher, job_variables
from tests.training.ray.fake_ray import FakeRay

NO_PACKAGE = "Job entrypoint command failed with exit code 1, last available logs:\n/bin/sh: 1: lab: not found\n"


@pytest.fixture
def fake() -> Iterator[FakeRay]:
    with FakeRay() as opened:
        yield opened


@pytest.fixture
def ray_settings(offline: Settings, fake: FakeRay) -> Settings:
    return offline.model_copy(
        update={"engine": "ray", "ray_address": fake.address, "db": offline.db_url, "files": offline.runs_folder}
    )


@pytest.fixture
def launcher(ray_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[RayLauncher]:
    """A launcher that has no thread: a test says when it looks, and with pauses that are over at once."""
    monkeypatch.setattr(ray_launcher, "MAX_PAUSE_SECONDS", 0.0)
    for name in ("BUSY_LOOK_SECONDS", "IDLE_LOOK_SECONDS"):
        monkeypatch.setattr(ray_launcher, name, 0.0)
    opened = RayLauncher(ray_settings)
    yield opened
    opened.close()


def queue(store: RunStore, count: int) -> list[Run]:
    return [store.create(Network(name=f"run {number}"), Recipe(epochs=1, limit=300)) for number in range(count)]


def name_of(run: Run, attempt: int = 1, number: int = 1) -> str:
    return f"mnist-lab-{run.id}-{attempt}-{number}"


def claim(store: RunStore, run: Run, worker: str) -> Run:
    claimed = store.claim(run.id, worker)
    assert claimed is not None
    return claimed


def test_the_settings_choose_the_launcher(offline: Settings, ray_settings: Settings) -> None:
    assert isinstance(open_launcher(offline), Launcher)
    launcher = open_launcher(ray_settings)
    assert isinstance(launcher, RayLauncher)
    assert (
        launcher.description == f"Giving queued runs to Ray at {ray_settings.ray_address}, as many as it has room for."
    )
    assert not launcher.is_loading


def test_only_the_first_of_the_queue_are_submitted_as_far_as_they_fit(
    launcher: RayLauncher, fake: FakeRay, store: RunStore
) -> None:
    first, second, third = queue(store, 3)
    for _ in range(2):
        launcher._tick(store)
        assert list(fake.jobs) == [name_of(first), name_of(second)]
    assert launcher.error == ""
    body = fake.jobs[name_of(first)]["body"]
    assert body["entrypoint"] == f"python -m mnist_lab worker --run {first.id} --without-slot"
    assert body["entrypoint_num_cpus"] == 1.0
    # The first one ends; its machine is free at once, although Ray's figures still say that it is in use.
    fake.start(name_of(first), "n1")
    fake.start(name_of(second), "n2")
    fake.machines = {"n1": (1.0, 1.0), "n2": (1.0, 1.0)}
    for run in (first, second):
        claim(store, run, name_of(run))
    launcher._tick(store)
    assert name_of(third) not in fake.jobs
    fake.end(name_of(first))
    launcher._tick(store)
    assert name_of(third) in fake.jobs


def test_who_is_moved_to_the_front_is_submitted_next(launcher: RayLauncher, fake: FakeRay, store: RunStore) -> None:
    waiting = queue(store, 4)
    launcher._tick(store)
    store.move_to_front(waiting[3].id)
    for run in waiting[:2]:
        fake.start(name_of(run))
        claim(store, run, name_of(run))
        fake.end(name_of(run))
    fake.machines = {"n1": (1.0, 0.0)}
    launcher._tick(store)
    assert name_of(waiting[3]) in fake.jobs
    assert name_of(waiting[2]) not in fake.jobs


def test_two_apps_submit_a_run_once(
    launcher: RayLauncher, ray_settings: Settings, fake: FakeRay, store: RunStore
) -> None:
    (run,) = queue(store, 1)
    launcher._tick(store)
    other = RayLauncher(ray_settings)
    # As if it had read the list of jobs before the first one submitted.
    other._submit(run, [])
    assert list(fake.jobs) == [name_of(run)]
    assert fake.jobs[name_of(run)]["metadata"]["lab"] == lab_identity(store.db)
    other.close()


def test_a_job_that_fails_before_it_has_its_run_is_told_and_another_run_is_tried_alone(
    launcher: RayLauncher, fake: FakeRay, store: RunStore
) -> None:
    first, second, third = queue(store, 3)
    launcher._tick(store)
    fake.start(name_of(first), "n2")
    fake.end(name_of(first), "FAILED", NO_PACKAGE)
    launcher._tick(store)
    assert launcher.error == (
        "Ray started the training of 'run 0' on 10.0.0.2, but it ended before it took the run. The last line of its"
        " log: '/bin/sh: 1: lab: not found'. The next try is in 0 s; the log is in Ray's dashboard, job"
        f" {name_of(first)}."
    )
    assert store.get(first.id).state is RunState.QUEUED
    # The second is under way: nothing else is tried before it is known how that ends.
    assert list(fake.jobs) == [name_of(first), name_of(second)]
    fake.start(name_of(second))
    fake.end(name_of(second), "FAILED", NO_PACKAGE)
    launcher._tick(store)
    assert ", 2 times in a row. " in launcher.error
    assert list(fake.jobs) == [name_of(first), name_of(second), name_of(third)]
    fake.start(name_of(third))
    claim(store, third, name_of(third))
    launcher._tick(store)
    launcher._tick(store)
    assert launcher.error == ""
    assert name_of(first, number=2) in fake.jobs


def test_pauses_between_tries_grow(
    launcher: RayLauncher, fake: FakeRay, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_launcher, "MAX_PAUSE_SECONDS", 60.0)
    (run,) = queue(store, 1)
    launcher._tick(store)
    fake.end(name_of(run), "FAILED", NO_PACKAGE)
    for pause in (2, 4, 8, 16, 32, 60, 60):
        launcher._tick(store)
        assert f"The next try is in {pause} s" in launcher.error
        submitted = list(fake.jobs)
        launcher._tick(store)
        assert list(fake.jobs) == submitted
        launcher._not_before = 0.0
        launcher._tick(store)
        (newest,) = set(fake.jobs) - set(submitted)
        fake.end(newest, "FAILED", NO_PACKAGE)


def test_what_failed_before_the_app_was_started_is_tried_at_once_under_another_number(
    ray_settings: Settings, launcher: RayLauncher, fake: FakeRay, store: RunStore
) -> None:
    (run,) = queue(store, 1)
    launcher._tick(store)
    fake.end(name_of(run), "FAILED", NO_PACKAGE)
    later = RayLauncher(ray_settings)
    later._tick(store)
    assert name_of(run, number=2) in fake.jobs
    assert later.error == ""
    later.close()


def test_a_run_whose_job_ray_has_forgotten_is_submitted_anew(
    launcher: RayLauncher, fake: FakeRay, store: RunStore
) -> None:
    (run,) = queue(store, 1)
    launcher._tick(store)
    fake.jobs.clear()
    launcher._tick(store)
    assert list(fake.jobs) == [name_of(run)]


def test_a_failed_job_does_not_give_its_run_back_and_a_resumed_run_is_the_next_attempt(
    launcher: RayLauncher, fake: FakeRay, store: RunStore
) -> None:
    (run,) = queue(store, 1)
    launcher._tick(store)
    fake.start(name_of(run))
    claimed = claim(store, run, name_of(run))
    fake.end(name_of(run), "FAILED", "The machine died.")
    launcher._tick(store)
    assert store.get(run.id).state is RunState.STARTING
    assert list(fake.jobs) == [name_of(run)]
    store.attempt(claimed).finish(RunState.INTERRUPTED, None, "lost")
    launcher._tick(store)
    assert list(fake.jobs) == [name_of(run)]
    store.requeue(run.id)
    launcher._tick(store)
    assert list(fake.jobs) == [name_of(run), name_of(run, attempt=2)]


def test_a_job_without_its_run_is_stopped_after_a_while(
    launcher: RayLauncher, fake: FakeRay, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.machines = {f"n{number}": (1.0, 0.0) for number in range(1, 6)}
    mine, deleted, lost, waiting, pending = queue(store, 5)
    launcher._tick(store)
    fake.jobs["mnist-lab-elsewher-1-1"] = {
        "submission_id": "mnist-lab-elsewher-1-1",
        "metadata": {"lab": "another", "cpus": "1", "gpus": "0"},
    }
    for name in (*map(name_of, (mine, deleted, lost, waiting)), "mnist-lab-elsewher-1-1"):
        fake.start(name)
    claim(store, mine, name_of(mine))
    store.attempt(claim(store, lost, name_of(lost))).finish(RunState.INTERRUPTED, None, "lost")
    store.delete(deleted.id)
    store.delete(pending.id)
    launcher._tick(store)
    assert fake.stopped == []
    monkeypatch.setattr(ray_launcher, "GRACE_SECONDS", 0.0)
    launcher._tick(store)
    assert sorted(fake.stopped) == sorted([name_of(deleted), name_of(lost)])


def test_a_run_that_another_worker_took_leaves_its_job_to_be_stopped(
    launcher: RayLauncher, fake: FakeRay, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run,) = queue(store, 1)
    launcher._tick(store)
    claim(store, run, "worker of another machine")
    fake.start(name_of(run))
    monkeypatch.setattr(ray_launcher, "GRACE_SECONDS", 0.0)
    launcher._tick(store)
    assert fake.stopped == [name_of(run)]


def test_a_run_whose_record_is_damaged_keeps_its_job(
    launcher: RayLauncher, fake: FakeRay, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run,) = queue(store, 1)
    launcher._tick(store)
    fake.start(name_of(run))
    claim(store, run, name_of(run))
    with store.db.write() as connection:
        connection.execute(update(runs).where(runs.c.id == run.id).values(network="{"))
    monkeypatch.setattr(ray_launcher, "GRACE_SECONDS", 0.0)
    launcher._tick(store)
    assert fake.stopped == []


def test_a_paused_run_keeps_its_job(
    launcher: RayLauncher, fake: FakeRay, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run,) = queue(store, 1)
    launcher._tick(store)
    fake.start(name_of(run))
    claim(store, run, name_of(run))
    store.request(run.id, Command.PAUSE)
    with store.db.write() as connection:
        connection.execute(update(runs).where(runs.c.id == run.id).values(state=RunState.PAUSED))
    monkeypatch.setattr(ray_launcher, "GRACE_SECONDS", 0.0)
    launcher._tick(store)
    assert fake.stopped == []


def test_old_ended_jobs_of_this_lab_are_deleted(
    launcher: RayLauncher, fake: FakeRay, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_launcher, "KEPT_JOBS", 1)
    fake.machines = {"n1": (3.0, 0.0)}
    old, new, going = queue(store, 3)
    launcher._tick(store)
    for run in (old, new, going):
        fake.start(name_of(run))
        claim(store, run, name_of(run))
    fake.end(name_of(old), after=1.0)
    fake.end(name_of(new), after=2.0)
    launcher._tick(store)
    assert fake.deleted == [name_of(old)]


def test_a_job_that_does_not_come_to_its_run_is_told(
    launcher: RayLauncher, fake: FakeRay, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = queue(store, 2)
    launcher._tick(store)
    launcher._tick(store)
    assert launcher.error == ""
    monkeypatch.setattr(ray_launcher, "SLOW_SECONDS", 0.0)
    launcher._tick(store)
    assert launcher.error == (
        "Ray was given the training of 'run 0' 0 minutes ago, and it has not begun: look at the job"
        f" {name_of(first)} in Ray's dashboard."
    )
    for run in (first, second):
        fake.start(name_of(run))
        claim(store, run, name_of(run))
    queue(store, 1)
    monkeypatch.setattr(ray_launcher, "SLOW_SECONDS", 120.0)
    launcher._tick(store)
    assert launcher.error == ""


def test_no_machine_large_enough_is_told_and_not_waited_for_in_silence(
    ray_settings: Settings, fake: FakeRay, store: RunStore
) -> None:
    queue(store, 1)
    launcher = RayLauncher(ray_settings.model_copy(update={"ray_cpus": 4.0}))
    launcher._tickseconds = 0.01
    launcher.start()
    _until(lambda: "has 4 CPUs for a training" in launcher.error)
    fake.machines["n3"] = (4.0, 0.0)
    _until(lambda: launcher.error == "" and bool(fake.jobs))
    launcher.close()


def test_ray_away_is_told_until_it_is_back(ray_settings: Settings, store: RunStore) -> None:
    queue(store, 1)
    with FakeRay() as gone:
        address = gone.address
    launcher = RayLauncher(ray_settings.model_copy(update={"ray_address": address}))
    launcher._tickseconds = 0.01
    launcher.start()
    _until(lambda: launcher.error.startswith(f"Ray does not answer at {address}: connection refused."))
    with FakeRay(port=int(address.rpartition(":")[2])) as back:
        _until(lambda: launcher.error == "" and bool(back.jobs))
        launcher.close()


def test_without_a_waiting_run_ray_is_asked_seldom(
    launcher: RayLauncher, fake: FakeRay, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_launcher, "IDLE_LOOK_SECONDS", 3600.0)
    launcher._tick(store)
    fake.answers["/api/jobs/"] = 500, "asked"
    launcher._tick(store)
    assert launcher.error == ""


def test_a_job_gets_what_was_set_but_no_password_and_no_home(offline: Settings, tmp_path: Path) -> None:
    common = {"files": tmp_path / "shared", "memory": 3.0, "ray_token": "hunter2", "home": tmp_path, "watch": False}
    open_to_all = offline.model_copy(update=common | {"db": "postgresql://me@host/lab"})
    assert job_variables(open_to_all) == {
        "MNIST_LAB_ENGINE": "local",
        "MNIST_LAB_FILES": str(tmp_path / "shared"),
        "MNIST_LAB_MEMORY": "3.0",
        "MNIST_LAB_WATCH": "False",
        "MNIST_LAB_DB": "postgresql://me@host/lab",
    }
    for address in ("postgresql://me:hunter2@host/lab", "postgresql://host/lab?password=hunter2"):
        secret = offline.model_copy(update=common | {"db": address})
        assert "hunter2" not in repr(job_variables(secret))
        assert "MNIST_LAB_DB" not in job_variables(secret)


def _until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.02)
