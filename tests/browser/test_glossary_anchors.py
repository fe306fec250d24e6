"""The glossary in a real browser: its anchors work at the first load, and its search filters as one types."""

from playwright.sync_api import Page, expect

from mnist_lab.glossary import TERMS


def test_a_link_to_a_term_shows_it_and_the_search_filters(page: Page, lab: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{lab}/glossary#stride")
    marked = page.locator("[aria-current=true]")
    expect(marked).to_have_id("stride")
    expect(marked).to_be_in_viewport()
    expect(marked).to_be_focused()

    marked.get_by_role("link", name="Convolution").click()
    expect(marked).to_have_id("convolution")
    expect(marked).to_be_in_viewport()
    page.go_back()
    expect(marked).to_have_id("stride")

    terms = page.get_by_role("article").filter(visible=True)
    expect(terms).to_have_count(len(TERMS))
    search = page.get_by_role("searchbox", name="Search the glossary")
    search.press_sequentially("WARM-UP")
    expect(terms).to_have_count(1)
    expect(page.get_by_role("status").filter(has_text="1 term")).to_be_visible()
    # A link to a term that the search hides shows all terms again.
    terms.get_by_role("link", name="Learning rate", exact=True).click()
    expect(search).to_have_value("")
    expect(marked).to_have_id("learning-rate")
    expect(terms).to_have_count(len(TERMS))


def test_on_a_phone_each_page_leads_to_the_glossary(page: Page, lab: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{lab}/draw")
    page.get_by_role("link", name="Glossary").click()
    expect(page.get_by_role("heading", name="Glossary", level=1)).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(len(TERMS))
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
