"""The network diagram as an SVG element."""

import re
import xml.etree.ElementTree as ET  # what is parsed here was written here
from itertools import pairwise

import pytest

from mnist_lab.charts import PALETTES, network_diagram_svg, network_diagram_views
from mnist_lab.charts.network_diagram.diagram import ROOMS
from mnist_lab.charts.network_diagram.layout import channel_depth, layout
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
    inline_label,
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


VARIED = Network(
    layers=tuple(Conv2D(filters=4 + n % 9, padding="same" if n % 20 else "valid", strides=1) for n in range(64))
)
NETWORKS = [*(preset.network for preset in PRESETS.values()), LONG, VARIED, Network(name="empty")]


def parsed(network: Network, **options: object) -> ET.Element:
    svg = network_diagram_svg(analyse(network), **options).replace(' xmlns="http://www.w3.org/2000/svg"', "")
    return ET.fromstring(svg)  # noqa: S314


def groups(root: ET.Element, word: str) -> list[ET.Element]:
    return [group for group in root.iter("g") if word in group.get("class", "").split()]


def buttons(root: ET.Element) -> list[ET.Element]:
    """The layers that can be selected, in the order of the network."""
    found = [group for group in root.iter("g") if group.get("data-index") is not None]
    return sorted(found, key=lambda group: int(group.get("data-index", "")))


@pytest.mark.parametrize("network", NETWORKS, ids=lambda n: n.name)
def test_every_layer_can_be_selected_and_has_a_name(network):
    found = buttons(parsed(network))
    assert [button.get("data-index") for button in found] == [str(index) for index in range(len(network.layers))]
    assert all(button.get("role") == "button" and button.get("tabindex") == "0" for button in found)
    names = [button.get("aria-label", "") for button in found]
    starts = [f"Layer {number}, {inline_label(layer)}, " for number, layer in enumerate(network.layers, 1)]
    assert all(name.startswith(start) for name, start in zip(names, starts, strict=True))


def test_the_name_of_a_layer_has_its_number_its_kind_and_its_output():
    names = [button.get("aria-label") for button in buttons(parsed(PRESETS["small-cnn"].network))]
    assert names[:2] == ["Layer 1, convolution 32 filters 3×3, 26×26×32", "Layer 2, max pooling 2×2, 13×13×32"]


def test_layers_that_keep_the_shape_are_named_below_the_layer_that_they_follow():
    root = parsed(PRESETS["champion"].network)
    tags = [(tag.get("data-index"), tag.findtext("text")) for tag in groups(root, "tag")]
    assert tags[:2] == [("1", "batch norm"), ("2", "relu")]
    assert tags[-1] == ("16", "dropout 0.3")
    order = [group.get("data-index") for group in root.iter("g") if group.get("data-index")]
    assert order == [str(index) for index in range(18)]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda n: n.name)
@pytest.mark.parametrize("room", ROOMS)
def test_no_block_overlaps_or_leaves_the_diagram(network, room):
    plan = layout(analyse(network), room)
    assert all(before.left + before.slot <= after.left for before, after in pairwise(plan.blocks))
    for block in plan.blocks:
        assert block.left <= block.x
        assert block.x + block.width + block.depth <= block.left + block.slot
        assert block.y(plan.middle) - block.depth >= 0
        assert block.y(plan.middle) + block.height <= plan.labels + 0.1
        for tag in block.tags:
            assert tag.x >= 0
            assert tag.x + tag.width <= block.slot + 0.1
        for before, after in pairwise(block.tags):
            assert after.row > before.row or before.x + before.width <= after.x
    assert plan.blocks[-1].left + plan.blocks[-1].slot <= plan.width
    assert room is None or plan.width <= room


@pytest.mark.parametrize("network", NETWORKS, ids=lambda n: n.name)
@pytest.mark.parametrize("room", ROOMS)
def test_every_layer_is_drawn_or_folded_once(network, room):
    analysis = analyse(network)
    drawn = [report for block in layout(analysis, room).blocks for report in block.block.layers]
    assert drawn == list(analysis.layers)
    assert room is not None or not any(block.block.is_fold for block in layout(analysis).blocks)


def test_equal_layers_are_folded_first_and_one_of_them_stays():
    plan = layout(analyse(LONG), 700)
    assert [block.lines[0] for block in plan.blocks] == ["input", "conv 3×3", "60 layers", "flatten", "softmax"]
    plain = Network(layers=(Conv2D(filters=8, padding="same"),) * 40)
    assert [block.lines[0] for block in layout(analyse(plain), 700).blocks][2] == "39 × conv 3×3"


def test_what_differs_least_in_size_is_folded_and_a_fault_is_not():
    folds = [block for block in layout(analyse(VARIED), 880).blocks if block.block.is_fold]
    sizes = [{part.report.output_shape[:2] for part in fold.block.parts} for fold in folds]
    assert [len(size) for size in sizes] == [1] * len(folds)
    faulty = VARIED.replace(30, Conv2D(filters=0))
    blocks = [block.block for block in layout(analyse(faulty), 572).blocks]
    assert [block.is_fold for block in blocks if 30 in [report.index for report in block.layers]] == [False]


def test_folded_maps_are_connected_with_the_block_before():
    whole, folded = parsed(LONG), parsed(LONG, room=700)
    (fold,) = groups(folded, "fold")
    assert "planes" in fold.get("class", "").split()
    fans = [[path for path in root.iter("path") if "fan" in path.get("class", "").split()] for root in (whole, folded)]
    assert len(fans[1]) == len(fans[0]) + 1


def test_a_fold_is_a_button_that_tells_what_is_in_it():
    (fold,) = groups(parsed(LONG, room=700), "fold")
    assert fold.get("aria-label") == (
        "Layers 5 to 64, folded: 15 × convolution, 15 × batch normalization, 15 × activation, 15 × dropout. Show them"
    )
    assert (fold.get("data-index"), fold.get("data-first"), fold.get("aria-expanded")) == (None, "4", "false")
    assert "selected" in (groups(parsed(LONG, room=700, selected=40), "fold")[0].get("class") or "")


def test_the_views_get_narrower_and_only_the_first_shows_all():
    views = network_diagram_views(analyse(VARIED))
    widths = [float(ET.fromstring(view).get("width", "")) for view in views]  # noqa: S314
    assert widths == sorted(widths, reverse=True)
    assert views[0].count("data-index=") == 64
    assert len(network_diagram_views(analyse(Network()))) == 1


def test_the_depth_of_a_stack_tells_the_number_of_its_maps():
    numbers = (1, 2, 4, 6, 8, 16, 32, 48, 64, 96, 128, 192, 256, 350, 512, 1_000_000)
    assert all(channel_depth(more) - channel_depth(less) >= 0.6 for less, more in pairwise(numbers))
    for room in ROOMS:
        depths = []
        for filters in (8, 16, 32, 48, 64, 128):
            block = layout(analyse(Network(layers=(Conv2D(filters=filters),))), room).blocks[1]
            depths.append((block.depth, block.planes))
        assert all(after[0] - before[0] > 2.5 and after[1] > before[1] for before, after in pairwise(depths))


def test_maps_are_drawn_to_scale():
    network = Network(name="x", layers=(Conv2D(filters=4, kernel_size=(15, 1)), MaxPooling2D(pool_size=(1, 2))))
    picture, convolution, pooling = layout(analyse(network)).blocks[:3]
    assert convolution.height / picture.height == pytest.approx(14 / 28)
    assert convolution.width / picture.width == pytest.approx(1)
    assert pooling.width / picture.width == pytest.approx(14 / 28)


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
    assert [block.get("data-index") for block in groups(parsed(network), "unknown")] == ["1", None]


def test_a_warning_is_marked_too():
    root = parsed(PRESETS["too-much-dropout"].network)
    (warning,) = groups(root, "warning")
    assert (warning.get("data-index"), warning.findtext("text")) == ("6", "! dropout 0.9")
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
    assert len(buttons(root)) == len(layers)
    assert all(network_diagram_views(analyse(Network(name="x", layers=layers))))


def test_a_hostile_name_is_escaped():
    name = '"><script>alert(1)</script>&'
    svg = network_diagram_svg(analyse(Network(name=name, layers=(Conv2D(filters=2),))))
    assert "<script" not in svg
    ET.fromstring(svg)  # noqa: S314


def test_the_diagram_has_a_description():
    assert parsed(PRESETS["notebook-1"].network).get("aria-label") == "The network, 7 layers, 829,760 parameters"


def test_no_text_is_smaller_than_twelve_pixels():
    sizes = [float(size) for size in re.findall(r"font-size:([\d.]+)px", network_diagram_svg(analyse(LONG)))]
    assert sizes
    assert min(sizes) >= 12


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
