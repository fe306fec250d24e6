"""Answers of networks to the collection, their files, and what follows from them."""

import numpy as np
import pytest

from mnist_lab.handwriting import Collection, CollectionIndex
from mnist_lab.handwriting.answers import NO_ANSWERS, Answers, read_answers, write_answers
from mnist_lab.handwriting.collection_index import keys_of
from mnist_lab.handwriting.collection_score import collection_confusion, fooling, matching, score_collection
from mnist_lab.runs import MACHINE, Actor, RunFolder
from tests.handwriting.drawn import drawn

WEIGHTS = (123, 456)


@pytest.fixture
def index(store) -> CollectionIndex:
    """Six drawings, with the labels 0 to 5; the last two are Anna's."""
    collection = Collection(store.db)
    collection.keep([drawn(seed) for seed in range(4)], MACHINE)
    collection.keep([drawn(seed) for seed in (4, 5)], Actor("anna"))
    return collection.index()


def probabilities(read: list[int], certainty: float = 0.9) -> np.ndarray:
    found = np.full((len(read), 10), (1 - certainty) / 9, np.float32)
    found[np.arange(len(read)), read] = certainty
    return found


def answers_to(index: CollectionIndex, read: list[int]) -> np.ndarray:
    """Answers that read the drawings with these labels' order: `read[label]` is what a drawing is read as."""
    return probabilities([read[label] for label in index.labels])


def test_answers_survive_their_file_and_are_found_by_drawing(index, tmp_path):
    folder = RunFolder(tmp_path)
    keys = np.sort(index.keys)[:4]
    write_answers(folder, Answers(keys, probabilities([0, 1, 2, 3])), WEIGHTS)
    found = read_answers(folder, WEIGHTS).of(index)
    assert np.isnan(found).any(axis=1).sum() == 2
    assert set(np.nan_to_num(found).argmax(axis=1)[~np.isnan(found).any(axis=1)]) == {0, 1, 2, 3}


def test_answers_of_other_weights_and_damaged_ones_count_for_nothing(index, tmp_path):
    folder = RunFolder(tmp_path)
    assert read_answers(folder, WEIGHTS) is NO_ANSWERS
    write_answers(folder, Answers(np.sort(index.keys), probabilities([0] * 6)), WEIGHTS)
    assert len(read_answers(folder, WEIGHTS).keys) == 6
    assert read_answers(folder, (1, 2)) is NO_ANSWERS
    content = folder.handwriting_answers.read_bytes()
    folder.handwriting_answers.write_bytes(content[:-40])
    assert read_answers(folder, WEIGHTS) is NO_ANSWERS


def test_more_answers_are_sorted_in(index):
    keys = index.keys
    answers = Answers(np.sort(keys[:2]), probabilities([1, 2])).with_more(keys[2:], probabilities([3, 4, 5, 6]))
    assert (np.diff(answers.keys.astype(object)) > 0).all()
    assert answers.of(index)[2:].argmax(axis=1).tolist() == [3, 4, 5, 6]
    assert np.isnan(NO_ANSWERS.of(index)).all()


def test_a_network_is_not_tested_on_what_it_was_trained_on(index):
    read = answers_to(index, [0, 1, 2, 3, 9, 9])
    everything = score_collection(index, read, keys_of([]))
    assert (everything.correct, everything.drawings) == (4, 6)
    taught = keys_of([drawn(0).id, drawn(4).id])
    score = score_collection(index, read, taught)
    assert (score.correct, score.drawings, score.accuracy) == (3, 4, 0.75)
    assert np.isnan(score_collection(index, np.full((6, 10), np.nan, np.float32), taught).accuracy)


def test_the_confusion_counts_what_was_answered(index):
    read = answers_to(index, [0, 1, 2, 3, 9, 9])
    read[index.labels == 5] = np.nan
    counts = collection_confusion(index, read)
    assert (counts[4, 9], counts[5].sum(), counts.sum()) == (1, 0, 5)


def test_what_fools_a_network_most_surely_comes_first(index):
    read = answers_to(index, [0, 1, 2, 3, 9, 9])
    read[index.labels == 5] = probabilities([8], 0.99)
    assert index.labels[fooling(index, read)].tolist() == [5, 4]
    assert fooling(index, np.full((6, 10), np.nan, np.float32)).size == 0


def test_drawings_are_chosen_by_label_by_what_they_are_read_as_and_by_owner(index):
    read = answers_to(index, [0, 1, 2, 3, 9, 9])
    read[index.labels == 0] = np.nan
    chosen = lambda **filters: sorted(index.labels[matching(index, read, **filters)].tolist())  # noqa: E731
    assert chosen() == [0, 1, 2, 3, 4, 5]
    assert chosen(labels={1, 4}) == [1, 4]
    assert chosen(read_as={9}) == [4, 5]
    assert chosen(read_as={0}) == []
    assert chosen(owner="anna", read_as={9, 1}) == [4, 5]
    assert chosen(owner="nobody") == []
