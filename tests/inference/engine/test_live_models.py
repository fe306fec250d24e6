"""Networks in training, which answer with the newest weights, with TensorFlow."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnist_lab.errors import StoreError
from mnist_lab.inference.engine.server import reply_to
from mnist_lab.inference.protocol import pack, to_line, unpack
from mnist_lab.runs import RunFolder
from mnist_lab.runs.live_weights import LiveWeights, are_live_weights_requested, write_live_weights

RUN = "abcd1234"
IMAGE = np.random.default_rng(0).random((28, 28), dtype=np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    run = RunFolder(tmp_path / RUN)
    run.live.mkdir(parents=True)
    return run


@pytest.fixture
def models(folder: RunFolder) -> Any:
    from mnist_lab.inference.engine.live_models import LiveModels

    return LiveModels(lambda _run_id: folder)


@pytest.fixture
def train(folder: RunFolder, keras_file: Path) -> Callable[[float, float], Any]:
    """Write what a worker writes, with all weights multiplied by a factor, and return the model that has them."""
    import keras

    model = keras.saving.load_model(keras_file)
    initial = model.get_weights()

    def write(epoch: float, factor: float) -> Any:
        model.set_weights([value * np.float32(factor) for value in initial])
        if not folder.live_model.exists():
            model.save(folder.live_model)
        write_live_weights(folder, LiveWeights(epoch, model.get_weights()))
        return model

    return write


def expected(model: Any) -> np.ndarray:
    probabilities: np.ndarray = model(IMAGE[None, :, :, None], training=False)[0].numpy()
    return probabilities


def test_the_first_reading_asks_the_worker(models: Any, folder: RunFolder) -> None:
    assert models.get(RUN) is None
    assert are_live_weights_requested(folder)


def test_it_reads_with_the_newest_weights(models: Any, train: Callable[[float, float], Any]) -> None:
    for epoch, factor in ((0.5, 1.0), (0.75, 1.5), (1.0, 2.0)):
        model = train(epoch, factor)
        live = models.get(RUN)

        assert live.epoch == epoch
        np.testing.assert_allclose(live.predict(IMAGE), expected(model), atol=1e-6)


def test_the_network_is_loaded_once(models: Any, train: Callable[[float, float], Any]) -> None:
    train(0.5, 1.0)
    first = models.get(RUN)
    train(1.0, 2.0)

    assert models.get(RUN) is first


def test_another_network_of_the_same_run_is_loaded_again(
    models: Any, train: Callable[[float, float], Any], folder: RunFolder
) -> None:
    train(0.5, 1.0)
    first = models.get(RUN)
    folder.live_model.unlink()
    model = train(0.25, 3.0)

    again = models.get(RUN)
    assert again is not first
    np.testing.assert_allclose(again.predict(IMAGE), expected(model), atol=1e-6)


def test_after_the_training_there_is_no_live_network(
    models: Any, train: Callable[[float, float], Any], folder: RunFolder
) -> None:
    train(0.5, 1.0)
    models.get(RUN)
    folder.live_weights.unlink()

    assert models.get(RUN) is None


def test_damaged_weights_are_named(models: Any, train: Callable[[float, float], Any], folder: RunFolder) -> None:
    train(0.5, 1.0)
    folder.live_weights.write_bytes(b"x" * 100)

    with pytest.raises(StoreError, match="the training will soon replace it"):
        models.get(RUN)


def test_a_live_request_is_answered_by_the_network_in_training(
    models: Any, train: Callable[[float, float], Any]
) -> None:
    model = train(0.5, 2.0)
    line = to_line({"id": 1, "runs": [RUN], "image": pack(IMAGE), "live": True})

    def without_weights(_run_id: str) -> Any:
        raise StoreError("no weights yet")

    (answer,) = reply_to(line, without_weights, models.get)["answers"]
    assert answer["epoch"] == 0.5
    np.testing.assert_allclose(unpack(answer["probabilities"], (10,)), expected(model), atol=1e-6)


def test_a_live_request_after_the_training_is_answered_by_the_run_itself(models: Any) -> None:
    line = to_line({"id": 1, "runs": [RUN], "image": pack(IMAGE), "live": True})
    even = np.full(10, 0.1, np.float32)

    def read(_image: Any) -> Any:
        from mnist_lab.inference.reading import Reading

        return Reading(even)

    (answer,) = reply_to(line, lambda _run_id: read, models.get)["answers"]
    assert "epoch" not in answer
    np.testing.assert_array_equal(unpack(answer["probabilities"], (10,)), even)
