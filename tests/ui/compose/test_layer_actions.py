"""What an action in the list of layers does to the network, to the open form and to the focus."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_lab.network import (
    DEFAULT_PRESET,
    KINDS,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    Network,
    analyse,
    get_preset,
)
from mnist_lab.ui.compose.layer_actions import Edit, copied_indices, perform, read_action
from mnist_lab.ui.compose.layer_rows import network_version

A, B, C, D = (Dropout(rate=rate) for rate in (0.1, 0.2, 0.3, 0.4))
NETWORK = Network(name="n", layers=(A, B, C, D))


def done(network: Network, picked: tuple[int, ...], **fields: Any) -> Edit | None:
    """What follows from an action that the user meant for this network."""
    analysis = analyse(network)
    action = read_action({"number": 1, "version": network_version(analysis), **fields})
    assert action is not None
    return perform(action, analysis, picked)


def edit(picked: tuple[int, ...] = (), network: Network = NETWORK, **fields: Any) -> Edit:
    result = done(network, picked, **fields)
    assert result is not None
    return result


def test_opening_picks_layers_and_changes_nothing() -> None:
    assert edit(type="open", indices=[2, 0, 2]) == Edit(NETWORK, (0, 2))
    assert edit((1,), type="open", indices=[]) == Edit(NETWORK, ())


def test_a_layer_is_inserted_where_the_user_says_even_if_that_is_an_error() -> None:
    result = edit(type="insert", kind="Flatten", indices=[1])
    assert result.network.layers == (A, Flatten(), B, C, D)
    assert (result.picked, result.focus) == ((1,), 1)
    assert edit(type="insert", kind="Flatten", indices=[4]).network.layers[-1] == Flatten()
    assert edit(type="insert", kind="Flatten", indices=[0]).picked == (0,)


def test_a_layer_is_inserted_in_each_repetition() -> None:
    result = edit((0, 3), type="insert", kind="Flatten", indices=[1, 3], open=False)
    assert result.network.layers == (A, Flatten(), B, C, Flatten(), D)
    assert result.picked == (0, 5), "the form stays with its layers"
    assert edit((0,), type="insert", kind="Flatten", indices=[1, 3]).picked == (1, 4)


def test_a_layer_is_added_after_the_picked_one_or_where_it_is_possible() -> None:
    convolutional = Network(layers=(Conv2D(filters=8), Flatten(), Dense(units=10)))
    assert edit((0,), convolutional, type="add", kind="BatchNormalization").picked == (1,)
    at_the_end = edit((), convolutional, type="add", kind="MaxPooling2D")
    assert at_the_end.network.layers == (Conv2D(filters=8), MaxPooling2D(), Flatten(), Dense(units=10))
    assert (at_the_end.picked, at_the_end.focus) == ((1,), 1)
    assert edit((), convolutional, type="add", kind="Dropout", open=False).picked == ()


def test_moved_layers_stand_together_and_the_form_follows() -> None:
    result = edit((2,), type="move", indices=[0, 2], position=4)
    assert result.network.layers == (B, D, A, C)
    assert (result.picked, result.focus) == ((3,), 2)
    assert edit((3,), type="move", indices=[0], position=4).picked == (2,)
    assert edit(type="move", indices=[1], position=1).network == NETWORK


def test_after_a_removal_the_focus_is_on_the_next_row_and_the_form_stays_with_its_layer() -> None:
    result = edit((1, 3), type="remove", indices=[0, 1])
    assert result.network.layers == (C, D)
    assert (result.picked, result.focus) == ((1,), 0)
    assert edit(type="remove", indices=[0, 1, 2, 3]).network.layers == ()


def test_the_copies_are_picked_if_a_form_is_open() -> None:
    result = edit((0,), type="duplicate", indices=[0, 1])
    assert result.network.layers == (A, B, A, B, C, D)
    assert (result.picked, result.focus) == ((2, 3), 2)
    assert edit((), type="duplicate", indices=[0, 3]).picked == ()
    assert edit((), type="duplicate", indices=[0, 3]).focus == 1


@given(st.sets(st.integers(0, 9), min_size=1))
def test_the_copies_are_where_the_network_puts_them(indices: set[int]) -> None:
    layers = tuple(Dropout(rate=number / 10) for number in range(10))
    duplicated = Network(layers=layers).duplicate(*indices).layers
    copies = copied_indices(indices)
    assert [duplicated[index] for index in copies] == [layers[index] for index in sorted(indices)]
    assert tuple(layer for index, layer in enumerate(duplicated) if index not in copies) == layers


def test_a_repair_is_taken_from_the_problem_that_the_user_saw() -> None:
    broken = Network(layers=(A, Conv2D(filters=8, kernel_size=(40, 3)), Conv2D(filters=8)))
    analysis = analyse(broken)
    repairs = analysis.problems[0].repairs
    for number, repair in enumerate(repairs):
        result = edit((2,), broken, type="repair", problem=0, repair=number)
        assert result.network == repair.network
        assert result.focus == 1
        assert result.picked == ((2,) if len(repair.network.layers) == 3 else ())
    assert {len(repair.network.layers) for repair in repairs} == {2, 3}
    assert done(broken, (), type="repair", problem=0, repair=len(repairs)) is None
    assert done(broken, (), type="repair", problem=99) is None


def test_an_example_fills_an_empty_network() -> None:
    assert edit((), Network(), type="example") == Edit(get_preset(DEFAULT_PRESET).network, (), 0)


def test_an_action_for_another_network_is_not_done() -> None:
    action = read_action({"number": 1, "version": network_version(analyse(NETWORK)), "type": "remove", "indices": [0]})
    assert action is not None
    assert perform(action, analyse(Network(layers=(A, B))), ()) is None
    # Another name is the same network.
    assert perform(action, analyse(NETWORK.rename("other")), ()) is not None


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "open", "indices": [4]},
        {"type": "remove", "indices": [0, 4]},
        {"type": "remove", "indices": []},
        {"type": "move", "indices": [], "position": 0},
        {"type": "duplicate", "indices": []},
        {"type": "insert", "kind": "Flatten", "indices": [5]},
        {"type": "insert", "kind": "Flatten", "indices": []},
        {"type": "insert", "kind": "LSTM", "indices": [0]},
        {"type": "add", "kind": "<script>"},
    ],
)
def test_an_action_on_what_is_not_there_is_not_done(fields: dict[str, Any]) -> None:
    assert done(NETWORK, (), **fields) is None


@pytest.mark.parametrize(
    "reported",
    [
        None,
        "open",
        [],
        {},
        {"number": 1, "version": "v"},
        {"number": -1, "version": "v", "type": "open"},
        {"number": 1, "version": "v", "type": "open", "indices": [-1]},
        {"number": 1, "version": "v", "type": "open", "indices": [10**9]},
        {"number": 1, "version": "v", "type": "open", "indices": [0] * 1_000},
        {"number": 1, "version": "v", "type": "open", "indices": ["0"]},
        {"number": 1, "version": "v", "type": "open", "more": 1},
        {"number": 1, "version": "v" * 1_000, "type": "open"},
        {"number": True, "version": "v", "type": "open"},
        {"number": 1, "version": "v", "type": "move", "indices": [0], "position": 1.5},
    ],
)
def test_what_is_no_action_is_refused(reported: object) -> None:
    assert read_action(reported) is None


@given(st.sampled_from(KINDS), st.integers(0, 4), st.lists(st.integers(0, 3), min_size=1))
def test_whatever_is_done_the_focus_and_the_form_are_on_layers_that_are_there(
    kind: str, position: int, indices: list[int]
) -> None:
    for fields in (
        {"type": "insert", "kind": kind, "indices": [position]},
        {"type": "add", "kind": kind},
        {"type": "move", "indices": indices, "position": position},
        {"type": "duplicate", "indices": indices},
    ):
        result = edit((1, 2), **fields)
        count = len(result.network.layers)
        assert result.focus is not None
        assert all(0 <= index < count for index in (result.focus, *result.picked))


def test_a_batch_normalization_needs_no_arguments() -> None:
    assert edit(type="insert", kind="BatchNormalization", indices=[0]).network.layers[0] == BatchNormalization()
