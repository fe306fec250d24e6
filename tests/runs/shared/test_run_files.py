"""What users do to runs whose files are in an object store, and what is left of them in the end."""

import logging
import os
import time
from pathlib import Path

import pytest

from mnist_lab.errors import LostFilesError, ObjectStoreError, QueueLimitError, TransitionError
from mnist_lab.network import Network
from mnist_lab.object_store import ObjectStore
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Actor, Run, RunState, RunStore
from mnist_lab.runs.access.queue_limits import QueueLimits
from mnist_lab.runs.shared import run_files
from mnist_lab.settings import Settings
from tests.objects import Line
from tests.runs.shared.machines import claim, publish, read, write

FILES = {
    "best.keras": b"best",
    "checkpoints/epoch-000001.checkpoint": b"one",
    "checkpoints/epoch-000001-batch-000002.checkpoint": b"within",
    "watch/epoch-000001.npz": b"snapshot",
    "epochs/epoch-000001.npz": b"weights",
    "extra_drawings.npz": b"drawings",
}


@pytest.fixture
def finished(here: RunStore, claimed: Run, make_point) -> Run:
    """A run of three epochs that was stopped after the first."""
    write(here, claimed, FILES)
    publish(here, claimed)
    here.attempt(claimed).move(RunState.RUNNING)
    here.attempt(claimed).heartbeat(points=[make_point(step=10, epoch=1.0, kind="epoch")])
    here.attempt(claimed).finish(RunState.STOPPED, None)
    return here.get(claimed.id)


def keys(store: RunStore, run_id: str) -> list[str]:
    assert store.files.objects is not None
    return list(store.files.objects.keys(f"runs/{run_id}"))


def test_a_run_is_continued_on_a_machine_that_never_saw_it(there: RunStore, finished: Run) -> None:
    new = there.continue_run(finished.id, 2)
    assert not there.folder(new.id).path.exists()
    again = claim(there, new.id)
    passed_on = ("checkpoints/epoch-000001.checkpoint", "watch/epoch-000001.npz", "extra_drawings.npz")
    assert read(there, again) == {name: FILES[name] for name in passed_on}


def test_a_run_without_a_checkpoint_of_an_epoch_cannot_be_continued(
    here: RunStore, there: RunStore, finished: Run
) -> None:
    (here.folder(finished.id).path / "checkpoints/epoch-000001.checkpoint").unlink()
    assert there.files.has_checkpoint(finished.id, of_epoch_end=True)
    with there.db.write() as connection:
        connection.exec_driver_sql("DELETE FROM run_files WHERE path = 'checkpoints/epoch-000001.checkpoint'")
    assert there.files.has_checkpoint(finished.id)
    assert not there.files.has_checkpoint(finished.id, of_epoch_end=True)
    with pytest.raises(TransitionError, match="no checkpoint to continue from"):
        there.continue_run(finished.id, 2)


def test_initial_weights_reach_the_worker(here: RunStore, there: RunStore, network: Network, tmp_path: Path) -> None:
    weights = tmp_path / "weights.keras"
    weights.write_bytes(b"to begin with")
    run = here.create(network, Recipe(), initial_weights=weights)
    assert read(there, claim(there, run.id)) == {"initial.keras": b"to begin with"}


def test_a_run_that_may_not_be_queued_leaves_no_object(
    settings: Settings, network: Network, tmp_path: Path, objects: ObjectStore
) -> None:
    weights = tmp_path / "weights.keras"
    weights.write_bytes(b"to begin with")
    store = RunStore(settings.db_url, tmp_path / "full" / "runs", objects=objects, limits=QueueLimits(runs=1))
    pupil = Actor("pupil")
    store.create(network, Recipe(), actor=pupil)
    with pytest.raises(QueueLimitError):
        store.create(network, Recipe(), actor=pupil, initial_weights=weights)
    assert objects.keys("") == []
    store.close()


def test_initial_weights_that_cannot_be_written_queue_nothing(
    settings: Settings, network: Network, tmp_path: Path, bucket_url: str, line: Line
) -> None:
    weights = tmp_path / "weights.keras"
    weights.write_bytes(b"to begin with")
    line.is_away = True
    objects = ObjectStore(bucket_url, request_seconds=1, retry_seconds=1, max_retries=0)
    store = RunStore(settings.db_url, tmp_path / "far" / "runs", objects=objects)
    with pytest.raises(ObjectStoreError, match="does not answer"):
        store.create(network, Recipe(), initial_weights=weights)
    assert store.list() == []
    store.close()


def test_a_deleted_run_leaves_nothing(here: RunStore, there: RunStore, finished: Run) -> None:
    there.files.fetch(finished.id)
    # As a worker that was killed before it could record it.
    assert here.files.objects is not None
    here.files.objects.put_new(f"runs/{finished.id}/1/best.keras/0", b"unrecorded")
    there.delete(finished.id, forever=True)
    assert keys(here, finished.id) == []
    assert not there.folder(finished.id).path.exists()


def test_what_another_run_needs_outlives_the_run_that_wrote_it(here: RunStore, there: RunStore, finished: Run) -> None:
    new = there.continue_run(finished.id, 2)
    here.delete(finished.id, forever=True)
    assert len(keys(here, finished.id)) == 3
    again = claim(there, new.id)
    assert read(there, again)["checkpoints/epoch-000001.checkpoint"] == b"one"
    there.attempt(again).move(RunState.INTERRUPTED)
    there.delete(new.id, forever=True)
    assert keys(here, finished.id) == []


def test_a_bin_that_is_emptied_removes_objects(here: RunStore, finished: Run) -> None:
    here.delete(finished.id)
    assert len(keys(here, finished.id)) == len(FILES)
    with here.db.write() as connection:
        connection.exec_driver_sql("UPDATE runs SET deleted_at = 1.0")
    assert here.empty_bin() == [finished.id]
    assert keys(here, finished.id) == []


def test_a_run_can_be_deleted_while_the_store_is_away(
    here: RunStore,
    finished: Run,
    settings: Settings,
    tmp_path: Path,
    bucket_url: str,
    line: Line,
    caplog: pytest.LogCaptureFixture,
) -> None:
    objects = ObjectStore(bucket_url, request_seconds=1, retry_seconds=1, max_retries=0)
    far = RunStore(settings.db_url, tmp_path / "far" / "runs", objects=objects)
    line.is_away = True
    with caplog.at_level(logging.WARNING):
        far.delete(finished.id, forever=True)
    assert f"are left below runs/{finished.id}" in caplog.text
    assert far.list() == []
    far.close()


def test_copies_of_runs_that_were_deleted_elsewhere_are_removed(here: RunStore, there: RunStore, finished: Run) -> None:
    there.delete(finished.id, forever=True)
    foreign = here.runs_folder / "notaruns folder"
    foreign.mkdir()
    here.files._next_tidy = 0.0
    here.files.tidy()
    assert not here.folder(finished.id).path.exists()
    assert foreign.exists()


def test_a_home_that_another_lab_used_before_loses_nothing(
    here: RunStore, finished: Run, tmp_path: Path, objects: ObjectStore
) -> None:
    other = RunStore(f"sqlite:///{tmp_path / 'other.sqlite'}", here.runs_folder, objects=objects)
    other.files._next_tidy = 0.0
    other.files.tidy()
    assert read(here, finished) == FILES
    other.close()


def test_a_run_that_is_trained_on_without_the_store_leaves_it(
    here: RunStore, there: RunStore, claimed: Run, settings: Settings
) -> None:
    write(here, claimed, FILES)
    publish(here, claimed)
    here.attempt(claimed).move(RunState.INTERRUPTED)
    here.requeue(claimed.id)
    alone = RunStore(settings.db_url, here.runs_folder)
    run = claim(alone, claimed.id)
    newer = {"best.keras": b"better", "predictions.npz": b"predictions"}
    write(alone, run, newer)
    alone.attempt(run).finish(RunState.STOPPED, None)
    alone.close()
    here.files.fetch(claimed.id)
    there.files.fetch(claimed.id)
    assert read(here, claimed) == FILES | newer
    assert read(there, claimed) == {}


def test_a_machine_that_does_not_know_the_store_forgets_nothing(
    here: RunStore, claimed: Run, settings: Settings, tmp_path: Path
) -> None:
    write(here, claimed, FILES)
    publish(here, claimed)
    here.attempt(claimed).move(RunState.INTERRUPTED)
    here.requeue(claimed.id)
    unaware = RunStore(settings.db_url, tmp_path / "unaware" / "runs")
    with pytest.raises(LostFilesError, match="set MNIST_LAB_FILES as on the machine that trained it"):
        claim(unaware, claimed.id)
    unaware.close()
    assert set(here.attempt(claimed).files()) == {*FILES}


def test_what_a_machine_made_for_itself_stays(here: RunStore, there: RunStore, finished: Run) -> None:
    there.files.fetch(finished.id)
    write(there, finished, {"digit_subspaces.npz": b"made here"})
    there.files.fetch(finished.id)
    assert read(there, finished)["digit_subspaces.npz"] == b"made here"


def test_a_run_of_before_the_store_is_continued_on_another_machine(
    here: RunStore, there: RunStore, claimed: Run, settings: Settings, make_point
) -> None:
    write(here, claimed, FILES)
    here.attempt(claimed).move(RunState.RUNNING)
    here.attempt(claimed).heartbeat(points=[make_point(step=10, epoch=1.0, kind="epoch")])
    here.attempt(claimed).finish(RunState.STOPPED, None)
    new = here.continue_run(claimed.id, 2)
    again = claim(there, new.id)
    passed_on = ("checkpoints/epoch-000001.checkpoint", "watch/epoch-000001.npz", "extra_drawings.npz")
    assert read(there, again) == {name: FILES[name] for name in passed_on}
    with pytest.raises(TransitionError, match="no checkpoint to continue from"):
        there.continue_run(claimed.id, 2)


def test_on_a_full_disk_the_oldest_copies_of_ended_runs_go(
    here: RunStore, finished: Run, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.files._next_tidy = 0.0
    here.files.tidy()
    assert here.folder(finished.id).path.exists()
    free = iter([0.0, 3e9])
    monkeypatch.setattr(run_files, "free_bytes", lambda _: next(free))
    waiting = claim(here, here.create(network, Recipe()).id)
    write(here, waiting, FILES)
    publish(here, waiting)
    here.attempt(waiting).move(RunState.INTERRUPTED)
    newer = claim(here, here.create(network, Recipe()).id)
    write(here, newer, FILES)
    publish(here, newer)
    here.attempt(newer).finish(RunState.STOPPED, None)
    os.utime(here.folder(finished.id).path, (time.time() - 100,) * 2)
    here.files._next_tidy = 0.0
    here.files.tidy()
    assert not here.folder(finished.id).path.exists()
    assert here.folder(waiting.id).path.exists()
    assert here.folder(newer.id).path.exists()
    assert here.files.fetch(finished.id).best_weights.read_bytes() == b"best"
