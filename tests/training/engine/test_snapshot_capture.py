"""What a snapshot shows, against plain Keras calls."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.data import Split, load_mnist_sample, probe_indices, split_dataset
from mnist_lab.network import (
    PRESETS,
    Activation,
    AnyLayer,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Network,
    analyse,
)
from mnist_lab.runs.snapshot_files import LayerHealth, Snapshot
from mnist_lab.training.engine.model import build
from mnist_lab.training.engine.snapshot_capture import MAX_MAP_VALUES, SnapshotCapture

NETWORK = Network(
    name="all kinds",
    layers=(
        Conv2D(filters=20, activation="relu"),
        MaxPooling2D(),
        BatchNormalization(),
        Conv2D(filters=6),
        Activation(activation="relu"),
        Dropout(rate=0.5),
        Flatten(),
        Dense(units=300, activation="tanh"),
    ),
)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Split:
    digits = load_mnist_sample()
    return split_dataset(digits, validation="holdout", fraction=0.2, limit=300, seed=1)


def taken(network: Network, parts: Split, precision: str = "float32") -> tuple[keras.Model, Snapshot]:
    model = build(network, seed=3, precision=precision)
    return model, SnapshotCapture(model, network, parts).capture(7)


def scaled(images: np.ndarray) -> np.ndarray:
    return images[..., np.newaxis].astype(np.float32) / 255


def batch(parts: Split) -> np.ndarray:
    return np.concatenate([np.flatnonzero(parts.train_labels == digit)[:10] for digit in range(10)])


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_the_probabilities_are_those_of_the_model(parts: Split, precision: str) -> None:
    model, snapshot = taken(NETWORK, parts, precision)
    places = probe_indices(parts.test_images, parts.test_labels)
    np.testing.assert_array_equal(snapshot.images, parts.test_images[places])
    np.testing.assert_array_equal(snapshot.labels, parts.test_labels[places])
    expected = model(scaled(snapshot.images), training=False).numpy()
    np.testing.assert_allclose(snapshot.probabilities, expected, atol=1e-5 if precision == "float32" else 0.02)
    assert snapshot.epoch == 7


def test_the_maps_are_the_outputs_of_the_layers(parts: Split) -> None:
    model, snapshot = taken(NETWORK, parts)
    outputs = keras.Model(model.inputs[0], [layer.output for layer in model.layers])(scaled(snapshot.images[:10]))
    assert [one.title for one in snapshot.maps] == [
        "1 Convolution",
        "2 Max pooling",
        "3 Batch normalization",
        "4 Convolution",
        "5 Activation",
        "8 Dense",
        "9 Dense",
    ]
    for one in snapshot.maps:
        expected = outputs[one.layer - 1].numpy()
        assert one.shape == expected.shape[1:]
        if expected.ndim == 4:
            expected = expected[..., :16].transpose(0, 3, 1, 2)
        else:
            expected = expected[:, np.newaxis, np.newaxis, :256]
        assert one.values.shape == expected.shape
        step = (one.high - one.low)[:, None, None, None] / 255
        shown = one.low[:, None, None, None] + one.values * step
        assert np.abs(shown - expected).max() <= step.max() / 2 + 1e-5


def test_maps_of_a_single_value_are_a_row(parts: Split) -> None:
    network = Network(
        name="points", layers=(Conv2D(filters=40, kernel_size=(28, 28)), Conv2D(filters=300, kernel_size=(1, 1)))
    )
    model, snapshot = taken(network, parts)
    assert [one.values.shape for one in snapshot.maps] == [(10, 1, 1, 40), (10, 1, 1, 256), (10, 1, 1, 10)]
    expected = model.layers[0](scaled(snapshot.images[:10])).numpy().reshape(10, 40)
    one = snapshot.maps[0]
    shown = one.low[:, None] + one.values[:, 0, 0] * (one.high - one.low)[:, None] / 255
    np.testing.assert_allclose(shown, expected, atol=(one.high - one.low).max() / 255)


def test_the_gradients_are_those_of_the_loss_in_inference_mode(parts: Split) -> None:
    model, snapshot = taken(NETWORK, parts)
    chosen = batch(parts)
    with tf.GradientTape() as tape:
        probabilities = model(scaled(parts.train_images[chosen]), training=False)
        loss = keras.losses.SparseCategoricalCrossentropy()(parts.train_labels[chosen], probabilities)
    layers = [model.layers[place] for place in (0, 3, 7, 8)]
    gradients = tape.gradient(loss, [layer.kernel.value for layer in layers])
    health = {one.layer: one for one in snapshot.health}
    for place, layer, gradient in zip((1, 4, 8, 9), layers, gradients, strict=True):
        assert health[place].gradient == pytest.approx(np.sqrt(np.mean(gradient.numpy() ** 2)), rel=1e-3)
        assert health[place].weight == pytest.approx(np.sqrt(np.mean(layer.get_weights()[0] ** 2)), rel=1e-5)


def test_health_tells_of_layers_that_have_a_kernel_or_a_relu(parts: Split) -> None:
    _, snapshot = taken(NETWORK, parts)
    found = [(one.layer, one.kind, one.dead is None, one.weight is None) for one in snapshot.health]
    assert found == [
        (1, "Conv2D", False, False),
        (4, "Conv2D", True, False),
        (5, "Activation", False, True),
        (8, "Dense", True, False),
        (9, "Dense", True, False),
    ]


def test_dead_units_are_counted(parts: Split) -> None:
    network = Network(
        name="dead", layers=(Conv2D(filters=8, activation="relu"), Flatten(), Dense(units=4, activation="relu"))
    )
    model = build(network, seed=0, precision="float32")
    conv, dense = model.layers[0], model.layers[2]
    kernel, bias = conv.get_weights()
    bias[:3] = -100
    conv.set_weights([kernel, bias])
    kernel, bias = dense.get_weights()
    bias[:] = [-1e6, 1, 1, 1]
    dense.set_weights([kernel, bias])
    health = {one.layer: one.dead for one in SnapshotCapture(model, network, parts).capture(1).health}
    assert health[1] == pytest.approx(3 / 8)
    assert health[3] == pytest.approx(1 / 4)


def test_capturing_does_not_change_the_model(parts: Split) -> None:
    model = build(NETWORK, seed=3, precision="float32")
    capture = SnapshotCapture(model, NETWORK, parts)
    first = capture.weights()
    model.set_weights([values + 0.25 for values in first])
    before = [variable.numpy() for variable in model.variables]
    early, late = capture.capture(0, first), capture.capture(1)
    for value, variable in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)
    assert early.filters is not None
    assert late.filters is not None
    np.testing.assert_array_equal(early.filters.values[3], first[0][:, :, 0, 3])
    np.testing.assert_array_equal(late.filters.values[3], first[0][:, :, 0, 3] + np.float32(0.25))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_no_numbers_do_no_harm(parts: Split, value: float) -> None:
    model = build(NETWORK, seed=3, precision="float32")
    model.set_weights([np.full_like(values, value) for values in model.get_weights()])
    snapshot = SnapshotCapture(model, NETWORK, parts).capture(1)
    assert np.isnan(snapshot.probabilities).all()
    assert not np.isfinite(snapshot.health[-1].weight or 0)
    assert np.isnan(snapshot.maps[-1].low).all()


@pytest.mark.parametrize(
    ("layers", "shape"),
    [
        ((Conv2D(filters=70, kernel_size=(5, 4)),), (64, 5, 4)),
        ((), (10, 28, 28)),
        ((Flatten(), Dense(units=100)), (40, 28, 28)),
        ((AveragePooling2D(), Dropout(rate=0.1), Dense(units=5)), (5, 14, 14)),
        ((MaxPooling2D(), Conv2D(filters=3)), (3, 3, 3)),
        ((GlobalAveragePooling2D(), Dense(units=5)), None),
    ],
)
def test_the_first_weights_are_pictures_where_they_look_at_one(
    parts: Split, layers: tuple[AnyLayer, ...], shape: tuple[int, ...] | None
) -> None:
    model, snapshot = taken(Network(name="n", layers=layers), parts)
    if shape is None:
        assert snapshot.filters is None
        return
    assert snapshot.filters is not None
    assert snapshot.filters.values.shape == shape
    kernel = model.layers[snapshot.filters.layer - 1].get_weights()[0]
    assert snapshot.filters.count == kernel.shape[-1]
    np.testing.assert_array_equal(snapshot.filters.values[2].ravel(), kernel[..., 2].ravel())


def test_maps_of_many_large_layers_stay_bounded(parts: Split) -> None:
    network = Network(name="deep", layers=(Conv2D(filters=32, padding="same", activation="relu"),) * 12)
    _, snapshot = taken(network, parts)
    assert len(snapshot.maps) == 13
    assert sum(one.values.size for one in snapshot.maps) <= MAX_MAP_VALUES
    assert snapshot.maps[0].shape == (28, 28, 32)


def test_a_snapshot_of_a_huge_network_uses_fewer_images(parts: Split) -> None:
    seen: list[int] = []
    for filters in (8, 8_000):
        network = Network(name="n", layers=(Conv2D(filters=filters, kernel_size=(1, 1)), GlobalAveragePooling2D()))
        seen.append(len(SnapshotCapture(build(network, seed=0, precision="float32"), network, parts)._inputs))
    assert seen == [112, 22]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_watched(parts: Split, name: str) -> None:
    network = PRESETS[name].network
    _, snapshot = taken(network, parts)
    places = [one.layer for one in snapshot.maps]
    assert places[-1] == len(analyse(network).layers)
    assert snapshot.filters is not None
    assert all(isinstance(one, LayerHealth) for one in snapshot.health)
