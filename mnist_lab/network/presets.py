"""Preset networks to start from; each teaches one thing."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from mnist_lab import formatting
from mnist_lab.errors import NetworkError
from mnist_lab.network.layers import (
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
)
from mnist_lab.network.network import Network

Purpose = Literal["start", "ideas", "records", "notebook"]
PURPOSES: Mapping[Purpose, str] = MappingProxyType(
    {"start": "Start here", "ideas": "Ideas", "records": "Records", "notebook": "The notebook"}
)
"""What presets are for → the title of their group, in the order of the gallery."""


@dataclass(frozen=True)
class Preset:
    """A network to start from."""

    name: str
    purpose: Purpose
    title: str
    hint: str
    """A description of two to four words."""
    lesson: str
    """What it teaches, in one sentence."""
    network: Network


_CHANGED = ", changed"


def _relu(filters: int, size: int, stride: int = 1) -> Conv2D:
    return Conv2D(filters=filters, kernel_size=(size, size), strides=(stride, stride), activation="relu")


def _normalized(filters: int, size: int = 3, stride: int = 1, *, pooled: bool = False) -> tuple[AnyLayer, ...]:
    """A convolution, batch normalization and relu; pooling before normalization leaves fewer values to normalize."""
    convolution = Conv2D(filters=filters, kernel_size=(size, size), strides=(stride, stride))
    pooling = (MaxPooling2D(),) if pooled else ()
    return convolution, *pooling, BatchNormalization(), Activation(activation="relu")


def _preset(name: str, purpose: Purpose, title: str, hint: str, lesson: str, *layers: AnyLayer) -> Preset:
    return Preset(name, purpose, title, hint, lesson, Network(name=title, layers=layers))


_ALL = (
    _preset(
        "small-cnn",
        "start",
        "Small CNN",
        "a good start",
        "Two convolutions with pooling, few parameters, about 99 %: a good start.",
        _relu(32, 3),
        MaxPooling2D(),
        _relu(64, 3),
        MaxPooling2D(),
        Flatten(),
    ),
    _preset(
        "tiny",
        "start",
        "Tiny",
        "trains in seconds",
        "Trains in seconds, so you can try an idea and see its effect at once.",
        _relu(8, 3),
        MaxPooling2D(),
        _relu(16, 3),
        MaxPooling2D(),
        Flatten(),
        Dense(units=32, activation="relu"),
    ),
    _preset(
        "linear",
        "start",
        "Linear model",
        "no hidden layer",
        "No hidden layer: each pixel counts for or against each digit, which reaches about 92 %.",
        Flatten(),
    ),
    _preset(
        "dense-only",
        "ideas",
        "Dense layers only",
        "no convolution",
        "Without convolution a stroke must be learned again at every position: more parameters, less accuracy.",
        Flatten(),
        Dense(units=128, activation="relu"),
        Dense(units=64, activation="relu"),
    ),
    _preset(
        "lenet-5",
        "ideas",
        "LeNet-5",
        "read cheques in 1998",
        "The network that read bank cheques in 1998: tanh, average pooling and three dense layers.",
        Conv2D(filters=6, kernel_size=(5, 5), padding="same", activation="tanh"),
        AveragePooling2D(),
        Conv2D(filters=16, kernel_size=(5, 5), activation="tanh"),
        AveragePooling2D(),
        Flatten(),
        Dense(units=120, activation="tanh"),
        Dense(units=84, activation="tanh"),
    ),
    _preset(
        "batch-norm",
        "ideas",
        "Batch normalization",
        "learns in few epochs",
        "Batch normalization between convolution and activation lets a small network learn in very few epochs.",
        Conv2D(filters=16),
        BatchNormalization(),
        Activation(activation="relu"),
        MaxPooling2D(),
        Conv2D(filters=32),
        BatchNormalization(),
        Activation(activation="relu"),
        MaxPooling2D(),
        Flatten(),
    ),
    _preset(
        "all-convolutional",
        "ideas",
        "All convolutional",
        "strides, no pooling",
        "No pooling between the convolutions and no dense layer: strides make the maps smaller, and each map is "
        "averaged.",
        _relu(16, 3),
        _relu(32, 3, stride=2),
        _relu(32, 3),
        _relu(64, 3, stride=2),
        _relu(64, 3),
        GlobalAveragePooling2D(),
    ),
    _preset(
        "wide-first",
        "ideas",
        "Wide first layer",
        "where the time goes",
        "One layer of 128 large filters: its multiply-adds show where the time goes; a deeper network would be "
        "cheaper.",
        _relu(128, 7),
        MaxPooling2D(pool_size=(4, 4)),
        Flatten(),
    ),
    _preset(
        "too-much-dropout",
        "ideas",
        "Too much dropout",
        "a fault to repair",
        "Dropout 0.9 after 32 units leaves about three of them: watch it learn slowly, then repair it.",
        _relu(16, 3),
        MaxPooling2D(),
        _relu(32, 3),
        MaxPooling2D(),
        Flatten(),
        Dense(units=32, activation="relu"),
        Dropout(rate=0.9),
    ),
    _preset(
        "fast",
        "records",
        "Fast",
        "99 % in seconds",
        "Strides make the maps small at once, and with batch normalization one epoch is enough: 99 % in seconds.",
        *_normalized(16, 5, stride=2),
        *_normalized(32),
        *_normalized(64, stride=2),
        Flatten(),
    ),
    _preset(
        "strong",
        "records",
        "Strong",
        "99.5 % in minutes",
        "A little wider, and trained on images that are shifted and rotated a little: 99.5 % in a few minutes.",
        *_normalized(32, 5, stride=2),
        *_normalized(32),
        *_normalized(64, pooled=True),
        Flatten(),
    ),
    _preset(
        "champion",
        "records",
        "Champion",
        "99.7 %, given time",
        "The same idea with five convolutions, more filters, dropout, and many epochs.",
        *_normalized(32),
        *_normalized(48, stride=2),
        *_normalized(96),
        *_normalized(96, pooled=True),
        *_normalized(192),
        Dropout(rate=0.3),
        Flatten(),
    ),
    _preset(
        "reader",
        "records",
        "Reader",
        "reads drawn digits",
        "Trained at its end on digits as other people write them: it reads drawings of people it has never seen best.",
        *_normalized(32, 5, stride=2),
        *_normalized(64),
        *_normalized(96, pooled=True),
        *_normalized(192),
        Dropout(rate=0.3),
        Flatten(),
    ),
    _preset(
        "notebook-1",
        "notebook",
        "Notebook 1",
        "two wide convolutions",
        "Two wide convolutions reached 99.27 % in the notebook, at 51 million multiply-adds per image.",
        _relu(100, 3),
        MaxPooling2D(),
        _relu(250, 5),
        Dropout(rate=0.25),
        BatchNormalization(),
        Flatten(),
    ),
    _preset(
        "notebook-2",
        "notebook",
        "Notebook 2",
        "held back by dropout",
        "More layers are not always better: with dropout 0.7 after 25 units the notebook reached only 80 %.",
        _relu(350, 5),
        MaxPooling2D(),
        _relu(100, 4),
        Dropout(rate=0.5),
        MaxPooling2D(pool_size=(3, 3)),
        _relu(75, 3),
        Dropout(rate=0.3),
        _relu(40, 1),
        Dropout(rate=0.5),
        _relu(25, 1),
        Dropout(rate=0.7),
        Flatten(),
    ),
    _preset(
        "notebook-3",
        "notebook",
        "Notebook 3",
        "eight convolutions",
        "Eight convolutions, six of them 1×1: after 4×4 pooling little detail is left, so it ends at 97.5 %.",
        _relu(100, 2),
        MaxPooling2D(pool_size=(4, 4)),
        _relu(80, 4),
        MaxPooling2D(),
        Dropout(rate=0.25),
        BatchNormalization(),
        _relu(70, 1),
        _relu(50, 1),
        _relu(60, 1),
        Dropout(rate=0.5),
        _relu(100, 1),
        Dropout(rate=0.6),
        _relu(100, 1),
        _relu(250, 1),
        Dropout(rate=0.55),
        BatchNormalization(),
        Flatten(),
    ),
)

PRESETS: Mapping[str, Preset] = MappingProxyType({preset.name: preset for preset in _ALL})
"""Name to preset, in the order of the menu."""

DEFAULT_PRESET = "small-cnn"
"""The network that the app shows first."""


def get_preset(name: str) -> Preset:
    """Return the preset with this name; case does not matter, and underscores count as hyphens.

    Raises:
        NetworkError: There is none; the message lists all presets and suggests the one with the most similar name.
    """
    wanted = name.strip().lower().replace("_", "-")
    if wanted in PRESETS:
        return PRESETS[wanted]
    closest = difflib.get_close_matches(wanted[:40], PRESETS, n=1, cutoff=0.4)
    hint = f" Did you mean {closest[0]}?" if closest else ""
    raise NetworkError(
        f"There is no preset {formatting.shortened(name)!r}.{hint} The presets are: {', '.join(PRESETS)}."
    )


def marked_as_changed(network: Network) -> Network:
    """The network under an honest name: one with a preset's name but other layers is called "…, changed"."""
    for preset in PRESETS.values():
        changed = f"{preset.title}{_CHANGED}"
        if network.name == preset.title and network.layers != preset.network.layers:
            return network.rename(changed)
        if network.name == changed and network.layers == preset.network.layers:
            return network.rename(preset.title)
    return network


def matching_preset(network: Network) -> Preset | None:
    """The preset with the same layers as this network, whatever its name; None if there is none."""
    return next((preset for preset in PRESETS.values() if preset.network.layers == network.layers), None)
