"""Several operating-system processes on one store, all started before it exists."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import URL

from mnist_lab.runs import RunState, open_store
from mnist_lab.settings import Settings

# Many processes.
pytestmark = pytest.mark.slow

WRITERS = 8
RUNS_EACH = 3
POINTS_EACH = 40

PROGRAM = f"""
import sys
from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MetricPoint, RunState, RunStore
from mnist_lab.settings import load_settings

settings = load_settings()
# Patient, as a busy machine may let one of eight wait long.
store = RunStore(settings.db_url, settings.runs_folder, busy_seconds=90)
print("ready", flush=True)
sys.stdin.readline()
for number in range({RUNS_EACH}):
    store.create(PRESETS["tiny"].network, Recipe(), name=f"{{sys.argv[1]}} {{number}}")
claimed = 0
while waiting := store.queue(limit=1):
    run = store.claim(waiting[0].id, sys.argv[1])
    if run is None:
        continue
    claimed += 1
    store.attempt(run).move(RunState.RUNNING)
    for step in range(1, {POINTS_EACH} + 1):
        point = MetricPoint(step, step / 10, "step", 1.0, 0.5, None, None, 0.001, float(step), 100.0)
        store.attempt(run).heartbeat(points=[point])
        store.attempt(run).control_state()
    store.attempt(run).finish(RunState.FINISHED, None, f"by {{sys.argv[1]}}")
print(claimed, flush=True)
"""


def test_eight_processes_write_at_once_and_nothing_is_lost(settings: Settings) -> None:
    root = str(Path(__file__).parents[2])
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, f"writer-{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=root,
        )
        for number in range(WRITERS)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n", writer.communicate()[1]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    outputs = [writer.communicate(timeout=120) for writer in writers]
    assert [(writer.returncode, errors) for writer, (_, errors) in zip(writers, outputs, strict=True)] == [
        (0, "")
    ] * WRITERS

    store = open_store(settings)
    runs = store.list()
    assert len(runs) == WRITERS * RUNS_EACH
    assert sum(int(output) for output, _ in outputs) == len(runs)
    assert {(run.state, run.attempt, run.steps_done) for run in runs} == {(RunState.FINISHED, 1, POINTS_EACH)}
    # Whoever claimed a run finished it: no run was had by two.
    assert all(run.message == f"by {run.worker}" for run in runs)
    assert {len(points) for points in store.points_of([run.id for run in runs]).values()} == {POINTS_EACH}


OPENER = """
import sys
from mnist_lab.runs.database import Database

print("ready", flush=True)
for address in sys.stdin:
    try:
        Database(address.strip()).close()
        print("opened", flush=True)
    except Exception as error:
        print(f"{type(error).__name__}: {error}", flush=True)
"""
OPENERS, STORES = 4, 6


def test_a_new_store_may_be_opened_by_four_processes_at_once(
    database: str | None, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", OPENER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(OPENERS)
    ]
    said = []
    for opener in openers:
        assert opener.stdout is not None
        assert opener.stdout.readline() == "ready\n"
    for number in range(STORES):
        file = URL.create("sqlite", database=str(tmp_path / f"{number}.sqlite")).render_as_string()
        for opener in openers:
            assert opener.stdin is not None
            opener.stdin.write(f"{database or file}\n")
        for opener in openers:
            assert opener.stdin is not None
            opener.stdin.flush()
        said += [opener.stdout.readline() for opener in openers if opener.stdout is not None]
        if database is not None:
            request.getfixturevalue("postgres").clear("lab")
    for opener in openers:
        opener.communicate(timeout=60)
    assert said == ["opened\n"] * (OPENERS * STORES)
