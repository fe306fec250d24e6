"""The run doctor's panel, without a browser: it shows the findings, and its buttons open the remedies."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_lab.insight.doctor import diagnose
from mnist_lab.network import PRESETS, Dropout
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MetricPoint, Run, RunState
from mnist_lab.runs.snapshot_files import LayerHealth
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.panels import doctor_panel as panel_module
from mnist_lab.ui.session.ui_state import UiState
from tests.insight.made_runs import curve, diverged_run, layer, made_run

SCRIPT = Path(__file__).with_name("panel_script.py")
DROPPED = curve([2.1, 1.9, 1.8, 1.7], [1.9, 1.3, 0.8, 0.48], accuracy=0.35, validation_accuracy=0.80)
JUMPED = curve([9.2, 2.31, 2.306], accuracy=0.1, validation_accuracy=0.11, rate=0.1)

OpenedPages = list[tuple[str, dict[str, str]]]
Panel = Callable[..., AppTest]


@pytest.fixture
def opened_pages(monkeypatch: pytest.MonkeyPatch) -> OpenedPages:
    """The pages that buttons opened, with their URL parameters."""
    visits: OpenedPages = []
    monkeypatch.setattr(panel_module, "go", lambda page, parameters: visits.append((page, parameters)))
    return visits


@pytest.fixture
def panel() -> Panel:
    def opened(run: Run, points: Sequence[MetricPoint], health: Sequence[LayerHealth] = ()) -> AppTest:
        test = AppTest.from_file(str(SCRIPT), default_timeout=120)
        test.session_state["panel"] = (run, points, health)
        test.run()
        assert not test.exception, test.exception
        return test

    return opened


def page_text(test: AppTest) -> str:
    return "\n".join(str(element.value) for kind in (test.markdown, test.caption) for element in kind)


def test_a_finding_has_title_evidence_reason_and_buttons(panel: Panel):
    run = made_run("notebook-2")
    test = panel(run, DROPPED)
    finding = diagnose(run, DROPPED)[0]
    for text in (f"**{plain(finding.title)}**", plain(finding.evidence), plain(finding.why)):
        assert text in page_text(test)
    labels = [plain(remedy.label) for each in diagnose(run, DROPPED) for remedy in each.remedies]
    assert len(labels) >= 3
    assert [button.label for button in test.button] == labels


def test_a_changed_network_opens_in_compose_with_the_recipe_of_the_run(panel: Panel, opened_pages: OpenedPages):
    run = made_run("notebook-2", epochs=7, limit=2_000)
    test = panel(run, DROPPED)
    test.button(key="try-too-much-dropout-1-made").click().run()
    index = next(i for i, each in enumerate(run.network.layers) if each == Dropout(rate=0.7))
    changed = run.network.replace(index, Dropout(rate=0.25))
    assert opened_pages == [("compose", UiState(changed, run.recipe).to_query())]
    assert test.session_state["draft-history"].network == changed
    assert test.session_state["draft-picked"] == (index,)
    assert test.session_state["recipe"] == run.recipe


def test_a_changed_recipe_opens_in_train_with_the_network_of_the_run(panel: Panel, opened_pages: OpenedPages):
    run = made_run("lenet-5", learning_rate=0.1, epochs=3)
    test = panel(run, JUMPED)
    test.session_state["recipe-learning_rate"] = 0.3
    test.button(key="try-rate-too-high-0-made").click().run()
    assert opened_pages == [("train", UiState(run.network, Recipe(learning_rate=0.001, epochs=3)).to_query())]
    assert test.session_state["draft-history"].network == run.network
    assert test.session_state["recipe"] == Recipe(learning_rate=0.001, epochs=3)
    assert "recipe-learning_rate" not in test.session_state


def test_a_remedy_can_be_undone(panel: Panel, opened_pages: OpenedPages):
    test = panel(made_run("notebook-2"), DROPPED)
    test.button(key="try-too-much-dropout-0-made").click().run()
    test.button(key="try-too-much-dropout-2-made").click().run()
    history = test.session_state["draft-history"]
    assert history.can_undo
    assert any(isinstance(each, Dropout) for each in history.undo().network.layers)


def test_a_run_that_diverged_before_its_first_point_is_explained(panel: Panel):
    (finding,) = diagnose(diverged_run(learning_rate=3.0), [])
    assert plain(finding.why) in page_text(panel(diverged_run(learning_rate=3.0), []))


def test_a_healthy_run_has_one_line(panel: Panel):
    points = curve([0.3, 0.1, 0.08, 0.075, 0.073], [0.12, 0.085, 0.08, 0.078, 0.077], accuracy=0.98)
    test = panel(made_run(), points, [layer(1, 0.0)])
    assert len(test.markdown) == 1
    assert "No problem found" in page_text(test)
    assert not test.button


@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.QUEUED, RunState.FAILED])
def test_without_findings_the_panel_is_empty_until_the_run_ended(panel: Panel, state: RunState):
    points = curve([0.3], accuracy=0.98) if state is RunState.RUNNING else []
    test = panel(made_run(state=state, network=PRESETS["tiny"].network), points)
    assert not test.markdown
    assert not test.button
