import json
import logging
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from mnist_lab import cli
from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.reference import (
    FOLDER,
    install_reference_runs,
    read_archive,
    shipped_archives,
    write_archive,
    write_checksums,
)
from mnist_lab.reference import archive as reference_archive
from mnist_lab.reference.install import CHECKSUMS, ensure_genuine
from mnist_lab.runs import Run, RunStore, open_store
from mnist_lab.runs.schema import meta
from mnist_lab.settings import Settings
from tests.reference.conftest import make_ended_run

ROOT = Path(__file__).resolve().parents[2]
MAX_BYTES = 16_000_000


def test_a_new_store_gets_the_runs_once(store: RunStore, archive: Path, ended: Run):
    install_reference_runs(store, [archive])
    install_reference_runs(store, [archive])
    (run,) = store.list()
    assert (run.id, run.name, run.is_reference) == (ended.id, "Shipped", True)
    assert len(store.points(run.id)) == 5
    assert store.folder(run.id).best_weights.read_bytes() == b"weights"


def test_what_the_user_has_deleted_stays_deleted(store: RunStore, archive: Path, ended: Run):
    install_reference_runs(store, [archive])
    store.delete(ended.id)
    install_reference_runs(store, [archive])
    assert store.list() == []
    store.restore(ended.id)
    assert store.folder(ended.id).best_weights.read_bytes() == b"weights"
    store.delete(ended.id, forever=True)
    install_reference_runs(store, [archive])
    assert (store.list(), store.deleted_runs()) == ([], [])
    assert not store.folder(ended.id).path.exists()


def test_files_that_were_torn_or_lost_are_there_again_at_the_next_start(store: RunStore, archive: Path, ended: Run):
    install_reference_runs(store, [archive])
    folder = store.folder(ended.id)
    folder.best_weights.write_bytes(b"")
    folder.predictions_path.unlink()
    install_reference_runs(store, [archive])
    assert folder.best_weights.read_bytes() == b"weights"
    assert folder.read_predictions() is not None
    assert len(store.list()) == 1


def test_reference_runs_stand_behind_all_others_in_the_order_of_the_archives(store: RunStore, tmp_path: Path):
    archives = []
    for name in ("First", "Second"):
        run = make_ended_run(store, name=name)
        archives.append(tmp_path / f"{run.id}.zip")
        write_archive(archives[-1], run, store.points(run.id), store.folder(run.id))
        store.delete(run.id, forever=True)
    own = store.create(PRESETS["tiny"].network, Recipe(), name="Own")
    install_reference_runs(store, archives[:1])
    install_reference_runs(store, archives)
    assert [run.name for run in store.list()] == ["Own", "First", "Second"]
    assert store.list(newest_first=False)[0].number == -2
    later = store.create(PRESETS["tiny"].network, Recipe(), name="Later")
    assert later.number == own.number + 1


def test_a_damaged_archive_keeps_nobody_from_working(store: RunStore, archive: Path, caplog: pytest.LogCaptureFixture):
    whole = archive.read_bytes()
    archive.write_bytes(whole[:200])
    with caplog.at_level(logging.WARNING):
        install_reference_runs(store, [archive])
    assert store.list() == []
    assert "continues without one of its reference runs" in caplog.text
    assert not store.folder(archive.stem).path.exists()
    archive.write_bytes(whole)
    install_reference_runs(store, [archive])
    assert len(store.list()) == 1


def test_one_damaged_archive_keeps_nobody_from_the_others(store: RunStore, archive: Path, ended: Run, tmp_path: Path):
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(b"no archive")
    folder = tmp_path / "folder.zip"
    folder.mkdir()
    install_reference_runs(store, [damaged, archive, folder])
    assert [run.id for run in store.list()] == [ended.id]
    assert store.imported_ids() == {ended.id}


def test_a_record_that_no_database_holds_keeps_nobody_from_the_others(
    store: RunStore, archive: Path, ended: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    other = make_ended_run(store, name="Other")
    path = tmp_path / f"{other.id}.zip"
    write_archive(path, replace(other, name="half a letter \ud800"), store.points(other.id), store.folder(other.id))
    store.delete(other.id, forever=True)
    install_reference_runs(store, [path, archive])
    assert [run.id for run in store.list()] == [ended.id]
    assert f"without the reference run {path.name}" in caplog.text or "without one of its reference runs" in caplog.text


def test_a_run_of_ones_own_with_the_id_of_a_reference_run_stays_as_it_is(store: RunStore, tmp_path: Path):
    run = make_ended_run(store, name="Mine")
    path = tmp_path / f"{run.id}.zip"
    write_archive(path, run, store.points(run.id), store.folder(run.id))
    store.folder(run.id).best_weights.write_bytes(b"mine, trained further")
    install_reference_runs(store, [path])
    assert store.folder(run.id).best_weights.read_bytes() == b"mine, trained further"
    assert not store.get(run.id).is_reference


def test_a_nearly_full_disk_leaves_a_lab_without_them(
    store: RunStore, archive: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(reference_archive, "SPARE_BYTES", 10**18)
    install_reference_runs(store, [archive])
    assert store.list() == []
    assert "MB are free" in caplog.text
    assert not store.folder(archive.stem).path.exists()


@pytest.mark.parametrize("text", ["", "no JSON", "7", "[" * 100_000])
def test_a_damaged_memory_of_what_was_given_keeps_nobody_from_working(
    store: RunStore, archive: Path, ended: Run, text: str
):
    install_reference_runs(store, [archive])
    with store.db.write() as connection:
        connection.execute(update(meta).where(meta.c.key == "adopted").values(value=text))
    install_reference_runs(store, [archive])
    assert [run.id for run in store.list()] == [ended.id]
    assert store.imported_ids() == {ended.id}


def test_labs_that_start_at_the_same_moment_have_each_run_once(settings: Settings, store: RunStore, archive: Path):
    stores = [open_store(settings) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda each: install_reference_runs(each, [archive]), stores))
    assert len(store.list()) == 1
    for each in stores:
        each.close()


def test_the_shipped_runs_are_few_whole_and_named_as_what_they_are():
    assert sum(path.stat().st_size for path in shipped_archives()) <= MAX_BYTES
    for path in shipped_archives():
        imported = read_archive(path)
        assert imported.run.id == path.stem
        assert imported.run.name.endswith("(reference)")
        assert imported.run.result is not None
        assert sum(point.kind == "epoch" for point in imported.points) == imported.run.result.epochs


@pytest.mark.training
@pytest.mark.parametrize("run_id", [path.stem for path in shipped_archives()])
def test_each_shipped_run_reads_mnist_as_its_record_says(
    run_id: str,
    settings: Settings,
    mnist_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("MNIST_LAB_REFERENCE", "true")
    assert cli.main(["evaluate", run_id, "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    recorded = read_archive(ROOT / "mnist_lab" / "reference" / "runs" / f"{run_id}.zip").run.result
    assert recorded is not None
    # Another processor rounds otherwise: of 10,000 images a few lie on the edge.
    assert found["test_accuracy"] == pytest.approx(recorded.test_accuracy, abs=5e-4)
    assert found["test_loss"] == pytest.approx(recorded.test_loss, abs=1e-3)


def test_the_shipped_archives_are_those_of_the_checksums(tmp_path: Path):
    for path in shipped_archives():
        ensure_genuine(path)
    sums = (FOLDER / CHECKSUMS).read_text(encoding="ascii").splitlines()
    assert len(sums) == len(shipped_archives())


def test_a_changed_archive_never_replaces_good_files(store: RunStore, archive: Path, ended: Run):
    write_checksums(archive.parent)
    install_reference_runs(store, [archive])
    folder = store.folder(ended.id)
    folder.predictions_path.unlink()
    weights = folder.best_weights.read_bytes()
    with zipfile.ZipFile(archive) as good:
        files = {name: good.read(name) for name in good.namelist()}
    with zipfile.ZipFile(archive, "w") as changed:
        for name, content in files.items():
            changed.writestr(name, b"other" if name == "best.keras" else content)
    install_reference_runs(store, [archive])
    assert folder.best_weights.read_bytes() == weights
    assert not folder.predictions_path.exists()
