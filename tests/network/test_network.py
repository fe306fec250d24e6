"""Layers and networks as data: what they accept, how they are edited, how they survive JSON."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mnist_lab.network import (
    KIND_GROUPS,
    KINDS,
    LAYER_CLASSES,
    PRESETS,
    TITLES,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    Network,
    analyse,
    default_layer,
    network_from_json,
    shared_arguments,
)

A, B, C, D = (Dropout(rate=rate) for rate in (0.1, 0.2, 0.3, 0.4))


def test_defaults_are_those_of_keras_and_a_pair_may_be_one_number() -> None:
    layer = Conv2D(filters=8, kernel_size=5)
    assert layer.model_dump() == {
        "kind": "Conv2D",
        "filters": 8,
        "kernel_size": (5, 5),
        "strides": (1, 1),
        "padding": "valid",
        "activation": "linear",
    }
    assert MaxPooling2D(pool_size=3).strides == (3, 3)
    assert MaxPooling2D(pool_size=3, strides=2).strides == (2, 2)


def test_strides_follow_the_window_only_while_they_equal_it() -> None:
    assert MaxPooling2D().with_changes(pool_size=4).strides == (4, 4)
    assert MaxPooling2D(strides=1).with_changes(pool_size=4).strides == (1, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        {"filters": "8"},
        {"filters": 8.0},
        {"filters": True},
        {"filters": 1_000_001},
        {"filters": -(10**30)},
        {"filters": 8, "kernel_size": (3, 3, 3)},
        {"filters": 8, "kernel_size": (3, True)},
        {"filters": 8, "padding": "full"},
        {"filters": 8, "activation": "softmax"},
        {"filters": 8, "colour": "red"},
        {},
    ],
)
def test_what_no_layer_could_mean_is_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Conv2D.model_validate(arguments)


@pytest.mark.parametrize("rate", [float("nan"), float("inf"), -float("inf"), "0.5", True, 1e7])
def test_rates_are_finite_numbers(rate: object) -> None:
    with pytest.raises(ValidationError):
        Dropout.model_validate({"rate": rate})


def test_softmax_inside_is_refused_by_the_network() -> None:
    with pytest.raises(ValidationError, match="leave that layer out"):
        Network(layers=(Dense(units=10, activation="softmax"),))


def test_every_kind_has_class_colour_group_title_and_a_default_that_works() -> None:
    assert set(KINDS) == set(LAYER_CLASSES) == set(KIND_GROUPS) == set(TITLES)
    for kind in KINDS:
        network = Network(layers=(default_layer(kind),))
        assert analyse(network).valid
        assert [report.title for report in analyse(network).layers if report.index == 0] == [TITLES[kind]]
    with pytest.raises(KeyError):
        default_layer("Conv3D")


def test_edits_return_new_networks() -> None:
    network = Network(name="n", layers=(A, B, C))
    assert network.add(Flatten()).layers == (A, B, C, Flatten())
    assert network.add(Flatten(), 0).layers == (Flatten(), A, B, C)
    assert network.remove(1).layers == (A, C)
    assert network.duplicate(1).layers == (A, B, B, C)
    assert network.replace(1, Flatten()).layers == (A, Flatten(), C)
    assert network.move(0, 1).layers == (B, A, C)
    assert network.move(2, -2).layers == (C, A, B)
    assert network.move(0, 99).layers == (B, C, A)
    assert network.move(2, -99).layers == (C, A, B)
    assert (network.rename("m").name, network.add(A).name) == ("m", "n")
    assert network.layers == (A, B, C)


def test_edits_of_several_layers_at_once() -> None:
    network = Network(layers=(A, B, C, D))
    assert network.remove(0, 2).layers == (B, D)
    assert network.insert(Flatten(), (1, 4)).layers == (A, Flatten(), B, C, D, Flatten())
    assert network.duplicate(0, 1).layers == (A, B, A, B, C, D)
    assert network.duplicate(0, 2, 3).layers == (A, A, B, C, D, C, D)
    assert network.move_to((0, 2), 4).layers == (B, D, A, C)
    assert network.move_to((1, 3), 0).layers == (B, D, A, C)
    # In front of one of them: they gather there.
    assert network.move_to((0, 2, 3), 2).layers == (B, A, C, D)
    assert network.move_to((1,), 2) == network


def test_an_argument_is_changed_in_several_layers_at_once() -> None:
    layers = (Conv2D(filters=8), MaxPooling2D(), Conv2D(filters=16, kernel_size=5), Dense(units=10))
    network = Network(layers=layers)
    changed = network.change((0, 2), "filters", 32)
    assert [layer.model_dump().get("filters") for layer in changed.layers] == [32, None, 32, None]
    wider = network.change((0, 2), "kernel_size", 7, part=1)
    assert [layer.model_dump().get("kernel_size") for layer in wider.layers] == [(3, 7), None, (5, 7), None]
    assert network.change((1,), "pool_size", (3, 3)).layers[1] == MaxPooling2D(pool_size=3, strides=3)
    both = network.change((0, 3), "activation", "relu")
    assert [layer.model_dump().get("activation") for layer in both.layers] == ["relu", None, "linear", "relu"]
    with pytest.raises(ValidationError):
        network.change((0, 1), "filters", 32)
    with pytest.raises(IndexError, match="4 layers"):
        network.change((4,), "filters", 32)


def test_shared_arguments_have_the_value_of_each_layer() -> None:
    convolution, dense = Conv2D(filters=8, activation="relu"), Dense(units=10, activation="tanh")
    assert shared_arguments([convolution, dense]) == {"activation": ("relu", "tanh")}
    assert shared_arguments([A, A, B]) == {"rate": (0.1, 0.1, 0.2)}
    assert list(shared_arguments([convolution])) == ["filters", "kernel_size", "strides", "padding", "activation"]
    assert shared_arguments([A, MaxPooling2D()]) == {}


@pytest.mark.parametrize("index", [-1, 3])
def test_edits_of_a_layer_that_is_not_there_are_refused(index: int) -> None:
    for edit in (Network.remove, Network.duplicate):
        with pytest.raises(IndexError, match="3 layers"):
            edit(Network(layers=(A, B, C)), index)


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("  Two\n\tlines ", "Two lines"),
        ("", "Untitled network"),
        ("\x00\x07\u202e", "Untitled network"),
        ("a\x00 \x00b", "a b"),
        ("x" * 10_000, "x" * 80),
        ('<b>"O\'Hara" & co</b> 🦊', '<b>"O\'Hara" & co</b> 🦊'),
        ("\ud800lone", "lone"),
        ("\u200b\u200b", "Untitled network"),
        ("\u2060\ufeff\u00ad \u3164\ufe0f", "Untitled network"),
        ("\u200b" * 90 + "too late to be seen", "Untitled network"),
        ("👩\u200d🔬 می\u200cخواهم", "👩\u200d🔬 می\u200cخواهم"),
    ],
)
def test_names_are_cleaned(given_name: str, name: str) -> None:
    assert Network(name=given_name).name == name
    assert Network().rename(given_name).name == name


@given(st.text(max_size=200))
def test_any_text_becomes_a_name_once_and_for_all(text: str) -> None:
    name = Network(name=text).name
    assert 1 <= len(name) <= 80
    assert Network(name=name).name == name
    assert name.isprintable() or not any(character < " " for character in name)
    assert network_from_json(Network(name=text).to_json()).name == name


def test_json_writes_everything_out_and_comes_back_the_same(random_network: Callable[[int], Network]) -> None:
    for network in [*(preset.network for preset in PRESETS.values()), *map(random_network, range(100))]:
        assert network_from_json(network.to_json()) == network
        assert network_from_json(network.to_json().encode()) == network
    data = json.loads(Network(name="n", layers=(BatchNormalization(), MaxPooling2D())).to_json())
    assert data == {
        "version": 1,
        "name": "n",
        "layers": [
            {"kind": "BatchNormalization"},
            {"kind": "MaxPooling2D", "pool_size": [2, 2], "strides": [2, 2], "padding": "valid"},
        ],
    }
