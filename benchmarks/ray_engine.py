"""What training on a Ray cluster costs in time, and how long processes outlive a raylet or a head that was killed.

    python -m benchmarks.ray_engine

The cluster is one of its own: a head and two machines of one processor each, all on this machine, with a store in
PostgreSQL. The six trainings are real ones of a small network; where it is about processes, workers only pretend.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from benchmarks.postgres_server import PostgresServer
from benchmarks.ray_cluster import RayCluster, has_ray
from mnist_lab.network import Conv2D, MaxPooling2D, Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run, RunState, RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.training.ray.jobs_client import JobsClient
from mnist_lab.training.ray.placement import LabJob
from mnist_lab.training.ray.ray_launcher import RayLauncher

STAND_IN = f"{sys.executable} {Path(__file__).resolve().parents[1] / 'tests' / 'training' / 'stand_in_worker.py'}"
SMALL = Network(name="small", layers=(Conv2D(filters=4), MaxPooling2D()))
QUICK = Recipe(epochs=2, limit=300, precision="float32")
SLOW = Recipe(epochs=1000, limit=300, seed=50, precision="float32")
LIMIT_SECONDS = 120.0
"""What lasts longer is told as "more than" it."""


def main() -> None:
    if not has_ray():
        sys.exit("Ray is not installed: pip install -r requirements-ray.txt")
    with tempfile.TemporaryDirectory(prefix="mnist-lab-ray-") as folder, PostgresServer.found() as server:
        start = time.monotonic()
        # Without MNIST, so that the trainings have the sample.
        with RayCluster({"MNIST_LAB_DATA": folder, "HOME": folder}) as cluster:
            show("a head starts", time.monotonic() - start)
            start = time.monotonic()
            cluster.add_machine()
            show("a machine joins", time.monotonic() - start)
            cluster.add_machine()
            settings = Settings(
                home=Path(folder, "app"),
                db=server.create("lab").render_as_string(hide_password=False),
                files=Path(folder, "files"),
                ray_address=cluster.address,
                ray_token=cluster.token,
                ray_command=f"{sys.executable} -m mnist_lab",
                engine="ray",
            )
            store = open_store(settings)
            measure_trainings(cluster, settings, store)
            pretend = settings.model_copy(update={"ray_command": STAND_IN})
            measure_killed_raylet(cluster, pretend, store)
            measure_killed_head(cluster, pretend, store)
            store.close()


def measure_trainings(cluster: RayCluster, settings: Settings, store: RunStore) -> None:
    """Six runs on two processors, then what a look of the launcher costs."""
    with cluster.client as client:
        measure_look(client, "a look at Ray (jobs, machines, use), 0 jobs")
        start = time.monotonic()
        runs = [store.create(SMALL, QUICK.with_changes(seed=seed)) for seed in range(6)]
        launcher = RayLauncher(settings)
        launcher.start()
        wait(lambda: any(store.get(run.id).state is not RunState.QUEUED for run in runs))
        show("the first run is taken after", time.monotonic() - start)
        wait(lambda: all(store.get(run.id).state is RunState.FINISHED for run in runs))
        show("six runs on two processors are finished after", time.monotonic() - start)
        launcher.close()
        ended = [store.get(run.id) for run in runs]
        starts = sorted(run.started.timestamp() for run in ended if run.started)
        ends = sorted(run.ended.timestamp() for run in ended if run.ended)
        gaps = [start - end for end, start in zip(ends, starts[2:], strict=False)]
        show("from the end of a run to the next one's start, median", statistics.median(gaps))
        for number in range(50):
            client.submit(LabJob(f"many{number}", 1, 1, "benchmark", 0.01, 0.0), "true", {})
        wait(lambda: all(job.has_ended for job in client.jobs()))
        measure_look(client, "a look at Ray, 56 ended jobs")


def measure_look(client: JobsClient, what: str) -> None:
    seconds = []
    for _ in range(20):
        start = time.perf_counter()
        client.jobs()
        client.machines()
        seconds.append(time.perf_counter() - start)
    print(f"{what}: median {1000 * statistics.median(seconds):.0f} ms", flush=True)


def measure_killed_raylet(cluster: RayCluster, settings: Settings, store: RunStore) -> None:
    run, worker = started(cluster, settings, store)
    above = {process.pid for process in worker.parents()}
    node = next(node for node in cluster.machines if node.process.pid in above)
    node.kill_raylet()
    start = time.monotonic()
    with cluster.client as client:
        wait(lambda: all(job.has_ended for job in client.jobs()))
    show("after kill -9 of a raylet Ray says FAILED after", time.monotonic() - start)
    show_end("the job's process lives on for", worker, start)
    steps = store.get(run.id).steps_done
    print(f"  steps that it had done by then: {steps}")
    store.reap_stale_runs()
    cluster.machines.remove(node)
    node.kill()
    cluster.add_machine()


def measure_killed_head(cluster: RayCluster, settings: Settings, store: RunStore) -> None:
    _, worker = started(cluster, settings, store)
    raylets = [
        child
        for node in cluster.machines
        for child in psutil.Process(node.process.pid).children()
        if child.name() == "raylet"
    ]
    cluster.kill_head()
    start = time.monotonic()
    give_up = start + LIMIT_SECONDS
    while any(map(is_alive, raylets)) and time.monotonic() < give_up:
        time.sleep(0.1)
    show("after kill -9 of the head the raylets live on for", time.monotonic() - start)
    show_end("the job's process lives on for", worker, start)
    store.reap_stale_runs()


def started(cluster: RayCluster, settings: Settings, store: RunStore) -> tuple[Run, psutil.Process]:
    """A run that trains, and its process."""
    run = store.create(Network(), SLOW)
    launcher = RayLauncher(settings)
    launcher.start()
    wait(lambda: store.get(run.id).steps_done > 0)
    launcher.close()
    name = store.get(run.id).worker
    workers = [p for p in cluster.processes() if p.environ().get("MNIST_LAB_WORKER_NAME") == name and p.name() != "sh"]
    return store.get(run.id), next(worker for worker in workers if "--without-slot" in worker.cmdline())


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def show_end(what: str, process: psutil.Process, start: float) -> None:
    while is_alive(process) and time.monotonic() - start < LIMIT_SECONDS:
        time.sleep(0.1)
    more = "more than " if is_alive(process) else ""
    print(f"{what}: {more}{time.monotonic() - start:.1f} s", flush=True)


def show(what: str, seconds: float) -> None:
    print(f"{what}: {seconds:.1f} s", flush=True)


def wait(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 300
    while not condition():
        if time.monotonic() > give_up:
            raise TimeoutError("it did not come about")
        time.sleep(0.05)


if __name__ == "__main__":
    main()
