"""The Compose page without a browser: every click runs the page script."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from mnist_lab.ui.compose.layer_html import card_html, layer_facts
from streamlit.testing.v1 import AppTest

from mnist_lab.network import (
    DEFAULT_PRESET,
    MAX_LAYERS,
    Conv2D,
    Dropout,
    Flatten,
    MaxPooling2D,
    Network,
    analyse,
    default_layer,
    get_preset,
    link_from_network,
    network_from_link,
)
from mnist_lab.recipe import PRESET_RECIPES, Recipe
from mnist_lab.ui.components.markdown import plain
from tests.pages.preset_choice import choose_preset

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "pages" / "compose.py"
STARTING = get_preset(DEFAULT_PRESET).network

Open = Callable[..., AppTest]


@pytest.fixture
def open_page(settings: object) -> Open:
    def open_(link: str | None = None) -> AppTest:
        page = AppTest.from_file(PAGE, default_timeout=120)
        if link is not None:
            page.query_params["n"] = link
        return checked(page.run())

    return open_


def checked(page: AppTest) -> AppTest:
    assert not page.exception, [error.message for error in page.exception]
    return page


def page_text(page: AppTest) -> list[str]:
    return [element.value for element in page.markdown]


def network_of(page: AppTest) -> Network:
    """The network in the URL, which a reload would open."""
    link = page.query_params["n"]
    return network_from_link(link[0] if isinstance(link, list) else link)


def click(page: AppTest, key: str) -> None:
    checked(page.button(key=key).click().run())


def test_first_visit_shows_the_default_preset(open_page: Open) -> None:
    page = open_page()
    assert page.text_input(key="network-name").value == STARTING.name
    assert network_of(page) == STARTING
    assert [metric.value for metric in page.metric] == ["34,826", "2.4 M"]
    assert not page.button(key="train-this").disabled
    assert not page.error
    assert not page.number_input, "only an open card has controls"


def test_cards_show_shapes_and_cost() -> None:
    network = Network(layers=(Conv2D(filters=32), Conv2D(filters=4, kernel_size=(40, 40)), Dropout(rate=0.5)))
    fitting = analyse(Network(layers=network.layers[:1])).layers
    assert layer_facts(fitting[0]).startswith("28×28×1 → 26×26×32 · 3·3·1·32 + 32 = 320 parameters · ")
    assert layer_facts(fitting[1]) == "26×26×32 → 21,632 · added automatically"
    assert layer_facts(fitting[-1]).endswith("always last")
    assert "until the layers before it are repaired" in layer_facts(analyse(network).layers[2])
    assert "<b>Convolution</b>32 filters 3×3" in card_html(fitting[0])


def test_a_link_opens_its_network(open_page: Open) -> None:
    network = Network(name="Mine", layers=(Flatten(),))
    page = open_page(link_from_network(network))
    assert network_of(page) == network
    assert page.text_input(key="network-name").value == "Mine"


@pytest.mark.parametrize("link", ["", "nonsense", "<script>", "eJw", "A" * 30_000, "\x00", "ß" * 10])
def test_a_hostile_link_is_refused_with_one_message(open_page: Open, link: str) -> None:
    page = open_page(link)
    assert network_of(page) == STARTING
    assert len(page.error) == (1 if link else 0)
    if link:
        assert "link" in page.error[0].value
        assert not checked(page.run()).error, "it is shown once"


def test_add_move_duplicate_and_remove(open_page: Open) -> None:
    page = open_page(link_from_network(Network(layers=(default_layer("Conv2D"),))))
    click(page, "add-MaxPooling2D")
    click(page, "add-Dropout")
    assert [layer.kind for layer in network_of(page).layers] == ["Conv2D", "MaxPooling2D", "Dropout"]
    click(page, "up-2")
    assert [layer.kind for layer in network_of(page).layers] == ["Conv2D", "Dropout", "MaxPooling2D"]
    click(page, "down-1")
    assert [layer.kind for layer in network_of(page).layers] == ["Conv2D", "MaxPooling2D", "Dropout"]
    click(page, "duplicate-2")
    click(page, "remove-3")
    click(page, "open-0")
    click(page, "remove-0")
    assert [layer.kind for layer in network_of(page).layers] == ["MaxPooling2D", "Dropout"]


def test_a_new_layer_goes_after_the_open_card(open_page: Open) -> None:
    page = open_page()
    click(page, "open-0")
    click(page, "add-BatchNormalization")
    assert network_of(page).layers[1].kind == "BatchNormalization"


def test_the_menu_adds_the_rarer_layers(open_page: Open) -> None:
    page = open_page(link_from_network(Network()))
    checked(page.get("menu_button")[0].click("GlobalAveragePooling2D").run())
    assert [layer.kind for layer in network_of(page).layers] == ["GlobalAveragePooling2D"]


def test_undo_and_redo(open_page: Open) -> None:
    page = open_page()
    assert page.button(key="undo").disabled
    click(page, "add-Dropout")
    changed = network_of(page)
    click(page, "undo")
    assert network_of(page) == STARTING
    assert page.button(key="undo").disabled
    click(page, "redo")
    assert network_of(page) == changed
    assert page.button(key="redo").disabled


def test_fields_change_the_layer_and_follow_undo(open_page: Open) -> None:
    page = open_page()
    click(page, "open-0")
    checked(page.number_input(key="layer-0-Conv2D-filters").set_value(7).run())
    checked(page.number_input(key="layer-0-Conv2D-kernel_size-1").set_value(5).run())
    checked(page.selectbox(key="layer-0-Conv2D-padding").set_value("same").run())
    checked(page.selectbox(key="layer-0-Conv2D-activation").set_value("gelu").run())
    expected = Conv2D(filters=7, kernel_size=(3, 5), padding="same", activation="gelu")
    assert network_of(page).layers[0] == expected
    for _ in range(4):
        click(page, "undo")
    assert network_of(page) == STARTING
    assert page.number_input(key="layer-0-Conv2D-filters").value == 32


def test_the_rate_has_a_slider_unless_it_is_out_of_range(open_page: Open) -> None:
    page = open_page(link_from_network(Network(layers=(Flatten(), Dropout(rate=1.5)))))
    click(page, "open-1")
    checked(page.number_input(key="layer-1-Dropout-rate").set_value(0.3).run())
    assert network_of(page).layers[1] == Dropout(rate=0.3)
    checked(page.slider(key="layer-1-Dropout-rate-slider").set_value(0.45).run())
    assert network_of(page).layers[1] == Dropout(rate=0.45)


def test_an_error_is_shown_on_its_card_with_a_repair(open_page: Open) -> None:
    page = open_page(link_from_network(Network(layers=(Conv2D(filters=8, kernel_size=(40, 3)),))))
    assert len(page.error) == 1
    assert "Layer 1" in page.error[0].value
    assert page.button(key="train-this").disabled
    assert not page.metric
    assert not any("memory" in caption.value for caption in page.caption)
    assert plain("The cost is known once layer 1, convolution 8 filters 40×3, is repaired.") in page_text(page)
    repairs = [button for button in page.button if str(button.key).startswith("repair-0-0-")]
    assert repairs
    checked(repairs[0].click().run())
    assert not page.error
    assert not page.button(key="train-this").disabled


def test_a_warning_does_not_stop_the_training(open_page: Open) -> None:
    page = open_page(link_from_network(get_preset("notebook-2").network))
    assert len(page.warning) == 1
    assert not page.button(key="train-this").disabled


def test_an_empty_network_shows_what_to_do(open_page: Open) -> None:
    page = open_page()
    choose_preset(page, "empty")
    assert network_of(page).layers == ()
    assert "add a first layer" in page.info[0].value
    click(page, "add-Conv2D")
    assert not page.info


def test_a_preset_replaces_the_network_and_can_be_undone(open_page: Open) -> None:
    page = open_page()
    choose_preset(page, "notebook-1")
    assert network_of(page) == get_preset("notebook-1").network
    assert "829,760" in [metric.value for metric in page.metric]
    click(page, "undo")
    assert network_of(page) == STARTING


def test_a_preset_sets_its_recipe_unless_the_user_has_changed_the_recipe(open_page: Open) -> None:
    page = open_page()
    choose_preset(page, "notebook-3")
    assert page.session_state["recipe"] == PRESET_RECIPES["notebook-3"].recipe
    choose_preset(page, "tiny")
    assert page.session_state["recipe"] == Recipe()
    page.session_state["recipe"] = Recipe(epochs=7)
    choose_preset(page, "notebook-3")
    assert page.session_state["recipe"] == Recipe(epochs=7)


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", "\"'`$x$ :material/face: **b**", "x" * 10_000, "🙂", " "]
)
def test_a_hostile_name_is_only_a_name(open_page: Open, name: str) -> None:
    page = open_page()
    checked(page.text_input(key="network-name").set_value(name).run())
    kept = network_of(page).name
    assert kept == STARTING.rename(name).name
    assert page.text_input(key="network-name").value == kept
    assert all("<img" not in element.value for element in page.markdown)


def test_pasted_json_is_opened(open_page: Open) -> None:
    page = open_page()
    network = Network(name="From a file", layers=(MaxPooling2D(), Flatten()))
    page.text_area(key="import-text-0").set_value(network.to_json())
    click(page, "import-open")
    assert network_of(page) == network
    assert page.text_area(key="import-text-1").value == ""


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 5_000,
        '{"version": 99}',
        json.dumps({"version": 1, "layers": [{"kind": "<script>"}]}),
        '{"version": 1, "layers": [{"kind": "Dropout", "rate": NaN}]}',
    ],
)
def test_bad_json_is_refused_with_one_message(open_page: Open, content: str) -> None:
    page = open_page()
    page.text_area(key="import-text-0").set_value(content)
    click(page, "import-open")
    assert len(page.error) == 1
    assert "<script>" not in page.error[0].value
    assert network_of(page) == STARTING
    page.text_area(key="import-text-0").set_value(Network().to_json())
    click(page, "import-open")
    assert not page.error


def test_an_uploaded_file_is_opened(open_page: Open) -> None:
    page = open_page()
    network = Network(name="Uploaded", layers=(Flatten(),))
    checked(page.file_uploader(key="import-file-0-0").set_value(("n.json", network.to_json().encode(), "")).run())
    assert network_of(page) == network


def test_a_file_of_keras_is_opened_or_refused_with_its_layer(open_page: Open) -> None:
    page = open_page()
    output = {"class_name": "Dense", "config": {"units": 10, "activation": "softmax"}}

    def keras_file(kind: str) -> bytes:
        stream = io.BytesIO()
        layers = [{"class_name": kind, "config": {}}, output]
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("config.json", json.dumps({"class_name": "Sequential", "config": {"layers": layers}}))
        return stream.getvalue()

    refused = page.file_uploader(key="import-file-0-0").set_value(("model.keras", keras_file("LSTM"), "")).run()
    assert not refused.exception
    assert any(plain("is 'LSTM', and the lab has no such layer") in error.value for error in refused.error)
    checked(page.file_uploader(key="import-file-0-1").set_value(("model.keras", keras_file("Flatten"), "")).run())
    assert network_of(page).layers == (Flatten(),)


def test_too_many_layers_give_one_message(open_page: Open) -> None:
    page = open_page(link_from_network(Network(layers=(Dropout(rate=0.1),) * 5_000)))
    assert [error for error in page.error if "at most 64 layers" in error.value]
    assert sum(str(button.key).startswith("open-") for button in page.button) == MAX_LAYERS
    checked(next(button for button in page.button if str(button.key).startswith("repair-")).click().run())
    assert len(network_of(page).layers) == MAX_LAYERS
