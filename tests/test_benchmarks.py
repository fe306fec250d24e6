"""What `make bench` prints, and that what was recorded belongs to what ships."""

import json
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks import reference_runs, strangers
from benchmarks.figures import Figure
from benchmarks.recipes import images
from benchmarks.reference_runs import TRAININGS, Training, recorded
from mnist_lab.network import PRESETS
from mnist_lab.recipe import PRESET_RECIPES, Recipe
from mnist_lab.reference import read_archive, shipped_archives
from mnist_lab.runs import open_store
from mnist_lab.settings import Settings

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("value", "at_most", "at_least", "holds"),
    [(1.0, 1.0, None, True), (1.1, 1.0, None, False), (2.0, None, 2.0, True), (1.9, None, 2.0, False)],
)
def test_a_figure_says_whether_it_holds(
    value: float, at_most: float | None, at_least: float | None, holds: bool
) -> None:
    figure = Figure("Something", value, at_most, "s", "of three", at_least)
    assert figure.holds is holds
    assert ("holds)" if holds else "MISSES)") in figure.line()
    assert figure.line().endswith("of three")


def test_what_was_recorded_is_of_trainings_that_exist_and_of_their_seeds() -> None:
    for name, rows in recorded().items():
        assert [row["seed"] for row in rows] == list(TRAININGS[name].seeds)


def test_every_reference_run_is_the_median_of_what_was_recorded() -> None:
    by_id = {training.ships_as: name for name, training in TRAININGS.items() if training.ships_as}
    for path in shipped_archives():
        run = read_archive(path).run
        rows = sorted(recorded()[by_id[run.id]], key=lambda row: row["test_accuracy"])
        assert run.result is not None
        assert run.result.test_accuracy == rows[len(rows) // 2]["test_accuracy"]
        assert run.network == TRAININGS[by_id[run.id]].network


def test_the_presets_that_are_recipes_train_as_their_reference_runs_did() -> None:
    for path in shipped_archives():
        run = read_archive(path).run
        preset = next(name for name, each in PRESETS.items() if each.network == run.network)
        if not preset.startswith("notebook"):
            assert run.recipe.with_changes(seed=0) == PRESET_RECIPES[preset].recipe


@pytest.mark.parametrize("name", ["notebook-1", "notebook-2", "notebook-3"])
def test_the_better_recipe_trains_on_a_quarter_of_the_notebooks_images_or_little_more(name: str) -> None:
    # It may be more than a quarter by as much as the lab is faster than plain Keras.
    assert images(TRAININGS[f"{name}-better"]) <= 0.4 * images(TRAININGS[name])


@pytest.mark.slow
def test_make_bench_prints_figures_and_how_many_hold() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "recipes"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "Reference runs that ship" in done.stdout
    assert re.match(r"\d+ hold, \d+ miss; ", done.stdout.splitlines()[-1])


def test_strangers_are_read_surely_or_not() -> None:
    labels = np.array([3, 3, 3, 3], np.uint8)
    answers = np.zeros((4, 10), np.float32)
    answers[[0, 1, 2, 3], [3, 3, 5, 8]] = [0.95, 0.5, 0.95, 0.6]
    assert strangers.accuracy(answers, labels) == 50
    assert strangers.surely_wrong(answers, labels) == 25
    read, wrong = strangers.read_figures(
        [answers, np.eye(10, dtype=np.float32)[labels]], labels, "mean of 2 networks, "
    )
    assert (read.value, read.holds, read.detail) == (75, False, "mean of 2 networks, 50.00, 100.00")
    assert (wrong.value, wrong.holds) == (12.5, False)


def test_the_sheet_shows_each_mistake() -> None:
    labels = np.arange(40, dtype=np.uint8) % 10
    pictures = np.random.default_rng(1).uniform(0, 1, (40, 28, 28)).astype(np.float32)
    right = np.eye(10, dtype=np.float32)[labels]
    rows = {}
    for name, answers in (("none", right), ("all", np.roll(right, 1, axis=1))):
        with Image.open(BytesIO(strangers.mistakes_png(pictures, labels, answers))) as sheet:
            rows[name] = sheet.height // (strangers.TILE + strangers.CAPTION + 8)
    assert rows == {"none": 1, "all": 3}


def test_no_record_names_a_path_of_the_machine_it_was_made_on() -> None:
    text = json.dumps(recorded())
    assert "/home" not in text
    assert "/work" not in text


def test_a_reference_training_that_was_broken_off_is_resumed_and_not_begun_anew(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = Training(PRESETS["tiny"].network, Recipe(epochs=3), seeds=(0,))
    store = open_store(settings)
    run = store.create(training.network, training.recipe, name="t, seed 0")
    with pytest.raises(SystemExit, match="is under way already"):
        reference_runs.trained(store, settings, "t", training, 0)
    assert store.claim(run.id, "a process that is gone") is not None
    commands: list[list[str]] = []

    def failing(command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(subprocess, "run", failing)
    with pytest.raises(SystemExit):
        reference_runs.trained(store, settings, "t", training, 0)
    assert commands[0][-2:] == ["resume", run.id]
    store.close()
