"""The diagram of a network with too many layers shows only the first ones."""

from types import SimpleNamespace
from typing import Any

import pytest

from mnist_lab.network import MAX_LAYERS, Conv2D, Dropout, Flatten, Network, analyse
from mnist_lab.ui.components import network_diagram as module
from mnist_lab.ui.components.network_diagram import drawable, network_diagram


def test_a_network_within_the_limit_is_drawn_as_it_is() -> None:
    analysis = analyse(Network(layers=(Dropout(rate=0.1),) * MAX_LAYERS))
    assert drawable(analysis) is analysis


def test_of_a_network_with_too_many_layers_the_first_ones_are_drawn() -> None:
    analysis = analyse(Network(layers=(Conv2D(filters=4, padding="same"), *(Flatten(),) * 5_000)))
    drawn = drawable(analysis)
    assert [report.index for report in drawn.layers if report.index is not None] == list(range(MAX_LAYERS))
    assert drawn.network.layers == analysis.network.layers[:MAX_LAYERS]


def test_the_component_limits_the_number_of_layers_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(module, "_component", lambda **options: given.update(options) or SimpleNamespace(picked=None))
    network_diagram(analyse(Network(layers=(Flatten(),) * 5_000)), key="any")
    assert given["data"][0][0].count("data-index=") == MAX_LAYERS
