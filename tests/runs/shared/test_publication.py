"""What a worker publishes: what is visible to others, and what a worker that has lost its run can no longer do."""

import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mnist_lab.errors import ObjectStoreError, StaleAttemptError, StoreError
from mnist_lab.object_store import ObjectStore
from mnist_lab.runs import Run, RunState, RunStore
from mnist_lab.runs.shared.publication import Publication
from tests.objects import Line
from tests.runs.shared.machines import claim, publish, write

FILES = {
    "best.keras": b"best",
    "checkpoints/epoch-000001.checkpoint": b"one",
    "checkpoints/epoch-000001-batch-000004.checkpoint": b"within",
    "watch/epoch-000001.npz": b"snapshot",
    "epochs/epoch-000001.npz": b"weights",
    "worker.log": b"a line\n",
}


def published(store: RunStore, run: Run) -> dict[str, bytes]:
    """What others see of a run."""
    objects = store.files.objects
    assert objects is not None
    return {
        name: objects.get(file.object_key, file.size, file.sha256) for name, file in store.attempt(run).files().items()
    }


def test_the_files_of_a_run_become_visible(here: RunStore, claimed: Run) -> None:
    write(here, claimed, FILES)
    publish(here, claimed)
    assert published(here, claimed) == FILES


def test_files_of_one_machine_alone_stay_there(here: RunStore, claimed: Run) -> None:
    mine = ("handwriting.npz", "live/model.keras", ".ab12-best.keras", "checkpoints/.ab-epoch-000001.checkpoint")
    write(here, claimed, FILES | dict.fromkeys(mine, b"mine"))
    publish(here, claimed)
    assert published(here, claimed) == FILES


def test_a_changed_file_replaces_the_old_one_and_a_removed_one_goes(
    here: RunStore, claimed: Run, objects: ObjectStore
) -> None:
    publication = here.files.publication(here.attempt(claimed))
    assert publication is not None
    publication.begin()
    write(here, claimed, FILES)
    publication.publish(with_log=True)
    before = set(objects.keys(f"runs/{claimed.id}"))
    (here.folder(claimed.id).path / "checkpoints/epoch-000001.checkpoint").unlink()
    write(here, claimed, {"best.keras": b"better", "checkpoints/epoch-000002.checkpoint": b"two"})
    publication.publish(with_log=True)
    expected = FILES | {"best.keras": b"better", "checkpoints/epoch-000002.checkpoint": b"two"}
    del expected["checkpoints/epoch-000001.checkpoint"]
    assert published(here, claimed) == expected
    after = set(objects.keys(f"runs/{claimed.id}"))
    assert len(after) == len(expected)
    assert len(before - after) == 2


def test_nothing_is_written_when_nothing_has_changed(here: RunStore, claimed: Run) -> None:
    publication = here.files.publication(here.attempt(claimed))
    assert publication is not None
    publication.begin()
    write(here, claimed, FILES)
    publication.publish(with_log=True)
    writes = here.db.writes
    publication.publish(with_log=True)
    assert here.db.writes == writes


def test_the_log_waits_for_its_turn_and_is_never_removed(here: RunStore, claimed: Run) -> None:
    publication = here.files.publication(here.attempt(claimed))
    assert publication is not None
    publication.begin()
    write(here, claimed, FILES)
    publication.publish(with_log=True)
    write(here, claimed, {"worker.log": b"a line\nanother\n"})
    publication.publish(with_log=False)
    assert published(here, claimed)["worker.log"] == b"a line\n"
    publication.publish(with_log=True)
    assert published(here, claimed)["worker.log"] == b"a line\nanother\n"


def test_a_worker_that_has_lost_its_run_publishes_nothing(here: RunStore, there: RunStore, claimed: Run) -> None:
    write(here, claimed, FILES)
    publish(here, claimed)
    stale = here.files.publication(here.attempt(claimed))
    assert stale is not None
    stale.begin()
    here.attempt(claimed).move(RunState.INTERRUPTED)
    here.requeue(claimed.id)
    again = claim(there, claimed.id)
    write(there, again, {"best.keras": b"of the second attempt"})
    publish(there, again)
    expected = published(there, again)
    write(here, claimed, {"best.keras": b"of a stale worker", "checkpoints/epoch-000009.checkpoint": b"nine"})
    (here.folder(claimed.id).path / "watch/epoch-000001.npz").unlink()
    with pytest.raises(StaleAttemptError):
        stale.publish(with_log=True)
    assert expected["best.keras"] == b"of the second attempt"
    assert published(there, again) == expected


def test_the_next_attempt_goes_on_where_the_last_one_was(here: RunStore, there: RunStore, claimed: Run) -> None:
    write(here, claimed, FILES)
    publish(here, claimed)
    here.attempt(claimed).move(RunState.INTERRUPTED)
    here.requeue(claimed.id)
    again = claim(there, claimed.id)
    writes = there.db.writes
    publish(there, again)
    assert there.db.writes == writes
    assert published(there, again) == FILES


def test_a_folder_that_cannot_be_read_removes_nothing(
    here: RunStore, claimed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication = here.files.publication(here.attempt(claimed))
    assert publication is not None
    publication.begin()
    write(here, claimed, FILES)
    publication.publish(with_log=True)
    iterdir = Path.iterdir

    def sick(self: Path) -> Iterator[Path]:
        if self.name == "checkpoints":
            raise OSError(errno.EIO, "Input/output error")
        return iterdir(self)

    monkeypatch.setattr(Path, "iterdir", sick)
    with pytest.raises(StoreError, match="cannot be read: Input/output error"):
        publication.publish(with_log=True)
    monkeypatch.undo()
    assert published(here, claimed) == FILES


def test_a_folder_that_is_gone_removes_nothing(here: RunStore, claimed: Run) -> None:
    publication = here.files.publication(here.attempt(claimed))
    assert publication is not None
    publication.begin()
    write(here, claimed, FILES)
    publication.publish(with_log=True)
    folder = here.folder(claimed.id).path
    folder.rename(folder.with_name("moved"))
    with pytest.raises(StoreError, match="was deleted or moved"):
        publication.publish(with_log=True)
    assert published(here, claimed) == FILES
    # Made anew by a writer that has not noticed.
    write(here, claimed, {"best.keras": b"new"})
    with pytest.raises(StoreError, match="was deleted or moved"):
        publication.publish(with_log=True)
    assert published(here, claimed) == FILES


def test_the_checkpoints_are_never_all_removed(here: RunStore, claimed: Run) -> None:
    publication = here.files.publication(here.attempt(claimed))
    assert publication is not None
    publication.begin()
    write(here, claimed, FILES)
    publication.publish(with_log=True)
    shutil.rmtree(here.folder(claimed.id).checkpoints)
    publication.publish(with_log=True)
    assert published(here, claimed) == FILES


def test_what_this_attempt_never_had_stays(here: RunStore, claimed: Run) -> None:
    write(here, claimed, FILES)
    publish(here, claimed)
    # As a file that was damaged when it was fetched.
    (here.folder(claimed.id).path / "best.keras").unlink()
    publish(here, claimed)
    assert published(here, claimed) == FILES


def test_a_store_that_is_away_loses_nothing(
    here: RunStore, claimed: Run, bucket_url: str, line: Line, objects: ObjectStore
) -> None:
    far = ObjectStore(bucket_url, request_seconds=1, retry_seconds=1, max_retries=0)
    publication = Publication(far, here.attempt(claimed), here.folder(claimed.id))
    publication.begin()
    write(here, claimed, FILES)
    publication.publish(with_log=True)
    write(here, claimed, {"checkpoints/epoch-000002.checkpoint": b"two"})
    line.is_away = True
    with pytest.raises(ObjectStoreError):
        publication.publish(with_log=True)
    assert published(here, claimed) == FILES
    line.is_away = False
    publication.publish(with_log=True)
    assert published(here, claimed) == FILES | {"checkpoints/epoch-000002.checkpoint": b"two"}
