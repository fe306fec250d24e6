"""The snapshots of a run in a real browser: updated without flicker, replayed, and not too wide for a phone."""

from typing import Any

from playwright.sync_api import Page, expect

from mnist_lab.runs import Run, RunStore
from mnist_lab.runs.snapshot_files import write_snapshot
from mnist_lab.ui.components.streamlit_dom import by_key
from tests.browser.fake_training import FakeTraining
from tests.pages.ended_runs import ended
from tests.snapshots import snapshot

PATIENCE = 60_000
PANELS = ("Guesses", "Filters", "Maps", "Health")
# Checks the panel on every animation frame: replaced nodes, images that are not loaded, changed heights.
WATCH = """(panel) => {
  const html = () => document.querySelector(".lab-themed-html");
  const nodes = () => [html(), ...html().querySelectorAll("img")];
  const first = nodes();
  window.labSeen = { frames: 0, replaced: 0, blank: 0, heights: [] };
  const check = () => {
    const now = nodes();
    const height = document.querySelector(panel).getBoundingClientRect().height;
    labSeen.frames += 1;
    if (now.length !== first.length || now.some((node, i) => node !== first[i])) labSeen.replaced += 1;
    if (now.slice(1).some((image) => !image.complete || !image.naturalWidth)) labSeen.blank += 1;
    if (!labSeen.heights.includes(height)) labSeen.heights.push(height);
    requestAnimationFrame(check);
  };
  check();
}"""


def with_snapshots(store: RunStore, run: Run, *epochs: int) -> Run:
    for epoch in epochs:
        write_snapshot(store.folder(run.id).snapshots, snapshot(epoch, right=min(12, 2 + epoch)))
    return run


def slider_shows(page: Page, text: str) -> None:
    expect(page.locator(".lab-epoch-slider output")).to_have_text(text, timeout=PATIENCE)


def picture_shows(page: Page, text: str) -> None:
    expect(page.locator(".lab-snapshot p").first).to_contain_text(text, timeout=PATIENCE)


def test_the_newest_snapshot_is_shown_until_the_slider_is_moved(page: Page, lab: str, store: RunStore) -> None:
    with FakeTraining(store) as training:
        with_snapshots(store, training.run, 0, 1)
        page.goto(f"{lab}/train?run={training.run.id}")
        expect(page.locator(".lab-digits p")).to_contain_text("test digits correct after epoch 1")
        page.get_by_role("radio", name="Guesses", exact=True).click()
        picture_shows(page, "classified correctly after epoch 1")
        # Streamlit loads the script of its buttons after the page, and leaves more space for them until then.
        expect(page.get_by_role("radio", name="Guesses", exact=True)).to_be_visible(timeout=PATIENCE)
        page.wait_for_timeout(500)
        page.evaluate(WATCH, by_key("watch"))
        for epoch in range(2, 8):
            with_snapshots(store, training.run, epoch)
            picture_shows(page, f"classified correctly after epoch {epoch}")
        slider_shows(page, "epoch 7 of 16 · newest")
        seen: dict[str, Any] = page.evaluate("labSeen")
        assert seen["frames"] > 10, seen
        assert (seen["replaced"], seen["blank"], len(seen["heights"])) == (0, 0, 1), seen

        page.locator(".lab-epoch-slider input").focus()
        page.keyboard.press("Home")
        picture_shows(page, "before the first step")
        with_snapshots(store, training.run, 8, 9)
        page.wait_for_timeout(1500)
        slider_shows(page, "before the first step")
        picture_shows(page, "2 of 12 test digits classified correctly before the first step")
        page.keyboard.press("End")
        picture_shows(page, "classified correctly after epoch 9")
        with_snapshots(store, training.run, 10)
        picture_shows(page, "classified correctly after epoch 10")


def test_an_ended_run_is_replayed_from_its_first_epoch_to_its_last(page: Page, lab: str, store: RunStore) -> None:
    run = with_snapshots(store, ended(store), 0, 1, 2)
    page.goto(f"{lab}/inspect?run={run.id}")
    picture_shows(page, "classified correctly after epoch 2")
    page.evaluate(
        """() => {
          window.labShown = [];
          setInterval(() => {
            const shown = document.querySelector(".lab-snapshot p").textContent;
            const text = shown.match(/classified correctly (.*?)\\./)[1];
            if (labShown.at(-1) !== text) labShown.push(text);
          }, 20);
        }"""
    )
    page.get_by_role("button", name="Replay the training").click()
    expect(page.get_by_role("button", name="Stop the replay")).to_be_visible(timeout=PATIENCE)
    page.wait_for_function("() => labShown.length > 1 && labShown.at(-1) === 'after epoch 2'")
    assert page.evaluate("labShown") == [
        "after epoch 2",
        "before the first step",
        "after epoch 1",
        "after epoch 2",
    ]
    expect(page.get_by_role("button", name="Replay the training")).to_be_visible(timeout=PATIENCE)


def test_every_panel_fits_a_phone(page: Page, lab: str, store: RunStore) -> None:
    run = with_snapshots(store, ended(store), 0, 1)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{lab}/train?run={run.id}")
    for panel in PANELS:
        page.get_by_role("radio", name=panel, exact=True).click()
        expect(page.locator(".lab-snapshot")).to_be_visible(timeout=PATIENCE)
        page.wait_for_timeout(500)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, panel
        box = page.locator(".lab-snapshot").bounding_box()
        assert box is not None
        assert box["x"] >= 0, panel
        assert box["x"] + box["width"] <= 390, panel


def test_a_filter_is_enlarged_and_the_arrow_keys_go_on(page: Page, lab: str, store: RunStore) -> None:
    run = with_snapshots(store, ended(store), 0, 1)
    page.goto(f"{lab}/train?run={run.id}")
    seventh = page.get_by_role("button", name="Enlarge filter 7 of 32, layer 1, convolution")
    seventh.click()
    dialog = page.get_by_role("dialog", name="Enlarged picture")
    expect(dialog).to_contain_text("Filter 7 of 32, layer 1, convolution")
    expect(dialog.locator("img")).to_have_count(2)
    page.keyboard.press("ArrowRight")
    expect(dialog).to_contain_text("Filter 8 of 32")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    eighth = page.get_by_role("button", name="Enlarge filter 8 of 32")
    expect(eighth).to_be_focused()
    # The arrow keys move among the pictures, too, and Enter enlarges.
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Filter 24 of 32")
    dialog.get_by_role("button", name="Close").click()
    row = page.locator(".lab-snapshot .tiles")
    assert row.evaluate("(row) => row.lastChild.getBoundingClientRect().right - row.getBoundingClientRect().right") == 0


def test_images_follow_the_theme(page: Page, lab: str, store: RunStore) -> None:
    run = with_snapshots(store, ended(store), 0, 1)
    page.emulate_media(color_scheme="light")
    page.goto(f"{lab}/inspect?run={run.id}")
    picture = page.locator(".lab-snapshot img").first
    light = picture.get_attribute("src", timeout=PATIENCE)
    page.emulate_media(color_scheme="dark")
    expect(picture).not_to_have_attribute("src", light or "", timeout=PATIENCE)
    page.emulate_media(color_scheme="light")
    expect(picture).to_have_attribute("src", light or "", timeout=PATIENCE)
