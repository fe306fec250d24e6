"""Draw reads an uploaded picture: without a browser, with a predictor that sees sevens everywhere."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.sheet_photos import BLANKS, CONDITIONS, DIGITS
from mnist_lab.errors import PredictorError
from mnist_lab.inference import Predictor
from mnist_lab.inference.reading import Reading
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.services.container import services
from mnist_lab.ui.session.query_params import DRAW_VIEW
from tests.pages.ended_runs import ended

PAGE = Path(__file__).resolve().parents[2] / "pages" / "draw.py"
PHOTO = CONDITIONS["squared"](DIGITS[7][0])


@pytest.fixture(autouse=True)
def sevens(monkeypatch):
    def read(self, run_id, picture):
        return Reading(np.array([0.01] * 7 + [0.91, 0.01, 0.01], np.float32))

    monkeypatch.setattr(Predictor, "read", read)
    monkeypatch.setattr(Predictor, "warm", lambda self, run_id: None)
    ended(services().store)


def opened(content: bytes | None = None) -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=120)
    page.query_params[DRAW_VIEW] = "photo"
    page.run()
    if content is not None:
        page.file_uploader[0].set_value(("sheet.jpg", content, "image/jpeg")).run()
    assert not page.exception, page.exception
    return page


def text(page: AppTest) -> str:
    kinds = (page.markdown, page.caption, page.subheader, page.error)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def test_nothing_takes_room_and_no_camera_is_asked_before_there_is_a_picture():
    page = opened()
    assert len(page.file_uploader) == 1
    assert "The picture" not in text(page)
    assert "picture-remove" not in [button.key for button in page.button]


def test_a_photo_is_shown_with_what_is_ink_and_read():
    page = opened(PHOTO)
    assert plain("7, quite sure (91 %)") in text(page)
    assert "Read as a photo" in text(page)
    page.button(key="picture-remove").click().run()
    assert "The picture" not in text(page)


def test_on_a_blank_sheet_nothing_is_read():
    assert "Nothing is written here" in text(opened(BLANKS["squared"]()))


@pytest.mark.parametrize("content", [b"<html>", PHOTO[:900]])
def test_a_file_that_is_no_picture_is_one_error_and_the_picture_before_it_stays(content):
    page = opened(PHOTO)
    page.file_uploader[0].set_value(("sheet.jpg", content, "image/jpeg")).run()
    assert len(page.error) == 1
    assert plain("7, quite sure (91 %)") in text(page)


def test_an_error_of_the_predictor_is_one_message(monkeypatch):
    def read(self, run_id, picture):
        raise PredictorError("The weights are gone.")

    monkeypatch.setattr(Predictor, "read", read)
    assert [error.value for error in opened(PHOTO).error] == [plain("The weights are gone.")]


def test_in_a_drawn_box_only_its_part_is_read(monkeypatch):
    monkeypatch.setattr("mnist_lab.ui.draw.picture_panel.drawn_box", lambda key: (0.0, 0.0, 0.2, 0.1))
    page = opened(PHOTO)
    assert "Nothing is written here" in text(page)
    monkeypatch.undo()
    assert page.button(key="picture-whole").label == "Look at the whole picture"
