"""The lab on a real Ray cluster: a head and two machines of one processor each, all on this machine.

The runs are in PostgreSQL, as with machines apart. Here all machines share one folder, and with it its locks; so a
worker's death shows at once, and not only after two minutes without a heartbeat.
"""

import itertools
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from mnist_lab.cli import main
from mnist_lab.errors import RayError
from mnist_lab.network import Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, Run, RunState, RunStore, open_store
from mnist_lab.runs.queries.lab_identity import lab_identity
from mnist_lab.settings import Settings
from mnist_lab.training.launcher_loop import LauncherLoop
from mnist_lab.training.ray import ray_launcher
from mnist_lab.training.ray.placement import LabJob
from mnist_lab.training.ray.ray_launcher import RayLauncher
from tests.missing import missing
from tests.training.twins import NETWORK, RECIPE, assert_twins, trained

if TYPE_CHECKING:
    from benchmarks.moto_server import MotoServer
    from benchmarks.postgres_server import PostgresServer
    from benchmarks.ray_cluster import RayCluster, RayNode

pytestmark = pytest.mark.slow

PATIENCE = 180.0
STAND_IN = f"{sys.executable} {Path(__file__).parents[1] / 'stand_in_worker.py'}"
REAL = f"{sys.executable} -m mnist_lab"
QUICK = Recipe(epochs=1, limit=300, seed=1, precision="float32")
SLOW = Recipe(epochs=1000, limit=300, seed=50, precision="float32")

SETTINGS = ("engine", "ray_address", "ray_token", "ray_command", "db", "files")

_numbers = itertools.count()


@pytest.fixture(scope="module")
def ray_cluster(s3: "MotoServer", tmp_path_factory: pytest.TempPathFactory) -> Iterator["RayCluster"]:
    """A head without processors; the machines come with `cluster`."""
    from benchmarks.ray_cluster import RayCluster, has_ray

    if not has_ray() or sys.platform != "linux":
        missing("needs Ray on Linux: pip install -r requirements-ray.txt")
    nowhere = tmp_path_factory.mktemp("without-mnist")
    # The lab downloads nothing, and finds no copy of MNIST in the home of who runs the tests.
    variables = {"MNIST_LAB_DATA": str(nowhere), "HOME": str(nowhere), **s3.environment()}
    with RayCluster(variables) as opened:
        yield opened


@pytest.fixture
def cluster(ray_cluster: "RayCluster") -> "RayCluster":
    """The cluster with its two machines, whatever the test before has done to it."""
    _restore(ray_cluster)
    return ray_cluster


def _restore(cluster: "RayCluster") -> None:
    try:
        with cluster.client as client:
            client.version()
    except RayError:
        cluster.start_head()
    while cluster.count() < 2:
        cluster.add_machine()


@pytest.fixture
def database(postgres: "PostgresServer") -> Iterator[str]:
    # One that outlives its test must not meet the next one.
    name = f"ray_{next(_numbers)}"
    yield postgres.create(name).render_as_string(hide_password=False)
    postgres.drop(name)


@pytest.fixture
def lab(offline: Settings, cluster: "RayCluster") -> Settings:
    """The settings of the app, whose workers only pretend to train."""
    more = {"engine": "ray", "ray_address": cluster.address, "ray_token": cluster.token, "ray_command": STAND_IN}
    return offline.model_copy(update=more | {"db": offline.db_url, "files": offline.runs_folder})


@contextmanager
def launched(*labs: Settings) -> Iterator[LauncherLoop]:
    """The launchers of these apps; the first one's is given."""
    launchers = [RayLauncher(settings) for settings in labs]
    for launcher in launchers:
        launcher.start()
    try:
        yield launchers[0]
    finally:
        for launcher in launchers:
            launcher.close()


def until(condition: Callable[[], bool], what: str) -> None:
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up, what
        time.sleep(0.05)


def until_all(store: RunStore, runs: list[Run], state: RunState = RunState.FINISHED) -> None:
    def arrived() -> bool:
        now = [store.get(run.id) for run in runs]
        bad = [f"{run.name}: {run.state}, {run.message}" for run in now if run.state.is_ended and run.state != state]
        assert bad == []
        return all(run.state is state for run in now)

    until(arrived, f"all are {state}")


def job_of(cluster: "RayCluster", run: Run) -> LabJob:
    """The run's newest job."""
    with cluster.client as client:
        jobs = [job for job in client.jobs() if job.run_id == run.id]
    return max(jobs, key=lambda job: (job.attempt, job.number))


def worker_of(cluster: "RayCluster", store: RunStore, run: Run) -> psutil.Process:
    """The worker process itself, not the shell that Ray starts it with."""
    name = store.get(run.id).worker
    found = []
    for process in cluster.processes():
        with suppress(psutil.Error):
            if process.environ().get("MNIST_LAB_WORKER_NAME") == name and process.name() != "sh":
                found.append(process)
    return next(process for process in found if "worker" in process.cmdline())


def node_of(cluster: "RayCluster", worker: psutil.Process) -> "RayNode":
    above = {process.pid for process in worker.parents()}
    return next(node for node in cluster.machines if node.process.pid in above)


def paused_in_training(store: RunStore, run: Run) -> None:
    until(lambda: store.get(run.id).epochs_done >= 1, "it trains")
    store.request(run.id, Command.PAUSE)
    until(lambda: store.get(run.id).state is RunState.PAUSED, "it is paused")


def overlaps(runs: list[Run]) -> int:
    """The most of these runs that trained at the same time."""
    spans = [(run.started, run.ended) for run in runs if run.started and run.ended]
    assert len(spans) == len(runs)
    return max(sum(start <= moment < end for start, end in spans) for moment, _ in spans)


def test_files_of_a_run_come_from_rays_machine_by_the_object_store(lab: Settings, bucket_url: str) -> None:
    settings = lab.model_copy(update={"ray_command": REAL, "files": bucket_url})
    with closing(open_store(settings)) as store:
        run = store.create(NETWORK, QUICK)
        with launched(settings):
            until_all(store, [run])
        assert not store.folder(run.id).path.exists()
        folder = store.files.fetch(run.id)
        assert folder.read_predictions() is not None
        assert f"Run {run.id}, attempt 1" in folder.read_log()


def test_six_trainings_of_two_apps_are_done_once_each_two_at_a_time_and_in_turn(
    cluster: "RayCluster", lab: Settings, store: RunStore
) -> None:
    real = lab.model_copy(update={"ray_command": REAL})
    # The first and the last are the same training.
    queued = [store.create(NETWORK, RECIPE.with_changes(seed=1 + number % 5)) for number in range(6)]
    with launched(real, real) as launcher:
        until_all(store, queued)
        assert launcher.error == ""
    ended = [store.get(run.id) for run in queued]
    assert {run.attempt for run in ended} == {1}
    assert overlaps(ended) <= 2
    # Of two that are submitted at once, Ray may start either first.
    starts = sorted((run.started, number) for number, run in enumerate(ended) if run.started)
    assert all(abs(place - number) <= 1 for place, (_, number) in enumerate(starts))
    assert_twins(store, ended[5], trained(store, ended[0]))
    for run in ended:
        assert run.worker == f"mnist-lab-{run.id}-1-1"
        assert f"Run {run.id}, attempt 1, in process " in store.folder(run.id).read_log()
        until(lambda run=run: job_of(cluster, run).status == "SUCCEEDED", "its job ends")  # type: ignore[misc]
        assert job_of(cluster, run).number == 1


def test_a_run_whose_machine_and_worker_are_killed_is_interrupted_and_resumed_as_if_nothing_had_been(
    cluster: "RayCluster", lab: Settings, store: RunStore
) -> None:
    recipe = RECIPE.with_changes(epochs=6)
    victim, twin = store.create(NETWORK, recipe), store.create(NETWORK, recipe)
    with launched(lab.model_copy(update={"ray_command": REAL})):
        paused_in_training(store, victim)
        worker = worker_of(cluster, store, victim)
        node_of(cluster, worker).kill_raylet()
        worker.kill()
        until(lambda: store.get(victim.id).state is RunState.INTERRUPTED, "it is found")
        assert store.get(victim.id).message.startswith("The training process ended unexpectedly")
        until(lambda: job_of(cluster, victim).has_ended, "Ray notices")
        store.requeue(victim.id)
        until_all(store, [victim, twin])
    resumed = store.get(victim.id)
    assert resumed.attempt == 2
    # Ray may have given its first job to the machine that it did not know to be dead yet.
    assert resumed.worker.startswith(f"mnist-lab-{victim.id}-2-")
    assert_twins(store, resumed, trained(store, store.get(twin.id)))


def test_a_worker_that_outlives_its_machine_keeps_its_run_whatever_ray_says(
    cluster: "RayCluster", lab: Settings, store: RunStore
) -> None:
    run = store.create(Network(), SLOW)
    with launched(lab):
        until(lambda: store.get(run.id).steps_done > 0, "it trains")
        node_of(cluster, worker_of(cluster, store, run)).kill_raylet()
        until(lambda: job_of(cluster, run).status == "FAILED", "Ray gives it up")
        steps = store.get(run.id).steps_done
        until(lambda: store.get(run.id).steps_done > steps + 20, "it trains on")
        store.request(run.id, Command.STOP)
        until_all(store, [run], RunState.STOPPED)
    stopped = store.get(run.id)
    assert (stopped.attempt, stopped.worker) == (1, f"mnist-lab-{run.id}-1-1")
    assert stopped.result is not None
    assert job_of(cluster, run).attempt == 1


def test_a_full_cluster_leaves_the_order_to_the_queue(cluster: "RayCluster", lab: Settings, store: RunStore) -> None:
    first, second, third, last = (store.create(Network(name=name), SLOW) for name in ("1", "2", "3", "4"))
    with launched(lab) as launcher:
        until(lambda: all(store.get(run.id).steps_done > 0 for run in (first, second)), "two train")
        time.sleep(3 * ray_launcher.TICK_SECONDS)
        with cluster.client as client:
            ours = [job for job in client.jobs() if job.lab == lab_identity(store.db)]
        assert sorted(job.run_id for job in ours) == sorted((first.id, second.id))
        assert launcher.error == ""
        store.move_to_front(last.id)
        store.request(first.id, Command.STOP)
        until(lambda: store.get(last.id).steps_done > 0, "the one at the front is next")
        assert store.get(third.id).state is RunState.QUEUED
        for run in (third, second, last):
            store.request(run.id, Command.STOP)
        until_all(store, [first, second, third, last], RunState.STOPPED)


def test_a_paused_run_gives_its_processor_to_one_that_waits(
    cluster: "RayCluster", lab: Settings, store: RunStore
) -> None:
    paused, other, waiting = (store.create(Network(name=name), SLOW) for name in ("paused", "other", "waiting"))
    with launched(lab):
        until(lambda: all(store.get(run.id).steps_done > 0 for run in (paused, other)), "two train")
        store.request(paused.id, Command.PAUSE)
        until(lambda: store.get(waiting.id).steps_done > 0, "the third trains")
        assert store.get(paused.id).state is RunState.SET_ASIDE
        store.request(other.id, Command.STOP)
        store.request(paused.id, Command.NONE)
        until(lambda: store.get(paused.id).state is RunState.RUNNING, "it goes on where there is room")
        assert store.get(paused.id).attempt == 2
        for run in (paused, waiting):
            store.request(run.id, Command.STOP)
        until_all(store, [paused, other, waiting], RunState.STOPPED)


def test_a_launcher_without_the_app_gives_runs_to_ray(
    cluster: "RayCluster", lab: Settings, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store.create(Network(), QUICK)
    for name in SETTINGS:
        monkeypatch.setenv(f"MNIST_LAB_{name.upper()}", str(getattr(lab, name)))
    command = [sys.executable, "-m", "mnist_lab", "worker", "--stay"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            until_all(store, [run])
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0
    assert said.splitlines() == [
        f"Giving queued runs to Ray at {cluster.address}, as many as it has room for.",
        "No more runs are taken. Those that train go on to their end.",
    ]
    assert cluster.token not in said


def test_a_head_that_is_restarted_loses_no_run(cluster: "RayCluster", lab: Settings, store: RunStore) -> None:
    training, other, *waiting = (store.create(Network(), recipe) for recipe in (SLOW, SLOW, QUICK, QUICK))
    with launched(lab) as launcher:
        until(lambda: all(store.get(run.id).steps_done > 0 for run in (training, other)), "two train")
        cluster.kill_head()
        until(lambda: launcher.error.startswith("Ray does not answer at "), "it is told")
        # With its head a cluster loses its machines, and with them their workers, sooner or later.
        for node in cluster.machines:
            node.kill()
        for run in (training, other):
            with suppress(psutil.NoSuchProcess, StopIteration):
                worker_of(cluster, store, run).kill()
        until_all(store, [training, other], RunState.INTERRUPTED)
        _restore(cluster)
        until_all(store, waiting)
        until(lambda: launcher.error == "", "all is well")
        store.requeue(training.id)
        until(lambda: store.get(training.id).state is RunState.RUNNING, "it is resumed")
        store.request(training.id, Command.STOP)
        until_all(store, [training], RunState.STOPPED)
    assert store.get(training.id).attempt == 2
    assert {store.get(run.id).attempt for run in waiting} == {1}


def test_a_job_that_goes_on_without_a_run_is_stopped_by_ray_and_others_are_not(
    cluster: "RayCluster", lab: Settings, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_launcher, "GRACE_SECONDS", 1.0)
    ours = LabJob("gone0000", 1, next(_numbers) + 1, lab_identity(store.db), 0.5, 0.0)
    others = LabJob("gone0001", 1, next(_numbers) + 1, "another lab", 0.5, 0.0)
    with cluster.client as client:
        for job in (ours, others):
            client.submit(job, "sleep 1000", {})
        with launched(lab):
            until(lambda: {job.run_id: job.status for job in client.jobs()}.get(ours.run_id) == "STOPPED", "stopped")
            assert {job.run_id: job.status for job in client.jobs()}[others.run_id] == "RUNNING"
        client.stop(others.submission_id)


def test_machines_without_the_lab_are_told_with_what_they_said(lab: Settings, store: RunStore) -> None:
    run = store.create(Network(name="mine"), QUICK)
    nowhere = lab.model_copy(update={"ray_command": f"{sys.executable} -m no_lab_here"})
    with launched(nowhere) as launcher:
        until(lambda: "2 times in a row" in launcher.error, "told")
        assert launcher.error.startswith("Ray started the training of 'mine' on ")
        assert "No module named no_lab_here" in launcher.error
    assert store.get(run.id).state is RunState.QUEUED
    with launched(lab) as launcher:
        until_all(store, [run])
        assert launcher.error == ""


def test_a_database_that_the_machines_do_not_know_is_told(lab: Settings, store: RunStore) -> None:
    store.create(Network(name="mine"), QUICK)
    # A password, which is not sent, so that the machines must have the address themselves.
    secret = lab.model_copy(update={"db": f"{lab.db}&password=hunter2"})
    with launched(secret) as launcher:
        until(lambda: launcher.error != "", "told")
        assert "MNIST_LAB_DB differs from the app" in launcher.error
        assert "hunter2" not in launcher.error


def test_a_wrong_token_leaves_the_run_in_the_queue(lab: Settings, store: RunStore) -> None:
    run = store.create(Network(), QUICK)
    for token, message in (("x" * 32, "refuses the token"), (None, "asks for a token")):
        with launched(lab.model_copy(update={"ray_token": token})) as launcher:
            until(lambda: message in launcher.error, "told")  # noqa: B023
    assert store.get(run.id).state is RunState.QUEUED
    with launched(lab):
        until_all(store, [run])


def test_check_names_rays_version_and_what_is_free(
    lab: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in SETTINGS:
        monkeypatch.setenv(f"MNIST_LAB_{name.upper()}", str(getattr(lab, name)))
    lab.runs_folder.mkdir(parents=True)
    assert main(["check"]) == 0
    line = capsys.readouterr().out.splitlines()[3]
    assert line.startswith("engine    ok  Ray 2.")
    assert line.endswith(" of 2 CPUs are free, on 2 machines that can train.")
    monkeypatch.setenv("MNIST_LAB_RAY_TOKEN", "hunter2")
    assert main(["check"]) == 1
    said = capsys.readouterr().out
    assert "refuses the token" in said
    assert "hunter2" not in said
