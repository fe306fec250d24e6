"""Who asks the system for less motion gets a page on which nothing moves by itself."""

from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from mnist_lab.runs import Run, RunStore
from mnist_lab.runs.snapshot_files import write_snapshot
from mnist_lab.ui.components import streamlit_dom as dom
from tests.pages.ended_runs import ended
from tests.snapshots import snapshot

Motion = Literal["reduce", "no-preference"]
MOVING = """() => [...document.querySelectorAll("*")].filter((node) => {
  const { transitionDuration, animationDuration, animationName } = getComputedStyle(node);
  const seconds = (text) => Math.max(...text.split(",").map(parseFloat));
  return seconds(transitionDuration) > 0.01 || (animationName !== "none" && seconds(animationDuration) > 0.01);
}).map((node) => node.outerHTML.slice(0, 200))"""
WATCH_MOTION = """window.labScrolls = [];
window.labIntervals = [];
const startInterval = window.setInterval;
window.setInterval = (task, delay, ...rest) => {
  labIntervals.push(delay);
  return startInterval(task, delay, ...rest);
};
const original = Element.prototype.scrollIntoView;
Element.prototype.scrollIntoView = function (options) {
  labScrolls.push(options?.behavior);
  return original.call(this, options);
};"""


@pytest.fixture(scope="module", autouse=True)
def finished(store: RunStore) -> Run:
    """A finished run, for pages that show none without one."""
    return ended(store, "At rest")


@pytest.fixture(params=["reduce", "no-preference"])
def motion(request: pytest.FixtureRequest) -> Motion:
    wanted: Motion = request.param
    return wanted


@pytest.fixture
def page(page: Page, motion: Motion) -> Page:
    page.set_viewport_size({"width": 1280, "height": 500})
    page.emulate_media(reduced_motion=motion)
    page.add_init_script(WATCH_MOTION)
    return page


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(dom.PAGE).wait_for()
    page.wait_for_selector(dom.SCRIPT_RUNS_NOT)
    page.locator(dom.by_key("translation-guard")).wait_for(state="hidden")


# Start, Draw and Inspect have nothing that moves as long as nobody uses them.
MOVE = [("train", "no-preference"), ("compare", "no-preference"), ("train?present=1", "reduce")]


@pytest.mark.parametrize(
    ("path", "motion"),
    [*MOVE, *((path, "reduce") for path in ("", "train", "compare", "draw", "handwriting", "inspect", "glossary"))],
    indirect=["motion"],
)
def test_nothing_in_the_page_moves_slowly_unless_the_user_accepts_it(
    page: Page, lab: str, motion: Motion, path: str
) -> None:
    open_page(page, f"{lab}/{path}")
    if motion == "reduce":
        page.wait_for_function(f"() => ({MOVING})().length === 0")
    else:
        assert page.evaluate(MOVING) != []


def test_the_page_jumps_to_a_row(page: Page, lab: str, motion: Motion) -> None:
    open_page(page, f"{lab}/compose")
    block = page.locator(f"{dom.DIAGRAM} [data-index]").last
    row = page.get_by_role("button", name=f"Edit layer {int(block.get_attribute('data-index') or 0) + 1}")
    block.click()
    expect(row).to_have_attribute("aria-pressed", "true")
    expect(row).to_be_in_viewport()
    assert page.evaluate("labScrolls") == ["instant" if motion == "reduce" else "smooth"]


def test_a_replay_takes_its_time(page: Page, lab: str, store: RunStore, motion: Motion) -> None:
    run = ended(store, "Replayed")
    for epoch in (0, 1, 2):
        write_snapshot(store.folder(run.id).snapshots, snapshot(epoch))
    open_page(page, f"{lab}/train?run={run.id}")
    page.get_by_role("button", name="Replay the training").click()
    slow, usual = (page.evaluate(f"labIntervals.includes({delay})") for delay in (1500, 800))
    assert (slow, usual) == ((True, False) if motion == "reduce" else (False, True))
