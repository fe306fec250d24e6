"""Builds the Keras model of a network, and the optimizer of a recipe."""

import inspect

import keras
import tensorflow as tf

from mnist_lab.keras_settings import apply_settings
from mnist_lab.network import INPUT_SHAPE, AnyLayer, Network, analyse
from mnist_lab.recipe import Recipe


def build(network: Network, *, seed: int, precision: str) -> keras.Model:
    """Build the completed network: its layers, the Flatten it needs, and the output layer Dense(10, softmax).

    Args:
        network: A valid network.
        seed: Determines the initial weights and the random numbers of dropout.
        precision: "float32" or "mixed_bfloat16" (weights in float32, arithmetic in bfloat16).

    Returns:
        A model from float32 (batch, 28, 28, 1) in 0..1 to float32 probabilities (batch, 10).
    """
    apply_settings(keras)
    keras.utils.set_random_seed(seed)
    # Without this, some sums over threads differ in the last bit from one training to the next.
    tf.config.experimental.enable_op_determinism()
    reports = analyse(network).layers
    last = len(reports) - 1
    layers = [
        # The probabilities are always float32: bfloat16 has only 8 bits to distinguish 0.999 from 1.
        _keras_layer(report.layer, f"layer_{index + 1}", seed + index, "float32" if index == last else precision)
        for index, report in enumerate(reports)
    ]
    return keras.Sequential([keras.Input(INPUT_SHAPE), *layers])


def _keras_layer(layer: AnyLayer, name: str, seed: int, precision: str) -> keras.Layer:
    keras_class = getattr(keras.layers, layer.kind)
    arguments = layer.model_dump(exclude={"kind"})
    # Layers that draw random numbers. Without a seed of its own, such a layer differs from one training to the next.
    if "seed" in inspect.signature(keras_class.__init__).parameters:
        arguments["seed"] = seed
    keras_layer: keras.Layer = keras_class(**arguments, name=name, dtype=precision)
    return keras_layer


def make_optimizer(recipe: Recipe) -> keras.optimizers.Optimizer:
    """The recipe's optimizer; the schedule sets its learning rate at every step."""
    rate = recipe.learning_rate
    match recipe.optimizer:
        case "adam":
            return keras.optimizers.Adam(rate)
        case "adamw":
            return keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay)
        case "sgd":
            return keras.optimizers.SGD(rate, momentum=recipe.momentum)
        case "rmsprop":
            return keras.optimizers.RMSprop(rate)
        case "nadam":
            return keras.optimizers.Nadam(rate)
