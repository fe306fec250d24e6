"""How runs read the collection in the background, with a predictor that reads each drawing as its brightness says."""

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from mnist_lab.errors import PredictorError
from mnist_lab.handwriting.collection_index import keys_of
from mnist_lab.handwriting.extra_drawings import ExtraDrawings, write_extra_drawings
from mnist_lab.runs import MACHINE, Run, RunStore
from mnist_lab.settings import Settings
from mnist_lab.ui.services import handwriting_scores
from mnist_lab.ui.services.handwriting_scores import HandwritingScores
from tests.handwriting.drawn import drawn
from tests.pages.ended_runs import ended


class StandIn:
    """A predictor that reads every drawing as a three."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.message = ""
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.closed = 0

    def predict_images(self, run_id: str, images: np.ndarray) -> np.ndarray:
        assert self.goes_on.wait(30)
        self.asked.append((run_id, len(images)))
        if self.message:
            raise PredictorError(self.message)
        answers = np.full((len(images), 10), 0.01, np.float32)
        answers[:, 3] = 0.91
        return answers

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def predictor() -> StandIn:
    return StandIn()


@pytest.fixture
def scores(store: RunStore, settings: Settings, predictor: StandIn) -> Iterator[HandwritingScores]:
    made = HandwritingScores(store, settings, lambda _settings: predictor)  # type: ignore[arg-type, return-value]
    yield made
    made.close()


@pytest.fixture
def run(store: RunStore) -> Run:
    return with_weights(store)


def with_weights(store: RunStore, name: str = "A run") -> Run:
    run = ended(store, name)
    store.folder(run.id).best_weights.write_bytes(b"weights")
    return run


def wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    pytest.fail("waited 30 s")


def read(scores: HandwritingScores, run: Run) -> None:
    scores.want([run], urgent=True)
    wait_for(lambda: not scores.is_reading(run.id))


def test_without_drawings_nothing_is_read(scores, run, predictor):
    scores.want([run], urgent=True)
    assert scores.score(run) is None
    assert not scores.is_reading(run.id)
    assert scores.answers(run).shape == (0, 10)
    assert predictor.asked == []


def test_a_run_reads_each_drawing_once(scores, run, predictor):
    scores.collection.keep([drawn(seed) for seed in (3, 4)], MACHINE)
    assert scores.score(run) is None
    assert scores.percentages([run]) == {}
    read(scores, run)
    score = scores.score(run)
    assert score is not None
    assert (score.correct, score.drawings) == (1, 2)
    assert scores.percentages([run]) == {run.id: 50.0}
    scores.collection.keep([drawn(13)], MACHINE)
    read(scores, run)
    assert predictor.asked == [(run.id, 2), (run.id, 1)]
    assert scores.answers(run).argmax(axis=1).tolist() == [3, 3, 3]


def test_another_label_changes_the_score_without_reading_again(scores, run, predictor):
    scores.collection.keep([drawn(3), drawn(4)], MACHINE)
    read(scores, run)
    scores.collection.relabel({drawn(4).id: 3}, MACHINE)
    score = scores.score(run)
    assert score is not None
    assert score.correct == 2
    assert len(predictor.asked) == 1


def test_other_weights_read_again(scores, run, store, predictor):
    scores.collection.keep([drawn(3)], MACHINE)
    read(scores, run)
    store.folder(run.id).best_weights.write_bytes(b"other weights")
    assert scores.score(run) is None
    read(scores, run)
    assert len(predictor.asked) == 2


def test_what_a_run_was_trained_on_does_not_count(scores, run, store):
    scores.collection.keep([drawn(3), drawn(4)], MACHINE)
    read(scores, run)
    taught = drawn(3)
    none = keys_of([])
    write_extra_drawings(
        store.folder(run.id),
        ExtraDrawings(taught.pixels[np.newaxis], np.array([3], np.uint8), keys_of([taught.id]), none),
    )
    score = scores.score(run)
    assert score is not None
    assert (score.correct, score.drawings) == (0, 1)
    store.folder(run.id).extra_drawings.write_bytes(b"damaged")
    assert scores.score(run) is None


def test_a_failure_is_tried_again_after_a_while_if_somebody_looks(scores, run, predictor, monkeypatch):
    predictor.message = "The disk is full."
    scores.collection.keep([drawn(3)], MACHINE)
    read(scores, run)
    predictor.message = ""
    monkeypatch.setattr(handwriting_scores, "RETRY_SECONDS", 0.0)
    scores.want([run])
    assert not scores.is_reading(run.id)
    read(scores, run)
    assert scores.error(run.id) == ""
    assert scores.score(run) is not None


def test_a_failure_is_told_and_not_repeated_until_something_changes(scores, run, store, predictor):
    predictor.message = "The weights are gone."
    scores.collection.keep([drawn(3)], MACHINE)
    read(scores, run)
    assert scores.error(run.id) == "The weights are gone."
    scores.want([run], urgent=True)
    assert not scores.is_reading(run.id)
    predictor.message = ""
    scores.collection.keep([drawn(4)], MACHINE)
    read(scores, run)
    assert scores.error(run.id) == ""
    assert scores.score(run) is not None


def test_a_run_without_weights_is_left_out(scores, store):
    run = ended(store)
    scores.collection.keep([drawn(3)], MACHINE)
    scores.want([run], urgent=True)
    assert not scores.is_reading(run.id)
    assert scores.score(run) is None
    assert np.isnan(scores.answers(run)).all()


def test_the_urgent_run_comes_first_and_others_wait_for_a_few_drawings(scores, store, predictor):
    first, second, third = (with_weights(store, name) for name in ("First", "Second", "Third"))
    scores.collection.keep([drawn(seed) for seed in range(100)], MACHINE)
    predictor.goes_on.clear()
    scores.want([first])
    wait_for(lambda: scores._reading == first.id)
    scores.want([second])
    scores.want([third], urgent=True)
    predictor.goes_on.set()
    wait_for(lambda: len(predictor.asked) == 3)
    assert [run_id for run_id, _ in predictor.asked] == [first.id, third.id, second.id]
    wait_for(lambda: not scores.is_reading(second.id))
    scores.collection.keep([drawn(100)], MACHINE)
    scores.want([first])
    assert not scores.is_reading(first.id), "99 of 100 are enough in a table"


def test_the_version_changes_when_the_work_is_done(scores, run):
    scores.collection.keep([drawn(3)], MACHINE)
    before = scores.version()
    read(scores, run)
    wait_for(lambda: scores.version() != before)


def test_after_its_end_nothing_is_read(scores, run, predictor):
    scores.collection.keep([drawn(3)], MACHINE)
    scores.close()
    scores.want([run])
    assert predictor.asked == []
