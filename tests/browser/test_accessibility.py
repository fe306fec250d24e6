"""Every page in every state can be read and used by everybody: in both themes, and in front of a class."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from mnist_lab.runs import RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.training.claim import take_slot
from mnist_lab.ui.components.streamlit_dom import MAIN
from tests.browser.axe import serious_findings
from tests.browser.page_states import STATES, PageState, example_runs, open_state
from tests.browser.text_measures import measured_texts

TRIES, PAUSE = 10, 1_000
"""Our components look at the theme a few times a second, and a busy machine draws a changed page in pieces."""


@dataclass(frozen=True)
class Look:
    """A look of a page, and what its text must have in it."""

    theme: Literal["light", "dark"]
    presentation: bool = False

    @property
    def min_size(self) -> float:
        """Pixels."""
        return 18 if self.presentation else 12

    @property
    def min_contrast(self) -> float:
        return 7 if self.presentation else 4.5

    def __str__(self) -> str:
        return f"{self.theme}, presentation" if self.presentation else self.theme


LOOKS = (Look("light"), Look("dark"), Look("dark", presentation=True), Look("light", presentation=True))
"""In this order, one change leads from each to the next."""


@pytest.fixture(scope="module")
def classroom(
    start_app: Callable[..., AbstractContextManager[str]],
    data_settings: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, RunStore]]:
    """The URL and the store of an app of its own: at first it has no run at all."""
    home = tmp_path_factory.mktemp("classroom")
    settings = Settings(home=home, workers=1)
    slot = take_slot(settings)
    assert slot is not None
    store = open_store(settings)
    with start_app(home, data_settings, MNIST_LAB_WORKERS="1") as started:
        yield started, store
    store.close()
    slot.release()


@pytest.fixture(scope="module")
def runs(classroom: tuple[str, RunStore]) -> Iterator[Mapping[str, str]]:
    """Ended runs, one in training and one that waits."""
    with example_runs(classroom[1]) as made:
        yield made


# The states without runs come first: the fixture `runs` is made by the first state that needs it.
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.slug)
def test_a_page_can_be_read_and_used_by_everybody(
    page: Page, classroom: tuple[str, RunStore], request: pytest.FixtureRequest, state: PageState
) -> None:
    made = request.getfixturevalue("runs") if state.needs_runs else {}
    page.set_viewport_size({"width": 1280, "height": 720})
    open_state(page, classroom[0], state, made)
    expect(page.locator("h1")).to_have_count(1)
    problems = [f"{look}: {problem}" for look in LOOKS for problem in problems_in(page, look)]
    assert not problems, "\n".join(problems)
    assert fits_on_a_phone(page), "the page scrolls sideways"


def problems_in(page: Page, look: Look) -> list[str]:
    """What is wrong with a page in a look, as soon as all its elements have followed the change of the look."""
    take_on(page, look)
    for _ in range(TRIES):
        problems = [*serious_findings(page), *unreadable(page, look)]
        if not problems:
            break
        page.wait_for_timeout(PAUSE)
    return problems


def fits_on_a_phone(page: Page) -> bool:
    """Whether a page, once it has taken on a narrow screen, is no wider than that."""
    page.set_viewport_size({"width": 390, "height": 844})
    for _ in range(TRIES):
        if page.locator(MAIN).evaluate("(node) => node.scrollWidth <= node.clientWidth"):
            return True
        page.wait_for_timeout(PAUSE)
    return False


def take_on(page: Page, look: Look) -> None:
    """Change the theme and the mode of a page."""
    page.set_viewport_size({"width": 1280, "height": 720})
    page.emulate_media(color_scheme=look.theme, reduced_motion="reduce")
    switch = page.locator(".lab-presentation")
    if (switch.get_attribute("aria-pressed") == "true") is not look.presentation:
        switch.press("Enter")
    expect(page.locator("html")).to_have_css("color-scheme", look.theme)


def unreadable(page: Page, look: Look) -> list[str]:
    """The texts that are too small or too pale; one of several alike."""
    texts = {(text.where, text.size): text for text in measured_texts(page)}
    assert texts
    bad = [text for text in texts.values() if text.size < look.min_size or text.contrast < look.min_contrast]
    return [str(text) for text in bad]
