"""What `/live/reading` answers to a browser that has a drawing read."""

import asyncio
import json
import struct
import threading
import zlib
from typing import Any

import numpy as np
import pytest
from starlette.requests import Request

from mnist_lab.drawing import normalize_drawing
from mnist_lab.errors import PictureError, PredictorError, StoreError
from mnist_lab.inference import Predictor
from mnist_lab.inference.predictor import Answer
from mnist_lab.novelty import DigitScore
from mnist_lab.runs import Command, RunState, RunStore
from mnist_lab.ui.live import reading_feed
from mnist_lab.ui.live.canvas_picture import read_canvas
from mnist_lab.ui.services.container import services
from mnist_lab.ui.shell import reading_route
from tests.pages.canvas_png import BLANK, DOT, ONE, as_png, canvas_pixels
from tests.pages.live_runs import end, pause, queue, start

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


def reading(run: str, png: bytes = ONE, pen: str = "20") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(reading_feed.answer({"run": run, "pen": pen}, png))
    return found


def test_a_network_in_training_reads_as_it_is_now_and_is_asked_again(store: RunStore) -> None:
    run = start(store, queue(store))

    assert reading(run.id) == {
        "number": "7",
        "text": "7, quite sure (91 %)",
        "by": "A run, after 1.3 epochs",
        "bars": [
            {
                "probabilities": [0.01] * 7 + [0.91, 0.01, 0.01],
                "labels": ["< 1 %"] * 7 + ["91 %", "< 1 %", "< 1 %"],
            }
        ],
        "again": 1.0,
    }


def test_digits_that_are_apart_are_read_as_a_number(store: RunStore) -> None:
    run = end(store, start(store, queue(store)), RunState.FINISHED)
    two = np.minimum(canvas_pixels(), np.roll(canvas_pixels(), 100, axis=1))
    answer = reading(run.id, as_png(two))
    assert (answer["number"], answer["text"], len(answer["bars"])) == ("77", "77, quite sure", 2)

    many = np.full_like(two, 255)
    many[60:260, 10:310:40, :3] = many[60:260, 11:310:40, :3] = 20
    assert len(reading(run.id, as_png(many))["bars"]) == 1, "more parts than digits of a number"


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

    answer = reading(run.id, DOT)
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

    assert "bars" not in reading(run.id)


def test_the_drawing_is_normalized_as_everywhere_else(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []

    def read(_self: Predictor, run_id: str, pixels: Any) -> Answer:
        given.append(pixels)
        return Answer(run_id, SEVEN)

    monkeypatch.setattr(Predictor, "read", read)
    run = end(store, start(store, queue(store)), RunState.FINISHED)

    reading(run.id, ONE)
    dark = canvas_pixels()
    dark[..., :3] = 255 - dark[..., :3]
    reading(run.id, as_png(dark))
    drawing = normalize_drawing(canvas_pixels(), pen_width=20)
    assert drawing is not None
    np.testing.assert_array_equal(given, [drawing.pixels, drawing.pixels])


def test_a_canvas_without_ink_gives_no_reading(store: RunStore) -> None:
    run = start(store, queue(store))

    assert reading(run.id, BLANK) == {"text": "There is no ink to read yet. Draw on.", "by": ""}


@pytest.mark.parametrize(
    "png",
    [
        b"x",
        ONE[:30],
        ONE[:-40],
        b"GIF89a" + bytes(100),
        as_png(np.zeros((321, 320, 4), np.uint8)),
        as_png(np.zeros((4000, 4000), np.uint8)),
    ],
)
def test_what_is_no_picture_of_the_canvas_is_refused(store: RunStore, png: bytes) -> None:
    run = start(store, queue(store))

    assert reading(run.id, png) == {"text": "This drawing did not arrive whole. Draw on.", "by": ""}


@pytest.mark.parametrize("pen", ["", "x", "7", "41", "nan", "inf", "-8", "1" * 5000])
def test_a_pen_that_cannot_be_chosen_is_refused(store: RunStore, pen: str) -> None:
    run = start(store, queue(store))

    assert reading(run.id, pen=pen)["text"] == "This drawing did not arrive whole. Draw on."


def test_the_largest_picture_of_the_canvas_is_accepted() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (320, 320, 4), np.uint8)
    png = as_png(noise)

    assert len(png) <= reading_route.MAX_BYTES
    assert read_canvas(png, "20").pixels.shape == (320, 320, 4)


def test_a_picture_that_claims_another_size_only_later_is_refused_before_it_is_decoded() -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    heads = [chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)) for side in (320, 7000)]
    png = b"\x89PNG\r\n\x1a\n" + b"".join(heads) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")

    with pytest.raises(PictureError, match="320×320"):
        read_canvas(png, "20")


def test_without_a_drawing_the_network_is_loaded(store: RunStore, warmed: list[str]) -> None:
    run = end(store, start(store, queue(store)), RunState.FINISHED)

    assert reading(run.id, b"") == {"text": "", "by": ""}
    assert warmed == [run.id]


def request(run_id: str, body: bytes = b"") -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request({"type": "http", "query_string": f"run={run_id}&pen=20".encode(), "headers": []}, receive)


def test_the_route_answers(store: RunStore) -> None:
    run = start(store, queue(store))

    response = asyncio.run(reading_route.live_reading(request(run.id)))
    assert json.loads(response.body) == {"text": "", "by": ""}
    assert response.headers["cache-control"] == "no-store"
    response = asyncio.run(reading_route.live_reading(request(run.id, ONE)))
    assert json.loads(response.body)["number"] == "7"


def test_more_than_a_drawing_is_not_read() -> None:
    too_much = request("abcd1234", bytes(reading_route.MAX_BYTES + 1))

    assert asyncio.run(reading_route.live_reading(too_much)).status_code == 413


def test_a_store_that_cannot_be_read_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_parameters: object, _png: bytes) -> bytes:
        raise StoreError("locked")

    monkeypatch.setattr(reading_feed, "answer", fail)
    assert asyncio.run(reading_route.live_reading(request("abcd1234"))).status_code == 503


def test_of_too_many_readings_the_last_ones_are_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def wait(_parameters: object, _png: bytes) -> bytes:
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
