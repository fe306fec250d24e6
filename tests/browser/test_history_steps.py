"""Back in the browser leads to what was there before the last input, on the same page or on another."""

import re

from playwright.sync_api import Page, expect

from mnist_lab.runs import RunStore
from mnist_lab.ui.components.streamlit_dom import MENU_LINK, SCRIPT_RUNS_NOT, by_key
from tests.pages.ended_runs import ended


def test_back_from_another_page_brings_the_ticks_of_compare_back(page: Page, lab: str, store: RunStore) -> None:
    runs = ",".join(ended(store, f"Ticked {number}").id for number in range(3))
    for number in range(2):
        ended(store, f"Newer {number}")
    page.goto(f"{lab}/compare?runs={runs}")
    chips = page.locator(f"{by_key('compare-table')} .chips li")
    expect(chips).to_have_count(3)
    page.wait_for_selector(SCRIPT_RUNS_NOT)
    page.locator(MENU_LINK).filter(has_text="Train").click()
    # The page writes the network into its address itself.
    expect(page).to_have_url(re.compile(r"/train\?n="))
    page.wait_for_selector(SCRIPT_RUNS_NOT)
    page.go_back()
    expect(page).to_have_url(f"{lab}/compare?runs={runs}")
    expect(chips).to_have_count(3)


def test_back_after_a_button_to_another_page_leads_to_the_run(page: Page, lab: str, store: RunStore) -> None:
    run = ended(store, "Opened")
    page.goto(f"{lab}/compare?runs={run.id}")
    page.locator(by_key("compare-open")).get_by_role("button").click()
    expect(page).to_have_url(re.compile(r"/compose\?n="))
    page.wait_for_selector(SCRIPT_RUNS_NOT)
    page.go_back()
    expect(page).to_have_url(f"{lab}/compare?runs={run.id}")
    expect(page.locator(f"{by_key('compare-table')} .chips li")).to_have_text(re.compile("Opened"))
