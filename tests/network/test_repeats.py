"""Repeated blocks of layers: where they begin, how long they are, how often they follow each other."""

from mnist_lab.network import (
    Activation,
    AnyLayer,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
    Repeat,
    find_repeats,
)

NORM, RELU, POOL = BatchNormalization(), Activation(activation="relu"), MaxPooling2D()


def block(filters: int = 32) -> list[AnyLayer]:
    return [Conv2D(filters=filters, padding="same"), NORM, RELU]


def test_a_block_that_follows_itself_is_one_repeat() -> None:
    layers = [POOL, *block() * 3, Flatten()]
    assert find_repeats(layers) == (Repeat(start=1, length=3, times=3),)
    assert (find_repeats(layers)[0].stop, find_repeats(layers)[0].hidden) == (10, 6)


def test_blocks_that_differ_in_an_argument_are_no_repeat() -> None:
    assert find_repeats([*block(32), *block(64), *block(128)]) == ()


def test_equal_layers_are_no_repeat() -> None:
    assert find_repeats([Dense(units=64)] * 3) == ()
    assert find_repeats([RELU] * 64) == ()


def test_the_repeat_that_spares_most_rows_is_taken_in_its_shortest_form() -> None:
    a, b = Dense(units=1), Dense(units=2)
    assert find_repeats([a, a, a, b, a, a, a, b]) == (Repeat(0, 4, 2),)
    assert find_repeats([a, b] * 4) == (Repeat(0, 2, 4),)


def test_repeats_do_not_overlap_and_keep_their_order() -> None:
    layers = [*block() * 2, POOL, *block(64) * 2, Flatten()]
    assert find_repeats(layers) == (Repeat(0, 3, 2), Repeat(7, 3, 2))


def test_nothing_repeats_in_nothing() -> None:
    assert find_repeats([]) == ()
    assert find_repeats([POOL]) == ()
