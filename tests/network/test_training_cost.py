"""What training costs: the sum of parts, and how a machine's speed makes seconds of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_lab.network import (
    PRESETS,
    TYPICAL_SPEED,
    Conv2D,
    Flatten,
    MachineSpeed,
    Network,
    TrainingWork,
    analyse,
    training_work,
)


def work_of(*layers: object, batch_size: int = 1) -> TrainingWork:
    return training_work(analyse(Network(name="A network", layers=layers)), batch_size)


def test_a_dense_network_is_its_multiply_adds_and_values() -> None:
    # The picture's 784 values and ten outputs with their activation, 784·10 multiply-adds; Flatten is none.
    assert work_of(Flatten()) == TrainingWork(
        multiply_adds=7840, values=784 + 10 + 0.3 * 10, operations=1, parameters=7850
    )


def test_what_is_done_once_a_step_is_shared_among_the_batch() -> None:
    alone, shared = work_of(Flatten(), batch_size=1), work_of(Flatten(), batch_size=50)
    assert (shared.multiply_adds, shared.values) == (alone.multiply_adds, alone.values)
    assert (shared.operations * 50, shared.parameters * 50) == (alone.operations, alone.parameters)


def test_convolutions_cost_as_if_their_channels_were_filled_up() -> None:
    first_six, first_eight = (work_of(Conv2D(filters=filters)) for filters in (6, 8))
    dense = 26 * 26 * 10
    assert first_six.multiply_adds - dense * 6 == first_eight.multiply_adds - dense * 8 == 26 * 26 * 6 * 8
    # Of the second convolution, 6 channels and 20 filters are 8 and 24.
    second = work_of(Conv2D(filters=6), Conv2D(filters=20))
    assert second.multiply_adds == 26 * 26 * 6 * 8 + 24 * 24 * 9 * 8 * 24 + 24 * 24 * 20 * 10


def test_seconds_are_the_sum_of_what_the_parts_take() -> None:
    assert MachineSpeed(1.0, 10.0, 100.0, 1000.0).seconds(TrainingWork(1, 2, 3, 4)) == 1 + 20 + 300 + 4000


@given(st.sampled_from(sorted(PRESETS)), st.integers(1, 8192))
def test_every_preset_takes_time_and_less_an_image_in_larger_batches(name: str, batch_size: int) -> None:
    analysis = analyse(PRESETS[name].network)
    assert (
        0
        < TYPICAL_SPEED.seconds(training_work(analysis, batch_size))
        <= TYPICAL_SPEED.seconds(training_work(analysis, 1))
    )


@pytest.mark.parametrize(
    ("name", "images_per_second"),
    [("small-cnn", 4264), ("tiny", 18549), ("lenet-5", 10060), ("notebook-1", 320), ("notebook-2", 258)],
)
def test_a_typical_machine_is_as_fast_as_the_one_that_was_measured(name: str, images_per_second: float) -> None:
    seconds = TYPICAL_SPEED.seconds(training_work(analyse(PRESETS[name].network), 100))
    assert 1 / seconds == pytest.approx(images_per_second, rel=0.35)
