"""What `/live/reading` answers to a browser that has a drawing read."""

import asyncio
import json
import threading
from typing import Any

import numpy as np
import pytest
from starlette.requests import Request

from mnist_lab.errors import PredictorError, StoreError
from mnist_lab.inference import Predictor
from mnist_lab.inference.predictor import Answer
from mnist_lab.inference.protocol import pack
from mnist_lab.novelty import DigitScore
from mnist_lab.runs import Command, RunState, RunStore
from mnist_lab.ui.live import reading_feed
from mnist_lab.ui.services.container import services
from mnist_lab.ui.shell import reading_route
from tests.pages.live_runs import end, pause, queue, start

IMAGE = pack(np.eye(28, dtype=np.float32))
SEVEN = np.array([0.01] * 7 + [0.91, 0.01, 0.01], np.float32)


@pytest.fixture
def store() -> RunStore:
    return services().store


@pytest.fixture(autouse=True)
def warmed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A predictor whose networks all read a seven; returns the runs that it was asked to load."""
    loaded: list[str] = []
    monkeypatch.setattr(Predictor, "read", lambda _self, run_id, _image: Answer(run_id, SEVEN))
    monkeypatch.setattr(Predictor, "predict_now", lambda _self, run_id, _image: Answer(run_id, SEVEN, epoch=1.26))
    monkeypatch.setattr(Predictor, "warm", lambda _self, run_id: loaded.append(run_id))
    return loaded


def reading(run: str, image: str = IMAGE, **parameters: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(reading_feed.answer({"run": run, "image": image, **parameters}))
    return found


def test_a_network_in_training_reads_as_it_is_now_and_is_asked_again(store: RunStore) -> None:
    run = start(store, queue(store))

    assert reading(run.id) == {
        "text": "7, quite sure (91 %)",
        "by": "A run, after 1.3 epochs",
        "probabilities": [0.01] * 7 + [0.91, 0.01, 0.01],
        "labels": ["< 1 %"] * 7 + ["91 %", "< 1 %", "< 1 %"],
        "again": 1.0,
    }


def test_a_finished_network_reads_once(store: RunStore) -> None:
    run = end(store, start(store, queue(store)), RunState.FINISHED)

    answer = reading(run.id)
    assert answer["by"] == "A run, 99.27 %"
    assert "again" not in answer
    assert "is_digit" not in answer


@pytest.mark.parametrize(
    ("is_digit", "text"), [(True, "7, quite sure (91 %)"), (False, "This does not look like a digit; nearest is 7")]
)
def test_what_is_no_digit_is_told(store: RunStore, monkeypatch: pytest.MonkeyPatch, is_digit: bool, text: str) -> None:
    score = DigitScore(0.5, is_digit)
    monkeypatch.setattr(Predictor, "read", lambda _self, run_id, _image: Answer(run_id, SEVEN, digit_score=score))
    run = end(store, start(store, queue(store)), RunState.FINISHED)

    assert (reading(run.id)["text"], reading(run.id)["is_digit"]) == (text, is_digit)


def test_a_network_that_is_being_tested_reads_with_its_last_weights(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(store, queue(store), phase="evaluating")
    monkeypatch.setattr(Predictor, "predict_now", lambda _self, run_id, _image: Answer(run_id, SEVEN))

    assert reading(run.id)["by"] == "A run, being tested"


def test_a_dot_is_called_a_dot(store: RunStore) -> None:
    run = start(store, queue(store))

    answer = reading(run.id, dot="1")
    assert answer["text"] == "Only a dot, not a digit; read as 7 (91 %)"
    assert answer["is_digit"] is False


def test_before_its_first_weights_a_network_says_when_it_reads(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    untrained = Answer("abcd1234", None, "Run abcd1234 has no weights.", is_untrained=True)
    monkeypatch.setattr(Predictor, "predict_now", lambda *_arguments: untrained)
    run = queue(store)
    waiting = {"text": "The network reads this when its training begins.", "by": "A run", "again": 1.0}
    assert reading(run.id) == waiting
    run = start(store, run)
    assert reading(run.id)["text"] == "The network reads this in a moment."
    pause(store, run)
    assert reading(run.id)["text"] == "Paused. The network reads this when it goes on."


def test_an_error_is_told_instead_of_a_reading(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    diverged = Answer("abcd1234", None, "The network gives NaN.")
    monkeypatch.setattr(Predictor, "predict_now", lambda *_arguments: diverged)
    run = start(store, queue(store))
    assert reading(run.id) == {"text": "The network gives NaN.", "by": "A run", "again": 1.0}

    def fail(*_arguments: Any) -> None:
        raise PredictorError("The weights are missing.")

    monkeypatch.setattr(Predictor, "read", fail)
    end(store, run, RunState.FINISHED)
    assert reading(run.id) == {"text": "The weights are missing.", "by": "A run"}


@pytest.mark.parametrize("run_id", ["", "abcd1234", "../../etc", "x" * 10_000])
def test_a_run_that_is_not_there_is_told(run_id: str) -> None:
    assert reading(run_id) == {"text": "This network is not in the lab any more. Reload the page.", "by": ""}


def test_a_deleted_run_reads_nothing(store: RunStore) -> None:
    run = queue(store)
    store.request(run.id, Command.DISCARD)

    assert "probabilities" not in reading(run.id)


@pytest.mark.parametrize("image", ["x", "AAAA", IMAGE[:-4], "é" * 100, pack(np.full((28, 28), np.inf, np.float32))])
def test_an_image_that_is_none_is_refused(store: RunStore, image: str) -> None:
    run = start(store, queue(store))

    assert reading(run.id, image)["text"] == "This drawing did not arrive whole. Draw on."


def test_without_an_image_the_network_is_loaded(store: RunStore, warmed: list[str]) -> None:
    run = end(store, start(store, queue(store)), RunState.FINISHED)

    assert reading(run.id, "") == {"text": "", "by": ""}
    assert warmed == [run.id]


def request(run_id: str) -> Request:
    return Request({"type": "http", "query_string": f"run={run_id}".encode(), "headers": []})


def test_the_route_answers(store: RunStore) -> None:
    run = start(store, queue(store))

    response = asyncio.run(reading_route.live_reading(request(run.id)))
    assert json.loads(response.body) == {"text": "", "by": ""}
    assert response.headers["cache-control"] == "no-store"


def test_a_store_that_cannot_be_read_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_parameters: object) -> bytes:
        raise StoreError("locked")

    monkeypatch.setattr(reading_feed, "answer", fail)
    assert asyncio.run(reading_route.live_reading(request("abcd1234"))).status_code == 503


def test_of_too_many_readings_the_last_ones_are_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def wait(_parameters: object) -> bytes:
        assert go_on.wait(60)
        return b"{}"

    monkeypatch.setattr(reading_feed, "answer", wait)
    monkeypatch.setattr(reading_route, "MAX_WAITING", 3)

    async def ask_five() -> list[int]:
        asked = [asyncio.create_task(reading_route.live_reading(request("abcd1234"))) for _ in range(5)]
        refused = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        assert all(task.result().status_code == 503 for task in refused[0])
        go_on.set()
        return [(await task).status_code for task in asked]

    assert asyncio.run(ask_five()) == [200, 200, 200, 503, 503]
    assert asyncio.run(reading_route.live_reading(request("abcd1234"))).status_code == 200
