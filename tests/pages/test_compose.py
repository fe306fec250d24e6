"""The Compose page without a browser: every click runs the page script."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnist_lab.network import (
    DEFAULT_PRESET,
    KINDS,
    MAX_LAYERS,
    Conv2D,
    Dropout,
    Flatten,
    MaxPooling2D,
    Network,
    default_layer,
    get_preset,
    link_from_network,
    network_from_link,
)
from mnist_lab.recipe import PRESET_RECIPES, Recipe
from mnist_lab.ui.components import layer_list
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.compose import layers_panel
from tests.pages.preset_choice import choose_preset

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "pages" / "compose.py"
STARTING = get_preset(DEFAULT_PRESET).network

Open = Callable[..., AppTest]


class BrowserList:
    """The list of layers, whose part in the browser is replaced by a button that reports an action."""

    def __init__(self) -> None:
        self.data: list[Any] = []
        self.action: object = None
        self.number = 0

    def draw(self, *, data: list[Any], key: str, on_action_change: Callable[[], None]) -> None:
        self.data = data
        st.button("act", key=f"{key}-act", on_click=on_action_change)

    @property
    def content(self) -> dict[str, Any]:
        return dict(json.loads(self.data[0]))

    @property
    def picked(self) -> list[int]:
        return list(self.data[1])

    @property
    def notice(self) -> list[Any]:
        """The number and the text of what the list says last."""
        return list(self.data[5])

    def act(self, page: AppTest, action: str, **fields: Any) -> None:
        """Report an action, meant for the network that the list shows."""
        self.number += 1
        self.report(page, {"number": self.number, "version": self.content["version"], "type": action, **fields})

    def report(self, page: AppTest, action: object) -> None:
        self.action = action
        click(page, "layers-act")


@pytest.fixture(autouse=True)
def layers(monkeypatch: pytest.MonkeyPatch) -> BrowserList:
    replaced = BrowserList()
    monkeypatch.setattr(layer_list, "_component", replaced.draw)
    monkeypatch.setattr(layers_panel, "reported_action", lambda _key: replaced.action)
    return replaced


@pytest.fixture
def open_page(settings: object) -> Open:
    def open_(link: str | None = None, session: str | None = None) -> AppTest:
        page = AppTest.from_file(PAGE, default_timeout=120)
        if session is not None:
            page.session_state["session"] = session
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


def kinds(page: AppTest) -> list[str]:
    return [layer.kind for layer in network_of(page).layers]


def test_first_visit_shows_the_default_preset(open_page: Open, layers: BrowserList) -> None:
    page = open_page()
    assert page.text_input(key="network-name").value == STARTING.name
    assert network_of(page) == STARTING
    assert [metric.value for metric in page.metric] == ["34,826", "2.4 M"]
    assert not page.button(key="train-this").disabled
    assert not page.error
    assert not page.number_input, "only an open form has fields"
    assert [row["title"] for row in layers.content["rows"]][:2] == ["Convolution", "Max pooling"]


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


@pytest.fixture
def own() -> Network:
    """The network that the browser composed, in an earlier session."""
    return Network(name="Own", layers=(Conv2D(filters=5), Dropout(rate=0.3)))


@pytest.mark.parametrize("link", ["2.AAAA", "garbage"])
def test_a_damaged_link_leaves_the_network_of_an_earlier_session(open_page: Open, own: Network, link: str) -> None:
    open_page(link_from_network(own, {"epochs": 9}), session="anna")
    page = open_page(link, session="anna")
    assert len(page.error) == 1
    assert network_of(page) == own
    assert network_of(open_page(session="anna")) == own
    assert page.session_state["recipe"].epochs == 9


def test_undo_brings_back_the_network_that_a_link_took_the_place_of(open_page: Open, own: Network) -> None:
    open_page(link_from_network(own), session="ben")
    foreign = open_page(link_from_network(Network(name="Foreign", layers=(Flatten(),))), session="ben")
    # Whoever closes this page finds the own network, too, and cannot lose it by opening the link again.
    later = open_page(session="ben")
    again = [open_page(foreign.query_params["n"], session="ben") for _ in range(5)][-1]
    for page in (foreign, later, again):
        assert network_of(page).name == "Foreign"
        click(page, "undo")
        assert network_of(page) == own


def test_what_the_list_reports_changes_the_network(open_page: Open, layers: BrowserList) -> None:
    page = open_page(link_from_network(Network(layers=(default_layer("Conv2D"),))))
    layers.act(page, "add", kind="MaxPooling2D")
    layers.act(page, "insert", kind="Dropout", indices=[1], open=False)
    assert kinds(page) == ["Conv2D", "Dropout", "MaxPooling2D"]
    assert layers.picked == [2], "the form stays with its layer"
    layers.act(page, "move", indices=[0, 1], position=3)
    assert kinds(page) == ["MaxPooling2D", "Conv2D", "Dropout"]
    layers.act(page, "duplicate", indices=[2])
    layers.act(page, "remove", indices=[0, 1])
    assert kinds(page) == ["Dropout", "Dropout"]
    assert layers.data[2] == layers.number, "the list hears which action was done"
    assert layers.data[3] == 0, "and where its layer is now"
    for _ in range(5):
        click(page, "undo")
    assert kinds(page) == ["Conv2D"]


@pytest.mark.parametrize(
    "action", [None, "remove", {"type": "remove"}, {"number": 1, "version": "x", "type": "explode"}]
)
def test_a_report_that_is_no_action_changes_nothing(open_page: Open, layers: BrowserList, action: object) -> None:
    page = open_page()
    layers.report(page, action)
    assert network_of(page) == STARTING
    assert layers.data[2] == 0


def test_an_action_for_another_network_is_answered_but_not_done(open_page: Open, layers: BrowserList) -> None:
    page = open_page()
    layers.report(page, {"number": 1, "version": "old", "type": "remove", "indices": [0]})
    assert network_of(page) == STARTING
    assert layers.data[2:4] == [1, None]


def test_the_form_moves_duplicates_and_removes_its_layer_and_hands_the_focus_back(
    open_page: Open, layers: BrowserList
) -> None:
    page = open_page()
    layers.act(page, "open", indices=[1])
    assert any("Layer 2 · Max pooling" in html.proto.body for html in page.get("html"))
    click(page, "form-up")
    assert kinds(page)[:2] == ["MaxPooling2D", "Conv2D"]
    assert page.button(key="form-up").disabled
    click(page, "form-down")
    click(page, "form-duplicate")
    assert kinds(page)[:4] == ["Conv2D", "MaxPooling2D", "MaxPooling2D", "Conv2D"]
    assert layers.picked == [2]
    click(page, "form-remove")
    assert network_of(page) == STARTING
    assert layers.picked == []
    (number, index, focus) = layers.data[4]
    assert (index, focus) == (2, True)
    layers.act(page, "open", indices=[3])
    click(page, "close-form")
    assert layers.picked == []
    assert layers.data[4] == [number + 1, 3, True]


def test_several_layers_have_one_form_of_what_they_share(open_page: Open, layers: BrowserList) -> None:
    page = open_page()
    layers.act(page, "open", indices=[0, 2])
    assert page.number_input(key="layer-0-2-Conv2D-filters").value is None, "they differ"
    assert page.number_input(key="layer-0-2-Conv2D-kernel_size-0").value == 3
    checked(page.number_input(key="layer-0-2-Conv2D-filters").set_value(16).run())
    checked(page.selectbox(key="layer-0-2-Conv2D-activation").set_value("elu").run())
    changed = [layer for layer in network_of(page).layers if isinstance(layer, Conv2D)]
    assert [(layer.filters, layer.activation) for layer in changed] == [(16, "elu"), (16, "elu")]
    assert page.number_input(key="layer-0-2-Conv2D-filters").value == 16
    click(page, "undo")
    click(page, "undo")
    assert network_of(page) == STARTING, "each change is one edit"
    layers.act(page, "open", indices=[0, 1])
    assert {field.label for field in page.number_input} == {"Stride down", "Stride across"}
    layers.act(page, "open", indices=[1, 4])
    assert not page.number_input
    assert any("nothing in common" in caption.value for caption in page.caption)
    click(page, "form-remove")
    assert kinds(page) == ["Conv2D", "Conv2D", "MaxPooling2D"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_form_of_every_kind_has_a_field_for_each_argument(open_page: Open, layers: BrowserList, kind: str) -> None:
    page = open_page(link_from_network(Network(layers=(default_layer(kind),))))
    layers.act(page, "open", indices=[0])
    keys = {str(field.key) for field in (*page.number_input, *page.selectbox, *page.slider)}
    for name in type(default_layer(kind)).model_fields:
        assert name == "kind" or any(key.startswith(f"layer-0-{kind}-{name}") for key in keys), name
    for field in (*page.number_input, *page.selectbox, *page.slider):
        assert "(glossary#" in field.help


def test_undo_and_redo(open_page: Open, layers: BrowserList) -> None:
    page = open_page()
    assert page.button(key="undo").disabled
    layers.act(page, "add", kind="Dropout")
    changed = network_of(page)
    click(page, "undo")
    assert network_of(page) == STARTING
    assert page.button(key="undo").disabled
    click(page, "redo")
    assert network_of(page) == changed
    assert page.button(key="redo").disabled


def test_undo_and_redo_are_said_with_what_is_there_then(open_page: Open, layers: BrowserList) -> None:
    page = open_page()
    layers.act(page, "add", kind="Dropout")
    count = len(STARTING.layers)
    first, _ = layers.notice
    click(page, "undo")
    assert layers.notice == [first + 1, f"Undone: {STARTING.name} has {count} layers now."]
    click(page, "redo")
    assert layers.notice == [first + 2, f"Done again: {network_of(page).name} has {count + 1} layers now."]


def test_a_name_that_is_too_long_is_cut_with_a_message(open_page: Open) -> None:
    page = open_page()
    checked(page.text_input(key="network-name").set_value("n" * 81).run())
    assert network_of(page).name == "n" * 80
    assert [toast.value for toast in page.toast] == ["At most 80 characters; these are 81. The end was cut off."]


def test_an_address_from_before_the_last_edits_takes_none_of_them_back(open_page: Open, layers: BrowserList) -> None:
    page = open_page()
    old = page.query_params["n"]
    layers.act(page, "add", kind="Dropout")
    layers.act(page, "add", kind="Dropout")
    edited = network_of(page)
    # The browser sends a click before it has heard of the newest address.
    page.query_params["n"] = old
    click(page, "undo")
    page.query_params["n"] = old
    layers.act(page, "open", indices=[0])
    assert len(network_of(page).layers) == len(edited.layers) - 1
    # Without a click, somebody has gone back to the old address.
    page.query_params["n"] = old
    checked(page.run())
    assert network_of(page) == STARTING


def test_fields_change_the_layer_and_follow_undo(open_page: Open, layers: BrowserList) -> None:
    page = open_page()
    layers.act(page, "open", indices=[0])
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


def test_the_rate_has_a_slider_unless_it_is_out_of_range(open_page: Open, layers: BrowserList) -> None:
    page = open_page(link_from_network(Network(layers=(Flatten(), Dropout(rate=1.5)))))
    layers.act(page, "open", indices=[1])
    checked(page.number_input(key="layer-1-Dropout-rate").set_value(0.3).run())
    assert network_of(page).layers[1] == Dropout(rate=0.3)
    checked(page.slider(key="layer-1-Dropout-rate-slider").set_value(0.45).run())
    assert network_of(page).layers[1] == Dropout(rate=0.45)


def test_an_error_is_shown_in_the_list_with_a_repair(open_page: Open, layers: BrowserList) -> None:
    page = open_page(link_from_network(Network(layers=(Conv2D(filters=8, kernel_size=(40, 3)),))))
    (problem,) = layers.content["problems"]
    assert "Layer 1" in problem["message"]
    assert (problem["index"], problem["severity"]) == (0, "error")
    assert page.button(key="train-this").disabled
    assert "Layer 1" in page.button(key="train-this").help
    assert not any("memory" in caption.value for caption in page.caption)
    assert problem["repairs"]
    layers.act(page, "repair", problem=0, repair=0)
    assert "error" not in {problem["severity"] for problem in layers.content["problems"]}
    assert not page.button(key="train-this").disabled


def test_a_warning_does_not_stop_the_training(open_page: Open, layers: BrowserList) -> None:
    page = open_page(link_from_network(get_preset("notebook-2").network))
    assert [problem["severity"] for problem in layers.content["problems"]] == ["warning"]
    assert not page.button(key="train-this").disabled


def test_an_empty_network_is_filled_from_the_list(open_page: Open, layers: BrowserList) -> None:
    page = open_page()
    choose_preset(page, "empty")
    assert network_of(page).layers == ()
    assert layers.content["count"] == 0
    layers.act(page, "add", kind="Conv2D")
    assert kinds(page) == ["Conv2D"]
    click(page, "undo")
    layers.act(page, "example")
    assert network_of(page) == STARTING


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


def test_too_many_layers_give_one_message(open_page: Open, layers: BrowserList) -> None:
    page = open_page(link_from_network(Network(layers=(Dropout(rate=0.1),) * 5_000)))
    (problem,) = layers.content["problems"]
    assert "at most 64 layers" in problem["message"]
    assert sum(bool(row["indices"]) for row in layers.content["rows"]) == MAX_LAYERS
    layers.act(page, "repair", problem=0, repair=0)
    assert len(network_of(page).layers) == MAX_LAYERS
