"""The faster operations of a training step give what the model's own layers give."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_lab.network import (
    PRESETS,
    Activation,
    AnyLayer,
    BatchNormalization,
    Conv2D,
    Dropout,
    MaxPooling2D,
    Network,
)
from mnist_lab.training.engine.filter_gradient import MAX_POSITIONS, MAX_TAPS, MIN_CHANNELS
from mnist_lab.training.engine.model import build
from mnist_lab.training.engine.training_forward import BLOCKS, TrainingForward

BATCH = 12
BLOCK = BLOCKS["float32"]
RELU_BEFORE_POOLING: tuple[AnyLayer, ...] = (Conv2D(filters=6, activation="relu"), MaxPooling2D())
NETWORKS = {
    "relu of a convolution, then pooling": RELU_BEFORE_POOLING,
    "relu alone, then pooling": (Conv2D(filters=6), Activation(activation="relu"), MaxPooling2D(pool_size=(3, 3))),
    "tanh, then pooling": (Conv2D(filters=6, activation="tanh"), MaxPooling2D()),
    "pooling first": (MaxPooling2D(), Conv2D(filters=6, activation="relu")),
    "pooling twice": (*RELU_BEFORE_POOLING, MaxPooling2D()),
    "dropout between relu and pooling": (
        Conv2D(filters=6, activation="relu"),
        Dropout(rate=0.4),
        MaxPooling2D(),
    ),
    "filters of the whole map": (
        Conv2D(filters=5, strides=(4, 4)),
        Conv2D(filters=8, kernel_size=(7, 7), activation="relu"),
        Conv2D(filters=9, kernel_size=(1, 1), padding="same", activation="relu"),
    ),
    "filters of the whole map, with a margin": (
        Conv2D(filters=5, strides=(9, 9)),
        Conv2D(filters=8, kernel_size=(3, 3), padding="same", activation="relu"),
    ),
    "few taps": (Conv2D(filters=7, kernel_size=(2, 2)),),
    "few taps, with a margin": (Conv2D(filters=7, kernel_size=(1, 3), padding="same"),),
    "few taps on a later layer": (Conv2D(filters=1), Conv2D(filters=3, kernel_size=(2, 1), padding="same")),
    "many channels": (
        Conv2D(filters=MIN_CHANNELS, strides=(3, 3), activation="relu"),
        Conv2D(filters=9, kernel_size=(3, 2)),
    ),
    "many channels, with a margin": (
        Conv2D(filters=MIN_CHANNELS, strides=(3, 3), activation="relu"),
        Conv2D(filters=9, kernel_size=(4, 3), padding="same"),
    ),
    "many channels, strides": (
        Conv2D(filters=MIN_CHANNELS, strides=(3, 3), activation="relu"),
        Conv2D(filters=9, strides=(2, 1)),
    ),
    "normalization of blocks": (Conv2D(filters=BLOCK), BatchNormalization(), Activation(activation="relu")),
    "normalization of no blocks": (Conv2D(filters=BLOCK - 1), BatchNormalization()),
    "normalization of blocks in bfloat16": (Conv2D(filters=BLOCKS["bfloat16"]), BatchNormalization()),
    "normalization of single values": (Conv2D(filters=BLOCK, kernel_size=(28, 28)), BatchNormalization()),
}


@pytest.fixture(scope="module")
def images() -> tf.Tensor:
    return tf.random.stateless_uniform((BATCH, 28, 28, 1), (3, 4))


def step(model: keras.Model, images: tf.Tensor, *, fast: bool) -> list[Any]:
    """Probabilities, gradients of all weights, and the model's other variables after a step."""
    forward = TrainingForward(model) if fast else (lambda images: model(images, training=True))
    factors = tf.random.stateless_uniform((BATCH, 10), (5, 6))

    @tf.function(jit_compile=False)
    def traced() -> Any:
        with tf.GradientTape() as tape:
            probabilities = forward(images)
            loss = tf.reduce_sum(factors * probabilities)
        return probabilities, tape.gradient(loss, [variable.value for variable in model.trainable_variables])

    probabilities, gradients = traced()
    others = [variable.value for variable in model.non_trainable_variables]
    return [value.numpy() for value in (probabilities, *gradients, *others)]


ALL = {
    **{name: Network(name=name, layers=layers) for name, layers in NETWORKS.items()},
    **{name: preset.network for name, preset in PRESETS.items()},
}


@pytest.mark.parametrize("network", ALL.values(), ids=ALL)
def test_a_step_is_that_of_the_layers(network: Network, images: tf.Tensor) -> None:
    fast, plain = (step(build(network, seed=1, precision="float32"), images, fast=is_fast) for is_fast in (True, False))
    for one, other in zip(fast, plain, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-5 * max(1.0, float(np.abs(other).max())))


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize("name", [*NETWORKS, "notebook-3", "reader"])
def test_the_same_step_gives_the_same_bits(name: str, precision: str, images: tf.Tensor) -> None:
    first, second = (step(build(ALL[name], seed=1, precision=precision), images, fast=True) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    "name", ["relu of a convolution, then pooling", "many channels", "normalization of blocks in bfloat16"]
)
def test_a_step_in_bfloat16_is_near_that_of_the_layers(name: str, images: tf.Tensor) -> None:
    network = Network(name=name, layers=NETWORKS[name])
    fast, plain = (
        step(build(network, seed=1, precision="mixed_bfloat16"), images, fast=is_fast) for is_fast in (True, False)
    )
    for one, other in zip(fast, plain, strict=True):
        np.testing.assert_allclose(one, other, atol=0.03 * max(1.0, float(np.abs(other).max())))


def test_relu_after_pooling_changes_nothing_at_all(images: tf.Tensor) -> None:
    network = Network(name="swapped", layers=RELU_BEFORE_POOLING)
    fast, plain = (step(build(network, seed=1, precision="float32"), images, fast=is_fast) for is_fast in (True, False))
    np.testing.assert_array_equal(fast[0], plain[0])


def test_the_model_keeps_its_layers_as_composed(images: tf.Tensor) -> None:
    model = build(Network(name="swapped", layers=RELU_BEFORE_POOLING), seed=1, precision="float32")
    step(model, images, fast=True)
    assert model.layers[0].activation is keras.activations.relu
    assert float(tf.reduce_min(model.layers[0](images))) == 0


def operations(layers: tuple[AnyLayer, ...], images: tf.Tensor) -> list[str]:
    """The kind of each TensorFlow operation in a training step of a network."""
    model = build(Network(name="any", layers=layers), seed=1, precision="float32")
    forward = TrainingForward(model)

    @tf.function(jit_compile=False)
    def traced() -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(forward(images)[:, 0])
        return tape.gradient(loss, [variable.value for variable in model.trainable_variables])

    return [operation.type for operation in traced.get_concrete_function().graph.get_operations()]


@pytest.mark.parametrize("name", ["few taps", "few taps on a later layer", "many channels"])
def test_matrix_products_replace_the_gradient_of_the_last_filters(name: str, images: tf.Tensor) -> None:
    convolutions = sum(isinstance(layer, Conv2D) for layer in NETWORKS[name])
    assert operations(NETWORKS[name], images).count("Conv2DBackpropFilter") == convolutions - 1


def test_the_faster_operations_are_used_where_they_are_faster(images: tf.Tensor) -> None:
    assert "FusedBatchNormV3" in operations((Conv2D(filters=BLOCK), BatchNormalization()), images)
    assert "FusedBatchNormV3" not in operations((Conv2D(filters=BLOCK + 1), BatchNormalization()), images)
    assert "Conv2D" not in operations((Conv2D(filters=4, kernel_size=(28, 28)),), images)
    side = int(MAX_POSITIONS**0.5) + 1
    large = (Conv2D(filters=MIN_CHANNELS, kernel_size=(28 - side, 28 - side)), Conv2D(filters=2, kernel_size=(2, 1)))
    assert "Conv2DBackpropFilter" in operations(large, images)
    assert MAX_TAPS < 9, "a filter of 3×3 with one channel is faster as oneDNN computes it"
