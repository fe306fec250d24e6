"""The figures of the presets' cards."""

import pytest

from mnist_lab.network import PRESETS, analyse
from mnist_lab.recipe import Recipe, preset_recipe
from mnist_lab.runs import RunState, RunStore
from mnist_lab.settings import Settings
from mnist_lab.ui.services import container
from mnist_lab.ui.services import preset_facts as module
from mnist_lab.ui.services.preset_facts import preset_facts
from tests.factories import make_data, make_result


@pytest.fixture(autouse=True)
def fresh_services(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "_container", container.ServiceContainer())


def test_before_a_run_a_preset_has_its_parameters_and_no_accuracy() -> None:
    facts = preset_facts()
    assert facts.keys() == PRESETS.keys()
    assert {name: one.parameters for name, one in facts.items()} == {
        name: analyse(preset.network).parameters for name, preset in PRESETS.items()
    }
    tiny = facts["tiny"]
    assert (tiny.accuracy, tiny.seconds, tiny.run_id) == (None, None, None)


def test_the_reference_runs_belong_to_their_presets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_LAB_REFERENCE", "true")
    facts = preset_facts()
    assert {name: one.run_id for name, one in facts.items() if one.run_id} == {
        "fast": "reffast0",
        "strong": "refstron",
        "champion": "refchamp",
        "reader": "refreadr",
        "notebook-1": "refnote1",
        "notebook-2": "refnote2",
        "notebook-3": "refnote3",
    }
    assert facts["champion"].accuracy == pytest.approx(0.997)
    assert facts["champion"].elsewhere
    assert not facts["tiny"].elsewhere


def test_a_run_that_finishes_is_shown_the_next_time() -> None:
    assert preset_facts()["tiny"].run_id is None
    store = container.services().store
    run = store.create(PRESETS["tiny"].network, Recipe())
    claimed = store.claim(run.id, "test")
    assert claimed is not None
    store.attempt(claimed).set_data(make_data())
    store.attempt(claimed).move(RunState.RUNNING)
    store.attempt(claimed).finish(RunState.FINISHED, make_result(test_accuracy=0.98, seconds=12.0), "")
    tiny = preset_facts()["tiny"]
    assert (tiny.run_id, tiny.accuracy, tiny.seconds, tiny.on_sample) == (run.id, 0.98, 12.0, False)


def test_the_runs_are_looked_up_once_for_all_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = RunStore.finished_by_network
    monkeypatch.setattr(RunStore, "finished_by_network", lambda *args: (asked.append(args[1]), real(*args))[1])
    preset_facts()
    preset_facts()
    assert len(asked) == 1
    assert asked[0]["fast"] == (PRESETS["fast"].network, preset_recipe("fast"))


def test_the_expected_time_is_that_of_the_presets_own_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {}
    monkeypatch.setattr(module, "mnist_training_time", lambda network, recipe: given.update({network.name: recipe}))
    assert preset_facts()["fast"].expected is None
    assert given["Fast"] == preset_recipe("fast")
    assert given["Tiny"] == Recipe()
