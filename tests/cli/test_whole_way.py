"""From a network to digits read, by commands alone, on the MNIST sample: the whole lab without a browser."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import RunState

FIELDS = {
    "run",
    "name",
    "state",
    "parameters",
    "test_accuracy",
    "test_loss",
    "epochs",
    "best_epoch",
    "seconds",
    "samples_per_second",
    "data",
    "validation",
    "precision",
    "seed",
}


@pytest.fixture
def offline(monkeypatch, tmp_path):
    """No MNIST anywhere, and no network to get it from."""
    monkeypatch.delenv("MNIST_LAB_DATA", raising=False)
    monkeypatch.setenv("MNIST_LAB_MNIST_URL", "http://127.0.0.1:9/mnist.npz")
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "nobody"))


@pytest.fixture
def pictures(tmp_path):
    """A one in black on white, a picture of nothing, and a file that is no picture."""
    one = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(one).line([(100, 30), (100, 170)], fill=0, width=16)
    one.save(tmp_path / "one.png")
    Image.new("L", (200, 200), 255).save(tmp_path / "blank.png")
    (tmp_path / "no-picture.png").write_text("hello")
    return tmp_path


@pytest.mark.training
def test_the_whole_way(call, refused, store, offline, pictures, tmp_path):
    recipe = tmp_path / "recipe.json"
    recipe.write_text(json.dumps({"epochs": 7, "batch_size": 50, "learning_rate": 0.005, "precision": "float32"}))
    trained = call(
        *("train", "--preset", "tiny", "--recipe", recipe, "--epochs", 2, "--seed", 3, "--name", "A try", "--json")
    )
    summary = trained.json
    assert summary.keys() >= FIELDS
    assert (summary["name"], summary["state"], summary["data"]) == ("A try", "finished", "mnist-sample")
    assert (summary["epochs"], summary["seed"], summary["precision"], summary["parameters"]) == (
        2,
        3,
        "float32",
        14_410,
    )
    assert 0.5 < summary["test_accuracy"] <= 1
    assert "MNIST sample (5,000 images)" in trained.err
    assert "MNIST could not be downloaded from http://127.0.0.1:9/mnist.npz: the connection was refused" in trained.err
    assert summary["sentence"].startswith("Trained on the MNIST sample (5,000 images)")
    assert "the connection was refused" in summary["sentence"]
    assert "epoch 2/2: training loss" in trained.err
    assert "Traceback" not in trained.err

    run = store.get(summary["run"])
    assert run.state is RunState.FINISHED
    assert (run.recipe.epochs, run.recipe.batch_size, run.recipe.learning_rate) == (2, 50, 0.005)
    assert call("runs", "--json").json[0]["run"] == run.id
    assert "MNIST sample (5,000 images)" in call("show", "A try").out

    evaluated = call("evaluate", run.id, "--json").json
    assert evaluated["equal"] is True
    assert evaluated["test_accuracy"] == pytest.approx(summary["test_accuracy"])
    assert "Equal to the recorded result" in call("evaluate", run.id).out

    read = call("predict", run.id, pictures / "one.png", pictures / "blank.png", "--json").json["predictions"]
    assert np.isclose(sum(read[0]["probabilities"]), 1, atol=1e-5)
    assert read[0]["is_digit"] in (True, False)
    assert 0 <= read[0]["score"] <= 1
    assert (read[1]["is_digit"], read[1]["score"]) == (False, None)
    assert read[0]["digit"] == int(np.argmax(read[0]["probabilities"]))
    assert (read[1]["digit"], read[1]["sentence"]) == (None, "blank: there is no digit to read.")
    assert (read[0]["number"], read[1]["number"], read[1]["digits"]) == (str(read[0]["digit"]), None, [])
    assert [digit["probabilities"] for digit in read[0]["digits"]] == [read[0]["probabilities"]]
    _a_number_is_read_digit_by_digit(call, run.id, pictures)
    lines = call("predict", run.id, pictures / "one.png", pictures / "blank.png").out.splitlines()
    assert [line.split(": ")[0] for line in lines] == [str(pictures / "one.png"), str(pictures / "blank.png")]
    _the_rest_is_read_where_one_picture_is_refused(call, run.id, pictures)
    assert "nowhere.png" in refused("predict", run.id, pictures / "nowhere.png")

    exported = call("export", run.id, "--format", "keras", "--json").json
    assert exported["output"] == "a-try.keras"
    assert store.folder(run.id).best_weights.read_bytes() == Path(exported["output"]).read_bytes()
    assert "--force" in refused("export", run.id, "--format", "keras")
    assert call("export", run.id, "--format", "keras", "--force").status == 0

    extended = call("extend", run.id, "--epochs", 1, "--json").json
    assert (extended["state"], extended["epochs"], extended["parent"]) == ("finished", 3, run.id)
    assert extended["name"] == "A try, continued"
    assert store.get(run.id) == run

    assert "finished" in refused("stop", run.id)
    assert "finished" in refused("resume", run.id)
    assert call("delete", run.id).status == 0
    assert "No run matches" in refused("show", run.id)


@pytest.mark.training
def test_a_run_whose_process_died_is_resumed_here(call, store, offline):
    run = store.create(PRESETS["tiny"].network, Recipe(epochs=1, precision="float32", limit=300))
    store.claim(run.id, "a process that is gone")

    resumed = call("resume", run.id)

    assert resumed.status == 0
    assert f"{run.id} finished: test accuracy" in resumed.out
    assert "epoch 1/1: training loss" in resumed.err
    assert store.get(run.id).attempt == 2


def test_a_training_that_is_refused_leaves_no_run(refused, store, tmp_path):
    bad = tmp_path / "recipe.json"
    bad.write_text('{"epochs": 0}')

    assert "epochs must be" in refused("train", "--preset", "tiny", "--recipe", bad)
    assert "epochs must be" in refused("train", "--preset", "tiny", "--epochs", -1)
    assert "learning_rate must be" in refused("train", "--preset", "tiny", "--learning-rate", "nan")
    assert "limit must be" in refused("train", "--preset", "tiny", "--limit", 3)
    assert "cannot be read" in refused("train", "--preset", "tiny", "--recipe", tmp_path)
    assert "memory" in refused("train", "--preset", "notebook-1", "--batch-size", 8192)
    assert store.count() == 0


def test_a_limit_beyond_mnist_is_refused_before_there_is_a_run(refused, store, mnist_folder):
    assert "60,000" in refused("train", "--preset", "tiny", "--limit", 70_000)
    assert store.count() == 0


def test_a_run_that_failed_is_status_1_and_still_prints_its_json(call, monkeypatch, store, offline):
    monkeypatch.setattr("mnist_lab.training.engine.trainer.Trainer", failing)

    called = call("train", "--preset", "tiny", "--epochs", 1, "--json")

    assert called.status == 1
    assert json.loads(called.out)["state"] == "failed"
    assert json.loads(called.out)["test_accuracy"] is None
    assert "out of memory" in called.err
    assert "Traceback" not in called.err


def failing(*_, **__):
    raise MemoryError


def test_only_json_is_printed_and_chatter_is_logged(call, monkeypatch, store, offline):
    def chatty(*_, **__):
        print("Keras says something")
        os.write(1, b"C++ says something\n")
        raise MemoryError

    monkeypatch.setattr("mnist_lab.training.engine.trainer.Trainer", chatty)

    called = call("train", "--preset", "tiny", "--json")

    assert called.out.count("\n") == 1
    assert "Keras says" not in called.err
    assert "Keras says something\nC++ says something\n" in store.folder(json.loads(called.out)["run"]).read_log()


def _a_number_is_read_digit_by_digit(call, run_id, pictures):
    picture = np.full((320, 640), 255, np.uint8)
    picture[60:260, 150:180] = picture[60:260, 450:480] = 0
    Image.fromarray(picture).save(pictures / "eleven.png")
    answer = call("predict", run_id, pictures / "eleven.png", "--json").json["predictions"][0]
    assert len(answer["number"]) == len(answer["digits"]) == 2
    assert (answer["digit"], answer["probability"], answer["probabilities"]) == (None, None, None)
    assert [digit["box"] for digit in answer["digits"]] == [[150, 60, 180, 260], [450, 60, 480, 260]]
    assert answer["number"] == "".join(str(digit["digit"]) for digit in answer["digits"])
    assert answer["number"] in call("predict", run_id, pictures / "eleven.png").out
    assert not answer["is_photo"]


def _the_rest_is_read_where_one_picture_is_refused(call, run_id, pictures):
    odd = os.fsdecode(bytes(pictures / "caf") + b"\xe9.png")
    (pictures / "one.png").replace(odd)
    files = [pictures / "no-picture.png", odd, pictures / "nowhere.png", pictures / "blank.png"]

    text = call("predict", run_id, *files)
    document = call("predict", run_id, *files, "--json")

    assert (text.status, document.status) == (2, 2)
    assert text.err.count("\n") == document.err.count("\n") == 2
    assert "no-picture.png" in text.err
    assert "nowhere.png" in text.err
    assert len(text.out.splitlines()) == 2
    read = json.loads(document.out)["predictions"]
    assert [(one["digit"] is not None, one["error"] is not None) for one in read] == [
        (False, True), (True, False), (False, True), (False, False),
    ]  # fmt: skip
    assert read[1]["picture"].endswith("caf\\xe9.png")
    Path(odd).replace(pictures / "one.png")
