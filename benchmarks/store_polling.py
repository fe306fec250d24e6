"""What it costs that the processes of a lab learn of changes by asking: transactions a second, counted by PostgreSQL.

    python -m benchmarks.store_polling [--seconds 20]

A lab with its launcher and a standby worker is measured while it is idle, while it trains, and while a page is open
beside that. The workers are real ones that only pretend to train.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.postgres_server import PostgresServer
from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import ACTIVE_STATES, Command, RunState, open_store
from mnist_lab.runs.queries.database_health import database_health
from mnist_lab.settings import Settings
from mnist_lab.training import Launcher
from mnist_lab.ui.services.store_cache import StoreCache

STAND_IN = (sys.executable, str(Path(__file__).resolve().parents[1] / "tests" / "training" / "stand_in_worker.py"))
PATIENCE = 120.0
_COUNT = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = 'lab'"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="of each measurement")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="mnist-lab-polling-") as folder, PostgresServer.found() as server:
        address = server.create("lab").render_as_string(hide_password=False)
        settings = Settings(home=Path(folder), db=address, workers=1, reference=False, watch=False)
        store = open_store(settings)

        def show(what: str) -> None:
            before = server.execute(_COUNT)[0][0]
            time.sleep(seconds)
            print(
                f"{what:40} {(server.execute(_COUNT)[0][0] - before) / seconds:6.1f} transactions a second", flush=True
            )

        launcher = Launcher(settings, STAND_IN)
        launcher.start()
        _wait(launcher.log_path.exists)
        time.sleep(10)
        show("idle: launcher, standby worker")
        run = store.create(PRESETS["tiny"].network, Recipe(epochs=1000, seed=50))
        _wait(lambda: store.get(run.id).state is RunState.RUNNING)
        time.sleep(10)
        show("training: one run, the next worker")
        closed = threading.Event()
        cache = StoreCache(store)

        def watch() -> None:
            while not closed.wait(settings.refresh):
                cache.snapshot()
                store.points(run.id, after_step=store.get(run.id).steps_done - 10)

        page = threading.Thread(target=watch)
        page.start()
        show("training, and an open page")
        closed.set()
        page.join()
        health = database_health(store.db)
        print(
            f"{health.version}: a query in {1000 * health.read_seconds:.2f} ms, a change in"
            f" {1000 * health.write_seconds:.2f} ms; load of the last minute {os.getloadavg()[0]:.1f}"
        )
        store.request(run.id, Command.STOP)
        _wait(lambda: not store.list(ACTIVE_STATES))
        launcher.close()
        store.close()


def _wait(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > give_up:
            raise TimeoutError("the lab does not do what it should")
        time.sleep(0.1)


if __name__ == "__main__":
    main()
