"""A machine without the app: `worker --stay` trains what others have queued, into the files that both share."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mnist_lab.network import Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, RunState, RunStore
from mnist_lab.settings import Settings

pytestmark = pytest.mark.training
ROOT = Path(__file__).parents[2]


@contextmanager
def other_machine(offline: Settings, home: Path, *options: str) -> Iterator["subprocess.Popen[str]"]:
    """The command on a machine with a home of its own, and the store and the files of `offline`."""
    own = {"HOME": str(home), "FILES": str(offline.runs_folder), "DB": offline.db_url, "WORKERS": "1"}
    environment = os.environ | {f"MNIST_LAB_{name}": value for name, value in own.items()}
    command = [sys.executable, "-m", "mnist_lab", "worker", "--stay", *options]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 180
    while not condition():
        assert time.monotonic() < give_up, "it did not come about"
        time.sleep(0.1)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM")
def test_queued_runs_are_trained_one_after_the_other_and_a_signal_ends_it(
    offline: Settings, store: RunStore, tmp_path: Path, small_network: Network, small_recipe: Recipe
) -> None:
    queued = [store.create(small_network, small_recipe.with_changes(seed=seed)) for seed in (1, 2)]
    home = tmp_path / "other machine"
    with other_machine(offline, home) as process:
        wait_for(lambda: all(store.get(run.id).state is RunState.FINISHED for run in queued))
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said.splitlines()[0].startswith("Training queued runs, up to 1 at the same time, with the files in ")
    assert said.splitlines()[-1] == "No more runs are taken. Those that train go on to their end."
    for run in queued:
        folder = store.folder(run.id)
        assert folder.last_weights.exists() or folder.best_weights.exists()
        assert folder.read_predictions() is not None
    assert (home / "slots").is_dir()
    assert not (home / "runs").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM")
@pytest.mark.parametrize("is_told_again", [False, True], ids=["until it has ended", "unless told again"])
def test_with_wait_it_ends_after_the_run_that_trains(
    offline: Settings,
    store: RunStore,
    tmp_path: Path,
    small_network: Network,
    small_recipe: Recipe,
    is_told_again: bool,
) -> None:
    epochs = 1000 if is_told_again else 3
    run = store.create(small_network, small_recipe.with_changes(epochs=epochs))
    with other_machine(offline, tmp_path / "other machine", "--wait") as process:
        wait_for(lambda: store.get(run.id).state is RunState.RUNNING)
        process.send_signal(signal.SIGTERM)
        if is_told_again:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(timeout=3)
            process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=120)
    assert process.returncode == 0
    last = "A run still trains and is left alone." if is_told_again else "All runs have ended."
    assert said.splitlines()[-1] == last
    if is_told_again:
        assert store.get(run.id).state is RunState.RUNNING
        store.request(run.id, Command.STOP)
        wait_for(lambda: store.get(run.id).state is RunState.STOPPED)
    else:
        assert store.get(run.id).state is RunState.FINISHED


def test_a_store_that_does_not_answer_is_one_sentence(offline: Settings, tmp_path: Path) -> None:
    nowhere = offline.model_copy(update={"db": "postgresql://me:hunter2@localhost:1/lab"})
    with other_machine(nowhere, tmp_path / "other machine") as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert len(said.splitlines()) == 1
    assert "does not answer" in said
    assert "hunter2" not in said
