"""What layers and their arguments do, in one line each, with the numbers of the layer."""

import pytest

from mnist_lab.glossary import TERMS
from mnist_lab.network import (
    ACTIVATIONS,
    ARGUMENT_EXPLANATIONS,
    KIND_EXPLANATIONS,
    KINDS,
    LAYER_CLASSES,
    Activation,
    AnyLayer,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    Network,
    SpatialDropout2D,
    analyse,
    argument_line,
    default_layer,
    get_preset,
)
from mnist_lab.network.analysis import LayerReport


def report(*layers: AnyLayer) -> LayerReport:
    """The report of the last one of these layers."""
    return next(one for one in analyse(Network(layers=layers)).layers if one.index == len(layers) - 1)


def test_every_kind_and_every_argument_has_a_line_and_a_term_of_the_glossary() -> None:
    assert KIND_EXPLANATIONS.keys() == set(KINDS)
    names = {name for layer in LAYER_CLASSES.values() for name in layer.model_fields if name != "kind"}
    assert ARGUMENT_EXPLANATIONS.keys() == names
    for explanation in (*KIND_EXPLANATIONS.values(), *ARGUMENT_EXPLANATIONS.values()):
        assert explanation.term in TERMS
        assert explanation.line.endswith(".")
        assert len(explanation.line) < 110


@pytest.mark.parametrize("kind", KINDS)
def test_every_argument_of_every_kind_is_explained_with_its_value(kind: str) -> None:
    one = report(default_layer(kind))
    for name in type(one.layer).model_fields:
        if name != "kind":
            assert 10 < len(argument_line(name, one)) < 110


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_has_a_line_of_its_own(name: str) -> None:
    lines = {argument_line("activation", report(Activation(activation=other))) for other in ACTIVATIONS}
    assert argument_line("activation", report(Activation(activation=name))) in lines
    assert len(lines) == len(ACTIVATIONS)


@pytest.mark.parametrize(
    ("layers", "name", "line"),
    [
        ((Conv2D(filters=32),), "filters", "Looks for 32 patterns, so 32 feature maps come out."),
        ((Conv2D(filters=1),), "filters", "Looks for 1 pattern, so 1 feature map comes out."),
        ((Conv2D(filters=0),), "filters", "It must be at least 1."),
        ((Conv2D(filters=8, kernel_size=(3, 0)),), "kernel_size", "It must be at least 1."),
        ((Conv2D(filters=8),), "kernel_size", "Each value looks at 3×3 = 9 pixels."),
        ((Conv2D(filters=8),) * 2, "kernel_size", "Each value looks at 3×3 = 9 pixels in each of 8 channels."),
        ((MaxPooling2D(),), "pool_size", "Of 2×2 = 4 values, the largest is kept."),
        ((Conv2D(filters=8),), "strides", "The window moves one pixel at a time, so it sees every place."),
        ((MaxPooling2D(),), "strides", "The window moves 2 pixels at a time: 28×28 becomes 14×14."),
        (
            (Conv2D(filters=8, strides=(1, 2)),),
            "strides",
            "The window moves 2 pixels across, 1 down: 28×28 becomes 26×13.",
        ),
        ((Conv2D(filters=8),), "padding", "The window stays inside the picture: 28×28 becomes 26×26."),
        (
            (Conv2D(filters=8, padding="same"),),
            "padding",
            "Zeros are added around the picture: the size stays 28×28.",
        ),
        ((Flatten(), Dropout(rate=0.25)), "rate", "In each training step 25 % are zero: about 196 of 784 values."),
        (
            (Conv2D(filters=8), SpatialDropout2D(rate=0.5)),
            "rate",
            "In each training step 50 % are zero: about 4 of 8 channels.",
        ),
        ((Dropout(rate=1.5),), "rate", "It must lie between 0 and 1."),
        ((Flatten(), Dense(units=64)), "units", "64 outputs, each a weighted sum of 784 inputs."),
    ],
)
def test_a_line_has_the_numbers_of_its_layer(layers: tuple[AnyLayer, ...], name: str, line: str) -> None:
    assert argument_line(name, report(*layers)) == line


def test_a_line_needs_no_shape() -> None:
    broken = Conv2D(filters=8, kernel_size=40)
    assert argument_line("padding", report(broken)) == "The window stays inside the picture."
    assert argument_line("rate", report(broken, Dropout(rate=0.5))) == "50 % are set to zero in each training step."
    assert argument_line("units", report(broken, Dense(units=5))) == "5 outputs, each a weighted sum of all inputs."
    assert argument_line("kernel_size", report(broken, broken)) == "Each value looks at 40×40 = 1,600 pixels."


def test_the_lines_of_all_presets_can_be_made() -> None:
    for one in analyse(get_preset("champion").network).layers:
        for name in type(one.layer).model_fields:
            assert name == "kind" or argument_line(name, one)
