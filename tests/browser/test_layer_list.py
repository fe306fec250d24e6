"""The list of layers on Compose in a browser: keyboard, mouse and finger do everything, and the focus stays."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from mnist_lab.network import (
    Activation,
    AnyLayer,
    BatchNormalization,
    Conv2D,
    Dropout,
    Flatten,
    MaxPooling2D,
    Network,
    link_from_network,
)
from mnist_lab.ui.components import streamlit_dom as dom
from tests.browser.page_states import settle

CONVOLUTION, POOLING = Conv2D(filters=8, padding="same"), MaxPooling2D()
BLOCK = (CONVOLUTION, BatchNormalization(), Activation(activation="relu"))


def open_network(page: Page, lab: str, *layers: AnyLayer) -> None:
    page.goto(f"{lab}/compose?n={link_from_network(Network(layers=layers))}")
    page.locator(dom.PAGE).wait_for()
    page.wait_for_selector(dom.SCRIPT_RUNS_NOT)
    expect(page.locator(".lab-layers .row").last).to_be_visible()


def rows(page: Page) -> Locator:
    """The rows of layers, without the input and those that the lab adds."""
    return page.locator(".lab-layers button.main")


def expect_layers(page: Page, *titles: str) -> None:
    expect(page.locator(".lab-layers button.main b")).to_have_text(list(titles))


def edit(page: Page, name: str) -> Locator:
    """The row whose button is called so."""
    return page.get_by_role("button", name=re.compile(f"^Edit {name}"))


def test_the_keyboard_alone_moves_removes_adds_and_edits_and_the_focus_stays(page: Page, lab: str) -> None:
    open_network(page, lab, CONVOLUTION, POOLING, Dropout(rate=0.1), Flatten())
    press = page.keyboard.press
    edit(page, "layer 1, convolution").focus()
    press("ArrowDown")
    expect(edit(page, "layer 2, max pooling")).to_be_focused()
    press("End")
    expect(edit(page, "layer 4, flatten")).to_be_focused()
    # Each step is made from where the one before it has led, however fast they follow each other.
    for _ in range(3):
        press("Alt+ArrowUp")
    expect_layers(page, "Flatten", "Convolution", "Max pooling", "Dropout")
    expect(edit(page, "layer 1, flatten")).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="Now layer 1 of 4.")).to_be_attached()
    for _ in range(3):
        press("Control+z")
    expect_layers(page, "Convolution", "Max pooling", "Dropout", "Flatten")
    expect(edit(page, "layer 1, convolution")).to_be_focused()
    press("+")
    expect(page.get_by_role("menuitem", name="Convolution", exact=True)).to_be_focused()
    press("s")
    expect(page.get_by_role("menuitem", name="Spatial dropout")).to_be_focused()
    press("Enter")
    expect_layers(page, "Convolution", "Spatial dropout", "Max pooling", "Dropout", "Flatten")
    expect(edit(page, "layer 2, spatial dropout")).to_be_focused()
    press("Delete")
    expect_layers(page, "Convolution", "Max pooling", "Dropout", "Flatten")
    expect(edit(page, "layer 2, max pooling")).to_be_focused()
    press("Enter")
    expect(page.get_by_role("spinbutton", name="Window height")).to_be_focused()
    press("Escape")
    expect(edit(page, "layer 2, max pooling")).to_be_focused()
    press("Shift+ArrowDown")
    expect(page.locator(f"{dom.LAYER_FORM}-1-2")).to_be_visible()
    press("Control+d")
    expect_layers(page, "Convolution", "Max pooling", "Dropout", "Max pooling", "Dropout", "Flatten")
    expect(page.locator(f"{dom.LAYER_FORM}-3-4")).to_be_visible()
    expect(edit(page, "layer 4, max pooling")).to_be_focused()
    press("Delete")
    expect_layers(page, "Convolution", "Max pooling", "Dropout", "Flatten")
    # Only one row, with its buttons, can be reached by Tab.
    expect(page.locator(".lab-layers .rows [tabindex='0']")).to_have_count(4)


def test_the_focus_stays_when_the_network_breaks_and_the_repair_is_beside_its_row(page: Page, lab: str) -> None:
    open_network(page, lab, CONVOLUTION, POOLING)
    edit(page, "layer 1").focus()
    page.keyboard.press("+")
    page.get_by_role("menuitem", name="Flatten").press("Enter")
    expect(edit(page, "layer 2, flatten")).to_be_focused()
    expect(page.get_by_text("1 to repair")).to_be_visible()
    expect(page.get_by_role("button", name="Go to training")).to_be_disabled()
    page.locator(".lab-layers .row").filter(has=edit(page, "layer 3")).get_by_role("button", name="Move it").click()
    expect_layers(page, "Convolution", "Max pooling", "Flatten")
    expect(page.get_by_text("to repair")).to_have_count(0)


def test_a_row_is_dragged_and_removed_without_a_form(page: Page, lab: str) -> None:
    open_network(page, lab, CONVOLUTION, POOLING, Dropout(rate=0.1), Flatten())
    first, third = rows(page).nth(0).bounding_box(), rows(page).nth(2).bounding_box()
    assert first is not None
    assert third is not None
    page.mouse.move(first["x"] + 90, first["y"] + 12)
    page.mouse.down()
    page.mouse.move(first["x"] + 95, first["y"] + 40, steps=3)
    page.mouse.move(third["x"] + 95, third["y"] + third["height"] - 4, steps=3)
    expect(page.locator(".lab-layers .line")).to_be_visible()
    page.mouse.up()
    expect_layers(page, "Max pooling", "Dropout", "Convolution", "Flatten")
    expect(page.locator(".lab-layers .line")).to_be_hidden()
    expect(page.locator(dom.LAYER_FORMS)).to_have_count(0)
    # Escape gives it up.
    page.mouse.move(first["x"] + 90, first["y"] + 12)
    page.mouse.down()
    page.mouse.move(third["x"] + 95, third["y"] + 20, steps=5)
    page.keyboard.press("Escape")
    expect(page.locator(".lab-layers .line")).to_be_hidden()
    page.mouse.up()
    rows(page).nth(1).hover()
    page.get_by_role("button", name="Remove layer 2, dropout").click()
    expect_layers(page, "Max pooling", "Convolution", "Flatten")


def test_the_focus_follows_a_layer_past_an_equal_one_and_the_line_below_the_list_says_what_happened(
    page: Page, lab: str
) -> None:
    open_network(page, lab, CONVOLUTION, Dropout(rate=0.3), Dropout(rate=0.3), Flatten())
    said = page.locator(".lab-layers").get_by_role("status")
    edit(page, "layer 2, dropout").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(said).to_have_text("Now layer 3 of 4.")
    expect(edit(page, "layer 3, dropout")).to_be_focused()
    page.keyboard.press("Control+d")
    expect(said).to_have_text("Duplicated as layer 4.")
    page.keyboard.press("Control+z")
    expect(said).to_have_text("Undone: Untitled network has 4 layers now.")
    page.get_by_role("button", name="Add convolution").click()
    expect(said).to_have_text("Added layer 4 of 5, convolution, in front of layer 5, flatten: it needs maps.")
    expect(said).to_be_visible()
    expect_layers(page, "Convolution", "Dropout", "Dropout", "Convolution", "Flatten")


def test_in_a_narrow_list_the_parameters_are_below_the_output(page: Page, lab: str) -> None:
    page.set_viewport_size({"width": 768, "height": 1000})
    open_network(page, lab, Conv2D(filters=32), Flatten())
    expect(rows(page).first.get_by_text("320", exact=True)).to_be_visible()
    expect(page.locator(".lab-layers .head").get_by_text("Parameters")).to_be_visible()


def test_a_repeated_block_is_one_and_its_rows_stand_for_all_repetitions(page: Page, lab: str) -> None:
    open_network(page, lab, *BLOCK * 3, POOLING)
    expect(rows(page)).to_have_count(4)
    block = page.get_by_role("button", name="Show layers 1 to 9 one by one")
    expect(block).to_have_text("×3")
    edit(page, "layers 1, 4 and 7, convolution").click()
    filters = page.get_by_role("spinbutton", name="Filters")
    filters.fill("12")
    filters.press("Enter")
    expect(edit(page, "layers 1, 4 and 7, convolution 12 filters")).to_be_visible()
    expect(rows(page)).to_have_count(4)
    # As a whole behind the pooling, and back.
    edit(page, "layers 2, 5 and 8").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect_layers(page, "Max pooling", "Convolution", "Batch normalization", "Activation")
    page.keyboard.press("Control+z")
    expect_layers(page, "Convolution", "Batch normalization", "Activation", "Max pooling")
    # One layer picked in the diagram shows the block layer by layer.
    page.locator(f"{dom.DIAGRAM} [data-index='4']").click()
    expect(rows(page)).to_have_count(10)
    expect(edit(page, "layer 5")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="once", exact=False).filter(has_text="×3").click()
    expect(rows(page)).to_have_count(4)
    expect(page.locator(dom.LAYER_FORMS)).to_have_count(0)
    # Another number of filters in one of them is another block.
    block.click()
    edit(page, "layer 4").click()
    filters.fill("16")
    filters.press("Enter")
    expect(page.locator(".lab-layers .times")).to_have_count(0)
    expect(rows(page)).to_have_count(10)


def test_several_rows_are_changed_at_once(page: Page, lab: str) -> None:
    open_network(page, lab, CONVOLUTION, POOLING, Conv2D(filters=16), Flatten())
    edit(page, "layer 1").click()
    edit(page, "layer 3").click(modifiers=["ControlOrMeta"])
    expect(page.get_by_text("Layers 1 and 3 · Convolution")).to_be_visible()
    filters = page.get_by_role("spinbutton", name="Filters")
    expect(filters).to_have_attribute("placeholder", "mixed")
    expect(page.get_by_text("Mixed: 8, 16.")).to_be_visible()
    filters.fill("24")
    filters.press("Enter")
    expect(page.locator(".lab-layers .summary").filter(has_text="24 filters")).to_have_count(2)
    edit(page, "layer 3").press("Escape")
    expect(page.locator(dom.LAYER_FORMS)).to_have_count(0)
    page.get_by_role("button", name="Pick several").click()
    edit(page, "layer 2").click()
    edit(page, "layer 4").click()
    page.keyboard.press("Delete")
    expect_layers(page, "Convolution", "Convolution")


def test_all_fields_of_a_convolution_are_in_sight_on_a_projector(page: Page, lab: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    open_network(page, lab, CONVOLUTION, POOLING, Flatten())
    edit(page, "layer 1, convolution").click()
    panel = page.locator(dom.SIDE_WRAPPER)
    expect(panel.get_by_role("combobox", name="Activation")).to_be_visible()
    assert panel.evaluate("(node) => node.scrollHeight - node.clientHeight") <= 1
    page.locator(dom.MAIN).evaluate("(main) => main.scrollTo(0, main.scrollHeight)")
    for name in ("Filters", "Kernel height", "Stride across"):
        expect(panel.get_by_role("spinbutton", name=name)).to_be_in_viewport(ratio=1)
    expect(panel.get_by_role("button", name="Remove")).to_be_in_viewport(ratio=1)


def test_a_problem_of_a_repeated_block_is_told_once(page: Page, lab: str) -> None:
    open_network(page, lab, *(CONVOLUTION, BatchNormalization(), Dropout(rate=0.1)) * 3, Flatten())
    problem = page.locator(".lab-layers .problem")
    expect(problem).to_have_count(1)
    expect(problem).to_contain_text("The same in layers 4 and 7.")
    page.locator(".lab-layers .times").click()
    expect(problem).to_have_count(3)


def test_an_empty_network_invites_to_add_a_layer(page: Page, lab: str) -> None:
    open_network(page, lab)
    page.get_by_role("button", name="Add a convolution").click()
    expect_layers(page, "Convolution")
    expect(page.get_by_text("No layer yet")).to_have_count(0)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    with browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, reduced_motion="reduce"
    ) as context:
        yield context.new_page()


def drag_with_a_finger(page: Page, start: Locator, end: Locator) -> None:
    session = page.context.new_cdp_session(page)
    first, last = start.bounding_box(), end.bounding_box()
    assert first is not None
    assert last is not None
    x, y, to_y = first["x"] + first["width"] / 2, first["y"] + first["height"] / 2, last["y"] + last["height"]

    def touch(kind: str, at: float) -> None:
        points = [] if kind == "touchEnd" else [{"x": x, "y": at}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", y)
    for step in range(1, 7):
        touch("touchMove", y + (to_y - y) * step / 6)
    touch("touchEnd", to_y)


def test_on_a_phone_the_form_is_a_sheet_and_a_finger_moves_rows(phone: Page, lab: str) -> None:
    open_network(phone, lab, CONVOLUTION, POOLING, Dropout(rate=0.1), Flatten())
    assert phone.evaluate("() => document.documentElement.scrollWidth") <= 390
    edit(phone, "layer 3, dropout").tap()
    form = phone.locator(f"{dom.LAYER_FORM}-2")
    expect(form.get_by_role("slider", name="Rate")).to_be_visible()
    sheet = form.bounding_box()
    assert sheet is not None
    assert sheet["y"] + sheet["height"] == pytest.approx(844, abs=1)
    expect(edit(phone, "layer 3, dropout")).to_be_in_viewport()
    # Above the sheet, once the page has scrolled.
    phone.wait_for_function(
        "([row, top]) => row.getBoundingClientRect().bottom <= top",
        arg=[edit(phone, "layer 3, dropout").element_handle(), sheet["y"]],
    )
    form.get_by_role("button", name="Close").tap()
    expect(form).to_have_count(0)
    # Its fields have its whole width.
    edit(phone, "layer 1, convolution").tap()
    width = phone.get_by_role("spinbutton", name="Kernel width")
    expect(width).to_be_visible()
    edge = phone.locator(dom.by_key("layer-0-Conv2D-kernel_size-1")).bounding_box()
    assert edge is not None
    assert edge["x"] + edge["width"] == pytest.approx(sheet["x"] + sheet["width"], abs=20)
    phone.get_by_role("button", name="Close").tap()
    expect(phone.locator(dom.LAYER_FORMS)).to_have_count(0)
    # A new layer opens no sheet over the buttons that add the next one.
    phone.get_by_role("button", name="Add batch norm").tap()
    expect(rows(phone)).to_have_count(5)
    expect(phone.locator(dom.LAYER_FORMS)).to_have_count(0)
    grips = phone.locator(".lab-layers .grip")
    # Not below the diagram, which covers the top of the page.
    grips.nth(0).evaluate("(grip) => grip.parentElement.scrollIntoView({ block: 'nearest' })")
    drag_with_a_finger(phone, grips.nth(0), rows(phone).nth(1))
    expect(rows(phone).nth(1).locator("b")).to_have_text("Convolution")
    # A row that is just being drawn anew does not hear the tap.
    settle(phone)
    phone.get_by_role("button", name="Remove layer 1, max pooling").tap()
    expect(rows(phone)).to_have_count(4)
