"""Runs that train on drawings, and runs that start with the weights of another one."""

from collections.abc import Callable

import numpy as np
import pytest

from mnist_lab.errors import HandwritingError, StoreError
from mnist_lab.handwriting import Collection
from mnist_lab.handwriting.extra_drawings import read_extra_drawings, repeats_per_epoch, trained_on
from mnist_lab.handwriting.kept_drawing import is_held_back
from mnist_lab.handwriting.teach import is_taught, teach, teach_recipe
from mnist_lab.network import Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MACHINE, Actor, Command, MetricPoint, Run, RunState, RunStore
from mnist_lab.settings import Settings
from mnist_lab.training.recorders import checkpoint_writer
from mnist_lab.training.reporter import Reporter
from mnist_lab.training.run_data import load_split
from tests.handwriting.drawn import drawn
from tests.training.twins import trained, work_on

ANNA = Actor("anna")
EXTRA = [seed for seed in range(20) if not is_held_back(drawn(seed).id)]


@pytest.fixture
def collection(store: RunStore) -> Collection:
    made = Collection(store.db)
    made.keep([drawn(seed) for seed in range(20)], MACHINE)
    return made


def with_drawings(store: RunStore, network: Network, recipe: Recipe, drawings: str, actor: Actor = MACHINE) -> Run:
    return store.create(network, recipe.with_changes(drawings=drawings), actor=actor)


def test_drawings_come_to_the_training_images_alone(offline, store, collection, small_network, small_recipe):
    plain, data = load_split(offline, store, store.create(small_network, small_recipe))
    split, with_extra = load_split(offline, store, with_drawings(store, small_network, small_recipe, "all"))
    repeats = repeats_per_epoch(len(EXTRA), data.training)
    assert len(split.train_labels) == data.training + repeats * len(EXTRA)
    assert np.array_equal(split.train_images[: data.training], plain.train_images)
    assert np.array_equal(split.validation_images, plain.validation_images)
    assert np.array_equal(split.test_images, plain.test_images)
    assert (with_extra.training, with_extra.drawings) == (data.training, len(EXTRA))
    assert with_extra.title == f"{data.title} and {len(EXTRA)} drawings"
    assert (data.drawings, data.drawings_version, len(with_extra.drawings_version)) == (0, "", 16)


def test_the_drawings_are_chosen_once_and_kept_with_the_run(offline, store, collection, small_network, small_recipe):
    run = with_drawings(store, small_network, small_recipe, "all")
    split, data = load_split(offline, store, run)
    collection.delete([drawn(seed).id for seed in range(20)], MACHINE)
    again, same = load_split(offline, store, run, resumes=True)
    assert same == data
    assert np.array_equal(again.train_images, split.train_images)


def test_a_run_may_train_on_the_drawings_of_its_owner_alone(offline, store, collection, small_network, small_recipe):
    kept = [drawn(seed) for seed in range(20, 30)]
    collection.keep(kept, ANNA)
    _, data = load_split(offline, store, with_drawings(store, small_network, small_recipe, "mine", ANNA))
    assert data.drawings == sum(not is_held_back(each.id) for each in kept)


def test_without_drawings_the_run_ends_with_a_sentence(offline, store, small_network, small_recipe):
    with pytest.raises(HandwritingError, match="keep some on the page Draw"):
        load_split(offline, store, with_drawings(store, small_network, small_recipe, "all"))


@pytest.mark.parametrize(("drawings", "images", "repeats"), [(1, 54_000, 50), (10, 2_700, 27), (10_000, 2_700, 1)])
def test_drawings_are_a_tenth_of_the_images_where_that_is_possible(drawings, images, repeats):
    assert repeats_per_epoch(drawings, images) == repeats


@pytest.fixture
def work(offline: Settings, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Run]:
    monkeypatch.setattr(checkpoint_writer, "MIN_INTERVAL_SECONDS", 0.0)
    return lambda: work_on(offline, store)


@pytest.fixture
def parent(store: RunStore, work: Callable[[], Run], small_network: Network, small_recipe: Recipe) -> Run:
    store.create(small_network, small_recipe, name="Small (reference)")
    return work()


@pytest.mark.training
def test_a_network_is_taught_as_a_new_run(store, collection, work, parent, monkeypatch):
    before = {path.name: path.read_bytes() for path in store.folder(parent.id).path.iterdir() if path.is_file()}
    child = teach(store, parent, ANNA)
    assert (child.parent, child.owner, child.name) == (parent.id, "anna", "Small, taught")
    assert is_taught(child)
    taught = work()
    assert taught.state is RunState.FINISHED, taught.message
    assert taught.result is not None
    assert parent.result is not None
    assert taught.result.test_accuracy > parent.result.test_accuracy - 0.05
    first = min(store.points(taught.id), key=lambda point: point.step)
    assert first.training_accuracy > 0.4, "it starts with what its parent has learned"
    assert taught.data is not None
    assert taught.data.drawings == len(EXTRA)
    after = {path.name: path.read_bytes() for path in store.folder(parent.id).path.iterdir() if path.is_file()}
    assert after == before

    again = teach(store, taught, ANNA)
    collection.keep([drawn(seed) for seed in range(20, 30)], MACHINE)
    collection.delete([drawn(EXTRA[0]).id], MACHINE)
    work()
    extra = read_extra_drawings(store.folder(again.id))
    assert extra is not None
    assert drawn(EXTRA[0]).id not in [f"{key:016x}" for key in extra.keys.tolist()]
    assert int(drawn(EXTRA[0]).id, 16) in trained_on(store.folder(again.id)).tolist(), "its parent was trained on it"

    continued = store.continue_run(taught.id, 1)
    assert np.array_equal(trained_on(store.folder(continued.id)), trained_on(store.folder(taught.id)))
    assert work().state is RunState.FINISHED


class Killed(BaseException):
    """The end of a process, as far as `execute_run` can see."""


@pytest.mark.training
def test_a_taught_run_that_was_broken_off_ends_with_the_same_weights(store, collection, work, parent, monkeypatch):
    teach(store, parent, MACHINE)
    twin = trained(store, work())
    run = teach(store, parent, MACHINE)
    real = Reporter.on_chunk_end

    def die(self: Reporter, point: MetricPoint) -> Command:
        if point.epoch > 1.5:
            raise Killed
        return real(self, point)

    with monkeypatch.context() as patched:
        patched.setattr(Reporter, "on_chunk_end", die)
        with pytest.raises(Killed):
            work()
    store.reap_stale_runs()
    collection.delete([drawn(seed).id for seed in range(20)], MACHINE)
    store.requeue(run.id)
    resumed = trained(store, work())
    assert resumed.run.attempt == 2
    for array, other in zip(resumed.checkpoint.state.model, twin.checkpoint.state.model, strict=True):
        np.testing.assert_array_equal(array, other)
    np.testing.assert_array_equal(resumed.probabilities, twin.probabilities)


@pytest.mark.training
def test_weights_that_cannot_be_read_fail_the_run_with_a_sentence(store, collection, work, parent):
    run = teach(store, parent, MACHINE)
    store.folder(run.id).initial_weights.unlink()
    store.folder(run.id).initial_weights.write_bytes(b"damaged")
    assert work().message.startswith("The weights that this run starts with cannot be read (initial.keras")


def test_a_taught_run_keeps_its_last_weights_and_the_seed_of_its_parent():
    recipe = teach_recipe(Recipe(seed=7, augmentation="pen", keep="best"))
    assert (recipe.seed, recipe.augmentation, recipe.kept, recipe.drawings) == (7, "pen", "last", "all")
    assert teach_recipe(Recipe()).augmentation == "light"


def test_weights_that_cannot_be_copied_queue_no_run(store, collection, small_network, small_recipe, tmp_path):
    with pytest.raises(StoreError, match="cannot be copied"):
        store.create(small_network, small_recipe, parent="abcdefgh", initial_weights=tmp_path / "missing.keras")
    assert store.list() == []
