"""Numbers that a person can check by hand, and a receptive field counted pixel by pixel."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_lab.network import (
    PRESETS,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Network,
    analyse,
)


def test_the_cards_of_a_small_network() -> None:
    network = Network(layers=(Conv2D(filters=32, activation="relu"), MaxPooling2D(), BatchNormalization()))
    reports = analyse(network).layers
    assert [report.index for report in reports] == [0, 1, 2, None, None]
    assert [report.implied for report in reports] == [False, False, False, True, True]
    assert [report.label for report in reports] == [
        "Convolution 32 filters 3×3 · relu",
        "Max pooling 2×2",
        "Batch normalization",
        "Flatten",
        "Dense 10 units · softmax",
    ]
    assert [report.output_shape for report in reports] == [(26, 26, 32), (13, 13, 32), (13, 13, 32), (5408,), (10,)]
    assert [report.arithmetic for report in reports] == [
        "3·3·1·32 + 32 = 320",
        "",
        "4·32 = 128",
        "",
        "5408·10 + 10 = 54,090",
    ]
    assert [report.trainable_parameters for report in reports] == [320, 0, 64, 0, 54090]
    assert [report.multiply_adds for report in reports] == [26 * 26 * 9 * 32, 0, 0, 0, 54080]
    assert [report.receptive_field for report in reports] == [(3, 3), (4, 4), (4, 4), (4, 4), (28, 28)]
    assert sum(report.share for report in reports) == pytest.approx(1)


@pytest.mark.parametrize(
    ("preset", "parameters"),
    [
        ("notebook-1", 829_760),
        ("notebook-2", 641_100),
        ("notebook-3", 186_140),
        ("small-cnn", 34_826),
        ("lenet-5", 61_706),
        ("linear", 7_850),
    ],
)
def test_parameters_of_presets(preset: str, parameters: int) -> None:
    assert analyse(PRESETS[preset].network).parameters == parameters


def test_a_flatten_is_put_in_once_and_only_where_it_is_needed() -> None:
    kinds = [
        [report.layer.kind for report in analyse(Network(layers=layers)).layers if report.implied]
        for layers in [(), (Flatten(),), (GlobalAveragePooling2D(),), (Dense(units=4), Dense(units=4))]
    ]
    assert kinds == [["Flatten", "Dense"], ["Dense"], ["Dense"], ["Flatten", "Dense"]]


def test_batch_normalization_of_a_row_normalises_every_value() -> None:
    assert analyse(Network(layers=(Flatten(), BatchNormalization()))).layers[1].arithmetic == "4·784 = 3,136"


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 3)), min_size=1, max_size=4))
@settings(deadline=None)
def test_receptive_field_is_what_counting_pixels_gives(windows: list[tuple[int, int]]) -> None:
    layers = tuple(Conv2D(filters=8, kernel_size=(k, 1), strides=(s, 1), activation="relu") for k, s in windows)
    network = Network(layers=layers)
    if not analyse(network).valid:
        return
    seen = [{pixel} for pixel in range(28)]
    for (k, s), report in zip(windows, analyse(network).layers, strict=False):
        seen = [set().union(*seen[start : start + k]) for start in range(0, len(seen) - k + 1, s)]
        assert report.receptive_field == (max(seen[0]) - min(seen[0]) + 1, 1)
    joined = set().union(*seen)
    assert analyse(network).layers[-1].receptive_field == (max(joined) - min(joined) + 1, 28)


def test_totals_are_sums_over_the_stack(random_network: Callable[[int], Network]) -> None:
    for seed in range(100):
        analysis = analyse(random_network(seed))
        if analysis.parameters is None:
            assert not analysis.valid
            continue
        assert analysis.parameters == sum(report.parameters for report in analysis.layers)
        assert sum(report.share for report in analysis.layers) == pytest.approx(1 if analysis.multiply_adds else 0)
