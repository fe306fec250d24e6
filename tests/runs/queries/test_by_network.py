"""The finished run that shows what comes of a network."""

import pytest
from sqlalchemy import insert, select, update

from mnist_lab.network import PRESETS, Network
from mnist_lab.recipe import Recipe, preset_recipe
from mnist_lab.reference import install_reference_runs
from mnist_lab.runs import RunState, RunStore
from mnist_lab.runs.queries import by_network
from mnist_lab.runs.schema import runs
from tests.factories import make_data, make_result, make_sample

TINY, LINEAR, FAST = (PRESETS[name].network for name in ("tiny", "linear", "fast"))
WANTED = {"tiny": (TINY, Recipe()), "linear": (LINEAR, Recipe()), "fast": (FAST, preset_recipe("fast"))}


def finished(
    store: RunStore,
    network: Network,
    *,
    recipe: Recipe | None = None,
    sample: bool = False,
    state: RunState = RunState.FINISHED,
) -> str:
    run = store.create(network, recipe or Recipe())
    claimed = store.claim(run.id, "test")
    assert claimed is not None
    store.attempt(claimed).set_data(make_sample() if sample else make_data())
    store.attempt(claimed).move(RunState.RUNNING)
    store.attempt(claimed).finish(state, make_result(), "")
    return run.id


def found(store: RunStore) -> dict[str, str]:
    return {key: run.id for key, run in store.finished_by_network(WANTED).items()}


def test_a_network_is_found_under_any_name_and_the_newest_run_of_it_counts(store: RunStore) -> None:
    assert found(store) == {}
    finished(store, TINY)
    newest = finished(store, TINY.rename('"layers": [] \n  "layers":'))
    finished(store, TINY.add(TINY.layers[0], 0))
    assert found(store) == {"tiny": newest}


def test_a_run_must_have_finished_and_not_be_in_the_bin(store: RunStore) -> None:
    kept = finished(store, LINEAR)
    finished(store, LINEAR, state=RunState.STOPPED)
    store.create(LINEAR, Recipe())
    deleted = finished(store, LINEAR)
    assert found(store) == {"linear": deleted}
    store.delete(deleted)
    assert found(store) == {"linear": kept}


def test_a_run_on_mnist_goes_before_a_newer_one_on_the_sample(store: RunStore) -> None:
    sampled = finished(store, TINY, sample=True)
    assert found(store) == {"tiny": sampled}
    on_mnist = finished(store, TINY)
    finished(store, TINY, sample=True)
    assert found(store) == {"tiny": on_mnist}


def test_a_run_with_the_given_recipe_goes_before_a_newer_one_with_another(store: RunStore) -> None:
    own = finished(store, FAST, recipe=preset_recipe("fast"))
    finished(store, FAST, recipe=Recipe(learning_rate=5.0))
    assert found(store) == {"fast": own}


def test_a_reference_run_goes_before_all_others(store: RunStore) -> None:
    install_reference_runs(store)
    finished(store, FAST, recipe=preset_recipe("fast"))
    assert found(store) == {"fast": "reffast0"}


def test_a_damaged_record_is_left_out(store: RunStore) -> None:
    run_id = finished(store, TINY)
    with store.db.write() as connection:
        connection.execute(update(runs).where(runs.c.id == run_id).values(recipe="{"))
    assert found(store) == {}


def test_only_the_newest_runs_are_compared(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_network, "MAX_RUNS", 20)
    finished(store, TINY)
    with store.db.write() as connection:
        row = dict(connection.execute(select(runs)).mappings().one())
        copy = {name: value for name, value in row.items() if name != "number"} | {"network": LINEAR.to_json()}
        connection.execute(insert(runs), [copy | {"id": f"copy{n:04}"} for n in range(2, 21)])
    assert found(store).keys() == {"tiny", "linear"}
    finished(store, LINEAR)
    assert found(store).keys() == {"linear"}


def test_only_finished_runs_of_the_same_layers_recipe_and_seed_are_the_same_training(store: RunStore) -> None:
    first, second = (finished(store, Network(name=name, layers=TINY.layers)) for name in ("One", "Two"))
    finished(store, LINEAR)
    finished(store, TINY, recipe=Recipe(seed=1))
    finished(store, TINY, state=RunState.STOPPED)
    deleted = finished(store, TINY)
    store.delete(deleted)
    store.create(TINY, Recipe())
    assert [run.id for run in store.same_trainings(TINY, Recipe())] == [second, first]
    assert store.same_trainings(TINY, Recipe(epochs=2)) == []
