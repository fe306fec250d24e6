"""The cost of a broken network is unknown, everywhere: no number is shown that counts only a part of it."""

import re

import pytest

from mnist_lab.charts import cost_bars, cost_info, network_diagram_svg
from mnist_lab.network import (
    PRESETS,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    Network,
    analyse,
    analysis_to_data,
)

BROKEN = (
    Network(layers=(Conv2D(filters=8, kernel_size=(40, 40)),)),
    Network(layers=(Conv2D(filters=8), Flatten(), Conv2D(filters=8), Dense(units=9))),
    Network(layers=(Conv2D(filters=8), MaxPooling2D(pool_size=(30, 30)), Dense(units=9))),
    Network(layers=(*(MaxPooling2D() for _ in range(5)), Conv2D(filters=8))),
)
BAD_BUT_KNOWN = (
    Network(layers=(Conv2D(filters=8), Dropout(rate=1.5))),
    Network(layers=(Dense(units=900_000),)),
    Network(),
)


@pytest.mark.parametrize("network", BROKEN)
def test_a_broken_network_has_no_cost(network: Network) -> None:
    analysis = analyse(network)
    assert not analysis.valid
    assert (analysis.parameters, analysis.trainable_parameters, analysis.multiply_adds) == (None, None, None)
    assert {layer.share for layer in analysis.layers} == {None}
    first = next(layer for layer in analysis.layers if layer.output_shape is None)
    assert (first.parameters, first.multiply_adds, first.arithmetic) == (None, None, "")


@pytest.mark.parametrize("network", BROKEN)
def test_its_pictures_show_no_number(network: Network) -> None:
    analysis = analyse(network)
    assert cost_info(analysis) == []
    assert "repaired" in str(cost_bars(analysis))
    svg = network_diagram_svg(analysis)
    assert f'aria-label="The network, {len(analysis.layers)} layers"' in svg
    assert re.search(r"→ \?[<.]", svg)
    assert "– parameters" not in svg


@pytest.mark.parametrize("network", BROKEN)
def test_its_json_has_null(network: Network) -> None:
    data = analysis_to_data(analyse(network))
    assert (data["parameters"], data["multiply_adds"], data["layers"][-1]["parameters"]) == (None, None, None)


@pytest.mark.parametrize("network", [*BAD_BUT_KNOWN, *(preset.network for preset in PRESETS.values())])
def test_a_network_whose_shapes_are_known_has_a_cost(network: Network) -> None:
    analysis = analyse(network)
    assert analysis.parameters is not None
    assert analysis.parameters >= 7_850 or network.layers
    assert analysis.parameters == sum(layer.parameters or 0 for layer in analysis.layers)
    assert sum(layer.share or 0 for layer in analysis.layers) == pytest.approx(1)
