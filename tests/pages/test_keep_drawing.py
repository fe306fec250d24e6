"""The buttons that keep a drawing, without a browser."""

import io

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnist_lab.runs import Actor
from mnist_lab.ui.components.drawing.drawing_keeper import MeantDrawing
from mnist_lab.ui.draw import keep_drawing as keep_module
from mnist_lab.ui.services.container import services
from tests.handwriting.drawn import drawn
from tests.pages.canvas_png import ELEVEN

STROKE = {"path": [["M", 160, 60], ["L", 160, 260]], "strokeWidth": 20}


def png(*, blank: bool = False) -> bytes:
    pixels = np.full((320, 320, 4), 255, np.uint8)
    if not blank:
        pixels[60:260, 150:170, :3] = 20
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def collection():
    return services().handwriting.collection


@pytest.fixture
def press(monkeypatch):
    """The buttons after one of them was pressed."""

    def pressed(meant: MeantDrawing | None, **state: str) -> AppTest:
        monkeypatch.setattr(keep_module, "meant_drawing", lambda _key: meant)
        monkeypatch.setattr(keep_module.st, "page_link", lambda *_arguments, **_options: None)

        def script():
            import streamlit as st

            from mnist_lab.ui.draw import keep_drawing as module

            if not st.session_state.get("has pressed"):
                st.session_state["has pressed"] = True
                module._keep()
            module.keep_drawing()

        page = AppTest.from_function(script, default_timeout=120)
        for name, value in state.items():
            page.session_state[name] = value
        page.run()
        assert not page.exception, page.exception
        return page

    return pressed


def texts(page: AppTest) -> str:
    return "\n".join(element.value for element in (*page.markdown, *page.error))


def test_what_arrives_twice_is_kept_once_and_its_notice_stays(press, collection):
    meant = MeantDrawing(1, png(), "20", [STROKE], "press")
    page = press(meant, **{"keep-drawing-handled": "another press"})
    assert "Kept as 1" in texts(page)
    page.session_state["has pressed"] = False
    page.run()
    assert "Kept as 1" in texts(page)
    assert len(collection.index()) == 1


def test_a_drawing_is_kept_with_its_pixels_and_strokes_and_can_be_taken_back(press, collection):
    page = press(MeantDrawing(1, png(), "20", [STROKE]))
    (kept,) = collection.drawings(collection.index().ids.tolist())
    assert (kept.label, kept.strokes[0].points) == (1, ((160, 60), (160, 260)))
    assert int(kept.pixels.max()) == 255
    assert "Kept as 1" in texts(page)
    page.button(key="kept-drawing-undo").click().run()
    assert len(collection.index()) == 0
    assert "Kept as" not in texts(page)


def test_the_same_drawing_is_not_kept_twice(press, collection):
    press(MeantDrawing(1, png(), "20", []))
    page = press(MeantDrawing(7, png(), "20", []))
    assert "was kept before" in texts(page)
    assert collection.index().labels.tolist() == [1]


@pytest.mark.parametrize(
    ("meant", "message"),
    [
        (MeantDrawing(1, b"no picture", "20", []), "The canvas is a PNG"),
        (MeantDrawing(1, png(), "1e9", []), "A pen is"),
        (MeantDrawing(1, png(blank=True), "20", []), ""),
        (MeantDrawing(1, ELEVEN, "20", []), "2 digits are on the canvas"),
        (None, ""),
    ],
)
def test_what_is_no_drawing_is_not_kept(press, collection, meant, message):
    assert message in texts(press(meant))
    assert len(collection.index()) == 0


def test_too_many_drawings_are_refused_in_a_sentence(press, collection, on_network):
    most = collection.limits.per_owner
    collection.keep([drawn(seed) for seed in range(most)], Actor("anna"))
    page = press(MeantDrawing(1, png(), "20", []), session="anna")
    assert f"at most {most} drawings" in texts(page)
