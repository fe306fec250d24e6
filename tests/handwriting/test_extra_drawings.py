"""The drawings that a run trains on."""

import numpy as np
import pytest

from mnist_lab.errors import HandwritingError, StoreError
from mnist_lab.handwriting import Collection
from mnist_lab.handwriting.collection_index import keys_of
from mnist_lab.handwriting.extra_drawings import (
    choose_extra_drawings,
    read_extra_drawings,
    trained_on,
    write_extra_drawings,
)
from mnist_lab.handwriting.kept_drawing import is_held_back
from mnist_lab.runs import MACHINE, Actor, RunFolder
from tests.handwriting.drawn import drawn

ANNA = Actor("a" * 32)


@pytest.fixture
def collection(store) -> Collection:
    made = Collection(store.db)
    made.keep([drawn(seed) for seed in range(30)], MACHINE)
    made.keep([drawn(seed) for seed in range(30, 40)], ANNA)
    return made


def test_about_a_third_is_held_back_and_never_trained_on(collection):
    extra = choose_extra_drawings(collection, None)
    held_back = {drawn(seed).id for seed in range(40) if is_held_back(drawn(seed).id)}
    assert 4 < len(held_back) < 24
    assert not set(extra.keys.tolist()) & set(keys_of(sorted(held_back)).tolist())
    assert len(extra.labels) == 40 - len(held_back)


def test_extra_drawings_are_the_same_for_the_same_drawings(collection):
    extra, again = choose_extra_drawings(collection, None), choose_extra_drawings(collection, None)
    assert extra.version == again.version
    assert (extra.images == again.images).all()
    collection.relabel({drawn(seed).id: 9 for seed in range(40) if not is_held_back(drawn(seed).id)}, MACHINE)
    assert choose_extra_drawings(collection, None).version != extra.version


def test_extra_drawings_of_one_owner(collection):
    extra = choose_extra_drawings(collection, ANNA.browser_id)
    assert set(extra.keys.tolist()) <= set(keys_of([drawn(seed).id for seed in range(30, 40)]).tolist())
    with pytest.raises(HandwritingError, match="no drawings to train on"):
        choose_extra_drawings(collection, "somebody else")


def test_extra_drawings_survive_their_file_with_what_was_learned_before(collection, tmp_path):
    folder = RunFolder(tmp_path)
    assert read_extra_drawings(folder) is None
    assert trained_on(folder).size == 0
    before = keys_of(["f" * 16])
    extra = choose_extra_drawings(collection, None, before)
    write_extra_drawings(folder, extra)
    found = read_extra_drawings(folder)
    assert found is not None
    assert found.version == extra.version
    assert np.array_equal(found.images, extra.images)
    assert set(trained_on(folder).tolist()) == {*extra.keys.tolist(), *before.tolist()}


def test_damaged_extra_drawings_are_one_sentence(collection, tmp_path):
    folder = RunFolder(tmp_path)
    write_extra_drawings(folder, choose_extra_drawings(collection, None))
    folder.extra_drawings.write_bytes(folder.extra_drawings.read_bytes()[:-30])
    with pytest.raises(StoreError, match="train a new run"):
        trained_on(folder)
