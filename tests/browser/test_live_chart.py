"""The live chart is changed in place: it is checked on every animation frame while points arrive."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mnist_lab.charts import PALETTES
from mnist_lab.runs import RunStore
from tests.browser.fake_training import FakeTraining

WATCH = (Path(__file__).parent / "watch_chart.js").read_text(encoding="utf-8")
CHART = "[data-part=live-chart]"
NODE = f"document.querySelector('{CHART}')"
END = f"({NODE}?.data?.find((trace) => trace.uid === 'loss-smooth')?.x.at(-1) ?? 0)"
UPDATES = 50


def open_run(page: Page, lab: str, training: FakeTraining) -> None:
    page.goto(f"{lab}/train?run={training.run.id}")
    page.wait_for_function(f"() => {END} > 1.2")


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a zoom box over the loss panel; the positions are fractions of the panel."""
    panel = page.locator(f"{CHART} .nsewdrag[data-subplot=xy]").bounding_box()
    assert panel is not None
    positions = [(panel["x"] + x * panel["width"], panel["y"] + y * panel["height"]) for x, y in (start, end)]
    page.mouse.move(*positions[0])
    page.mouse.down()
    page.mouse.move(*positions[1], steps=5)
    page.mouse.up()


def ranges(page: Page) -> dict[str, list[float]]:
    found: dict[str, list[float]] = page.evaluate(
        f"() => Object.fromEntries(['xaxis', 'yaxis'].map((axis) => [axis, {NODE}._fullLayout[axis].range]))"
    )
    return found


def wait_for_updates(page: Page, count: int) -> dict[str, Any]:
    """Wait until the chart has changed this number of times; returns what `watch_chart.js` has found."""
    page.wait_for_function(f"() => labWatch.updates >= {count} || Object.keys(labWatch.faults).length", timeout=180_000)
    found: dict[str, Any] = page.evaluate("labWatch")
    return found


def test_fifty_updates_change_the_curves_and_nothing_else(page: Page, lab: str, store: RunStore) -> None:
    with FakeTraining(store) as training:
        open_run(page, lab, training)
        drag(page, (0.0, 0.3), (0.5, 0.9))
        page.wait_for_function(f"() => {NODE}._fullLayout.xaxis.range[1] < 12")
        page.locator(f"{CHART} .legendtoggle").nth(1).click()
        page.wait_for_function(f"() => {NODE}._fullData.find((t) => t.uid === 'accuracy-validation').visible !== true")
        panel = page.locator(CHART).bounding_box()
        assert panel is not None
        # A point where the curve is already drawn, in the first of the eight epochs that the zoom shows.
        page.mouse.move(panel["x"] + 90, panel["y"] + 130)
        page.wait_for_selector(f"{CHART} .hoverlayer .legend")
        zoom = ranges(page)
        page.evaluate(WATCH, CHART)
        page.evaluate("(zoom) => (labWatch.expects = { zoom, hidden: 'validation', hover: true })", zoom)
        found = wait_for_updates(page, UPDATES)
    assert found["faults"] == {}
    assert found["updates"] >= UPDATES
    assert found["frames"] > UPDATES


def test_choices_change_the_curves_and_keep_node_zoom_and_legend(page: Page, lab: str, store: RunStore) -> None:
    with FakeTraining(store, "The baseline", epochs=2, per_epoch=5, pause=0.0) as past:
        past.wait()
    with FakeTraining(store) as training:
        open_run(page, lab, training)
        page.evaluate(f"window.chartAtFirst = {NODE}")
        drag(page, (0.0, 0.3), (0.5, 0.9))
        page.wait_for_function(f"() => {NODE}._fullLayout.xaxis.range[1] < 12")
        # By its name: the chart may be drawn before the first epoch has ended.
        validation = page.locator(f"{CHART} .legend .traces").filter(has_text="validation").first
        validation.locator(".legendtoggle").click()
        # Plotly waits whether it becomes a double click; with a new figure in that time it hides another curve.
        page.wait_for_function(f"() => {NODE}._fullData.some((trace) => trace.visible === 'legendonly')")
        zoom = ranges(page)

        page.get_by_role("radio", name="Loss (log)").click()
        page.wait_for_function(f"() => {NODE}._fullLayout.yaxis.type === 'log'")
        after = ranges(page)
        assert after["xaxis"] == zoom["xaxis"]
        # The same losses as logarithms.
        assert [10**value for value in after["yaxis"]] == pytest.approx(zoom["yaxis"])

        page.get_by_role("combobox", name="Compare with").click()
        page.get_by_role("option", name="The baseline").click()
        page.wait_for_function(f"() => {NODE}._fullData.some((trace) => trace.uid === 'loss-baseline-validation')")
        hidden = page.evaluate(f"{NODE}._fullData.filter((t) => t.visible !== true).map((t) => t.uid)")
        assert hidden == ["loss-validation", "accuracy-validation"]
        assert ranges(page) == after
        expect(page.locator(CHART)).to_have_attribute("aria-label", re.compile("behind it the run The baseline"))

        page.get_by_role("radio", name="Error (log)").click()
        page.wait_for_function(f"() => {NODE}._fullLayout.yaxis2.type === 'log'")
        expect(page.locator(CHART)).to_have_attribute(
            "aria-label", re.compile("^Loss, error and learning rate .* error")
        )
        assert ranges(page) == after
        assert page.evaluate(f"{NODE} === window.chartAtFirst")

        # A double click shows everything again, also what is added later.
        page.locator(f"{CHART} .nsewdrag").first.dblclick()
        page.wait_for_function(f"() => {NODE}._fullLayout.xaxis.range[1] > 16")


def test_the_chart_follows_a_change_of_the_theme_at_once(page: Page, lab: str, store: RunStore) -> None:
    colour = f"{NODE}?._fullData?.find((trace) => trace.uid === 'loss-smooth').line?.color"
    with FakeTraining(store) as training:
        open_run(page, lab, training)
        assert page.evaluate(colour) == PALETTES["light"]["training"]
        page.evaluate(WATCH, CHART)
        wait_for_updates(page, 3)
        page.emulate_media(color_scheme="dark")
        page.wait_for_function(f"() => {colour} === '{PALETTES['dark']['training']}'")
        # Streamlit then calls every component with the data of the page, which are older than the curves.
        assert wait_for_updates(page, 8)["faults"] == {}


def test_curves_grow_without_running_the_page_script(page: Page, lab: str, store: RunStore) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    with FakeTraining(store) as training:
        open_run(page, lab, training)
        page.wait_for_timeout(1_000)
        sent.clear()
        page.evaluate(WATCH, CHART)
        found = wait_for_updates(page, 10)
    assert (found["faults"], sent) == ({}, [])


def test_a_page_that_followed_the_training_shows_what_a_new_one_shows(page: Page, lab: str, store: RunStore) -> None:
    def curves() -> list[Any]:
        page.wait_for_function(f"() => {END} >= 4")
        found: list[Any] = page.evaluate(f"{NODE}.data.map((trace) => [trace.uid, [...trace.x], [...trace.y]])")
        return found

    with FakeTraining(store, epochs=4, per_epoch=60, pause=0.02) as training:
        open_run(page, lab, training)
        training.wait()
        followed = curves()
        page.reload()
        assert curves() == followed


def test_a_hidden_page_sends_no_requests(page: Page, lab: str, store: RunStore) -> None:
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url) if "/live?" in request.url else None)
    hide = """(hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    with FakeTraining(store) as training:
        open_run(page, lab, training)
        page.evaluate(hide, True)
        page.wait_for_timeout(500)
        requested.clear()
        page.wait_for_timeout(1_500)
        assert requested == []
        before = page.evaluate(END)
        page.evaluate(hide, False)
        page.wait_for_function(f"(before) => {END} > before", arg=before)
    assert requested
