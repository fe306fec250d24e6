"""The network diagram as an SVG element."""

import re
import xml.etree.ElementTree as ET  # what is parsed here was written here
from itertools import pairwise

import pytest

from mnist_lab.charts import PALETTES, network_diagram_svg
from mnist_lab.charts.network_diagram.layout import layout
from mnist_lab.network import (
    PRESETS,
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    GlobalMaxPooling2D,
    MaxPooling2D,
    Network,
    analyse,
)

LONG = Network(
    name="long",
    layers=(
        Conv2D(filters=8, padding="same"),
        BatchNormalization(),
        Activation(activation="relu"),
        Dropout(rate=0.1),
    )
    * 16,
)


def parsed(network: Network, **options: object) -> ET.Element:
    svg = network_diagram_svg(analyse(network), **options).replace(' xmlns="http://www.w3.org/2000/svg"', "")
    return ET.fromstring(svg)  # noqa: S314


def groups(root: ET.Element, word: str) -> list[ET.Element]:
    return [group for group in root.iter("g") if word in group.get("class", "").split()]


@pytest.mark.parametrize("network", [*(preset.network for preset in PRESETS.values()), LONG], ids=lambda n: n.name)
def test_every_layer_is_a_block_that_can_be_selected(network):
    root = parsed(network)
    blocks = groups(root, "block")
    assert [block.get("data-index") for block in blocks] == [str(index) for index in range(len(network.layers))]
    assert all(block.get("role") == "button" and block.get("tabindex") == "0" for block in blocks)
    labels = [report.label for report in analyse(network).layers if report.index is not None]
    assert all(label in block.get("aria-label", "") for label, block in zip(labels, blocks, strict=True))


@pytest.mark.parametrize("network", [*(preset.network for preset in PRESETS.values()), LONG], ids=lambda n: n.name)
@pytest.mark.parametrize("width_hint", [340, 1080])
def test_no_block_overlaps_or_leaves_the_diagram(network, width_hint):
    plan = layout(analyse(network), width_hint)
    assert all(before.left + before.slot <= after.left for before, after in pairwise(plan.blocks))
    for block in plan.blocks:
        assert block.left <= block.x
        assert block.x + block.width + block.depth <= block.left + block.slot
        assert block.y(plan.middle) - block.depth >= 0
        assert block.y(plan.middle) + block.height <= plan.height - 40
    assert plan.blocks[-1].left + plan.blocks[-1].slot <= plan.width


def test_maps_are_drawn_to_scale():
    network = Network(name="x", layers=(Conv2D(filters=4, kernel_size=(15, 1)), MaxPooling2D(pool_size=(1, 2))))
    picture, convolution, pooling = layout(analyse(network), 1080).blocks[:3]
    assert convolution.height / picture.height == pytest.approx(14 / 28)
    assert convolution.width / picture.width == pytest.approx(1)
    assert pooling.width / picture.width == pytest.approx(14 / 28)
    assert convolution.planes < layout(analyse(Network(name="x", layers=(Conv2D(filters=64),))), 1080).blocks[1].planes


def test_implied_layers_are_dashed_and_cannot_be_selected():
    implied = groups(parsed(Network(name="x", layers=(Conv2D(filters=4), Dense(units=8)))), "implied")
    assert len(implied) == 2
    assert not any("data-index" in group.attrib or "tabindex" in group.attrib for group in implied)
    assert ".implied .plane{stroke-dasharray" in network_diagram_svg(analyse(LONG))


def test_the_output_layer_shows_the_ten_digits():
    digits = [text.text for text in groups(parsed(Network(name="x")), "output")[0].iter("text")]
    assert digits[:10] == list("0123456789")


def test_the_selected_layer_is_marked():
    (selected,) = groups(parsed(PRESETS["lenet-5"].network, selected=2), "selected")
    assert (selected.get("data-index"), selected.get("aria-pressed")) == ("2", "true")
    assert groups(parsed(PRESETS["lenet-5"].network, selected=None), "selected") == []
    assert groups(parsed(PRESETS["lenet-5"].network, selected=99), "selected") == []


def test_an_error_is_marked_and_described_on_its_layer():
    network = Network(name="x", layers=(MaxPooling2D(pool_size=9), Conv2D(filters=8, kernel_size=7), Dropout(rate=0.5)))
    (error,) = groups(parsed(network), "error")
    assert error.get("data-index") == "1"
    assert [text.text for text in error.iter("text")][-1] == "!"
    assert analyse(network).errors[0].message in error.get("aria-label", "")
    assert [block.get("data-index") for block in groups(parsed(network), "unknown")] == ["1", "2", None]


def test_a_warning_is_marked_too():
    root = parsed(PRESETS["too-much-dropout"].network)
    assert [block.get("data-index") for block in groups(root, "warning")] == ["6"]
    assert groups(root, "error") == []


def test_windows_are_drawn_for_convolution_and_pooling_only():
    network = Network(
        name="x",
        layers=(Conv2D(filters=4), BatchNormalization(), MaxPooling2D(), GlobalMaxPooling2D(), Dense(units=5)),
    )
    root = parsed(network)
    assert len(groups(root, "window")) == 2
    assert len([path for path in root.iter("path") if "fan" in path.get("class", "")]) == 3


@pytest.mark.parametrize(
    "layers",
    [
        (Conv2D(filters=-5),),
        (Conv2D(filters=0), Conv2D(filters=3)),
        (Conv2D(filters=1_000_000, kernel_size=(1_000_000, 1)),),
        (Dropout(rate=-1e-30), Dense(units=-1)),
        (Dense(units=1_000_000), Conv2D(filters=1)),
        (MaxPooling2D(pool_size=28), Conv2D(filters=1, kernel_size=1)),
        (),
    ],
)
def test_every_stack_has_a_diagram(layers):
    root = parsed(Network(name="x", layers=layers))
    assert len(groups(root, "block")) == len(layers)


def test_a_hostile_name_is_escaped():
    name = '"><script>alert(1)</script>&'
    svg = network_diagram_svg(analyse(Network(name=name, layers=(Conv2D(filters=2),))))
    assert "<script" not in svg
    ET.fromstring(svg)  # noqa: S314


def test_the_diagram_has_a_description():
    assert parsed(PRESETS["notebook-1"].network).get("aria-label") == "The network, 7 layers, 829,760 parameters"


def test_long_networks_scroll_and_short_ones_grow():
    long, short = parsed(LONG, width_hint=1080), parsed(Network(name="x"), width_hint=1080)
    (least,) = re.findall(r"min-width:(\d+)px", long.get("style", ""))
    assert int(least) > 1080
    assert float(short.get("width", "0")) > float(short.get("viewBox", "").split()[2])


def test_colours_are_variables_of_the_palette():
    svg = network_diagram_svg(analyse(PRESETS["notebook-3"].network))
    used = re.findall(r"var\(--lab-([a-z]+),(#[0-9A-F]{6})\)", svg)
    assert len(used) > 10
    assert {(name, PALETTES["light"][name]) for name, _ in used} == set(used)
    assert re.sub(r"var\(--lab-[a-z]+,#[0-9A-F]{6}\)", "", svg).count("#") == 0


def test_the_style_applies_to_the_diagram_only():
    style = parsed(LONG).findtext("style") or ""
    assert all(rule.startswith(".lab-network") for rule in style.split("}") if rule)


def test_the_svg_stays_small():
    assert len(network_diagram_svg(analyse(LONG))) < 150_000
