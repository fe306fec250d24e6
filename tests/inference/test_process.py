"""The predictor with the real predictor process and TensorFlow."""

import os
import signal
import threading

import numpy as np
import pytest

from mnist_lab.errors import PredictorError
from mnist_lab.inference import Predictor
from mnist_lab.inference.engine.model_cache import load_model, make_predict_function
from mnist_lab.inference.inspection import cell_sum, deciding_pixels, epoch_readings, layer_outputs
from mnist_lab.inference.weights import Weights

PICTURE = np.random.default_rng(0).random((28, 28), dtype=np.float32)


@pytest.fixture
def predictor(settings):
    made = Predictor(settings)
    yield made
    made.close()


def test_the_whole_life_of_a_predictor(predictor, finished_run, store, keras_file):
    expected = make_predict_function(load_model(Weights("here", keras_file)), "here")(PICTURE)
    runs = [finished_run() for _ in range(4)]
    first = runs[0]

    # It reads as the network itself does, and with many networks in one question.
    assert np.allclose(predictor.predict(first.id, PICTURE), expected, atol=1e-6)
    answers = predictor.predict_many([run.id for run in runs], PICTURE)
    assert all(np.allclose(answer.probabilities, expected, atol=1e-6) for answer in answers)

    # It looks into a network.
    outputs = layer_outputs(predictor, first.id, PICTURE)
    assert [output.shape for output in outputs] == [(26, 26, 4), (26, 26, 4), (26, 26, 4), (2704,), (10,)]
    assert deciding_pixels(predictor, first.id, PICTURE).shape == (28, 28)
    assert cell_sum(predictor, first.id, PICTURE, 4, [3]).value == pytest.approx(expected[3], abs=1e-5)
    with pytest.raises(PredictorError, match="no such value"):
        cell_sum(predictor, first.id, PICTURE, 4, [10])
    assert epoch_readings(predictor, first.id, PICTURE)[0] == ()

    # What cannot be read is a sentence, and the process lives on.
    pid = predictor.pid
    deleted = finished_run()
    store.delete(deleted.id)
    with pytest.raises(PredictorError, match=f"no run '{deleted.id}'"):
        predictor.predict(deleted.id, PICTURE)
    store.folder(runs[2].id).best_weights.write_bytes(b"damaged")
    with pytest.raises(PredictorError, match="damaged"):
        predictor.predict(runs[2].id, PICTURE)
    assert predictor.pid == pid

    # Two sessions at once, and the process killed under them.
    failures: list[PredictorError] = []

    def session(run_id: str) -> None:
        try:
            for _ in range(20):
                assert np.allclose(predictor.predict(run_id, PICTURE), expected, atol=1e-6)
        except PredictorError as error:
            failures.append(error)

    threads = [threading.Thread(target=session, args=(run.id,)) for run in (first, runs[3])]
    for thread in threads:
        thread.start()
    os.kill(pid, signal.SIGKILL)
    for thread in threads:
        thread.join()
    assert failures == []
    assert predictor.pid not in {None, pid}
