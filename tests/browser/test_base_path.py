"""The app below a path, behind a reverse proxy, as on a school's server or in JupyterHub."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mnist_lab.reference import install_reference_runs
from mnist_lab.runs import RunStore, open_store
from mnist_lab.settings import Settings
from mnist_lab.training.claim import take_slot
from mnist_lab.ui.components import streamlit_dom as dom
from tests.browser.fake_training import FakeTraining
from tests.browser.page_states import PAGE_TITLES
from tests.browser.proxies import PathProxy
from tests.browser.test_live_chart import END

StartApp = Callable[..., AbstractContextManager[str]]
SCHOOL = "school.localhost"
"""A name that every Chromium takes for this machine, and the lab does not."""


@dataclass(frozen=True)
class Site:
    """A lab behind a proxy, as its users see it."""

    address: str
    proxy: PathProxy
    store: RunStore


@dataclass(frozen=True)
class Way:
    """How a server shows the lab below a path."""

    path: str
    app_path: str
    strips: bool
    replaces_host: bool


WAYS = {
    "the proxy passes the path on": Way("/lab", "/lab", strips=False, replaces_host=False),
    "it removes the path and replaces the host": Way("/user/ann/proxy/8501", "", strips=True, replaces_host=True),
}

_FIRST = {"": ".js-plotly-plot .main-svg", "draw": ".lab-reading-text"}
"""What a page draws late: the chart of Start, and on Draw what is read."""


@pytest.fixture(scope="module", params=WAYS.values(), ids=WAYS)
def site(
    request: pytest.FixtureRequest,
    start_app: StartApp,
    data_settings: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    way: Way = request.param
    home = tmp_path_factory.mktemp("home")
    store = open_store(Settings(home=home))
    install_reference_runs(store)
    # The app's own workers get no slot: nothing trains.
    slot = take_slot(Settings(home=home, workers=1))
    assert slot is not None
    settings = {"MNIST_LAB_HOSTS": SCHOOL, "MNIST_LAB_WORKERS": "1"}
    with (
        start_app(home, data_settings, path=way.app_path, MNIST_LAB_REFRESH="0.15", **settings) as address,
        PathProxy(address, way.path, strips=way.strips, replaces_host=way.replaces_host) as proxy,
    ):
        yield Site(f"http://{SCHOOL}:{proxy.port}{way.path}", proxy, store)
    slot.release()
    store.close()


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(dom.PAGE).wait_for()
    page.wait_for_selector(dom.SCRIPT_RUNS_NOT)


def test_every_page_and_chart_is_there_and_nothing_is_asked_outside_the_path(page: Page, site: Site) -> None:
    for path, title in PAGE_TITLES.items():
        open_page(page, f"{site.address}/{path}")
        expect(page).to_have_title(f"{title} · MNIST Lab")
        expect(page.get_by_text("Page not found")).to_have_count(0)
        if path in _FIRST:
            page.wait_for_selector(_FIRST[path])
        for image in page.locator("img").all():
            assert image.evaluate("(node) => node.complete && node.naturalWidth > 0")
    assert site.proxy.strays == []


def test_an_address_without_a_page_leads_to_start(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/nosuchpage")
    expect(page.locator(dom.TOAST)).to_contain_text("There is no page “nosuchpage”. This is Start.")
    expect(page).to_have_title("Start · MNIST Lab")
    expect(page).to_have_url(re.compile(rf"^{site.address}/(\?.*)?$"))
    expect(page.get_by_text("Page not found")).to_have_count(0)


def test_the_menu_stays_below_the_path(page: Page, site: Site) -> None:
    open_page(page, f"{site.address}/train")
    for path, title in PAGE_TITLES.items():
        page.get_by_role("link", name=title, exact=True).filter(visible=True).first.click()
        expect(page).to_have_title(f"{title} · MNIST Lab")
        expect(page).to_have_url(re.compile(rf"^{site.address}/{path}(\?.*)?$"))
        # The first charts of a page are drawn after the address has changed.
        if path in _FIRST:
            page.wait_for_selector(_FIRST[path])
    assert site.proxy.strays == []


def test_curves_grow(page: Page, site: Site) -> None:
    with FakeTraining(site.store) as training:
        # By the menu: the address of the page is then not the one that was loaded.
        open_page(page, site.address)
        page.get_by_role("link", name="Train", exact=True).filter(visible=True).first.click()
        open_page(page, f"{site.address}/train?run={training.run.id}")
        page.wait_for_function(f"() => ({END}) > 0")
        before = page.evaluate(END)
        page.wait_for_function(f"(before) => ({END}) > before", arg=before)
    assert any("/live?" in path for path in site.proxy.paths)
    assert site.proxy.strays == []


def test_who_looks_like_this_machine_behind_a_proxy_is_no_teacher(page: Page, site: Site) -> None:
    # These proxies add no header, and the name stands for this machine: a script on the internet would send the same.
    with FakeTraining(site.store) as training:
        open_page(page, f"{site.address}/train?run={training.run.id}")
        expect(page.get_by_text("belongs to another browser", exact=False).first).to_be_visible()
        expect(page.get_by_role("button", name="Pause", exact=True)).to_have_count(0)


def test_networks_and_tables_are_downloaded_and_links_open(page: Page, site: Site, tmp_path: Path) -> None:
    open_page(page, f"{site.address}/compose")
    page.get_by_role("button", name="Add dropout").click()
    page.get_by_role("button", name="Export").click()
    link = page.get_by_text(re.compile(r"\?n=")).first.inner_text()
    assert link.startswith(f"{site.address}/compose?n=")
    with page.expect_download() as network:
        page.get_by_role("button", name="Download as JSON").click()
    network.value.save_as(tmp_path / "network.json")
    assert "Dropout" in (tmp_path / "network.json").read_text(encoding="utf-8")
    blocks = page.locator(f"{dom.DIAGRAM} [data-index]").count()
    open_page(page, link)
    expect(page.locator(f"{dom.DIAGRAM} [data-index]")).to_have_count(blocks)
    open_page(page, f"{site.address}/compare")
    with page.expect_download():
        page.get_by_role("button", name="CSV", exact=True).click()
    assert site.proxy.strays == []


def test_a_file_is_uploaded(page: Page, site: Site, tmp_path: Path) -> None:
    file = tmp_path / "network.json"
    layer = {"kind": "Dense", "units": 7}
    file.write_text(f'{{"version": 1, "name": "From a file", "layers": [{layer}]}}'.replace("'", '"'), encoding="utf-8")
    open_page(page, f"{site.address}/compose")
    page.get_by_role("button", name="Import").click()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("textbox", name="Name")).to_have_value("From a file")
    assert site.proxy.strays == []
