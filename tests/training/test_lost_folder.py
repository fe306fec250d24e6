"""The lab's folder, or that of the run, is deleted or moved while a run trains: one sentence and an exit status."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mnist_lab import cli
from mnist_lab.errors import LostFilesError
from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, MetricPoint, Run, RunState, RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.training.claim import claim
from mnist_lab.training.execute import execute_run
from mnist_lab.training.reporter import Reporter

pytestmark = pytest.mark.training

ON_CHUNK_END = Reporter.on_chunk_end


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    options = Reporter.__init__.__kwdefaults__
    assert options is not None
    for name, seconds in {"poll_seconds": 0.02, "write_seconds": 0.05}.items():
        monkeypatch.setitem(options, name, seconds)


def _delete(folder: Path) -> None:
    # Another thread of the training may write into it meanwhile.
    while folder.exists():
        shutil.rmtree(folder, ignore_errors=True)


def _lose(home: Path, what: str) -> None:
    (run_folder,) = (home / "runs").iterdir()
    if what == "home deleted":
        _delete(home)
    elif what == "home moved":
        home.rename(home.with_name("moved"))
    elif what == "home replaced":
        _delete(home)
        (home / "runs" / run_folder.name).mkdir(parents=True)
        (home / "runs" / run_folder.name / "worker.lock").touch()
    else:
        _delete(run_folder)


LOSSES = ["home deleted", "home moved", "home replaced", "run deleted"]


@pytest.fixture
def lose(offline: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Let the folder get lost in the second epoch, or at the end of the training."""

    def install(what: str, when: str) -> None:
        done: list[bool] = []

        def on_chunk_end(self: Reporter, point: MetricPoint) -> Command:
            if not done and (
                point.epoch > 1 if when == "while it trains" else point.step == self.connection.total_steps
            ):
                done.append(True)
                _lose(offline.home, what)
            return ON_CHUNK_END(self, point)

        monkeypatch.setattr(Reporter, "on_chunk_end", on_chunk_end)

    return install


@pytest.mark.parametrize(
    ("what", "when"), [*((what, "while it trains") for what in LOSSES), ("home deleted", "at its end")]
)
def test_in_the_foreground_it_is_one_sentence_and_an_exit_status(
    offline: Settings,
    lose: Callable[[str, str], None],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    when: str,
) -> None:
    monkeypatch.setenv("MNIST_LAB_MNIST_URL", "http://127.0.0.1:9/mnist.npz")
    lose(what, when)
    status = cli.main(["train", "--preset", "linear", "--epochs", "3", "--json"])
    captured = capfd.readouterr()
    assert status == 1
    assert captured.out == ""
    lost = [line for line in captured.err.splitlines() if "was deleted or moved while" in line]
    assert len(lost) == 1
    assert str(offline.home) in lost[0]
    assert "Traceback" not in captured.err
    assert "Logging error" not in captured.err


def _claim_and_train(settings: Settings, store: RunStore) -> None:
    claimed = claim(settings, store)
    assert claimed is not None
    with claimed:
        execute_run(settings, store, claimed)


def test_if_the_store_is_still_there_it_says_what_happened_and_the_run_can_be_trained_again(
    offline: Settings, store: RunStore, lose: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store.create(PRESETS["linear"].network, Recipe(epochs=3, limit=300, precision="float32"))
    lose("run deleted", "while it trains")
    with pytest.raises(LostFilesError):
        _claim_and_train(offline, store)
    lost = store.get(run.id)
    assert lost.state is RunState.INTERRUPTED
    assert lost.message.startswith(f"The folder of this run, {store.folder(run.id).path}, was deleted or moved")
    monkeypatch.setattr(Reporter, "on_chunk_end", ON_CHUNK_END)
    store.requeue(run.id)
    _claim_and_train(offline, store)
    assert store.get(run.id).state is RunState.FINISHED


def test_a_run_of_a_home_that_was_moved_is_resumed_there(
    offline: Settings, store: RunStore, lose: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store.create(PRESETS["linear"].network, Recipe(epochs=3, limit=300, precision="float32"))
    lose("home moved", "while it trains")
    with pytest.raises(LostFilesError, match="set MNIST_LAB_HOME to the new place and resume the run there"):
        _claim_and_train(offline, store)
    store.close()
    monkeypatch.setattr(Reporter, "on_chunk_end", ON_CHUNK_END)
    moved = offline.model_copy(update={"home": offline.home.with_name("moved")})
    there = open_store(moved)
    there.reap_stale_runs()
    assert there.get(run.id).state is RunState.INTERRUPTED
    there.requeue(run.id)
    _claim_and_train(moved, there)
    finished: Run = there.get(run.id)
    assert finished.state is RunState.FINISHED
    assert there.folder(run.id).best_weights.exists()
    there.close()


def test_where_several_machines_share_the_files_their_setting_is_named(
    offline: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    settings = offline.model_copy(update={"files": shared})
    store = open_store(settings)
    store.create(PRESETS["linear"].network, Recipe(epochs=3, limit=300, precision="float32"))
    moved = []

    def move(_self: Reporter, _point: MetricPoint) -> Command:
        if not moved:
            moved.append(shared.rename(tmp_path / "moved"))
        return Command.NONE

    monkeypatch.setattr(Reporter, "on_chunk_end", move)
    with pytest.raises(LostFilesError, match="set MNIST_LAB_FILES to the new place and resume the run there"):
        _claim_and_train(settings, store)
    store.close()


def test_nothing_is_written_into_a_home_that_is_gone(
    offline: Settings, store: RunStore, lose: Callable[[str, str], None]
) -> None:
    store.create(PRESETS["linear"].network, Recipe(epochs=3, limit=300, precision="float32"))
    lose("home deleted", "at its end")
    with pytest.raises(LostFilesError):
        _claim_and_train(offline, store)
    written: list[Any] = list(offline.home.rglob("*.keras")) if offline.home.exists() else []
    assert written == []
