"""The exported training script: it compiles for every recipe and network, and it trains."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from typing import get_args

import nbformat
import numpy as np
import pytest
from PIL import Image, ImageDraw

from mnist_lab.drawing import normalize_drawing, open_picture
from mnist_lab.export.notebook import training_notebook
from mnist_lab.export.script import training_script
from mnist_lab.export.templates import DRAWING
from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe, learning_rates
from mnist_lab.runs import DataInfo, Intervention


def choices(field):
    return get_args(Recipe.model_fields[field].annotation)


@pytest.fixture
def run_of(store):
    """Make a run of a network and a recipe."""
    return lambda network=PRESETS["tiny"].network, **recipe: store.create(network, Recipe(**recipe))


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_compiles_and_ends_in_float32(run_of, preset):
    source = training_script(run_of(PRESETS[preset].network))

    compile(source, preset, "exec")
    assert source.count("layers.Dense(10, activation='softmax', dtype='float32')") == 1


def test_every_choice_of_a_recipe_compiles(run_of):
    for field in ("optimizer", "schedule", "augmentation", "precision", "validation", "keep"):
        for choice in choices(field):
            compile(training_script(run_of(**{field: choice})), f"{field}={choice}", "exec")


def test_the_script_says_which_augmentation_it_lacks(run_of):
    assert 'trained with "styles"' in training_script(run_of(augmentation="styles"))
    assert '"styles"' not in training_script(run_of(augmentation="light"))


@pytest.mark.parametrize(
    "name", ['"""', "'''", "\\", "a\nimport os\nos.abort()", "😀 \u202e", "{EPOCHS}", "# \" ' \\N{DASH}", "</script>"]
)
def test_no_name_can_break_out_of_its_place(run_of, name):
    source = training_script(run_of(PRESETS["linear"].network.rename(name)))

    compile(source, "script", "exec")
    assert "os.abort()" not in [line.strip() for line in source.splitlines()]


def test_what_the_run_was_and_had_is_told(run_of, result):
    uci = DataInfo("uci-digits", "UCI digits, the offline sample", "0" * 16, 1, 1, 1, "holdout")

    source = training_script(replace(run_of(), data=uci, result=replace(result, precision="mixed_bfloat16")))

    assert "was trained on the UCI digits, the offline sample; this script trains on MNIST" in source
    assert "test accuracy of 0.1000" in source
    assert "set_global_policy('mixed_bfloat16')" in source


@pytest.mark.parametrize("schedule", choices("schedule"))
def test_the_learning_rates_are_those_of_the_lab(run_of, schedule):
    source = training_script(run_of(schedule=schedule, epochs=2, batch_size=10, learning_rate=0.01))
    schedule_part = source[source.index("total_steps = ") : source.index("class LearningRate")]
    names = {"np": np, "EPOCHS": 2, "BATCH_SIZE": 10, "x_train": np.zeros(95)}

    exec(schedule_part, names)  # noqa: S102 - our own source, which is what is tested

    assert np.allclose(0.01 * names["factors"], learning_rates(Recipe(schedule=schedule, learning_rate=0.01), 20))


def test_the_notebook_holds_the_same_script(run_of):
    run = run_of(schedule="cosine")
    notebook = nbformat.reads(training_notebook(run), as_version=4)
    nbformat.validate(notebook)

    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert len(code) == 9
    assert all(part in training_script(run) for part in code)
    assert training_notebook(run) == training_notebook(run), "the same run gives the same file"
    compile("\n".join(code), "notebook", "exec")


def drawn(mode, paper, ink, side=280, pen=20, points=((70, 60), (200, 80), (120, 230))):
    """A picture of a 7, or of other strokes."""
    picture = Image.new(mode, (side, side), paper)
    ImageDraw.Draw(picture).line([(x * side / 280, y * side / 280) for x, y in points], ink, pen, joint="curve")
    return picture


@pytest.fixture(scope="module")
def drawing_reader():
    """The functions of the script's last section, with pixels as the answer instead of a digit."""
    names = {"np": np, "PICTURE": None, "read": lambda pixels: pixels}
    exec(DRAWING, names)  # noqa: S102 - our own source, which is what is tested
    return names["read_drawing"]


@pytest.mark.parametrize(
    "picture",
    [
        drawn("L", 255, 0),
        drawn("L", 0, 255),
        drawn("RGB", "#fffbe6", "#8040a0"),
        drawn("RGBA", (0, 0, 0, 0), (20, 20, 20, 255)),
        drawn("L", 250, 30, side=2000, pen=90),
        drawn("L", 255, 0, side=40, pen=2),
    ],
    ids=["dark", "light", "coloured", "transparent", "large", "small"],
)
def test_the_script_sees_a_drawing_as_the_lab_does(drawing_reader, tmp_path, picture):
    picture.save(tmp_path / "seven.png")
    expected = normalize_drawing(open_picture(tmp_path / "seven.png"))

    pixels = drawing_reader(tmp_path / "seven.png")

    assert expected is not None
    assert np.abs(pixels / 255 - expected.pixels).max() < 0.01


@pytest.mark.parametrize(("ink", "answer"), [(0, "This is a dot"), (255, "The picture is blank")])
def test_the_script_reads_neither_a_dot_nor_blank_paper(drawing_reader, tmp_path, ink, answer):
    drawn("L", 255, ink, points=((130, 140), (150, 140))).save(tmp_path / "picture.png")

    assert drawing_reader(tmp_path / "picture.png") == answer


def digits(count, random):
    """Pictures with a bright row that tells the digit, easy enough to learn in a moment."""
    labels = np.arange(count, dtype=np.uint8) % 10
    images = random.integers(0, 60, (count, 28, 28), dtype=np.uint8)
    images[np.arange(count), 2 * labels + 3] = 255
    return images, labels


@pytest.mark.training
@pytest.mark.parametrize(
    ("optimizer", "schedule", "augmentation", "validation"),
    [("adamw", "one-cycle", "pen", "holdout"), ("sgd", "cosine", "none", "test")],
)
def test_the_script_trains(run_of, tmp_path, optimizer, schedule, augmentation, validation):
    random = np.random.default_rng(0)
    (x_train, y_train), (x_test, y_test) = digits(1200, random), digits(200, random)
    np.savez(tmp_path / "mnist.npz", x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    source = training_script(
        run_of(
            PRESETS["linear"].network,
            epochs=3,
            batch_size=20,
            limit=1000,
            learning_rate=0.02,
            optimizer=optimizer,
            schedule=schedule,
            augmentation=augmentation,
            validation=validation,
            early_stopping=3,
        )
    )
    drawn("L", 255, 0).save(tmp_path / "seven.png")
    for name, file in (("MNIST", "mnist.npz"), ("PICTURE", "seven.png")):
        assert source.count(f"{name} = None") == 1
        source = source.replace(f"{name} = None", f"{name} = {file!r}")
    (tmp_path / "train.py").write_text(source, encoding="utf-8")

    ended = subprocess.run(
        [sys.executable, "train.py"], cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"},
    )  # fmt: skip

    assert ended.returncode == 0, ended.stderr
    assert float(ended.stdout.rsplit("test accuracy ")[1].split(",")[0]) > 0.5
    for what in ("the first test image", "seven.png"):
        assert re.search(f"^{what}: ([0-9]|This does not look like a digit; nearest is [0-9])$", ended.stdout, re.M)
    assert (tmp_path / "best.keras").exists() == (validation == "holdout")


@pytest.mark.parametrize("schedule", ["constant", "cosine", "one-cycle", "step"])
def test_a_learning_rate_that_was_set_by_hand_is_reproduced(run_of, schedule):
    run = run_of(schedule=schedule, epochs=4, learning_rate=0.01)
    changes = [(150, 1.5, 1 / 3), (300, 3.0, 10.0)]
    noted = tuple(Intervention("learning rate", step, epoch, run.created, factor) for step, epoch, factor in changes)

    source = training_script(replace(run, interventions=noted))

    assert "Changed by hand while it trained, and in this script too: learning rate ÷ 3 after 1.5 epochs" in source
    # 100 steps an epoch: the part of the script that makes the rates, alone.
    start = source.index("total_steps = ")
    names = {"np": np, "EPOCHS": 4, "BATCH_SIZE": 10, "x_train": np.zeros(1000)}
    exec(source[start : source.index("class LearningRate")], names)  # noqa: S102 - a script of our own
    expected = learning_rates(run.recipe, 400).astype(float) / 0.01
    expected[150:300] /= 3
    expected[300:] *= 10
    np.testing.assert_allclose(names["factors"], expected, rtol=1e-5, atol=1e-9)


def test_a_learning_rate_of_which_only_the_factor_is_known_is_told(run_of):
    source = training_script(replace(run_of(), learning_rate_factor=3.0, steps_done=10))

    assert (
        "Changed by hand while it trained, but not in this script: learning rate × 3, when is not recorded." in source
    )
    assert "by_hand" not in source
