from dataclasses import replace

import pytest

from mnist_lab.errors import PredictorError, TransitionError, UnknownRunError
from mnist_lab.inference.weights import find_weights, weights_of
from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe


@pytest.fixture
def run(store):
    """A queued run; no weights yet."""
    return store.create(PRESETS["tiny"].network, Recipe())


def put(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"weights")


def test_a_queued_run_has_no_weights(store, run):
    with pytest.raises(TransitionError, match="no weights: it is queued"):
        weights_of(run, store.files)


def test_a_run_being_evaluated_has_weights(store, run):
    put(store.folder(run.id).best_weights)

    assert weights_of(run, store.files).path == store.folder(run.id).best_weights


@pytest.mark.parametrize(("kept", "name"), [("best", "best.keras"), ("last", "last.keras")])
def test_the_weights_are_those_of_the_result(store, run, result, kept, name):
    put(store.folder(run.id).best_weights)
    put(store.folder(run.id).last_weights)

    assert weights_of(replace(run, result=replace(result, kept=kept)), store.files).path.name == name


def test_weights_that_are_gone_are_told_from_weights_not_there_yet(store, run, result):
    with pytest.raises(PredictorError, match=r"are missing \(best\.keras\)"):
        weights_of(replace(run, result=result), store.files)


def test_an_unknown_run_is_named(store):
    with pytest.raises(UnknownRunError, match="zzzzzzzz"):
        find_weights(store, "zzzzzzzz")
