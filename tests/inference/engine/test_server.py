"""Replies of the predictor process, line by line, with stand-ins for the networks."""

import json

import numpy as np
import pytest

from mnist_lab.errors import PredictorError
from mnist_lab.inference.engine.server import reply_to
from mnist_lab.inference.protocol import pack, pack_images, unpack
from mnist_lab.inference.reading import Reading
from mnist_lab.novelty import DigitScore

PICTURE = np.full((28, 28), 0.5, np.float32)


def network(run_id):
    if run_id == "gone0000":
        raise PredictorError("It is gone.")
    if run_id == "broken00":
        return lambda image: 1 / 0
    score = DigitScore(0.75, is_digit=False) if run_id == "scored00" else None
    return lambda image: Reading(np.full(10, image.mean() / 5, np.float32), score)


def ask(**question):
    return reply_to(json.dumps(question).encode() + b"\n", network)


def test_an_image_is_read_by_every_run_of_a_request():
    reply = ask(id=3, runs=["aaaaaaaa", "bbbbbbbb"], image=pack(PICTURE))

    assert reply["id"] == 3
    assert [entry["run"] for entry in reply["answers"]] == ["aaaaaaaa", "bbbbbbbb"]
    assert np.allclose(unpack(reply["answers"][0]["probabilities"], (10,)), 0.1)


def test_whether_it_is_a_digit_is_told_where_it_is_known():
    known, unknown = ask(id=3, runs=["scored00", "aaaaaaaa"], image=pack(PICTURE))["answers"]

    assert (known["score"], known["is_digit"]) == (0.75, False)
    assert not {"score", "is_digit"} & unknown.keys()


def test_without_an_image_the_networks_are_only_loaded():
    assert ask(id=1, runs=["aaaaaaaa"]) == {"id": 1, "answers": [{"run": "aaaaaaaa"}]}


def test_a_run_that_cannot_answer_does_not_silence_the_others():
    answers = ask(id=1, runs=["gone0000", "broken00", "aaaaaaaa"], image=pack(PICTURE))["answers"]

    assert answers[0] == {"run": "gone0000", "error": "It is gone."}
    assert answers[1] == {
        "run": "broken00",
        "error": "The network of run broken00 cannot be used: ZeroDivisionError.",
    }
    assert "probabilities" in answers[2]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"hello",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"[]",
        b"{}",
        b'{"id": 1}',
        b'{"id": 1, "runs": "aaaaaaaa"}',
        b'{"id": 1, "runs": ["../../../etc"]}',
        b'{"id": 1, "runs": [["aaaaaaaa"]]}',
        b'{"id": 1, "runs": ["aaaaaaaa"], "image": null}',
        b'{"id": 1, "runs": ["aaaaaaaa"], "image": "AAAA"}',
        b'{"id": 1, "runs": ["aaaaaaaa"], "image": "' + pack(PICTURE * np.nan).encode() + b'"}',
    ],
)
def test_an_invalid_request_gets_an_error(line):
    reply = reply_to(line, network)

    assert set(reply) == {"id", "error"}
    assert reply["error"].startswith("The predictor received an invalid request: ")


def test_many_images_are_answered_at_once():
    images = np.zeros((3, 28, 28), np.uint8)

    def predict(run_id, batch):
        if run_id != "aaaaaaaa":
            raise PredictorError("It is gone.")
        return np.full((len(batch), 10), 0.1, np.float32)

    question = {"id": 4, "runs": ["aaaaaaaa", "gone0000"], "images": pack_images(images)}
    answer, error = reply_to(json.dumps(question).encode() + b"\n", network, predict_batch=predict)["answers"]

    assert unpack(answer["batch"], (3, 10)).shape == (3, 10)
    assert error == {"run": "gone0000", "error": "It is gone."}


@pytest.mark.parametrize("images", [7, "", "%", "AAAA", pack_images(np.zeros((501, 28, 28), np.uint8))])
def test_images_that_are_none_are_an_invalid_request(images):
    question = {"id": 4, "runs": ["aaaaaaaa"], "images": images}
    reply = reply_to(json.dumps(question).encode() + b"\n", network, predict_batch=lambda _run_id, batch: batch)

    assert "invalid request" in reply["error"]
