import json
import math
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_lab.errors import StoreError
from mnist_lab.reference import archive as reference_archive
from mnist_lab.reference import read_archive, unpack, write_archive
from mnist_lab.reference.archive import MAX_STEPS, is_unpacked
from mnist_lab.runs import Run, RunFolder, RunState, RunStore
from tests.reference.conftest import make_ended_run


def test_an_archive_holds_the_run_as_it_was(archive: Path, ended: Run):
    run = read_archive(archive).run
    for name in ("id", "name", "note", "network", "recipe", "created", "ended", "data", "result", "epochs_done"):
        assert getattr(run, name) == getattr(ended, name), name
    assert (run.state, run.steps_done, run.total_steps, run.seconds) == (RunState.FINISHED, 2000, 2000, 84.0)
    assert run.is_reference
    assert not ended.is_reference


def test_an_archive_holds_the_curves_to_seven_digits(store: RunStore, ended: Run, tmp_path: Path):
    points, path = store.points(ended.id), tmp_path / f"{ended.id}.zip"
    write_archive(path, ended, points, store.folder(ended.id))
    read = read_archive(path).points
    assert [point.step for point in read] == [1, 2, 3, 1000, 2000]
    assert read[2].training_loss == pytest.approx(1 / 3, rel=1e-6)
    assert read[3].seconds == 1234.568
    assert math.isnan(read[3].validation_loss or 0.0)
    assert replace(read[4], seconds=0.0) == replace(points[4], seconds=0.0)


def test_of_very_many_points_only_some_between_the_epochs_are_kept(store: RunStore, tmp_path: Path):
    run = make_ended_run(store, chunks=950)
    path = tmp_path / f"{run.id}.zip"
    write_archive(path, run, store.points(run.id), store.folder(run.id))
    read = read_archive(path).points
    steps = [point.step for point in read if point.kind == "step"]
    assert steps == list(range(1, 951, 2))
    assert len(steps) <= MAX_STEPS
    assert sum(point.kind == "epoch" for point in read) == 2


def test_an_archive_holds_the_files_that_pages_read(archive: Path, tmp_path: Path):
    folder = RunFolder(tmp_path / "new")
    unpack(archive, folder)
    assert folder.best_weights.read_bytes() == b"weights"
    assert (folder.snapshots / "epoch-000002.npz").read_bytes() == b"snapshot"
    predictions = folder.read_predictions()
    assert predictions is not None
    assert predictions[1].tolist() == list(range(10))
    assert not folder.last_weights.exists()


def test_the_same_run_makes_the_same_archive_byte_for_byte(store: RunStore, ended: Run, tmp_path: Path):
    for name in ("a.zip", "b.zip"):
        write_archive(tmp_path / name, ended, store.points(ended.id), store.folder(ended.id))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_run_without_its_files_makes_no_archive(store: RunStore, ended: Run, tmp_path: Path):
    store.folder(ended.id).best_weights.unlink()
    with pytest.raises(ValueError, match=r"lacks best\.keras"):
        write_archive(tmp_path / "a.zip", ended, store.points(ended.id), store.folder(ended.id))
    with pytest.raises(ValueError, match="no result"):
        write_archive(tmp_path / "a.zip", replace(ended, result=None), [], store.folder(ended.id))
    assert list(tmp_path.glob("*.zip")) == []


def rewritten(path: Path, **changes: object) -> None:
    """Write the archive anew with other values in its record."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    about = {**json.loads(content["run.json"]), **changes}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (content | {"run.json": json.dumps(about).encode()}).items():
            archive.writestr(name, data)


@pytest.mark.parametrize("damage", [b"", b"no zip at all", None])
def test_a_damaged_archive_is_one_sentence(archive: Path, tmp_path: Path, damage: bytes | None):
    archive.write_bytes(archive.read_bytes()[:-100] if damage is None else damage)
    with pytest.raises(StoreError, match="cannot be read"):
        read_archive(archive)
    with pytest.raises(StoreError, match="cannot be unpacked"):
        unpack(archive, RunFolder(tmp_path / "new"))
    assert not is_unpacked(archive, RunFolder(tmp_path / "new"))


def test_whatever_byte_is_damaged_it_is_one_sentence_or_none(archive: Path, tmp_path: Path):
    whole, seen = archive.read_bytes(), 0
    for place in range(0, len(whole), 23):
        archive.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        folder = RunFolder(tmp_path / f"new-{place}")
        try:
            read_archive(archive)
            unpack(archive, folder)
        except StoreError:
            seen += 1
        assert not list(folder.path.rglob(".*")), "nothing half written is left behind"
    assert seen > 0


@pytest.mark.parametrize(
    "changes",
    [
        {"id": 7},
        {"id": "another"},
        {"id": ["a"]},
        {"created": "0001-01-01T00:00:00+14:00"},
        {"points": [[1] * 3]},
        {"name": None},
        {"version": 99},
    ],
)
def test_a_record_that_cannot_be_is_one_sentence(archive: Path, changes: dict[str, object]):
    rewritten(archive, **changes)
    with pytest.raises(StoreError, match="cannot be read"):
        read_archive(archive)


def test_a_record_nested_without_end_is_one_sentence(archive: Path):
    with zipfile.ZipFile(archive, "w") as bomb:
        bomb.writestr("run.json", "[" * 200_000)
    with pytest.raises(StoreError, match="cannot be read"):
        read_archive(archive)


@pytest.mark.parametrize("changed", [{"name": 7}, {"note": [[]]}, {"result": {"test_loss": {}}}, {"points": [[]]}])
def test_a_damaged_record_is_one_line(archive: Path, changed: dict[str, object]):
    with zipfile.ZipFile(archive) as good:
        files = {name: good.read(name) for name in good.namelist()}
    files["run.json"] = json.dumps({**json.loads(files["run.json"]), **changed}).encode()
    with zipfile.ZipFile(archive, "w") as damaged:
        for name, content in files.items():
            damaged.writestr(name, content)
    with pytest.raises(StoreError, match="cannot be read: ") as refused:
        read_archive(archive)
    assert "\n" not in str(refused.value)


def test_an_archive_that_unpacks_to_very_much_is_refused(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reference_archive, "MAX_BYTES", 100)
    with pytest.raises(StoreError, match="the limit is"):
        read_archive(archive)
    with pytest.raises(StoreError, match="the limit is"):
        unpack(archive, RunFolder(tmp_path / "new"))


def test_a_nearly_full_disk_keeps_its_last_bytes_for_trainings(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reference_archive, "SPARE_BYTES", 10**18)
    with pytest.raises(StoreError, match="MB of free disk"):
        unpack(archive, RunFolder(tmp_path / "new"))
    assert [file for file in (tmp_path / "new").rglob("*") if file.is_file()] == []


def test_files_of_the_right_length_with_other_bytes_are_not_what_was_unpacked(archive: Path, tmp_path: Path):
    folder = RunFolder(tmp_path / "new")
    unpack(archive, folder)
    assert is_unpacked(archive, folder)
    folder.best_weights.write_bytes(b"\0" * len(b"weights"))
    assert not is_unpacked(archive, folder)


def test_an_archive_writes_nothing_outside_its_folder(tmp_path: Path):
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../outside.txt", "x")
    with pytest.raises(StoreError, match="outside"):
        unpack(path, RunFolder(tmp_path / "new"))
    assert not (tmp_path / "outside.txt").exists()
