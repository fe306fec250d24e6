"""The snapshots of a run on the Train and the Inspect page, without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run, RunState, RunStore
from mnist_lab.runs.snapshot_files import write_snapshot
from mnist_lab.ui.services.container import services
from tests.factories import make_point
from tests.pages.ended_runs import ended
from tests.pages.train_page import component, digits_text, snapshot_picture
from tests.snapshots import snapshot

PAGES = Path(__file__).resolve().parents[2] / "pages"


@pytest.fixture
def store() -> RunStore:
    return services().store


def opened(page: str, run: Run, epoch: int | None = None) -> AppTest:
    test = AppTest.from_file(str(PAGES / f"{page}.py"), default_timeout=120)
    test.query_params["run"] = run.id
    if epoch is not None:
        test.session_state[f"watch-epoch-{run.id}"] = {"epoch": epoch}
    test.run()
    assert not test.exception, test.exception
    return test


def running(store: RunStore) -> Run:
    run = store.claim(store.create(PRESETS["tiny"].network, Recipe(epochs=4)).id, "test")
    assert run is not None
    store.attempt(run).move(RunState.RUNNING)
    point = make_point(100, "epoch", steps_per_epoch=100)
    store.attempt(run).heartbeat(points=[point], phase="training", total_steps=400)
    return store.get(run.id)


def with_snapshots(store: RunStore, run: Run, *epochs: int) -> Run:
    for epoch in epochs:
        write_snapshot(store.folder(run.id).snapshots, snapshot(epoch, right=2 + epoch))
    return run


def test_before_the_first_snapshot_a_hint_is_shown(store: RunStore) -> None:
    test = opened("train", running(store))
    assert "The first snapshot appears after the first steps." in [caption.value for caption in test.caption]
    assert component(test, "epoch_slider") is None


def test_a_running_run_shows_its_newest_epoch(store: RunStore) -> None:
    run = with_snapshots(store, running(store), 0, 1)
    test = opened("train", run)
    slider = component(test, "epoch_slider")
    assert slider["newest"].startswith("1-")
    assert slider | {"newest": ""} == {
        "epochs": [0, 1],
        "wanted": None,
        "total": 4,
        "live": True,
        "best": None,
        "done": None,
        "newest": "",
        "key": f"watch-epoch-{run.id}",
    }
    assert digits_text(test).startswith("3 of 12 test digits correct after epoch 1")
    picture = snapshot_picture(test)["html"]
    assert "32 filters of 3×3 weights" in picture
    with_snapshots(store, run, 2)
    test.run()
    assert digits_text(test).startswith("4 of 12 test digits correct after epoch 2")
    assert snapshot_picture(test)["html"] != picture


@pytest.mark.parametrize("page", ["train", "inspect"])
def test_an_ended_run_is_replayed(store: RunStore, page: str) -> None:
    run = with_snapshots(store, ended(store), 0, 1, 2)
    test = opened(page, run, epoch=1)
    slider = component(test, "epoch_slider")
    assert (slider["epochs"], slider["wanted"], slider["total"]) == ([0, 1, 2], 1, 2)
    assert (slider["live"], slider["best"]) == (False, 2)
    for panel, text in {
        "Guesses": "test digits classified correctly",
        "Filters": "32 filters of 3×3 weights",
        "Maps": "the outputs of the layers for this 3",
        "Health": "<table>",
    }.items():
        test.segmented_control(key="watch-panel").set_value(panel).run()
        assert not test.exception, test.exception
        picture = snapshot_picture(test)
        assert picture is not None
        assert text in picture["html"]


def test_a_snapshot_from_the_middle_of_an_epoch_is_labelled_so(store: RunStore) -> None:
    run = with_snapshots(store, running(store), 0, 1, 2)
    store.attempt(run).finish(RunState.STOPPED, None, "Stopped.")
    test = opened("train", run)
    assert component(test, "epoch_slider")["done"] == 1
    assert digits_text(test).startswith("4 of 12 test digits correct in epoch 2, where the training ended")
    for epoch, text in {2: "in epoch 2, where the training ended", 1: "after epoch 1"}.items():
        guesses = opened("train", run, epoch=epoch).segmented_control(key="watch-panel").set_value("Guesses").run()
        assert f"classified correctly {text}" in snapshot_picture(guesses)["html"]


def test_the_digit_can_be_chosen_only_in_panels_that_depend_on_it(store: RunStore) -> None:
    test = opened("inspect", with_snapshots(store, ended(store), 0, 1))
    keys = [control.key for control in test.segmented_control]
    assert "watch-digit" not in keys
    test.segmented_control(key="watch-panel").set_value("Maps").run()
    test.segmented_control(key="watch-digit").set_value(8).run()
    picture = snapshot_picture(test)
    assert picture is not None
    assert "the outputs of the layers for this 8" in picture["html"]


def test_a_network_without_convolution_needs_no_digit_for_its_filters(store: RunStore) -> None:
    test = opened("inspect", with_snapshots(store, ended(store, preset="linear"), 0, 1))
    test.segmented_control(key="watch-panel").set_value("Filters").run()
    assert "watch-digit" not in [control.key for control in test.segmented_control]


@pytest.mark.parametrize("page", ["train", "inspect"])
def test_a_run_without_snapshots_shows_no_panel(store: RunStore, page: str) -> None:
    test = opened(page, ended(store))
    assert "Watch it learn" not in [heading.value for heading in test.subheader]


def test_a_damaged_snapshot_gives_a_message(store: RunStore) -> None:
    run = with_snapshots(store, ended(store), 0, 1)
    (store.folder(run.id).snapshots / "epoch-000001.npz").write_bytes(b"torn")
    test = opened("inspect", run)
    assert any("The snapshot of epoch 1 cannot be read" in caption.value for caption in test.caption)
    assert snapshot_picture(test) is None
