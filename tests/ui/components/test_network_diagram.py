"""What the picture of a network draws of one that is too long."""

from types import SimpleNamespace
from typing import Any

import pytest

from mnist_lab.network import MAX_LAYERS, Conv2D, Dropout, Flatten, Network, analyse
from mnist_lab.ui.components import network_diagram as module
from mnist_lab.ui.components.network_diagram import drawable, network_diagram


def test_a_network_within_the_limit_is_drawn_as_it_is() -> None:
    analysis = analyse(Network(layers=(Dropout(rate=0.1),) * MAX_LAYERS))
    assert drawable(analysis) is analysis


def test_of_an_endless_network_as_much_is_drawn_as_one_may_have() -> None:
    analysis = analyse(Network(layers=(Conv2D(filters=4, padding="same"), *(Flatten(),) * 5_000)))
    drawn = drawable(analysis)
    assert [report.index for report in drawn.layers if report.index is not None] == list(range(MAX_LAYERS))
    assert drawn.network.layers == analysis.network.layers[:MAX_LAYERS]


def test_every_page_that_draws_it_is_spared_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(module, "_component", lambda **options: given.update(options) or SimpleNamespace(picked=None))
    network_diagram(analyse(Network(layers=(Flatten(),) * 5_000)), key="any")
    assert given["data"]["svg"].count("data-index=") == MAX_LAYERS
