"""The pages of a new lab: the reference runs are there, and the user's own runs come first."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_lab.data import DataSource
from mnist_lab.inference import Predictor
from mnist_lab.recipe import has_handwriting
from mnist_lab.reference import shipped_archives
from mnist_lab.ui.services.container import services
from tests.pages.compare_page import table_rows
from tests.pages.ended_runs import ended
from tests.pages.train_page import open_page, page_text

PAGES = Path(__file__).resolve().parents[2] / "pages"


@pytest.fixture(autouse=True)
def with_reference_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_LAB_REFERENCE", "true")
    monkeypatch.setattr(Predictor, "warm", lambda self, run_id: None)


def opened(name: str) -> AppTest:
    test = AppTest.from_file(str(PAGES / f"{name}.py"), default_timeout=120).run()
    assert not test.exception, test.exception
    return test


def test_the_first_page_does_not_wait_for_the_reference_runs() -> None:
    opened("compose")
    assert services().store.list() == []


@pytest.mark.parametrize("page", ["train", "compare", "draw", "inspect"])
def test_a_page_that_shows_ended_runs_has_all_of_them(page: str) -> None:
    opened(page)
    assert {run.id for run in services().store.list()} == {path.stem for path in shipped_archives()}


def test_draw_and_inspect_begin_with_the_reference_run_that_reads_strangers_best() -> None:
    services().reference.ensure()
    (reader,) = (run for run in services().store.list() if has_handwriting(run.recipe))
    assert opened("draw").selectbox(key="draw-run").value == reader.id
    assert opened("inspect").selectbox(key="inspect-run").value == reader.id


def test_the_users_own_run_comes_before_better_reference_runs() -> None:
    own = ended(services().store, "My own", wrong=40)
    assert opened("draw").selectbox(key="draw-run").value == own.id


def test_a_reference_run_comes_before_a_run_on_a_sample() -> None:
    ended(services().store, "My own", wrong=0, source=DataSource.MNIST_SAMPLE)
    chosen = opened("draw").selectbox(key="draw-run").value
    assert services().store.get(chosen).is_reference


def test_compare_marks_every_reference_run() -> None:
    found = [row["Name"] for row in table_rows(opened("compare"))]
    assert len(found) == len(shipped_archives())
    assert all(name.endswith("(reference)") for name in found)


def test_train_shows_no_reference_run_by_default() -> None:
    assert "You have not trained a network yet" in page_text(open_page())
    ended(services().store, "My own")
    assert "My own" in page_text(open_page())


def test_train_shows_a_reference_run_requested_by_the_url() -> None:
    run_id = shipped_archives()[0].stem
    shown = page_text(open_page(run=run_id))
    assert services().store.get(run_id).name in shown


def test_reference_runs_give_no_time_estimate_for_this_machine() -> None:
    services().reference.ensure()
    assert "per epoch of MNIST" not in page_text(opened("compose"))
