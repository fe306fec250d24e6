"""The Train page in each of its states, without a browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_lab.network import PRESETS, Conv2D, link_from_network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Command, DataInfo, MetricPoint, Result, Run, RunState, RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.ui.plain import plain

PAGE = Path(__file__).resolve().parents[2] / "pages" / "train.py"
HOSTILE = (
    "<script>alert(1)</script>",
    "**bold** `code` $x^2$ :material/bug_report:",
    "'\"; DROP TABLE runs",
    "😀" * 80,
)
OFFLINE = DataInfo("uci-digits", "UCI digits, the offline sample", "0" * 16, 900, 100, 500, "holdout", "No network.")

Opened = Callable[..., AppTest]


@pytest.fixture
def store(settings: Settings) -> Iterator[RunStore]:
    opened = open_store(settings)
    yield opened
    opened.close()


@pytest.fixture
def page() -> Opened:
    """Open the page, with address parameters."""

    def opened(**address: str) -> AppTest:
        test = AppTest.from_file(str(PAGE), default_timeout=30)
        for name, value in address.items():
            test.query_params[name] = value
        return ok(test.run())

    return opened


def ok(test: AppTest) -> AppTest:
    assert not test.exception, test.exception
    return test


def words(test: AppTest) -> str:
    kinds = (test.markdown, test.caption, test.subheader, test.header, test.info, test.warning, test.error)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def queue(store: RunStore, name: str = "A run", epochs: int = 4) -> Run:
    return store.create(PRESETS["tiny"].network, Recipe(epochs=epochs), name=name)


def start(store: RunStore, run: Run) -> Run:
    claimed = store.claim(run.id, "test")
    assert claimed is not None
    store.move(run.id, claimed.attempt, RunState.RUNNING)
    points = [
        MetricPoint(50, 0.5, "step", 0.9, 0.7, None, None, 0.001, 5.0, 1000.0),
        MetricPoint(100, 1.0, "epoch", 0.5, 0.8, 0.4, 0.9, 0.001, 10.0, 1000.0),
        MetricPoint(150, 1.5, "step", 0.3, 0.91, None, None, 0.001, 15.0, 1000.0),
    ]
    store.heartbeat(run.id, claimed.attempt, points=points, phase="training", total_steps=400)
    return store.get(run.id)


def result() -> Result:
    return Result(
        test_loss=0.0465,
        test_accuracy=0.9927,
        per_class_accuracy=(0.99,) * 10,
        confusion=((1,) * 10,) * 10,
        best_epoch=1,
        epochs=1,
        seconds=15.0,
        samples_per_second=1000.0,
        kept="best",
        validation_loss=0.4,
        validation_accuracy=0.9,
        last_test_loss=0.05,
        last_test_accuracy=0.99,
        precision="float32",
    )


def test_an_empty_lab_says_what_to_do(page: Opened) -> None:
    test = page()
    assert "No run yet" in words(test)
    assert not test.button(key="train").disabled


def test_train_queues_the_network_with_the_recipe_and_names_the_run_in_the_address(
    page: Opened, store: RunStore
) -> None:
    test = page()
    test.number_input(key="recipe-epochs").set_value(3)
    test.selectbox(key="recipe-learning_rate").set_value(0.01)
    test.selectbox(key="recipe-limit").set_value(1_000)
    test.text_input(key="run-name").set_value("Mine")
    ok(test.button(key="train").click().run())
    (run,) = store.list()
    assert (run.name, run.recipe.epochs, run.recipe.learning_rate, run.recipe.limit) == ("Mine", 3, 0.01, 1_000)
    assert run.owner
    assert test.query_params["run"] in (run.id, [run.id])
    assert "Waiting for its turn" in words(test)


def test_every_field_of_the_recipe_can_be_chosen(page: Opened, store: RunStore) -> None:
    test = page()
    test.selectbox(key="recipe-optimizer").set_value("sgd")
    test.selectbox(key="recipe-schedule").set_value("one-cycle")
    test.selectbox(key="recipe-early_stopping").set_value(3)
    test.selectbox(key="recipe-augmentation").set_value("pen")
    test.selectbox(key="recipe-validation").set_value("test")
    test.selectbox(key="recipe-precision").set_value("float32")
    test.number_input(key="recipe-seed").set_value(7)
    ok(test.run())
    assert "no longer an honest last word" in words(test)
    test.slider(key="recipe-momentum").set_value(0.5)
    ok(test.button(key="train").click().run())
    recipe = store.list()[0].recipe
    wanted = Recipe(
        optimizer="sgd",
        momentum=0.5,
        schedule="one-cycle",
        early_stopping=3,
        augmentation="pen",
        validation="test",
        precision="float32",
        seed=7,
    )
    assert recipe == wanted


def test_the_recipe_stays_when_the_page_is_left(page: Opened) -> None:
    test = page()
    test.number_input(key="recipe-epochs").set_value(9)
    ok(test.run())
    kept = test.session_state["recipe"]
    again = AppTest.from_file(str(PAGE), default_timeout=30)
    again.session_state["recipe"] = kept
    ok(again.run())
    assert again.number_input(key="recipe-epochs").value == 9


def test_a_network_that_cannot_be_trained_is_not(page: Opened) -> None:
    broken = PRESETS["tiny"].network.add(Conv2D(filters=8, kernel_size=(3, 3)))
    for _ in range(4):
        broken = broken.add(Conv2D(filters=8, kernel_size=(25, 25)))
    test = page(n=link_from_network(broken))
    assert test.button(key="train").disabled
    assert test.error


def test_what_submit_refuses_is_one_sentence(page: Opened, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_LAB_MEMORY", "0.000001")
    test = page()
    ok(test.button(key="train").click().run())
    assert len(test.error) == 1
    assert "memory" in test.error[0].value
    assert store.count() == 0


def test_a_queued_run_can_be_cancelled(page: Opened, store: RunStore) -> None:
    first, second = queue(store, "First"), queue(store, "Second")
    test = page()
    assert "place 2 in the queue" in words(test).replace("\\", "")
    ok(test.button(key=f"stop-{second.id}").click().run())
    assert store.get(second.id).state is RunState.STOPPED
    assert store.get(first.id).state is RunState.QUEUED


def test_a_running_run_shows_where_it_is_and_obeys(page: Opened, store: RunStore) -> None:
    run = start(store, queue(store))
    test = page()
    metrics = {metric.label: metric.value for metric in test.metric}
    assert metrics["Validation accuracy"] == "90.00 %"
    assert metrics["Training loss"] == "0.3000"
    (progress,) = test.get("progress_bar") or test.get("progress")
    assert "epoch 2 of 4" in progress.proto.text
    assert "25 s left" in progress.proto.text
    ok(test.button(key=f"pause-{run.id}").click().run())
    assert store.get(run.id).command is Command.PAUSE
    ok(test.button(key=f"none-{run.id}").click().run())
    assert store.get(run.id).command is Command.NONE
    ok(test.button(key=f"stop-{run.id}").click().run())
    assert store.get(run.id).command is Command.STOP
    assert test.button(key=f"stop-{run.id}").disabled
    assert test.button(key=f"pause-{run.id}").disabled


def test_a_command_that_comes_too_late_does_no_harm(page: Opened, store: RunStore) -> None:
    run = start(store, queue(store))
    test = page(run=run.id)
    store.finish(run.id, run.attempt, RunState.FINISHED, result())
    ok(test.button(key=f"stop-{run.id}").click().run())
    assert test.toast
    assert "99.27 %" in [metric.value for metric in test.metric]


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.INTERRUPTED, RunState.STOPPED])
def test_a_run_that_ended_early_says_why_and_has_its_log(page: Opened, store: RunStore, state: RunState) -> None:
    run = start(store, queue(store))
    folder = store.folder(run.id)
    folder.path.mkdir(parents=True)
    folder.log_path.write_text("Traceback <b>of</b> the worker\n")
    store.finish(run.id, run.attempt, state, None, "The loss became NaN in epoch 2; use a lower learning rate.")
    test = page(run=run.id)
    assert plain("The loss became NaN in epoch 2; use a lower learning rate.") in words(test)
    assert "Traceback <b>of</b> the worker" in test.code[0].value
    if state is RunState.INTERRUPTED:
        ok(test.button(key=f"again-{run.id}").click().run())
        assert store.get(run.id).state is RunState.QUEUED


def test_the_offline_sample_is_told(page: Opened, store: RunStore) -> None:
    run = start(store, queue(store))
    store.set_data(run.id, run.attempt, OFFLINE)
    assert plain("No network.") in words(page(run=run.id))


def test_digits_that_are_not_mnist_are_told_beside_the_button(
    page: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_LAB_DATA", str(tmp_path / "nowhere"))
    assert any("not on MNIST" in element.value for element in page().caption)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_as_it_is(page: Opened, store: RunStore, name: str) -> None:
    run = start(store, queue(store, name))
    other = queue(store, name)
    test = page(run=run.id)
    assert plain(run.name) in [element.value for element in test.subheader]
    assert any(plain(other.name) in element.value for element in test.markdown)
    assert not [element for element in test.markdown if name in element.value and plain(name) != name]


@pytest.mark.parametrize("bad", ["nosuchid", "", "<b>x</b>", "../../etc", "x" * 10_000, "\x00", "😀"])
def test_a_run_that_does_not_exist_is_told_and_the_page_works(page: Opened, bad: str) -> None:
    test = page(run=bad)
    assert bool(test.warning) == bool(bad)
    assert not test.button(key="train").disabled


def test_a_bad_link_is_told(page: Opened) -> None:
    assert page(n="!!!").error


def test_without_a_run_in_the_address_the_one_under_way_is_shown(page: Opened, store: RunStore) -> None:
    running = start(store, queue(store, "Under way"))
    queue(store, "Later")
    test = page()
    assert running.name in [element.value for element in test.subheader]
