"""The pages of the lab in all the states that tests and contact sheets look at: one list for both."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect

from mnist_lab.data import load_mnist_sample
from mnist_lab.files import file_version
from mnist_lab.handwriting import Collection, NewDrawing
from mnist_lab.handwriting.answers import Answers, write_answers
from mnist_lab.network import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    Network,
    get_preset,
    link_from_network,
)
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MACHINE, RunStore
from mnist_lab.runs.snapshot_files import write_snapshot
from mnist_lab.ui.components import streamlit_dom as dom
from tests.browser.fake_training import FakeTraining
from tests.pages.ended_runs import ended
from tests.snapshots import snapshot

DEFAULT_PAGE = "start"
"""The page at "/"; every other page is at its own name."""
PAGES = tuple(sorted(path.stem for path in (Path(__file__).parents[2] / "pages").glob("*.py")))
"""The names of all pages."""
PAGE_TITLES = {"": "Start"} | {name: name.title() for name in PAGES if name != DEFAULT_PAGE}
"""The title of each page, by its address below the app's."""

BROKEN = Network(layers=(Conv2D(filters=8), *(MaxPooling2D() for _ in range(6)), Flatten(), Dense(units=10)))
MANY_LAYERS = Network(
    layers=(
        *(Conv2D(filters=8, padding="same"), BatchNormalization(), Dropout(rate=0.2)) * 4,
        MaxPooling2D(),
        *(Conv2D(filters=16, padding="same"), BatchNormalization(), Dropout(rate=0.2)) * 3,
        MaxPooling2D(),
        Flatten(),
        Dense(units=64),
    )
)
"""26 layers, with the output layer."""
SEVEN = ((90, 80), (160, 78), (230, 75), (215, 110), (200, 150), (175, 205), (150, 260))
"""Points of a seven, in pixels of the canvas."""


def _stay(_page: Page) -> None:
    """Do nothing: the page is in its state as soon as it is opened."""


def _pen_seven(page: Page) -> None:
    surface = page.locator(dom.CANVAS_SURFACE)
    surface.scroll_into_view_if_needed()
    box = surface.bounding_box()
    if box is None:
        raise RuntimeError("The canvas is not on the page.")
    scale = box["width"] / 320
    for index, (x, y) in enumerate(SEVEN):
        page.mouse.move(box["x"] + scale * x, box["y"] + scale * y, steps=4)
        if index == 0:
            page.mouse.down()
    page.mouse.up()


def _draw_seven(page: Page) -> None:
    _pen_seven(page)
    expect(page.locator(".lab-reading")).not_to_contain_text("Draw a digit")


def _show_steps(page: Page) -> None:
    for switch in ("Show the steps", "Without centring"):
        page.get_by_text(switch, exact=True).click()
    _draw_seven(page)


def _open_card(page: Page) -> None:
    page.locator(f"{dom.DIAGRAM} [data-index]").first.press("Enter")
    page.locator(f"{dom.DIAGRAM} .selected").wait_for()


def _keep_seven(page: Page) -> None:
    _pen_seven(page)
    page.locator(".lab-keeper button").nth(7).click()
    expect(page.get_by_text("Kept as 7")).to_be_visible()


def _open_mistakes(page: Page) -> None:
    page.get_by_role("tab", name="Mistakes").click()
    page.locator(".lab-confusion .frequent button").first.wait_for()


def _open_teaching(page: Page) -> None:
    page.get_by_role("tab", name="Teach it").click()


def _pick_two(page: Page) -> None:
    for cell in (2, 5):
        page.locator(".lab-drawings .cell").nth(cell).click()


def _open_score_board(page: Page) -> None:
    page.get_by_role("tab", name="Fool it").click()
    page.locator(".lab-fooling").wait_for()


def _choose_cell(page: Page) -> None:
    """Click on the cell of the most frequent mistake."""
    part = page.locator(".lab-confusion .frequent button").first.get_attribute("data-part")
    cell = page.locator(f'.lab-confusion td button[data-part="{part}"]')
    cell.click()
    expect(cell).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Show all mistakes")).to_be_visible()


@dataclass(frozen=True)
class PageState:
    """A page in one of its states."""

    page: str
    name: str
    query: str = ""
    """The query of its address; `{finished}`, `{other}`, `{live}` and `{waiting}` stand for ids of runs."""
    act: Callable[[Page], None] = _stay
    """What leads from the opened page to the state."""

    @property
    def slug(self) -> str:
        """A name for files."""
        return f"{self.page}-{self.name}".replace(" ", "-")

    @property
    def needs_runs(self) -> bool:
        """Whether it shows runs that `example_runs` makes."""
        return "{" in self.query

    def path(self, runs: Mapping[str, str]) -> str:
        """Its address below the app's, with the ids of runs filled in."""
        name = "" if self.page == DEFAULT_PAGE else self.page
        return f"{name}?{self.query.format(**runs)}" if self.query else name


_LISTED = (
    PageState("start", "first start"),
    PageState("compose", "first start"),
    PageState("compose", "card open", act=_open_card),
    PageState("compose", "broken network", f"n={link_from_network(BROKEN)}"),
    PageState("compose", "26 layers", f"n={link_from_network(MANY_LAYERS)}"),
    PageState("train", "first start"),
    PageState("train", "live", "run={live}"),
    PageState("train", "waiting", "run={waiting}"),
    PageState("train", "finished", "run={finished}"),
    PageState("compare", "first start"),
    PageState("compare", "two ticked", "runs={finished},{other}"),
    PageState("compare", "one ticked", "runs={finished}"),
    PageState("draw", "first start"),
    PageState("draw", "drawn digit", "run={finished}", act=_draw_seven),
    PageState("draw", "steps", "run={finished}", act=_show_steps),
    PageState("draw", "all networks", "run={finished}&view=networks", act=_draw_seven),
    PageState("draw", "epochs", "run={finished}&view=epochs", act=_draw_seven),
    PageState("draw", "layers", "run={finished}&view=layers", act=_draw_seven),
    PageState("draw", "kept drawing", "run={finished}", act=_keep_seven),
    PageState("handwriting", "first start"),
    PageState("handwriting", "one run", "run={finished}"),
    PageState("handwriting", "two picked", "run={finished}", act=_pick_two),
    PageState("handwriting", "mistakes", "run={finished}", act=_open_mistakes),
    PageState("handwriting", "fool it", "run={finished}", act=_open_score_board),
    PageState("handwriting", "teach it", "run={finished}", act=_open_teaching),
    PageState("inspect", "first start"),
    PageState("inspect", "one run", "run={finished}"),
    PageState("inspect", "one kind of mistake", "run={finished}", act=_choose_cell),
    PageState("glossary", "first start"),
)
STATES = tuple(sorted((state for state in _LISTED if state.page in PAGES), key=lambda state: state.needs_runs))
"""All states, those without runs of one's own first: they show the lab as it is at its first start."""


@contextlib.contextmanager
def example_runs(store: RunStore, **shipped: str) -> Iterator[dict[str, str]]:
    """Runs for the states that show some, by the names that stand for them in `PageState.query`.

    Args:
        store: Of an app whose own workers have no slot.
        shipped: Ids of runs that are there already, by the name that they are to have.
    """
    finished = shipped.get("finished") or ended(store, "A first run", preset="small-cnn").id
    other = shipped.get("other") or ended(store, "Wider", preset="tiny", wrong=4).id
    keep_drawings(store, finished)
    with FakeTraining(store, "Under way", epochs=12) as training:
        for epoch in (0, 1, 2):
            write_snapshot(store.folder(training.run.id).snapshots, snapshot(epoch))
        waiting = store.create(get_preset("small-cnn").network, Recipe(epochs=6), name="Its turn comes next")
        try:
            yield {"finished": finished, "other": other, "live": training.run.id, "waiting": waiting.id}
        finally:
            store.delete(waiting.id)


def keep_drawings(store: RunStore, run_id: str) -> None:
    """Keep drawings of which one in eight is misread by the run."""
    sample, collection = load_mnist_sample(), Collection(store.db)
    digits = zip(sample.test_images[::8], sample.test_labels[::8], strict=True)
    collection.keep([NewDrawing(image, int(label)) for image, label in digits], MACHINE)
    index, folder = collection.index(), store.folder(run_id)
    read = np.where(np.arange(len(index)) % 8 == 0, (index.labels + 4) % 10, index.labels)
    probabilities = np.full((len(index), 10), 0.01, np.float32)
    probabilities[np.arange(len(index)), read] = 0.91
    weights = folder.last_weights if folder.last_weights.exists() else folder.best_weights
    if not weights.exists():
        weights.write_bytes(b"They are not read.")
    order = np.argsort(index.keys)
    write_answers(folder, Answers(index.keys[order], probabilities[order]), file_version(weights))


def open_state(page: Page, lab: str, state: PageState, runs: Mapping[str, str], *, extra: str = "") -> None:
    """Open a page and lead it to a state; `extra` is added to the query of its address."""
    path = state.path(runs)
    address = f"{lab}/{path}{'&' if '?' in path else '?'}{extra}" if extra else f"{lab}/{path}"
    page.goto(address)
    wait_until_drawn(page)
    state.act(page)
    wait_until_drawn(page)


def wait_until_drawn(page: Page) -> None:
    """Wait until the page's script has run, its charts are drawn and nothing moves any more."""
    page.locator(dom.PAGE).wait_for()
    page.wait_for_selector(dom.SCRIPT_RUNS_NOT)
    page.wait_for_function("() => [...document.querySelectorAll('.lab-plot')].every((plot) => plot.layout)")
    page.locator(dom.by_key("translation-guard")).wait_for(state="hidden")  # by our style
    settle(page)


def settle(page: Page, *, pause: int = 250) -> None:
    """Wait until no element has moved for `pause` milliseconds; at most two seconds, as a live page never rests."""
    before = ""
    for _ in range(2000 // pause):
        now = page.evaluate(_LAYOUT)
        if now == before:
            return
        before = now
        page.wait_for_timeout(pause)


_LAYOUT = """() => [...document.querySelectorAll("*")].map((node) => {
  const { x, y, width, height } = node.getBoundingClientRect();
  return [x, y, width, height].map(Math.round);
}).join()"""
