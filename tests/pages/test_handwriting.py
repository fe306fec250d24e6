"""The Handwriting page in each of its states, without a browser and with a predictor that reads threes."""

import io
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_lab.charts import Part
from mnist_lab.handwriting import Collection
from mnist_lab.handwriting.drawing_files import drawings_to_json
from mnist_lab.inference import Predictor
from mnist_lab.runs import MACHINE, Actor, RunStore
from mnist_lab.ui.components.drawing.drawing_grid import GridAction
from mnist_lab.ui.handwriting import collection_panel
from mnist_lab.ui.services.container import services
from tests.handwriting.drawn import drawn
from tests.pages.ended_runs import ended

PAGE = Path(__file__).resolve().parents[2] / "pages" / "handwriting.py"
ANNA = Actor("anna")


@pytest.fixture
def store() -> RunStore:
    return services().store


@pytest.fixture
def collection() -> Collection:
    return services().handwriting.collection


@pytest.fixture(autouse=True)
def predictor(monkeypatch):
    def predict_images(self, run_id, images):
        answers = np.full((len(images), 10), 0.01, np.float32)
        answers[:, 3] = 0.91
        return answers

    monkeypatch.setattr(Predictor, "predict_images", predict_images)


@pytest.fixture(autouse=True)
def grids(monkeypatch):
    """The cells with which each grid was drawn last, by its key."""
    cells_by_key = {"handwriting-grid": [], "handwriting-mistakes": []}

    def drawing_grid(_sprite, cells, *, key, on_action):
        cells_by_key[key][:] = cells

    monkeypatch.setattr(collection_panel, "drawing_grid", drawing_grid)
    return cells_by_key


@pytest.fixture
def grid(grids):
    """Those of the collection."""
    return grids["handwriting-grid"]


@pytest.fixture
def run(store):
    made = ended(store)
    store.folder(made.id).best_weights.write_bytes(b"weights")
    return made


def opened(**state: str) -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=120)
    for name, value in state.items():
        page.session_state[name] = value
    return ok(page.run())


def ok(page: AppTest) -> AppTest:
    assert not page.exception, page.exception
    return page


def read(page: AppTest, run_id: str) -> AppTest:
    """The page after the network has read all drawings."""
    for _ in range(600):
        if not services().handwriting.is_reading(run_id):
            return ok(page.run())
        time.sleep(0.05)
    pytest.fail("waited 30 s")


def texts(page: AppTest) -> str:
    kinds = (page.markdown, page.caption, page.success, page.info, page.error, page.warning)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def figures(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def test_an_empty_collection_offers_the_next_step():
    page = opened()
    assert "No drawing was kept yet" in texts(page)
    assert [button.label for button in page.button] == ["Draw a digit"]


def test_without_a_network_the_drawings_are_shown(collection, grid):
    collection.keep([drawn(3), drawn(4)], ANNA)
    page = opened()
    assert figures(page) == {"Drawings": "2", "Writers": "1"}
    assert [(cell.label, cell.read) for cell in grid] == [(each, -1) for each in (cell.label for cell in grid)]
    assert "no trained network yet" in texts(page)


def test_the_network_reads_the_drawings_in_the_background(collection, run, grid):
    collection.keep([drawn(3), drawn(4)], ANNA)
    page = opened()
    page = read(page, run.id)
    assert figures(page)["Read correctly"] == "1 of 2"
    assert {(cell.label, cell.read, cell.name) for cell in grid} == {
        (3, 3, "3, read as 3, by visitor 1"),
        (4, 3, "4, read as 3, by visitor 1"),
    }
    assert "Most of them are by **visitor 1** (1)." in texts(page)


def test_of_many_drawings_the_share_has_its_standard_error(collection, run):
    collection.keep([drawn(seed) for seed in range(40)], ANNA)
    assert figures(read(opened(), run.id))["Read correctly"] == "10.0 ± 4.7 %"


def test_the_mistakes_have_a_confusion_matrix_whose_parts_choose_drawings(collection, run, grids):
    collection.keep([drawn(seed) for seed in (3, 4, 5)], ANNA)
    page = opened()
    page = read(page, run.id)
    assert {cell.label for cell in grids["handwriting-mistakes"]} == {4, 5}
    page.session_state["handwriting-part"] = Part(3, 3)
    ok(page.run())
    assert {cell.label for cell in grids["handwriting-mistakes"]} == {3}


def test_a_network_that_nobody_fools(collection, run):
    collection.keep([drawn(3)], ANNA)
    page = opened()
    assert "Nobody has fooled this network yet" in texts(read(page, run.id))


def test_the_filters_choose_drawings(collection, run, grid):
    collection.keep([drawn(seed) for seed in (3, 4, 5)], ANNA)
    page = opened()
    page = read(page, run.id)
    page.selectbox(key="handwriting-read").select("misread").run()
    assert {cell.label for cell in grid} == {4, 5}
    ok(page.button_group(key="handwriting-digits").select(4).run())
    assert [cell.label for cell in grid] == [4]
    page.button_group(key="handwriting-digits").unselect(4).select(3).run()
    assert "No drawing is of this kind" in texts(page)
    ok(page.button(key="handwriting-all").click().run())
    assert len(grid) == 3


def test_drawings_of_others_can_be_changed_by_a_teacher_only(collection, grid, on_network):
    collection.keep([drawn(3)], ANNA)
    collection.keep([drawn(4)], Actor("ben"))
    opened(session="anna")
    assert {(cell.label, cell.name, cell.is_changeable) for cell in grid} == {
        (3, "3, by you", True),
        (4, "4, by visitor 2", False),
    }


def acted(monkeypatch, action, **state: str) -> AppTest:
    """The notice after what a click in the grid does."""
    monkeypatch.setattr(collection_panel, "requested_action", lambda _key: action)

    def script():
        import streamlit as st

        from mnist_lab.ui.handwriting.changes import change_notice
        from mnist_lab.ui.handwriting.collection_panel import _act

        if not st.session_state.get("has acted"):
            st.session_state["has acted"] = True
            _act("handwriting-grid")
        change_notice()

    page = AppTest.from_function(script, default_timeout=120)
    for name, value in state.items():
        page.session_state[name] = value
    return ok(page.run())


def test_another_label_can_be_undone(collection, monkeypatch):
    collection.keep([drawn(3)], MACHINE)
    page = acted(monkeypatch, GridAction((drawn(3).id,), 8))
    assert collection.index().labels.tolist() == [8]
    assert "1 drawing is labelled 8 now" in texts(page)
    ok(page.button(key="handwriting-undo").click().run())
    assert collection.index().labels.tolist() == [3]
    assert "1 drawing is" not in texts(page)


def test_deleted_drawings_can_be_brought_back(collection, monkeypatch):
    collection.keep([drawn(3), drawn(4)], MACHINE)
    page = acted(monkeypatch, GridAction((drawn(3).id, drawn(4).id), None))
    assert len(collection.index()) == 0
    assert "2 drawings are deleted" in texts(page)
    ok(page.button(key="handwriting-undo").click().run())
    assert len(collection.index()) == 2


@pytest.mark.parametrize("label", [8, None])
def test_what_somebody_else_has_deleted_is_not_said_to_be_changed(collection, monkeypatch, label):
    collection.keep([drawn(3), drawn(4)], MACHINE)
    collection.delete([drawn(3).id], MACHINE)
    page = acted(monkeypatch, GridAction((drawn(3).id,), label))
    assert "somebody has deleted these drawings" in page.error[0].value
    assert not [button for button in page.button if button.key == "handwriting-undo"]


def test_what_may_not_be_changed_is_said(collection, monkeypatch, on_network):
    collection.keep([drawn(3)], ANNA)
    page = acted(monkeypatch, GridAction((drawn(3).id,), None), session="ben")
    assert "Nothing was changed" in texts(page)
    assert len(collection.index()) == 1


def test_a_teacher_deletes_all_of_one_visitor(collection):
    collection.keep([drawn(3), drawn(4)], ANNA)
    collection.keep([drawn(5)], Actor("ben"))
    page = opened()
    page.selectbox(key="handwriting-whose").select("anna").run()
    ok(page.button(key="handwriting-delete-them").click().run())
    assert collection.index().labels.tolist() == [5]
    ok(page.button(key="handwriting-undo").click().run())
    assert len(collection.index()) == 3


def zip_of(**pictures):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, picture in pictures.items():
            archive.writestr(name, picture)
    return content.getvalue()


def upload(content):
    """What an upload does."""

    def script(content):
        from mnist_lab.ui.handwriting.changes import change_notice, keep_file

        keep_file(content)
        change_notice()

    return ok(AppTest.from_function(script, default_timeout=120, args=(content,)).run())


def test_an_uploaded_file_is_kept_and_a_bad_one_is_one_sentence(collection):
    collection.keep([drawn(3), drawn(4)], ANNA)
    content = drawings_to_json(collection.drawings(collection.index().ids.tolist())).encode()
    collection.delete([drawn(4).id], ANNA)
    assert "1 drawing is added\\. 1 drawing is there already" in texts(upload(content))
    page = upload(zip_of(**{"anna.png": b"no picture"}))
    assert len(page.error) == 1
    assert len(collection.index()) == 2


def test_a_pupil_cannot_upload_more_than_may_be_kept(collection, monkeypatch, on_network):
    most = collection.limits.per_owner
    page = upload(zip_of(**{f"7/{number}.png": b"" for number in range(most + 1)}))
    assert f"at most {most:,}" in page.error[0].value


def test_the_page_shows_part_of_a_large_collection(collection, grid):
    collection.keep([drawn(seed) for seed in range(collection_panel.PER_PAGE + 3)], MACHINE)
    opened()
    assert len(grid) == collection_panel.PER_PAGE
