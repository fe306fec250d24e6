import csv
import io
import time
from pathlib import Path

import pytest
from sqlalchemy import update

from mnist_lab import formatting
from mnist_lab.export.file_names import EXPORT_SUFFIXES
from mnist_lab.runs.rows import data_to_json
from mnist_lab.runs.schema import runs as table
from tests.factories import make_data

MODEL_FORMATS = ("keras", "litert", "savedmodel")


def test_with_no_runs_it_says_what_to_do(call):
    assert "train --preset tiny" in call("runs").out
    assert call("runs", "--json").json == []


def test_runs_are_listed_newest_first_with_their_figures(call, queued, finished):
    lines = call("runs").out.splitlines()

    assert [line.split()[0] for line in lines[1:]] == [finished.id, queued.id]
    assert "99.27 %" in lines[1]
    assert "0.0465" in lines[1]
    assert "186,140" in lines[1]
    # Of the result, as on every page: the worker's last word came a little before.
    assert formatting.seconds(finished.result.seconds) in lines[1]
    assert "queued" in lines[2]


def test_runs_as_json(call, queued, finished):
    first, second = call("runs", "--json").json

    assert first["run"] == finished.id
    assert (first["test_accuracy"], first["test_loss"], first["seed"]) == (0.9927, 0.0465, 7)
    assert (second["state"], second["test_accuracy"], second["data"]) == ("queued", None, None)


def test_a_limit(call, queued, finished):
    assert len(call("runs", "--json", "--limit", 1).json) == 1


def test_a_limit_below_one_is_refused(refused):
    assert "at least 1" in refused("runs", "--limit", 0)


def test_show_is_a_card_with_the_history(call, finished):
    out = call("show", finished.id).out

    assert "Ended <b>&</b> 😀" in out
    assert "hardest digit 8 (95.00 %)" in out
    assert "54,000 training" in out
    history = out[out.index("epoch  ") :].splitlines()
    assert history[1].split()[:3] == ["1", "0.4000", "90.00"]
    assert history[1].endswith("best")
    assert "NaN" in history[2]


def test_show_as_json_has_everything(call, finished):
    document = call("show", finished.id[:4], "--json").json

    assert document["run"] == finished.id
    assert document["record"]["result"]["confusion"] == [[1] * 10] * 10
    assert document["record"]["network"]["layers"][0]["kind"] == "Conv2D"
    assert document["record"]["data"]["fingerprint"] == "0123456789abcdef"
    assert [point["step"] for point in document["points"]] == [100, 540, 1080]
    assert document["points"][2]["validation_loss"] is None


def test_show_says_what_the_doctor_finds(call, finished):
    out = call("show", finished.id).out
    first, *_ = call("show", finished.id, "--json").json["findings"]

    assert "!! The training diverged\n  The loss became NaN or infinite in epoch 2" in out
    assert "Try: Learning rate 0.0001.\n" in out
    assert (first["kind"], first["severity"], first["layer"]) == ("diverged", "serious", None)
    assert first["treatments"][0]["recipe"]["learning_rate"] == 0.0001
    assert first["treatments"][0]["network"] is None


def test_show_of_a_run_that_waits(call, queued):
    assert "queued" in call("show", queued.name).out


@pytest.mark.parametrize(
    "command",
    [["show"], ["delete"], ["evaluate"], ["predict", "a.png"], ["export", "--format", "code"]],
)
@pytest.mark.parametrize("run", ["nothing", "../../etc", "", "😀" * 1000])
def test_an_unknown_run_is_refused(refused, command, run):
    assert "No run matches" in refused(command[0], run, *command[1:])


def test_a_deleted_run_is_gone_until_it_is_restored(call, refused, finished, store):
    folder = store.folder(finished.id).path
    folder.mkdir(parents=True)

    assert call("delete", finished.id, "--json").json == {"run": finished.id, "deleted": True}
    assert folder.exists()
    assert call("runs", "--json").json == []
    for command in (["show"], ["delete"], ["evaluate"], ["export", "--format", "code"]):
        assert "No run matches" in refused(command[0], finished.id, *command[1:])
    assert f"These can be restored: {finished.id} ({finished.name})." in refused("restore", "nothing")

    assert call("restore", finished.id[:4], "--json").json == {"run": finished.id, "restored": True}
    assert store.get(finished.id) == finished
    assert f"`restore {finished.id}` brings it back" in call("delete", finished.name).out
    assert call("restore", finished.name).out == f"Restored {finished.id}.\n"
    assert "The bin is empty." in refused("restore", finished.id)


def test_of_several_deleted_runs_with_one_name_the_id_is_asked_for(call, refused, queued, store):
    same = [store.create(queued.network, queued.recipe, name=queued.name).id for _ in range(2)]
    for run_id in same:
        call("discard", run_id)

    assert f"2 deleted runs match '{queued.name}'" in refused("restore", queued.name)
    for run_id in same:
        call("restore", run_id)
    assert store.deleted_runs() == []
    for nothing in ("", "zz", "../../etc"):
        assert "No deleted run matches" in refused("restore", nothing)


@pytest.mark.parametrize("deleted_before", [True, False])
def test_a_run_can_be_deleted_for_good(call, refused, finished, store, deleted_before):
    store.folder(finished.id).path.mkdir(parents=True)
    if deleted_before:
        call("delete", finished.id)

    assert call("delete", finished.id, "--forever").out == f"Deleted {finished.id} for good.\n"
    assert not store.folder(finished.id).path.exists()
    assert "The bin is empty." in refused("restore", finished.id)


def test_the_command_line_empties_the_bin_after_a_day(call, refused, finished, store):
    call("delete", finished.id)
    with store.db.write() as connection:
        connection.execute(update(table).values(deleted_at=time.time() - 24 * 3600 - 1))

    call("runs")
    assert store.deleted_runs() == []


@pytest.mark.parametrize("damage", [{"network": "{"}, {"state": "weird"}, {"result": "null"}])
def test_damaged_records_are_told_in_one_line_and_can_be_deleted(call, queued, finished, store, damage):
    spoiled = [store.create(queued.network, queued.recipe).id for _ in range(3)]
    with store.db.write() as connection:
        connection.execute(update(table).where(table.c.id.in_(spoiled)).values(**damage))

    called = call("runs")

    assert called.err.startswith("mnist-lab: The records of 3 runs are damaged and can only be deleted: ")
    assert called.err.count("\n") == 1
    assert len(called.out.splitlines()) == 3
    shown = call("show", spoiled[0])
    assert (shown.status, shown.out, shown.err.count("\n")) == (1, "", 1)
    for run_id in spoiled:
        assert call("delete", run_id[:6], "--json").json == {"run": run_id, "deleted": True}
    assert call("runs").err == ""


def test_delete_of_a_run_under_way_is_refused(refused, queued, store):
    lock = store.folder(queued.id).lock()
    store.claim(queued.id, "a process that lives")

    assert "Stop it first" in refused("delete", queued.id)
    lock.release()


@pytest.mark.parametrize("format_", sorted(EXPORT_SUFFIXES.keys() - MODEL_FORMATS))
def test_a_run_without_weights_is_exported_as_text(call, finished, format_):
    exported = call("export", finished.id, "--format", format_, "--json").json
    assert exported["output"].endswith(EXPORT_SUFFIXES[format_])
    text = Path(exported["output"]).read_text(encoding="utf-8")
    assert text
    assert call("export", finished.id, "--format", format_, "-o", "-").out == text


@pytest.mark.parametrize("format_", MODEL_FORMATS)
def test_a_run_without_weights_is_not_exported_as_a_model(refused, queued, format_):
    assert "no weights: it is queued" in refused("export", queued.id, "--format", format_)


def test_a_run_without_weights_cannot_be_tested(refused, queued):
    assert "no result" in refused("evaluate", queued.id)


@pytest.mark.sqlite
def test_a_store_that_cannot_be_read_is_a_failure_in_one_line(call, settings):
    settings.home.mkdir(parents=True, exist_ok=True)
    (settings.home / "runs.sqlite").write_bytes(b"this is no database" * 100)

    called = call("runs")

    assert called.status == 1
    assert called.err.startswith("mnist-lab: ")
    assert called.err.count("\n") == 1


def test_runs_as_csv_have_the_recipe_of_each(call, queued, finished):
    first, second = csv.DictReader(io.StringIO(call("runs", "--csv").out.removeprefix("\ufeff")))

    assert (first["Id"], second["Id"]) == (finished.id, queued.id)
    assert (first["Learning rate"], first["Optimizer"], first["Training images"]) == ("0.001", "Adam", "54000")
    assert (second["Training images"], second["Validation accuracy (%)"]) == ("", "")


def test_csv_and_json_exclude_each_other(refused):
    assert "exclude each other" in refused("runs", "--csv", "--json")


def test_recipe_and_images_are_listed_and_given_as_json(call, finished):
    assert "Adam 0.001 · batch 100" in call("runs").out
    (document,) = call("runs", "--json").json
    assert (document["optimizer"], document["batch_size"], document["training_images"]) == ("adam", 100, 54_000)
    assert {"learning_rate", "schedule", "augmentation", "validation_accuracy"} <= document.keys()


def test_a_run_on_fewer_images_is_marked(call, finished, queued, store):
    assert "!" not in call("runs").out
    few = data_to_json(make_data(training=5_400, validation=600))
    with store.db.write() as connection:
        connection.execute(update(table).where(table.c.id == queued.id).values(data=few))
    listed = call("runs")
    assert "! 5,400" in listed.out
    assert "54,000" in listed.out
    assert "trained on fewer images than other runs" in listed.err
