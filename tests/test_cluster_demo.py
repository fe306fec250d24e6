"""The demo of a lab of several machines, without the app, with shorter trainings. `make cluster-demo` is the whole."""

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from benchmarks.moto_server import MotoServer
    from benchmarks.postgres_server import PostgresServer

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.training
@pytest.mark.postgres
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_lost_machines_run_goes_on_on_another_and_ends_the_same(postgres: "PostgresServer", s3: "MotoServer") -> None:
    command = [sys.executable, "-m", "benchmarks.cluster_demo", "--no-app", "--silence", "10", "--epochs", "30"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "attempt 2" in done.stdout
    assert "the same weights, bit by bit" in done.stdout
    assert done.stdout.count(": finished on machine") == 6
