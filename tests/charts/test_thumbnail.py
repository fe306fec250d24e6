"""The small picture of a network."""

import re
import xml.etree.ElementTree as ET  # what is parsed here was written here
from itertools import pairwise

import pytest

from mnist_lab.charts import PALETTES, thumbnail_svg
from mnist_lab.network import PRESETS, Conv2D, Dense, GlobalAveragePooling2D, MaxPooling2D, Network, analyse

NETWORKS = {
    **{name: preset.network.layers for name, preset in PRESETS.items()},
    "empty": (),
    "64 layers": (Conv2D(filters=8, padding="same"),) * 64,
    "thousands": (MaxPooling2D(pool_size=(1, 1)),) * 3000,
    "broken": (Conv2D(filters=8), MaxPooling2D(pool_size=(30, 30)), Dense(units=3)),
    "absurd": (Conv2D(filters=1_000_000, kernel_size=(1_000_000, 1)), Dense(units=-1)),
}


def slabs(network: Network) -> list[tuple[float, float, float, float]]:
    """x, y, width and height of each slab, from left to right."""
    root = ET.fromstring(thumbnail_svg(analyse(network)))  # noqa: S314
    rects = [node for node in root.iter() if node.tag.endswith("rect")]
    return [tuple(float(node.get(name, "")) for name in ("x", "y", "width", "height")) for node in rects]  # type: ignore[misc]


@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS)
def test_every_network_fits_into_the_picture_without_text(layers: tuple) -> None:  # type: ignore[type-arg]
    svg = thumbnail_svg(analyse(Network(layers=layers)))
    assert "<text" not in svg
    assert len(svg) < 20_000
    drawn = slabs(Network(layers=layers))
    assert all(before[0] + before[2] <= after[0] + 0.1 for before, after in pairwise(drawn))
    for x, y, width, height in drawn:
        assert x >= 0
        assert x + width <= 120.1
        assert y >= 0
        assert y + height <= 48
        assert width > 0.3


def test_height_tells_the_size_of_the_maps_and_thickness_their_number() -> None:
    thickness = []
    for filters in (8, 16, 32, 48, 64, 128):
        layers = (Conv2D(filters=filters, padding="same"), MaxPooling2D(), GlobalAveragePooling2D())
        _, convolution, pooling, *_ = slabs(Network(layers=layers))
        assert pooling[3] == pytest.approx(convolution[3] / 2)
        thickness.append(convolution[2])
    assert all(after - before > 0.5 for before, after in pairwise(thickness))


def test_colours_are_variables_of_the_palette() -> None:
    svg = thumbnail_svg(analyse(PRESETS["champion"].network))
    used = set(re.findall(r"var\(--lab-([a-z]+),(#[0-9A-F]{6})\)", svg))
    assert {(name, PALETTES["light"][name]) for name, _ in used} == used
    assert {"convolution", "pooling", "normalisation", "dropout"} <= {name for name, _ in used}
