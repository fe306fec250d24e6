"""The controls of a run in a real browser, and in two: both show each command, and a reload changes nothing."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run, RunState, RunStore
from mnist_lab.ui.components.streamlit_dom import MENU_LINK, by_key, by_key_prefix
from tests.browser.fake_worker import FakeWorker
from tests.pages.ended_runs import ended

PHONE = {"width": 390, "height": 844}
TINY = PRESETS["tiny"].network


@pytest.fixture
def windows(page: Page, request: pytest.FixtureRequest) -> Iterator[Callable[[str], Page]]:
    """Opens URLs, the second one and later ones in browser contexts of their own: no cookie or session is shared."""
    with ExitStack() as stack:
        unused = [page]

        def opened(address: str) -> Page:
            window = unused.pop() if unused else another()
            window.goto(address)
            return window

        def another() -> Page:
            browser: Browser = request.getfixturevalue("browser")
            context = browser.new_context(viewport={"width": 1280, "height": 1000})
            stack.callback(context.close)
            context.set_default_timeout(30_000)
            return context.new_page()

        yield opened


@pytest.fixture(autouse=True)
def empty(store: RunStore) -> None:
    """Delete the queued runs of earlier tests."""
    for run in store.queue():
        store.delete(run.id)


def queue(store: RunStore, name: str, epochs: int = 500) -> Run:
    return store.create(TINY, Recipe(epochs=epochs), name=name)


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def shows(page: Page, state: str) -> None:
    """Wait until the badge beside the run's name shows this state."""
    expect(page.locator(by_key("run-head"))).to_contain_text(state)


def test_a_command_of_one_browser_is_shown_in_the_other(
    windows: Callable[[str], Page], lab: str, store: RunStore
) -> None:
    with FakeWorker(store, queue(store, "Watched by two")) as worker:
        one, other = (windows(f"{lab}/train?run={worker.run.id}") for _ in range(2))
        button(one, "Pause").click()
        for page in (one, other):
            shows(page, "paused")
            expect(button(page, "Continue")).to_be_visible()
        button(other, "Continue").click()
        for page in (one, other):
            shows(page, "training")
        button(one, "One epoch").click()
        for page in (one, other):
            shows(page, "paused")
        assert store.get(worker.run.id).steps_done % 20 == 0
        one.reload()
        shows(one, "paused")
        button(one, "Stop").click()
        button(one, "Stop it").click()
        for page in (one, other):
            shows(page, "stopped")
            expect(button(page, "Draw a digit")).to_be_visible()
        other.reload()
        shows(other, "stopped")


def test_the_learning_rate_changes_during_the_training(
    windows: Callable[[str], Page], lab: str, store: RunStore
) -> None:
    with FakeWorker(store, queue(store, "Slower")) as worker:
        one, other = (windows(f"{lab}/train?run={worker.run.id}") for _ in range(2))
        button(one, "Learning rate").click()
        button(one, "÷ 10").click()
        # The popover stays open while the page is updated.
        expect(one.get_by_text("In effect: 0.0001")).to_be_visible()
        expect(button(other, "Learning rate ÷ 10")).to_be_visible()
        expect(other.get_by_text("learning rate 0.0001")).to_be_visible()
        button(one, "× 1").click()
        expect(button(other, "Learning rate")).to_be_visible()
        assert store.points(worker.run.id)[-1].learning_rate in {0.0001, 0.001}


def test_discarding_asks_for_confirmation_and_can_be_undone(
    windows: Callable[[str], Page], lab: str, store: RunStore
) -> None:
    with FakeWorker(store, queue(store, "A mistake")) as worker:
        one, other = (windows(f"{lab}/train?run={worker.run.id}") for _ in range(2))
        button(one, "Discard").click()
        expect(one.get_by_text("A mistake will be deleted. You can bring it back for a day.")).to_be_visible()
        button(one, "Discard it").click()
        expect(one.get_by_text("A mistake was deleted.")).to_be_visible()
        expect(one).not_to_have_url(re.compile("run="))
        expect(one.get_by_text("not in this lab")).to_have_count(0)
        expect(
            other.get_by_text("The run “A mistake” was deleted. Whoever started it can bring it back")
        ).to_be_visible()
        assert worker.run.id not in {run.id for run in store.list()}
        button(one, "Undo").click()
        expect(one.get_by_text("A mistake was deleted.")).to_have_count(0)
        expect(one).to_have_url(re.compile(f"run={worker.run.id}"))
        expect(one.locator(by_key("run-head"))).to_be_focused()
        assert store.get(worker.run.id).state is RunState.INTERRUPTED
        store.delete(worker.run.id)


def test_from_a_run_one_button_leads_to_the_next_training(
    windows: Callable[[str], Page], lab: str, store: RunStore
) -> None:
    with FakeWorker(store, queue(store, "Under way")) as worker:
        page = windows(f"{lab}/train?run={worker.run.id}")
        page.set_viewport_size({"width": 1280, "height": 720})
        train = button(page, "Train this network")
        for _ in range(2):
            page.locator(by_key("run-head")).scroll_into_view_if_needed()
            expect(train).not_to_be_in_viewport()
            button(page, "Train another").click()
            expect(train).to_be_in_viewport()
            expect(page.locator(by_key("train-head"))).to_be_focused()


def test_a_run_that_is_deleted_elsewhere_is_noticed_while_nothing_trains(
    windows: Callable[[str], Page], lab: str, store: RunStore
) -> None:
    run = ended(store, "Gone soon")
    page = windows(f"{lab}/train?run={run.id}")
    expect(page.locator(by_key("run-head"))).to_contain_text("Gone soon")
    store.delete(run.id)
    expect(page.get_by_text("The run “Gone soon” was deleted. Whoever started it can bring it back")).to_be_visible(
        timeout=20_000
    )


def test_the_queue_has_an_order_that_can_be_changed(windows: Callable[[str], Page], lab: str, store: RunStore) -> None:
    with FakeWorker(store, queue(store, "Under way")) as worker:
        for name in ("First", "Second", "Third"):
            queue(store, name)
        one, other = (windows(f"{lab}/train?run={worker.run.id}") for _ in range(2))
        rows = [page.locator(by_key_prefix("row-")) for page in (one, other)]
        for found in rows:
            expect(found).to_have_text([re.compile(name) for name in ("First", "Second", "Third")])
        # Their texts are the same in all rows, so they are named for their runs.
        button(one, "To the front: Third").click()
        for found in rows:
            expect(found).to_have_text([re.compile(name) for name in ("Third", "First", "Second")])
        button(other, "Cancel First").click()
        button(other, "Cancel this run").click()
        for found in rows:
            expect(found).to_have_text([re.compile(name) for name in ("Third", "Second")])
        one.reload()
        expect(rows[0]).to_have_text(
            [re.compile("Third.*position 1", re.DOTALL), re.compile("Second.*position 2", re.DOTALL)]
        )


def test_nothing_moves_when_a_training_ends(windows: Callable[[str], Page], lab: str, store: RunStore) -> None:
    with FakeWorker(store, queue(store, "To its end", epochs=4)) as worker:
        # Without a run in the URL: the active run is shown.
        page = windows(f"{lab}/train")
        chart, head = page.locator(by_key("live-chart")), page.locator(by_key("run-head"))
        expect(head).to_contain_text("To its end")
        page.wait_for_function(
            "(chart) => document.querySelector(chart)?.data?.length > 0", arg=f"{by_key('live-chart')} .lab-plot"
        )
        before = chart.bounding_box(), head.bounding_box()
        shows(page, "finished")
        assert (chart.bounding_box(), head.bounding_box()) == before
        expect(head).to_be_in_viewport()
        assert f"run={worker.run.id}" in page.url
        expect(page.get_by_text("Figures of epoch 4, the last one, which is kept.")).to_be_visible()


def test_the_page_goes_to_the_run_that_was_just_started(
    windows: Callable[[str], Page], lab: str, store: RunStore
) -> None:
    page = windows(f"{lab}/train")
    head = page.locator(by_key("run-head"))
    for name in ("Started first", "Started second"):
        page.get_by_role("textbox", name="Name of the run").fill(name)
        page.get_by_role("textbox", name="Name of the run").press("Enter")
        button(page, "Train this network").click()
        expect(head).to_contain_text(name)
        expect(head).to_be_focused()
        expect(head).to_be_in_viewport(ratio=1)
    # It waits: the queue is where the curves will be.
    expect(page.locator(by_key("live-chart"))).to_have_count(0)
    expect(page.get_by_role("heading", name="Queue")).to_be_in_viewport()


def test_a_finished_run_is_trained_for_more_epochs(windows: Callable[[str], Page], lab: str, store: RunStore) -> None:
    with FakeWorker(store, queue(store, "Once more", epochs=1), pause=0.01) as worker:
        page = windows(f"{lab}/train?run={worker.run.id}")
        shows(page, "finished")
        button(page, "More epochs").click()
        page.get_by_role("spinbutton", name="Additional epochs").fill("3")
        page.get_by_role("spinbutton", name="Additional epochs").press("Enter")
        button(page, "Train 3 more epochs").click()
        expect(page.locator(by_key("run-head"))).to_contain_text("Once more, continued")
        shows(page, "waiting")
    (continued,) = store.queue()
    assert (continued.parent, continued.recipe.epochs) == (worker.run.id, 4)
    assert store.get(worker.run.id).state is RunState.FINISHED


def test_a_sweep_started_on_train_is_found_on_compare(
    windows: Callable[[str], Page], lab: str, store: RunStore
) -> None:
    page = windows(f"{lab}/train")
    button(page, "Sweep").click()
    expect(page.get_by_text("group “Small CNN · learning rate”")).to_be_visible()
    button(page, "Train these 3 runs").click()
    expect(page.locator(by_key_prefix("row-"))).to_have_text(
        [re.compile(f"learning rate {rate}") for rate in ("0.0001", "0.001", "0.01")]
    )
    expect(page.locator(by_key("run-head"))).to_contain_text("Small CNN · learning rate 0.0001")
    expect(button(page, "Train these 3 runs")).to_have_count(0)
    first = store.queue()[0]
    with FakeWorker(store, first, pause=0.0):
        shows(page, "finished")
    page.locator(by_key("run-controls")).get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_text("1 of ")).to_be_visible()
    expect(page).to_have_url(re.compile("sweep="))


def test_one_step_back_leaves_compare(windows: Callable[[str], Page], lab: str, store: RunStore) -> None:
    with FakeWorker(store, queue(store, "Left again", epochs=2), pause=0.0) as worker:
        page = windows(f"{lab}/train?run={worker.run.id}")
        shows(page, "finished")
    page.locator(MENU_LINK).filter(has_text="Compare").click()
    # Drawn after the table: by then the page has written its parameters into the URL.
    expect(page.get_by_text("Logarithmic loss")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile(f"/train.run={worker.run.id}"))


def test_on_a_phone_stop_needs_no_scrolling(windows: Callable[[str], Page], lab: str, store: RunStore) -> None:
    with FakeWorker(store, queue(store, "On the way home")) as worker:
        page = windows(f"{lab}/train?run={worker.run.id}")
        page.set_viewport_size(PHONE)
        page.reload()
        expect(button(page, "Stop")).to_be_in_viewport()
        chart, settings = page.locator(by_key("live-chart")), page.locator(by_key("train-recipe"))
        expect(chart).to_be_in_viewport(ratio=0.5)
        upper, lower = chart.bounding_box(), settings.bounding_box()
        assert upper is not None
        assert lower is not None
        assert upper["y"] < lower["y"]
        button(page, "Stop").click()
        button(page, "Stop it").click()
        shows(page, "stopped")
