import re

import pytest

from mnist_lab.network import PRESETS
from mnist_lab.object_store import ObjectStore
from mnist_lab.recipe import Recipe
from mnist_lab.runs.shared.manifest import SharedFile


def test_a_database_that_works_is_named_with_its_version_and_how_fast_it_answers(call, database):
    checked = call("check")

    assert (checked.status, checked.err) == (0, "")
    line = checked.out.splitlines()[1]
    kind = "SQLite" if database is None else "PostgreSQL"
    assert re.search(
        rf"^database +ok +{kind} \d+\.\d+\S* at \S+ answers a query in \d+\.\d ms and takes a change in \d+\.\d ms\.",
        line,
    )


def test_as_json_it_has_one_entry_a_part(call):
    document = call("check", "--json").json

    assert document["works"]
    assert [(part["part"], part["works"]) for part in document["parts"]] == [
        ("database", True),
        ("files", True),
        ("engine", True),
    ]


def test_the_folder_of_the_files_is_tried(call, monkeypatch, tmp_path):
    shared = tmp_path / "shared"
    monkeypatch.setenv("MNIST_LAB_FILES", str(shared))
    away = call("check")
    assert away.status == 1
    assert f"{shared} is no folder: mount its disk, or create it." in away.out
    assert not shared.exists()
    shared.mkdir()
    checked = call("check")
    assert checked.status == 0
    line = checked.out.splitlines()[2]
    assert re.search(r"^files +ok +\S*shared takes a megabyte in \d+\.\d ms and has [\d,.]+ GB free\.", line)
    assert list(shared.iterdir()) == []


def test_an_object_store_is_tried(call, monkeypatch, bucket_url, database):
    monkeypatch.setenv("MNIST_LAB_FILES", bucket_url)
    checked = call("check")
    assert checked.status == 0
    line = checked.out.splitlines()[2]
    assert re.search(
        rf"^files +ok +{bucket_url} takes a megabyte and gives it back in \d+\.\d ms \(obstore .*\)\.", line
    )


def test_a_store_of_files_of_another_lab_is_told(call, monkeypatch, bucket_url, store):
    monkeypatch.setenv("MNIST_LAB_FILES", bucket_url)
    run = store.create(PRESETS["tiny"].network, Recipe())
    claimed = store.claim(run.id, "worker")
    file = SharedFile.of(run.id, 1, "best.keras", b"best")
    store.attempt(claimed).update_files([file], [])
    assert f"has no files of the run {run.id}: MNIST_LAB_FILES must be" in call("check").out
    ObjectStore(bucket_url).put_new(file.object_key, b"best")
    assert call("check").status == 0


def test_a_shared_database_without_shared_files_is_told(call, database):
    assert ("set MNIST_LAB_FILES, too" in call("check").out) == (database is not None)


def test_an_object_store_that_is_away_is_told(call, monkeypatch, line, bucket_url):
    monkeypatch.setenv("MNIST_LAB_FILES", bucket_url)
    line.is_away = True
    checked = call("check")
    assert checked.status == 1
    assert f"{bucket_url} at {line.endpoint} does not answer (" in checked.out
    assert "secret" not in checked.out


def test_files_that_cannot_be_written_are_told(call, monkeypatch, tmp_path):
    (tmp_path / "occupied").write_text("a file")
    monkeypatch.setenv("MNIST_LAB_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "runs").write_text("a file")
    checked = call("check")
    assert checked.status == 1
    assert "runs cannot be written: " in checked.out
    monkeypatch.setenv("MNIST_LAB_FILES", str(tmp_path / "occupied"))
    assert "occupied is no folder: mount its disk, or create it." in call("check").out


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("postgresql://me:hunter2@localhost:1/lab", "run store postgresql+psycopg://localhost/lab does not answer"),
        ("nonsense", "MNIST_LAB_DB must be an address such as"),
    ],
)
def test_what_is_wrong_is_one_sentence_without_the_password(call, monkeypatch, address, message):
    monkeypatch.setenv("MNIST_LAB_DB", address)

    checked = call("check")
    assert checked.status == 1
    assert message in checked.out
    assert "hunter2" not in checked.out + checked.err
    assert len(checked.out.splitlines()) == 4
    assert call("check", "--json").status == 1


def test_a_damaged_store_is_found(call, store):
    with store.db.write() as connection:
        connection.exec_driver_sql("DELETE FROM meta")

    checked = call("check")
    assert checked.status == 1
    assert "is damaged" in checked.out


def test_the_engine_of_one_machine_says_how_many_trainings_it_has(call, monkeypatch):
    monkeypatch.setenv("MNIST_LAB_WORKERS", "3")
    line = call("check").out.splitlines()[3]
    assert line == "engine    ok  Trains in processes of this machine, up to 3 at the same time."


def test_a_ray_cluster_that_does_not_answer_is_told(call, monkeypatch, settings, tmp_path):
    values = {"ENGINE": "ray", "RAY_ADDRESS": "http://127.0.0.1:1", "RAY_TOKEN": "hunter2", "DB": settings.db_url}
    for name, value in (values | {"FILES": str(tmp_path)}).items():
        monkeypatch.setenv(f"MNIST_LAB_{name}", value)
    checked = call("check")
    assert checked.status == 1
    assert "engine    !!  Ray does not answer at http://127.0.0.1:1: connection refused." in checked.out
    assert "hunter2" not in checked.out
