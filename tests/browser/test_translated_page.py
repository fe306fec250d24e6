"""A page that the browser translates keeps working."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from mnist_lab.runs import Run, RunStore
from mnist_lab.ui.components import streamlit_dom as dom
from tests.browser.fake_training import FakeTraining
from tests.pages.ended_runs import ended

TRANSLATE = (Path(__file__).parent / "translate.js").read_text(encoding="utf-8")
WAYS = {"texts are replaced": False, "texts are moved": True}


@pytest.fixture(scope="module", autouse=True)
def finished(store: RunStore) -> Run:
    """A finished run, for pages that show none without one."""
    return ended(store, "Translated")


@pytest.fixture
def errors(page: Page) -> list[str]:
    """The errors that no script has handled, or that React reports."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))

    def note(text: str) -> None:
        if "NotFoundError" in text or "not a child" in text:
            found.append(text)

    page.on("console", lambda message: note(message.text))
    return found


@pytest.fixture(params=WAYS.values(), ids=WAYS)
def wrap(request: pytest.FixtureRequest) -> bool:
    """Whether the browser moves the texts into its own elements, instead of replacing them."""
    moved: bool = request.param
    return moved


def open_translated(page: Page, address: str, wrap: bool) -> None:
    page.goto(address)
    page.locator(dom.PAGE).wait_for()
    page.wait_for_selector(dom.SCRIPT_RUNS_NOT)
    # The browser loads the guard with the page's other components.
    page.wait_for_function("() => window.labTranslationGuard !== undefined")
    page.evaluate(TRANSLATE, wrap)
    # The texts of buttons and headings are translated.
    expect(page.locator(f"{dom.PAGE} font").first).to_be_attached()


def idle(page: Page) -> None:
    page.wait_for_timeout(300)
    page.wait_for_selector(dom.SCRIPT_RUNS_NOT)
    page.wait_for_timeout(300)


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=re.compile(name, re.IGNORECASE)).first


def test_a_network_is_composed(page: Page, lab: str, errors: list[str], wrap: bool) -> None:
    open_translated(page, f"{lab}/compose", wrap)
    parameters = page.locator(dom.METRIC_VALUE).first
    blocks = page.locator(f"{dom.DIAGRAM} [data-index]")
    expect(blocks.first).to_be_visible()
    before, figure = blocks.count(), parameters.inner_text()
    for count in range(1, 4):
        button(page, "^add batch norm").click()
        expect(blocks).to_have_count(before + count)
    idle(page)
    # The page shows the new figure, and not the old one beside it.
    assert re.fullmatch(r"[\d,]+", parameters.inner_text())
    assert parameters.inner_text() != figure
    button(page, "^close").click()
    button(page, "^edit layer 1,").click()
    button(page, "^duplicate layer 1,").click()
    expect(blocks).to_have_count(before + 4)
    for count in range(3, -1, -1):
        button(page, "undo").click()
        expect(blocks).to_have_count(before + count)
    expect(parameters).to_have_text(figure)
    assert errors == []


def test_every_page_is_visited_by_the_menu_and_used(page: Page, lab: str, errors: list[str], wrap: bool) -> None:
    open_translated(page, f"{lab}/train", wrap)
    for title in ("Compare", "Draw", "Inspect", "Train", "Compose"):
        page.get_by_role("link", name=re.compile(title, re.IGNORECASE)).filter(visible=True).first.click()
        expect(page).to_have_title(f"{title} · MNIST Lab")
        idle(page)
    assert errors == []
    page.get_by_role("link", name=re.compile("train", re.IGNORECASE)).filter(visible=True).first.click()
    page.get_by_role("spinbutton", name=re.compile("epochs", re.IGNORECASE)).fill("7")
    page.get_by_role("spinbutton", name=re.compile("epochs", re.IGNORECASE)).press("Enter")
    recipe = page.locator(dom.by_key("train-head")).get_by_text(re.compile("epochs?", re.IGNORECASE))
    expect(recipe).to_have_text(re.compile("^7 epochs ·", re.IGNORECASE))
    assert errors == []


EPOCH = "Number(/epoch (\\d+)/i.exec(document.querySelector('[data-part=run-progress]')?.textContent)?.[1])"


def shown_epoch(progress: Locator) -> int:
    expect(progress).to_contain_text(re.compile(r"epoch \d+ of", re.IGNORECASE))
    found = re.search(r"epoch (\d+) of", progress.inner_text(), re.IGNORECASE)
    assert found is not None
    return int(found[1])


def test_a_training_is_watched_to_its_end(page: Page, lab: str, store: RunStore, errors: list[str], wrap: bool) -> None:
    progress = page.locator("[data-part=run-progress]")
    with FakeTraining(store, epochs=40) as training:
        open_translated(page, f"{lab}/train?run={training.run.id}", wrap)
        expect(progress.locator("font")).to_have_count(0)
        for _ in range(2):
            epoch = shown_epoch(progress)
            page.wait_for_function(f"(before) => {EPOCH} > before", arg=epoch, timeout=120_000)
    expect(page.get_by_text(re.compile("stopped", re.IGNORECASE)).first).to_be_visible()
    idle(page)
    expect(page.get_by_text(re.compile("^running$", re.IGNORECASE)).filter(visible=True)).to_have_count(0)
    assert errors == []


def test_a_changed_text_is_shown_and_the_old_one_is_not(page: Page, lab: str, errors: list[str], wrap: bool) -> None:
    """What React does with a text, without React."""
    open_translated(page, lab, wrap)
    shown = page.evaluate(
        """async () => {
          const settle = () => new Promise((done) => setTimeout(done, 100));
          const parent = document.createElement("p");
          const texts = ["one", " ", "two", "three"].map((text) => document.createTextNode(text));
          parent.append(...texts);
          document.body.append(parent);
          await settle();
          texts[0].data = "first";
          await settle();
          parent.removeChild(texts[2]);
          parent.insertBefore(document.createTextNode("new"), texts[3]);
          await settle();
          texts[0].data = "last";
          parent.removeChild(texts[3]);
          await settle();
          const shown = parent.textContent.toLowerCase();
          document.body.removeChild(parent);
          return shown;
        }"""
    )
    assert shown == "last new"
    assert errors == []


def test_a_mistake_of_a_script_is_still_an_error(page: Page, lab: str) -> None:
    open_translated(page, lab, wrap=False)
    mistakes = """() => ["removeChild", "insertBefore"].map((name) => {
      const stranger = document.createElement("p");
      try {
        name === "removeChild" ? document.body.removeChild(stranger) : document.body.insertBefore(stranger, stranger);
        return "nothing";
      } catch (error) { return error.name; }
    })"""
    found = page.evaluate(mistakes)
    assert found == ["NotFoundError", "NotFoundError"]
