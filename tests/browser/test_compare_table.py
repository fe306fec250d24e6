"""The table of Compare in a real browser: runs come while somebody ticks, sorts and scrolls, and nothing is lost."""

import contextlib
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from mnist_lab.charts import PALETTES, run_style
from mnist_lab.runs import Run, RunState, RunStore
from mnist_lab.ui.components.streamlit_dom import SCRIPT_RUNS_NOT, by_key
from tests.factories import make_point
from tests.pages.ended_runs import ended

TABLE = by_key("compare-table")
CURVES = (
    "() => [...document.querySelectorAll('.js-plotly-plot')].flatMap((plot) => plot.data)"
    ".filter((line) => line.legendgroup && line.uid)"
)
GROUP = "Table test"


# The app watches the store meanwhile.


@pytest.fixture
def runs(store: RunStore) -> Iterator[list[Run]]:
    """Fifteen ended runs, which a search for `GROUP` finds; they are deleted after the test, as are those it adds."""
    yield [ended(store, f"Run {number:02}", wrong=number, group=GROUP) for number in range(15)]
    for run in store.list(group=GROUP):
        store.delete(run.id)


@contextlib.contextmanager
def under_way(store: RunStore, name: str) -> Iterator[Run]:
    """A run under way in the same group, with the lock of its folder, as a worker has it."""
    model = store.list(group=GROUP)[0]
    created = store.create(model.network, model.recipe, name=name, group=GROUP)
    lock = store.folder(created.id).lock()
    run = store.claim(created.id, "test")
    assert lock is not None
    assert run is not None
    store.attempt(run).move(RunState.RUNNING)
    yield run
    lock.release()


def go(page: Page, lab: str, *ticked: Run) -> None:
    runs = ",".join(run.id for run in ticked)
    page.goto(f"{lab}/compare?sweep={GROUP}&runs={runs}")
    expect(row(page, "Run 14")).to_be_visible()
    page.wait_for_selector(SCRIPT_RUNS_NOT)


def test_a_table_that_goes_on_to_the_right_says_so(page: Page, lab: str, runs: list[Run]) -> None:
    go(page, lab, runs[0])
    frame, scrolled = page.locator(f"{TABLE} .frame"), page.locator(f"{TABLE} .scroll")
    page.set_viewport_size({"width": 390, "height": 720})
    expect(frame).to_have_class(re.compile(r"\bmore\b"))
    scrolled.evaluate("(node) => { node.scrollLeft = node.scrollWidth; }")
    expect(frame).not_to_have_class(re.compile(r"\bmore\b"))


def test_runs_that_nobody_ticked_are_explained_until_somebody_ticks(page: Page, lab: str, runs: list[Run]) -> None:
    page.goto(f"{lab}/compare?sweep={GROUP}")
    hint = page.locator(f"{TABLE} .hint")
    expect(hint).to_contain_text("ticked to begin with")
    chip = page.locator(f"{TABLE} .chips li").first
    expect(chip).to_contain_text("%")
    chip.get_by_role("button").click()
    expect(hint).to_be_hidden()


def row(page: Page, name: str) -> Locator:
    return page.locator(f"{TABLE} tbody tr").filter(has=page.get_by_text(name, exact=True))


def tick(page: Page, name: str) -> Locator:
    return row(page, name).get_by_role("checkbox")


def names(page: Page) -> list[str]:
    return page.locator(f"{TABLE} tbody th").all_inner_texts()


def ticked(page: Page) -> set[str]:
    return {name for name in names(page) if tick(page, name).is_checked()}


def test_ended_and_running_runs_appear_by_themselves(page: Page, lab: str, store: RunStore, runs: list[Run]) -> None:
    go(page, lab, runs[3])
    ended(store, "Just ended", group=GROUP)
    expect(row(page, "Just ended")).to_be_visible()
    with under_way(store, "Under way") as run:
        expect(row(page, "Under way")).to_contain_text("epoch 1 of 2")
        store.attempt(run).heartbeat(points=[make_point(9, "epoch", steps_per_epoch=9)])
        expect(row(page, "Under way")).to_contain_text("epoch 2 of 2")
        assert ticked(page) == {"Run 03"}
        store.attempt(run).finish(RunState.STOPPED, None, "")
    expect(row(page, "Under way")).to_contain_text("stopped")
    store.delete(run.id)
    expect(row(page, "Under way")).to_have_count(0)
    assert ticked(page) == {"Run 03"}


@pytest.mark.parametrize("pauses", [(0, 150, 900), (400, 40, 0)])
def test_a_tick_set_while_a_run_ends_is_kept(
    page: Page, lab: str, store: RunStore, runs: list[Run], pauses: tuple[int, ...]
) -> None:
    go(page, lab, runs[3])
    for number, pause in zip((5, 7, 9), pauses, strict=True):
        ended(store, f"Between {number}", group=GROUP)
        page.wait_for_timeout(pause)
        tick(page, f"Run {number:02}").check()
    tick(page, "Run 03").uncheck()
    last = f"At last {pauses}"
    ended(store, last, group=GROUP)
    expect(row(page, last)).to_be_visible()
    wanted = {"Run 05", "Run 07", "Run 09"}
    assert ticked(page) == wanted
    page.wait_for_function(f"() => new Set(({CURVES})().map((line) => line.legendgroup)).size === 3")
    page.wait_for_selector(SCRIPT_RUNS_NOT)
    assert set(re.findall(r"[a-z0-9]{8}", page.url.split("runs=")[1])) == {run.id for run in runs if run.name in wanted}


def test_rows_do_not_move_below_a_pointer_that_moves(page: Page, lab: str, store: RunStore, runs: list[Run]) -> None:
    go(page, lab, runs[3])
    box = row(page, "Run 10").bounding_box()
    assert box is not None
    x, y = box["x"] + 40, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    ended(store, "Meanwhile", group=GROUP)
    for step in range(30):
        page.mouse.move(x + step % 3, y)
        page.wait_for_timeout(100)
        assert row(page, "Run 10").bounding_box() == box
    expect(row(page, "Meanwhile")).to_be_visible()


def test_sort_scroll_and_focus_stay_when_a_run_appears(page: Page, lab: str, store: RunStore, runs: list[Run]) -> None:
    go(page, lab, runs[3])
    header = page.locator(TABLE).get_by_role("columnheader", name="Test accuracy")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    assert names(page) == [f"Run {number:02}" for number in range(15)]
    scroll = page.locator(f"{TABLE} .scroll")
    scroll.evaluate("(node) => { node.scrollTop = 120; }")
    tick(page, "Run 08").focus()
    top = "(node) => node.getBoundingClientRect().top"
    before = row(page, "Run 08").evaluate(top)
    ended(store, "The best", wrong=0, group=GROUP)
    ended(store, "The worst", wrong=99, group=GROUP)
    expect(row(page, "The best")).to_have_count(1)
    expect(row(page, "The worst")).to_have_count(1)
    # Equal values stay in the order of the table, newest first.
    assert names(page)[:2] == ["The best", "Run 00"]
    assert names(page)[-1] == "The worst"
    assert row(page, "Run 08").evaluate(top) == pytest.approx(before, abs=1)
    expect(tick(page, "Run 08")).to_be_focused()
    expect(header).to_have_attribute("aria-sort", "descending")


def test_a_header_sorts_both_ways_and_then_not_at_all(page: Page, lab: str, runs: list[Run]) -> None:
    go(page, lab, runs[3])
    as_created = names(page)
    name = page.locator(TABLE).get_by_role("columnheader", name="Name").get_by_role("button")
    for expected in (sorted(as_created), sorted(as_created, reverse=True), as_created):
        name.click()
        assert names(page) == expected


def test_the_chosen_columns_stay(page: Page, lab: str, store: RunStore, runs: list[Run]) -> None:
    go(page, lab, runs[3])
    seed = page.locator(TABLE).get_by_role("columnheader", name="Seed")
    expect(seed).to_have_count(0)
    page.locator(f"{TABLE} summary").click()
    page.locator(TABLE).get_by_role("checkbox", name="Seed").check()
    expect(seed).to_be_visible()
    ended(store, "Another", group=GROUP)
    expect(row(page, "Another")).to_be_visible()
    expect(seed).to_be_visible()
    page.reload()
    expect(seed).to_be_visible()
    page.locator(f"{TABLE} summary").click()
    page.get_by_role("button", name="The usual columns").click()
    expect(seed).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_sign_in_the_table_is_that_of_the_chart(page: Page, lab: str, runs: list[Run], theme: str) -> None:
    page.emulate_media(color_scheme=theme)
    for some in (runs, runs[2:3], runs[::5]):
        go(page, lab, *some)
        page.wait_for_function(
            f"(count) => new Set(({CURVES})().map((line) => line.legendgroup)).size === count", arg=len(some)
        )
        lines = page.evaluate(
            f"() => ({CURVES})().filter((line) => line.uid.startsWith('loss') && line.marker?.symbol)"
        )
        drawn = {line["legendgroup"]: (line["line"]["color"], line["marker"]["symbol"]) for line in lines}
        for run in some:
            style = run_style(run.number)
            colour = PALETTES[theme][style.colour[1:]]
            assert drawn[run.id] == (colour, style.marker)
            sign = row(page, run.name).locator("svg").first
            red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
            expect(sign).to_have_css("stroke", f"rgb({red}, {green}, {blue})")
        assert len(set(drawn.values())) == len(some)


def test_an_open_dialog_stays_while_runs_end(page: Page, lab: str, store: RunStore, runs: list[Run]) -> None:
    go(page, lab, runs[3])
    page.get_by_role("button", name="Rename").click()
    field = page.get_by_role("textbox", name="Name")
    field.fill("Renamed")
    ended(store, "Meanwhile", group=GROUP)
    page.wait_for_timeout(2000)
    expect(field).to_have_value("Renamed")
    page.keyboard.press("Escape")
    expect(row(page, "Meanwhile")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_never_scrolls_sideways(page: Page, lab: str, runs: list[Run], width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    go(page, lab, runs[3])
    box = page.locator(TABLE).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    # The most telling first: name, accuracy and parameters are in sight on a phone, too.
    parameters = page.locator(TABLE).get_by_role("columnheader", name="Parameters")
    assert parameters.evaluate("(node) => node.getBoundingClientRect().right") <= width


def test_a_run_on_fewer_images_is_marked_at_its_name(page: Page, lab: str, store: RunStore, runs: list[Run]) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    ended(store, "Few images", training=90, group=GROUP)
    go(page, lab, runs[3])
    mark = row(page, "Few images").get_by_role("img", name=re.compile("Trained on 190 images; other runs here"))
    expect(mark).to_be_in_viewport()
    expect(row(page, "Run 03").get_by_text("⚠")).to_have_count(0)


def lit(page: Page) -> set[str]:
    """The ids of the rows that are lit."""
    return set(page.locator(f"{TABLE} tbody tr.lit").evaluate_all("(rows) => rows.map((row) => row.dataset.run)"))


PALE = (
    "() => [...document.querySelectorAll('.js-plotly-plot')].flatMap((plot) => plot._fullData"
    ".filter(({ uid }) => uid.startsWith('loss')).map((line) =>"
    " [line.legendgroup, plot.querySelector(`.trace${CSS.escape(line.uid)}`)?.style.opacity]))"
    ".filter(([, opacity]) => opacity).map(([run]) => run)"
)
"""The runs whose curves are pale."""


def test_a_run_lights_up_in_table_chips_chart_and_verdict_at_once(page: Page, lab: str, runs: list[Run]) -> None:
    page.set_viewport_size({"width": 1280, "height": 2400})
    go(page, lab, *runs[3:6])
    page.wait_for_function(f"() => ({CURVES})().length >= 9")
    chips = page.get_by_role("list", name="Ticked runs").get_by_role("listitem")
    row(page, "Run 04").hover()
    expect(chips.filter(has_text="Run 04")).to_have_class(re.compile("lit"))
    page.wait_for_function(
        f"(id) => {{ const pale = ({PALE})(); return pale.length && !pale.includes(id); }}", arg=runs[4].id
    )
    # A curve lights its row.
    marker = page.evaluate_handle(
        "(id) => { const plot = [...document.querySelectorAll('.js-plotly-plot')].find((one) => one.data.some((line) =>"
        " line.uid === `loss-${id}-validation`)); return plot.querySelector(`.traceloss-${id}-validation .point`); }",
        runs[5].id,
    ).as_element()
    assert marker is not None
    marker.hover(force=True)
    page.wait_for_function("() => labLitRuns.size === 1")
    assert len(lit(page)) == 1
    # What is said about two runs lights both.
    page.get_by_text("points higher than").first.hover()
    expect(page.locator(f"{TABLE} tbody tr.lit")).to_have_count(2)
    # As does the focus, for one who has no mouse.
    tick(page, "Run 09").focus()
    expect(page.locator(f"{TABLE} tbody tr.lit")).to_have_count(1)
    assert lit(page) == {runs[9].id}
    # A run that is not in the charts leaves them as they are.
    page.wait_for_function(f"() => !({PALE})().length")


def test_ticked_runs_are_in_sight_as_chips(page: Page, lab: str, store: RunStore, runs: list[Run]) -> None:
    # A word that no id can contain by chance: ids are found, too.
    store.annotate(runs[3].id, "sought-after")
    go(page, lab, runs[3])
    chips = page.get_by_role("list", name="Ticked runs").get_by_role("listitem")
    expect(chips.locator("span")).to_have_text(["Run 03"])
    # With Shift, all rows between two ticks.
    tick(page, "Run 12").click()
    tick(page, "Run 10").click(modifiers=["Shift"])
    expect(chips.locator("span")).to_have_text(["Run 12", "Run 11", "Run 10", "Run 03"])
    page.get_by_role("textbox", name="Find").fill("sought-after")
    page.keyboard.press("Enter")
    expect(row(page, "Run 12")).to_have_count(0)
    # First those in the table, then those that the filter hides.
    expect(chips.locator("span")).to_have_text(["Run 03", "Run 12", "Run 11", "Run 10"])
    expect(chips.nth(1)).to_have_class("away")
    page.get_by_role("button", name="Untick Run 12").focus()
    page.keyboard.press("Enter")
    expect(chips.locator("span")).to_have_text(["Run 03", "Run 11", "Run 10"])
    expect(page.get_by_role("button", name="Untick Run 11")).to_be_focused()
    page.get_by_role("button", name="Untick all").click()
    expect(chips).to_have_count(0)
    expect(tick(page, "Run 03")).not_to_be_checked()
    page.get_by_role("checkbox", name="Tick all runs of the table").check()
    expect(chips.locator("span")).to_have_text(["Run 03"])


def test_the_arrow_keys_lead_from_row_to_row(page: Page, lab: str, runs: list[Run]) -> None:
    go(page, lab, runs[3])
    page.get_by_role("button", name="Created").focus()
    page.keyboard.press("Tab")
    expect(tick(page, "Run 14")).to_be_focused()
    for key, name in (("ArrowDown", "Run 13"), ("End", "Run 00"), ("ArrowDown", "Run 00"), ("ArrowUp", "Run 01")):
        page.keyboard.press(key)
        expect(tick(page, name)).to_be_focused()
    page.keyboard.press("Space")
    chips = page.get_by_role("list", name="Ticked runs").get_by_role("listitem")
    expect(chips.locator("span")).to_have_text(["Run 03", "Run 01"])
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Untick Run 03")).to_be_focused()


def test_a_link_has_the_chosen_columns(page: Page, lab: str, runs: list[Run]) -> None:
    page.goto(f"{lab}/compare?sweep={GROUP}&columns=seed,unknown")
    heads = page.locator(f"{TABLE} thead th")
    expect(heads).to_have_text(["Name", "Seed"])
    page.locator(f"{TABLE} summary").click()
    page.locator(TABLE).get_by_role("checkbox", name="Optimizer").check()
    expect(heads).to_have_text(["Name", "Optimizer", "Seed"])
    page.wait_for_function("() => new URL(location.href).searchParams.get('columns') === 'optimizer,seed'")
    page.keyboard.press("Escape")
    expect(page.locator(f"{TABLE} summary")).to_be_focused()
    expect(page.locator(f"{TABLE} .choice")).to_be_hidden()
    # The link was not kept as the choice of this browser, what was chosen is.
    page.goto(f"{lab}/compare?sweep={GROUP}")
    expect(heads).to_have_text(["Name", "Optimizer", "Seed"])
