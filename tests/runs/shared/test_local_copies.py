"""Copies of files on a machine that did not write them: whole, newest, and never in the way of a worker."""

import logging
import threading
import time
from pathlib import Path

import obstore
import pytest
from obstore.store import from_url

from mnist_lab.errors import LostFilesError, ObjectStoreError
from mnist_lab.object_store import ObjectStore
from mnist_lab.runs import Run, RunState, RunStore
from mnist_lab.runs.schema import run_files
from mnist_lab.settings import Settings
from tests.objects import Line
from tests.runs.shared.machines import claim, publish, read, write

READ = {
    "best.keras": b"best",
    "predictions.npz": b"predictions",
    "watch/epoch-000001.npz": b"snapshot",
    "worker.log": b"a line\n",
}
CHECKPOINT = {"checkpoints/epoch-000001.checkpoint": b"one"}
FILES = READ | CHECKPOINT


def replace_object(bucket_url: str, key: str, content: bytes) -> None:
    obstore.put(from_url(bucket_url, client_options={"allow_http": True}), key, content)


def interrupt(store: RunStore, run: Run) -> None:
    store.attempt(run).move(RunState.INTERRUPTED)
    store.requeue(run.id)


def test_a_reader_gets_everything_but_the_checkpoints(here: RunStore, there: RunStore, claimed: Run) -> None:
    write(here, claimed, FILES)
    publish(here, claimed)
    assert there.files.fetch(claimed.id).path == there.folder(claimed.id).path
    assert read(there, claimed) == READ
    assert there.files.has_checkpoint(claimed.id, of_epoch_end=True)


def test_a_reader_follows_the_run(here: RunStore, there: RunStore, claimed: Run) -> None:
    publication = here.files.publication(here.attempt(claimed))
    assert publication is not None
    publication.begin()
    write(here, claimed, FILES)
    publication.publish(with_log=True)
    there.files.fetch(claimed.id)
    (here.folder(claimed.id).path / "watch/epoch-000001.npz").unlink()
    write(here, claimed, {"watch/epoch-000002.npz": b"second", "best.keras": b"better"})
    publication.publish(with_log=True)
    there.files.fetch(claimed.id)
    expected = READ | {"watch/epoch-000002.npz": b"second", "best.keras": b"better"}
    del expected["watch/epoch-000001.npz"]
    assert read(there, claimed) == expected


def test_what_is_here_is_not_fetched_again(
    here: RunStore, there: RunStore, claimed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(here, claimed, FILES)
    publish(here, claimed)
    there.files.fetch(claimed.id)
    monkeypatch.setattr(ObjectStore, "get", None)
    there.files.fetch(claimed.id)
    assert read(there, claimed) == READ


def test_a_copy_that_was_damaged_on_the_disk_is_fetched_again(here: RunStore, there: RunStore, claimed: Run) -> None:
    write(here, claimed, FILES)
    publish(here, claimed)
    there.files.fetch(claimed.id)
    time.sleep(0.01)
    write(there, claimed, {"best.keras": b"BEST"})
    there.files.fetch(claimed.id)
    assert read(there, claimed) == READ


def test_a_machine_never_replaces_what_its_own_worker_writes(here: RunStore, claimed: Run) -> None:
    write(here, claimed, FILES)
    publish(here, claimed)
    lock = here.folder(claimed.id).lock()
    newer = {"best.keras": b"newer than what was published", "watch/epoch-000002.npz": b"new"}
    write(here, claimed, newer)
    here.files.fetch(claimed.id)
    assert read(here, claimed) == FILES | newer
    assert lock is not None
    lock.release()
    here.files.fetch(claimed.id)
    assert read(here, claimed) == FILES | newer


def test_while_a_worker_has_the_folder_it_is_left_alone(
    here: RunStore, there: RunStore, claimed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_lab.runs.shared.local_copies.LOCK_SECONDS", 0.2)
    write(here, claimed, FILES)
    publish(here, claimed)
    lock = there.folder(claimed.id).lock()
    assert lock is not None
    there.files.fetch(claimed.id)
    assert read(there, claimed) == {}
    lock.release()
    there.files.fetch(claimed.id)
    assert read(there, claimed) == READ


def test_a_worker_of_another_machine_begins_with_what_was_published(
    here: RunStore, there: RunStore, claimed: Run
) -> None:
    write(here, claimed, FILES)
    publish(here, claimed)
    interrupt(here, claimed)
    write(there, claimed, {"checkpoints/epoch-000007.checkpoint": b"of nobody", "best.keras": b"old"})
    again = claim(there, claimed.id)
    expected = {name: content for name, content in FILES.items() if name != "worker.log"}
    assert read(there, again) == expected
    assert there.folder(claimed.id).origin()[1] == 2
    there.files.fetch_log(claimed.id)
    assert read(there, again) == FILES


def test_a_worker_of_the_same_machine_keeps_what_was_not_published(here: RunStore, claimed: Run) -> None:
    write(here, claimed, FILES)
    publish(here, claimed)
    newer = {"checkpoints/epoch-000002.checkpoint": b"two"}
    write(here, claimed, newer)
    (here.folder(claimed.id).path / "best.keras").unlink()
    interrupt(here, claimed)
    again = claim(here, claimed.id)
    assert read(here, again) == FILES | newer


def test_what_was_not_published_is_left_out_after_another_machine_had_the_run(
    here: RunStore, there: RunStore, claimed: Run
) -> None:
    write(here, claimed, FILES)
    publish(here, claimed)
    write(here, claimed, {"checkpoints/epoch-000002.checkpoint": b"of the first attempt"})
    interrupt(here, claimed)
    second = claim(there, claimed.id)
    write(there, second, {"checkpoints/epoch-000003.checkpoint": b"three"})
    publish(there, second)
    interrupt(there, second)
    third = claim(here, claimed.id)
    assert read(here, third) == FILES | {"checkpoints/epoch-000003.checkpoint": b"three"}


def test_an_object_with_wrong_content_is_left_out_and_not_asked_for_again_and_again(
    here: RunStore, there: RunStore, claimed: Run, bucket_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    write(here, claimed, FILES | {"checkpoints/epoch-000002.checkpoint": b"two"})
    publish(here, claimed)
    files = here.attempt(claimed).files()
    replace_object(bucket_url, files["best.keras"].object_key, b"BEST")
    replace_object(bucket_url, files["checkpoints/epoch-000002.checkpoint"].object_key, b"far too long")
    with caplog.at_level(logging.WARNING):
        there.files.fetch(claimed.id)
    assert f"1 file of the run {claimed.id} cannot be had. The object" in caplog.text
    assert "best.keras" not in read(there, claimed)
    caplog.clear()
    there.files.fetch(claimed.id)
    assert not caplog.records
    interrupt(here, claimed)
    again = claim(there, claimed.id)
    assert set(read(there, again)) == {*FILES} - {"best.keras"}


def test_a_machine_with_another_store_of_files_changes_nothing(
    here: RunStore, claimed: Run, settings: Settings, tmp_path: Path, bucket_url: str
) -> None:
    write(here, claimed, FILES)
    publish(here, claimed)
    interrupt(here, claimed)
    wrong = RunStore(settings.db_url, tmp_path / "wrong" / "runs", objects=ObjectStore(f"{bucket_url}-typo"))
    write(wrong, claimed, {"best.keras": b"of an earlier attempt"})
    run = wrong.claim(claimed.id, "worker")
    assert run is not None
    with pytest.raises(LostFilesError, match="MNIST_LAB_FILES differs from that of the machine that trained it"):
        wrong.files.fetch_for_training(run, wrong.attempt(run))
    assert read(wrong, claimed) == {"best.keras": b"of an earlier attempt"}
    assert set(here.attempt(claimed).files()) == {*FILES}
    wrong.close()


def test_a_copy_of_a_complete_run_is_repaired_where_it_was_trained(here: RunStore, claimed: Run) -> None:
    write(here, claimed, FILES)
    publish(here, claimed)
    here.attempt(claimed).finish(RunState.STOPPED, None)
    time.sleep(0.01)
    write(here, claimed, {"best.keras": b""})
    here.files.fetch(claimed.id)
    assert read(here, claimed) == FILES


def test_a_store_that_is_away_is_told_and_comes_back(
    here: RunStore, claimed: Run, bucket_url: str, line: Line, tmp_path: Path, settings: Settings
) -> None:
    write(here, claimed, FILES)
    publish(here, claimed)
    objects = ObjectStore(bucket_url, request_seconds=1, retry_seconds=1, max_retries=0)
    far = RunStore(settings.db_url, tmp_path / "far" / "runs", objects=objects)
    line.is_away = True
    with pytest.raises(ObjectStoreError, match="does not answer"):
        far.files.fetch(claimed.id)
    assert far.files.fetched(claimed.id).read_log() == ""
    interrupt(here, claimed)
    run = far.claim(claimed.id, "worker")
    assert run is not None
    with pytest.raises(ObjectStoreError, match="does not answer"):
        far.files.fetch_for_training(run, far.attempt(run))
    # The files of nobody: were it noted, the next attempt on this machine would begin without them.
    assert far.folder(claimed.id).origin()[1] == 0
    line.is_away = False
    far.files.fetch_for_training(run, far.attempt(run))
    assert set(read(far, run)) == {*FILES} - {"worker.log"}
    far.close()


def test_a_slow_store_keeps_nobody_waiting_longer_than_asked(
    here: RunStore, claimed: Run, bucket_url: str, line: Line, tmp_path: Path, settings: Settings
) -> None:
    write(here, claimed, FILES)
    publish(here, claimed)
    far = RunStore(settings.db_url, tmp_path / "far" / "runs", objects=ObjectStore(bucket_url))
    line.delay = 1.0
    start = time.monotonic()
    far.files.fetch(claimed.id, wait=0)
    with pytest.raises(ObjectStoreError, match="still on their way"):
        far.files.fetch(claimed.id, wait=0.1)
    assert time.monotonic() - start < 0.9
    line.delay = 0.0
    far.files.fetch(claimed.id)
    assert read(far, claimed) == READ
    far.close()


def test_many_readers_fetch_once(
    here: RunStore, there: RunStore, claimed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(here, claimed, FILES)
    publish(here, claimed)
    asked = []
    get = ObjectStore.get

    def slow_get(self: ObjectStore, key: str, size: int, sha256: str) -> bytes:
        asked.append(key)
        time.sleep(0.2)
        return get(self, key, size, sha256)

    monkeypatch.setattr(ObjectStore, "get", slow_get)
    threads = [threading.Thread(target=there.files.fetch, args=(claimed.id,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == len(READ)
    assert read(there, claimed) == READ


@pytest.mark.parametrize("path", ["../../x", "/tmp/x", "checkpoints/../../../x", "worker.lock", "notes.txt"])  # noqa: S108
def test_a_path_that_the_lab_never_writes_is_not_fetched(
    here: RunStore, there: RunStore, claimed: Run, path: str
) -> None:
    write(here, claimed, FILES)
    publish(here, claimed)
    with here.db.write() as connection:
        connection.execute(run_files.update().where(run_files.c.path == "best.keras").values(path=path))
    there.files.fetch(claimed.id)
    expected = {name: content for name, content in READ.items() if name != "best.keras"}
    assert read(there, claimed) == expected
    assert not (there.runs_folder.parent / "x").exists()


def test_a_run_without_shared_files_is_left_as_it_is(here: RunStore, claimed: Run) -> None:
    write(here, claimed, FILES)
    here.files.fetch(claimed.id)
    assert read(here, claimed) == FILES
