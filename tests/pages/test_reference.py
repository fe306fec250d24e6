"""The pages of a lab that has just begun: the reference runs are there, and one's own go before them."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from mnist_lab.data import DataSource
from mnist_lab.inference import Predictor
from mnist_lab.reference import shipped_archives
from mnist_lab.ui.services.container import services
from tests.pages.ended_runs import ended
from tests.pages.train_page import open_page, words

PAGES = Path(__file__).resolve().parents[2] / "pages"


@pytest.fixture(autouse=True)
def with_reference_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_LAB_REFERENCE", "true")
    monkeypatch.setattr(Predictor, "warm", lambda self, run_id: None)
    canvas = SimpleNamespace(st_canvas=lambda **_options: SimpleNamespace(json_data=None, image_bytes=None))
    monkeypatch.setitem(sys.modules, "streamlit_drawable_canvas", canvas)


def opened(name: str) -> AppTest:
    test = AppTest.from_file(str(PAGES / f"{name}.py"), default_timeout=30).run()
    assert not test.exception, test.exception
    return test


def test_the_first_page_waits_for_none_of_them() -> None:
    opened("compose")
    assert services().store.list() == []


@pytest.mark.parametrize("page", ["train", "compare", "draw", "inspect"])
def test_a_page_that_shows_ended_runs_has_all_of_them(page: str) -> None:
    opened(page)
    assert {run.id for run in services().store.list()} == {path.stem for path in shipped_archives()}


def test_draw_and_inspect_begin_with_the_best_reference_run() -> None:
    services().reference.ensure()
    best = max(services().store.list(), key=lambda run: run.result.test_accuracy if run.result else 0.0)
    assert opened("draw").selectbox(key="draw-run").value == best.id
    assert opened("inspect").selectbox(key="inspect-run").value == best.id


def test_ones_own_run_goes_before_better_ones_of_the_lab() -> None:
    own = ended(services().store, "My own", wrong=40)
    assert opened("draw").selectbox(key="draw-run").value == own.id


def test_a_run_of_the_sample_reads_drawings_less_well_than_the_labs() -> None:
    ended(services().store, "My own", wrong=0, source=DataSource.MNIST_SAMPLE)
    chosen = opened("draw").selectbox(key="draw-run").value
    assert services().store.get(chosen).is_reference


def test_compare_shows_every_reference_run_as_what_it_is() -> None:
    frame = opened("compare").dataframe[0].value
    assert len(frame) == len(shipped_archives())
    assert all(name.endswith("(reference)") for name in frame["Name"])


def test_train_waits_for_the_first_run_of_ones_own() -> None:
    assert "You have trained nothing yet" in words(open_page())
    ended(services().store, "My own")
    assert "My own" in words(open_page())


def test_train_shows_a_reference_run_whose_address_is_given() -> None:
    run_id = shipped_archives()[0].stem
    shown = words(open_page(run=run_id))
    assert services().store.get(run_id).name in shown


def test_how_fast_another_machine_was_tells_nothing_here() -> None:
    services().reference.ensure()
    assert "an epoch of MNIST here" not in words(opened("compose"))
