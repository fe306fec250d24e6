import pytest

from mnist_lab.network import (
    KINDS,
    PRESETS,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
    Network,
    default_layer,
    insertion_index,
)
from mnist_lab.network.analysis import analyse

SMALL = PRESETS["small-cnn"].network


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("preset", ["small-cnn", "tiny", "dense-only", "linear"])
def test_one_more_layer_at_the_end_of_a_preset_keeps_it_valid(preset: str, kind: str) -> None:
    network = PRESETS[preset].network
    layer = default_layer(kind)
    index = insertion_index(network, layer, len(network.layers))
    assert analyse(network.add(layer, index)).valid


def test_a_convolution_wanted_at_the_end_goes_in_front_of_the_flatten() -> None:
    assert SMALL.layers[-1] == Flatten()
    assert insertion_index(SMALL, default_layer("Conv2D"), 5) == 4


def test_what_fits_goes_where_it_is_wanted() -> None:
    assert [insertion_index(SMALL, default_layer("Dropout"), place) for place in range(6)] == list(range(6))


def test_what_fits_nowhere_goes_where_it_is_wanted_and_is_explained_there() -> None:
    network = Network(layers=(Conv2D(filters=2, kernel_size=(28, 28)),))
    assert insertion_index(network, MaxPooling2D(pool_size=(29, 29)), 1) == 1


def test_a_network_that_is_broken_already_is_not_broken_further() -> None:
    broken = Network(layers=(Flatten(), Conv2D(filters=2), Dense(units=5)))
    before = len(analyse(broken).errors)
    index = insertion_index(broken, MaxPooling2D(), 3)
    assert len(analyse(broken.add(MaxPooling2D(), index)).errors) <= before


def test_where_the_maps_are_too_small_a_convolution_goes_to_their_end_and_is_explained_there() -> None:
    layers = (*[Conv2D(filters=4), MaxPooling2D()] * 2, Conv2D(filters=4, kernel_size=(5, 5)))
    for rest in [(), (Flatten(),), (Flatten(), Dense(units=9))]:
        network = Network(layers=(*layers, *rest))
        assert analyse(network).valid
        index = insertion_index(network, default_layer("Conv2D"), len(network.layers))
        assert index == len(layers), "the layers before it are as they were"
        (error,) = analyse(network.add(default_layer("Conv2D"), index)).errors
        assert error.index == index
        assert error.repairs
