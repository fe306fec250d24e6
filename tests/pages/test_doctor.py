"""Train, Compare and Inspect show the findings of the run doctor, and its buttons prepare a training."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MetricPoint, Result, Run, RunState, RunStore
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.panels import doctor_panel as panel_module
from mnist_lab.ui.services.container import services
from tests.factories import make_result
from tests.insight.made_runs import curve, step

PAGES = Path(__file__).resolve().parents[2] / "pages"
RESULT = make_result(best_epoch=3, epochs=3, test_loss=2.3, test_accuracy=0.11)
JUMPED = curve([9.2, 2.31, 2.306], accuracy=0.1, validation_accuracy=0.11, rate=0.1)

Made = Callable[..., Run]


@pytest.fixture
def store() -> RunStore:
    return services().store


@pytest.fixture
def made(store: RunStore) -> Made:
    """Creates a run of LeNet-5 with a learning rate of 0.1 that has ended with these points and this result."""

    def ended(points: list[MetricPoint], result: Result | None = RESULT, message: str = "") -> Run:
        recipe = Recipe(learning_rate=0.1, epochs=3, limit=700)
        run = store.claim(store.create(PRESETS["lenet-5"].network, recipe, name="Diverging").id, "test")
        assert run is not None
        store.attempt(run).move(RunState.RUNNING)
        store.attempt(run).heartbeat(points=points, phase="training", total_steps=300)
        state = RunState.FAILED if result is None else RunState.FINISHED
        store.attempt(run).finish(state, result, message, diverged=result is None)
        return store.get(run.id)

    return ended


def opened(page: str, run: Run) -> AppTest:
    test = AppTest.from_file(str(PAGES / f"{page}.py"), default_timeout=120)
    # Compare shows several runs, so its parameter has another name.
    test.query_params["runs" if page == "compare" else "run"] = run.id
    test.run()
    assert not test.exception, test.exception
    return test


def page_text(test: AppTest) -> str:
    kinds = (test.markdown, test.caption, test.error, test.warning)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


@pytest.mark.parametrize("page", ["train", "compare", "inspect"])
def test_a_run_is_diagnosed_where_it_is_shown(made: Made, page: str):
    test = opened(page, made(JUMPED))
    assert "**The learning rate is too high**" in page_text(test)


def test_compare_shows_one_line_per_run_with_a_problem(made: Made):
    first, second = made(JUMPED), made(curve([0.5, 0.3, 0.29], accuracy=0.95, validation_accuracy=0.95, rate=0.1))
    test = AppTest.from_file(str(PAGES / "compare.py"), default_timeout=120)
    test.query_params["runs"] = f"{first.id},{second.id}"
    test.run()
    assert not test.exception, test.exception
    lines = [line for line in page_text(test).splitlines() if "The learning rate is too high" in line]
    assert len(lines) == 1
    assert plain(f"Diverging #{first.number}") in lines[0]


@pytest.mark.parametrize("points", [[], [step(3, 2.3), step(9, 1e9)]])
def test_divergence_is_explained_below_the_run(made: Made, points: list[MetricPoint]):
    test = opened(
        "train", made(points, None, "The training diverged: the loss became NaN or infinite in epoch 1 of 3.")
    )
    assert "**The training diverged**" in page_text(test)


def test_start_with_selects_a_layer_even_if_the_url_contains_the_network():
    script = (
        "import streamlit as st\n"
        "from mnist_lab.network import Dropout, get_preset\n"
        "from mnist_lab.ui.session import network_draft as draft\n"
        "if 'draft-history' not in st.session_state:\n"
        "    network = get_preset('notebook-2').network.replace(10, Dropout(rate=0.25))\n"
        "    draft.start_with(network, pick=10)\n"
        "    st.query_params.update(draft.link_parameters())\n"
        "draft.open_draft()\n"
        "st.text(f'{draft.picked()} {draft.history().can_undo}')\n"
    )
    test = AppTest.from_string(script, default_timeout=120).run()
    assert not test.exception, test.exception
    assert test.text[0].value == "10 False"


def test_a_remedy_fills_the_form_of_the_train_page(made: Made, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(panel_module, "go", lambda page, parameters: None)
    run = made(JUMPED)
    test = opened("train", run)
    assert test.selectbox(key="recipe-learning_rate").value == 0.001
    test.selectbox(key="recipe-learning_rate").set_value(0.03)
    test.number_input(key="recipe-epochs").set_value(9)
    test.button(key=f"try-rate-too-high-1-{run.id}").click().run()
    assert not test.exception, test.exception
    assert test.selectbox(key="recipe-learning_rate").value == 0.0003
    assert test.number_input(key="recipe-epochs").value == 3
    assert test.selectbox(key="recipe-limit").value == 700
    assert any("LeNet" in element.value for element in test.subheader)
    test.button(key="train").click().run()
    newest = services().store.list(limit=1)[0]
    assert newest.network == run.network
    assert newest.recipe == run.recipe.with_changes(learning_rate=0.0003)
