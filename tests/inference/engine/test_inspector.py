"""A look into a network: which pixels decide, what the layers give, and the sum behind one value."""

import base64
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from mnist_lab.errors import PredictorError
from mnist_lab.inference.engine.inspector import MAX_CHANNELS, Inspector
from mnist_lab.inference.engine.occlusion import covered_images, evidence
from mnist_lab.inference.protocol import unpack
from mnist_lab.runs import RunFolder
from mnist_lab.runs.epoch_weights import epoch_weights_path, write_epoch_weights

IMAGE = np.zeros((28, 28), np.float32)
IMAGE[4:24, 12:16] = np.linspace(0.2, 1, 80, dtype=np.float32).reshape(20, 4)


@pytest.fixture(scope="module")
def model() -> keras.Model:
    keras.utils.set_random_seed(1)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(20, (3, 5), strides=2, padding="same", activation="relu"),
            layers.Conv2D(4, 3, strides=(1, 2), use_bias=False),
            layers.BatchNormalization(),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(10, activation="softmax", bias_initializer="normal"),
        ]
    )


@pytest.fixture
def inspector(model: keras.Model, tmp_path: Path) -> Inspector:
    return Inspector(lambda _run_id: model, lambda run_id: RunFolder(tmp_path / run_id))


def outputs(model: keras.Model) -> list[Any]:
    found, value = [], IMAGE[np.newaxis, ..., np.newaxis]
    for layer in model.layers:
        value = layer(value, training=False)
        found.append(np.asarray(value)[0])
    return found


def test_each_layer_has_its_first_maps_on_a_scale_of_256_steps(inspector: Inspector, model: keras.Model) -> None:
    entries = inspector.answer("layers", "abcd1234", IMAGE)["layers"]

    for entry, output in zip(entries, outputs(model), strict=True):
        assert tuple(entry["shape"]) == output.shape
        steps = np.frombuffer(base64.b64decode(entry["values"]), np.uint8).reshape(entry["shown"])
        values = entry["low"] + steps / 255 * (entry["high"] - entry["low"])
        expected = output[..., :MAX_CHANNELS].transpose(2, 0, 1) if output.ndim == 3 else output[:256].reshape(1, 1, -1)
        np.testing.assert_allclose(values, expected, atol=(entry["high"] - entry["low"]) / 400 + 1e-6)


@pytest.mark.parametrize("cell", [(0, 0, 0), (13, 13, 19), (6, 7, 3)])
def test_a_value_of_a_convolution_is_the_sum_of_its_window(
    inspector: Inspector, model: keras.Model, cell: tuple[int, int, int]
) -> None:
    found = inspector.answer("cell", "abcd1234", IMAGE, [0, *cell])

    assert found["products"] == 15
    assert found["activation"] == "relu"
    assert found["value"] == pytest.approx(max(found["sum"] + found["bias"], 0), abs=1e-5)
    assert found["value"] == pytest.approx(float(outputs(model)[0][cell]), abs=1e-6)


@pytest.mark.parametrize("cell", [(0, 0, 0), (11, 5, 3), (4, 2, 1)])
def test_a_value_over_several_maps_and_with_strides_is_a_sum_too(
    inspector: Inspector, cell: tuple[int, int, int]
) -> None:
    found = inspector.answer("cell", "abcd1234", IMAGE, [1, *cell])

    assert (found["products"], found["bias"], found["activation"]) == (180, 0.0, "linear")
    assert found["value"] == pytest.approx(found["sum"], abs=1e-5)


def test_a_unit_is_a_sum_over_all_inputs_and_a_pooled_value_is_none(inspector: Inspector, model: keras.Model) -> None:
    unit = inspector.answer("cell", "abcd1234", IMAGE, [5, 7])
    assert unit["products"] == outputs(model)[4].size
    assert unit["value"] == pytest.approx(float(outputs(model)[5][7]), abs=1e-6)
    pooled = inspector.answer("cell", "abcd1234", IMAGE, [3, 0, 0, 0])
    assert set(pooled) == {"run", "value"}


@pytest.mark.parametrize(
    "cell", [None, "x", [], [0], [6, 0], [0, 14, 0, 0], [0, -1, 0, 0], [0, 0.5, 0, 0], [0, 0, 0], [True, 0, 0, 0], [99]]
)
def test_a_value_that_is_not_there_is_refused(inspector: Inspector, cell: object) -> None:
    with pytest.raises(PredictorError, match="no such value"):
        inspector.answer("cell", "abcd1234", IMAGE, cell)


def test_another_kind_is_refused(inspector: Inspector) -> None:
    with pytest.raises(PredictorError, match="no inspection of the kind"):
        inspector.answer(["layers"], "abcd1234", IMAGE)


def test_through_the_epochs_each_reads_with_its_own_weights(
    inspector: Inspector, model: keras.Model, tmp_path: Path
) -> None:
    trained = model.get_weights()
    folder = RunFolder(tmp_path / "abcd1234").epochs
    for epoch in (0, 3):
        weights = [np.zeros_like(values) for values in trained]
        weights[-1][epoch] = 5
        write_epoch_weights(epoch_weights_path(folder, epoch), weights)
    epoch_weights_path(folder, 2).write_bytes(b"damaged")

    found = inspector.answer("epochs", "abcd1234", IMAGE)

    assert found["epochs"] == [0, 3], "one that cannot be read is left out"
    assert unpack(found["probabilities"], (2, 10)).argmax(axis=1).tolist() == [0, 3]
    for before, after in zip(trained, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_run_without_epochs_has_none(inspector: Inspector) -> None:
    found = inspector.answer("epochs", "abcd1234", IMAGE)

    assert found["epochs"] == []


def test_the_evidence_is_where_covering_changes_the_answer(inspector: Inspector) -> None:
    heat = unpack(inspector.answer("occlusion", "abcd1234", IMAGE)["evidence"], (28, 28))

    assert np.abs(heat[4:24, 12:16]).min() > 0
    assert not heat[:, :6].any()


def test_only_parts_with_ink_are_covered() -> None:
    images, corners = covered_images(IMAGE)

    assert len(images) == len(corners) > 0
    for image, (top, left) in zip(images, corners, strict=True):
        assert not image[top : top + 6, left : left + 6].any()
        assert image.sum() < IMAGE.sum()


def test_pixels_without_which_the_network_is_less_sure_speak_for_the_digit() -> None:
    before = np.float32([0.1] * 9 + [0.9])
    after = np.stack([before, before])
    after[0, 9], after[1, 9] = 0.5, 0.99

    heat = evidence(before, after, np.array([[0, 0], [20, 20]]))

    assert heat[2, 2] == pytest.approx(np.log(9), abs=1e-5)
    assert heat[22, 22] < 0
    assert heat[10, 10] == 0
