"""The drawings that a run trains on."""

import numpy as np
import pytest

from mnist_lab.errors import HandwritingError, StoreError
from mnist_lab.handwriting import Collection
from mnist_lab.handwriting.collection_index import keys_of
from mnist_lab.handwriting.kept_drawing import is_held_back
from mnist_lab.handwriting.lesson import make_lesson, read_lesson, trained_on, write_lesson
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
    lesson = make_lesson(collection, None)
    held_back = {drawn(seed).id for seed in range(40) if is_held_back(drawn(seed).id)}
    assert 4 < len(held_back) < 24
    assert not set(lesson.keys.tolist()) & set(keys_of(sorted(held_back)).tolist())
    assert len(lesson.labels) == 40 - len(held_back)


def test_a_lesson_is_the_same_for_the_same_drawings(collection):
    lesson, again = make_lesson(collection, None), make_lesson(collection, None)
    assert lesson.version == again.version
    assert (lesson.images == again.images).all()
    collection.relabel({drawn(seed).id: 9 for seed in range(40) if not is_held_back(drawn(seed).id)}, MACHINE)
    assert make_lesson(collection, None).version != lesson.version


def test_a_lesson_of_one_owner(collection):
    lesson = make_lesson(collection, ANNA.browser_id)
    assert set(lesson.keys.tolist()) <= set(keys_of([drawn(seed).id for seed in range(30, 40)]).tolist())
    with pytest.raises(HandwritingError, match="no drawings to train on"):
        make_lesson(collection, "somebody else")


def test_a_lesson_survives_its_file_with_what_was_learned_before(collection, tmp_path):
    folder = RunFolder(tmp_path)
    assert read_lesson(folder) is None
    assert trained_on(folder).size == 0
    before = keys_of(["f" * 16])
    lesson = make_lesson(collection, None, before)
    write_lesson(folder, lesson)
    found = read_lesson(folder)
    assert found is not None
    assert found.version == lesson.version
    assert np.array_equal(found.images, lesson.images)
    assert set(trained_on(folder).tolist()) == {*lesson.keys.tolist(), *before.tolist()}


def test_a_damaged_lesson_is_one_sentence(collection, tmp_path):
    folder = RunFolder(tmp_path)
    write_lesson(folder, make_lesson(collection, None))
    folder.lesson.write_bytes(folder.lesson.read_bytes()[:-30])
    with pytest.raises(StoreError, match="train a new run"):
        trained_on(folder)
