"""The rows of the list of layers, and the head of the form beside it."""

import json
from typing import Any

from mnist_lab.network import (
    MAX_LAYERS,
    TITLES,
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    Network,
    analyse,
)
from mnist_lab.ui.compose.form_panel import facts_html, head_html
from mnist_lab.ui.compose.layer_rows import KIND_MENU, layer_facts, network_version, rows_json

BLOCK = (Conv2D(filters=8, padding="same"), BatchNormalization(), Activation(activation="relu"))


def content(*layers: Any) -> dict[str, Any]:
    return dict(json.loads(rows_json(analyse(Network(layers=layers)))))


def test_a_row_has_shape_and_cost() -> None:
    convolution, pooling, flatten, output = content(Conv2D(filters=32, activation="relu"), MaxPooling2D())["rows"]
    assert convolution["indices"] == [0]
    assert (convolution["title"], convolution["summary"]) == ("Convolution", "32 filters 3×3 · relu")
    assert (convolution["shape"], convolution["parameters"]) == ("26×26×32", "320")
    assert 0 < convolution["share"] < 1
    assert (pooling["parameters"], pooling["share"]) == ("", 0)
    assert (flatten["indices"], flatten["summary"]) == ([], "added automatically")
    assert output["summary"] == "10 units · softmax · output"
    assert sum(row["share"] for row in (convolution, pooling, flatten, output)) == 1


def test_facts_have_shapes_and_arithmetic() -> None:
    network = Network(layers=(Conv2D(filters=32), Conv2D(filters=4, kernel_size=(40, 40)), Dropout(rate=0.5)))
    fitting = analyse(Network(layers=network.layers[:1])).layers
    assert layer_facts(fitting[0]).startswith("28×28×1 → 26×26×32 · 3·3·1·32 + 32 = 320 parameters · ")
    assert layer_facts(fitting[1]) == "26×26×32 → 21,632 · added automatically"
    assert layer_facts(fitting[-1]).endswith("always last")
    assert "until the layers before it are repaired" in layer_facts(analyse(network).layers[2])


def test_a_repeated_block_has_a_row_for_each_of_its_layers() -> None:
    (repeat,) = content(MaxPooling2D(), *BLOCK * 3, Flatten())["repeats"]
    assert (repeat["start"], repeat["length"], repeat["times"]) == (1, 3, 3)
    convolution, norm, _ = repeat["rows"]
    assert convolution["indices"] == [1, 4, 7]
    # 80 parameters on one channel, 584 on eight.
    assert convolution["parameters"] == f"{80 + 2 * 584:,}"
    assert convolution["shape"] == "14×14×8"
    assert norm["indices"] == [2, 5, 8]
    # Without padding each repetition has another shape.
    (shrinking,) = content(*[Conv2D(filters=8), Dropout(rate=0.1)] * 3)["repeats"]
    assert shrinking["rows"][0]["shape"] == "… 22×22×8"


def test_a_broken_network_has_rows_without_numbers_and_its_problem() -> None:
    given = content(Conv2D(filters=8, kernel_size=40), Dense(units=8))
    assert [(row["shape"], row["parameters"], row["share"]) for row in given["rows"][:2]] == [("?", "–", None)] * 2
    assert given["errors"] == 1
    (problem,) = given["problems"]
    assert problem["index"] == 0
    assert problem["repairs"]


def test_of_a_network_with_too_many_layers_the_first_ones_are_listed() -> None:
    given = content(*[Dropout(rate=0.1)] * 5_000)
    assert [row["indices"] for row in given["rows"] if row["indices"]] == [[index] for index in range(MAX_LAYERS)]
    assert given["repeats"] == []
    assert given["count"] == 5_000


def test_the_version_changes_with_the_layers_alone() -> None:
    version = network_version(analyse(Network(layers=BLOCK)))
    assert network_version(analyse(Network(name="other", layers=BLOCK))) == version
    assert network_version(analyse(Network(layers=BLOCK[:2]))) != version


def test_the_menu_has_every_kind_with_its_title_and_colour() -> None:
    assert [(kind, title) for kind, title, _colour in json.loads(KIND_MENU)] == [
        (kind, TITLES[kind]) for kind, _title, _colour in json.loads(KIND_MENU)
    ]
    assert len(json.loads(KIND_MENU)) == len(TITLES)


def test_the_head_of_the_form_names_its_layers() -> None:
    analysis = analyse(Network(layers=(*BLOCK * 3, Dense(units=4))))
    assert "<b>Layer 1 · Convolution</b>" in head_html(analysis.layers[:1])
    equal = [analysis.layers[index] for index in (0, 3, 6)]
    assert "<b>Layers 1, 4 and 7 · Convolution</b>" in head_html(equal)
    assert "<b>Layers 1 and 2 · several kinds</b>" in head_html(analysis.layers[:2])
    assert "<b>9 layers · several kinds</b>" in head_html(analysis.layers[:9])


def test_the_facts_of_the_form_are_those_of_one_layer_and_of_the_network() -> None:
    analysis = analyse(Network(layers=(*BLOCK * 3, Dense(units=4))))
    one = facts_html(analysis.layers[:1], analysis)
    assert "28×28×1 → 28×28×8" in one
    assert "Whole network: " in one
    assert "→" not in facts_html(analysis.layers[:2], analysis)
    broken = analyse(Network(layers=(Conv2D(filters=8, kernel_size=40),)))
    assert "Whole network" not in facts_html(broken.layers[:1], broken)
