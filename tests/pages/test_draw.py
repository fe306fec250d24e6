"""The Draw page in each of its states, without a browser; the pen itself needs one."""

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnist_lab.charts import PALETTES
from mnist_lab.data import DataSource
from mnist_lab.errors import PredictorError
from mnist_lab.inference import Predictor
from mnist_lab.runs import RunState, RunStore
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.services.container import services
from tests.pages.ended_runs import HOSTILE, ended

ROOT = Path(__file__).resolve().parents[2]
PAGE, ROUTER = ROOT / "pages" / "draw.py", ROOT / "mnist_lab" / "ui" / "shell" / "router.py"


@pytest.fixture
def store() -> RunStore:
    return services().store


@pytest.fixture(autouse=True)
def predictor(monkeypatch):
    """A predictor that reads a seven, and notes what it was asked."""
    asked = []

    def predict(self, run_id, picture):
        asked.append((run_id, picture))
        return np.array([0.01] * 7 + [0.91, 0.01, 0.01], np.float32)

    monkeypatch.setattr(Predictor, "predict", predict)
    monkeypatch.setattr(Predictor, "warm", lambda self, run_id: asked.append((run_id, None)))
    return asked


class Pen:
    """A canvas that is drawn on without a browser: it has the strokes it began with, and those that are added.

    Like the component, it keeps them under its key for as long as its page is shown, and sends a picture only of what
    has been added.
    """

    def __init__(self) -> None:
        self.options = {}
        self._waiting = 0
        self._picture = None

    def draw(self, *, dot: bool = False, blank: bool = False, strokes: int = 1) -> None:
        """Add strokes, to be sent at the next run: a one, or a dot as wide as the pen."""
        pixels = np.full((320, 320, 4), 255, np.uint8)
        if not blank:
            pixels[60 : 80 if dot else 260, 150:170, :3] = 20
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, "PNG")
        self._waiting, self._picture = strokes, out.getvalue()

    def canvas(self, *, key, initial_drawing, stroke_width, stroke_color, **options):
        """Stand in for `st_canvas`."""
        self.options = {"stroke_color": stroke_color, "initial_drawing": initial_drawing, **options}
        known = st.session_state.get(key) or {"objects": initial_drawing["objects"], "picture": None}
        if self._waiting:
            stroke = {"type": "path", "stroke": stroke_color, "strokeWidth": stroke_width}
            known = {"objects": [*known["objects"], *[stroke] * self._waiting], "picture": self._picture}
            self._waiting = 0
        st.session_state[key] = known
        return SimpleNamespace(json_data={"objects": known["objects"]}, image_bytes=known["picture"])

    @staticmethod
    def leave(page: AppTest) -> None:
        """Go to another page, as Streamlit does: what the component kept is forgotten."""
        del page.session_state[f"canvas-{page.session_state['canvas-version']}"]


@pytest.fixture(autouse=True)
def pen(monkeypatch):
    """The canvas, which Streamlit finds only when it serves the app, replaced by one that is drawn on by the test."""
    made = Pen()
    monkeypatch.setitem(sys.modules, "streamlit_drawable_canvas", SimpleNamespace(st_canvas=made.canvas))
    return made


def opened(**address: str) -> AppTest:
    test = AppTest.from_file(str(PAGE), default_timeout=120)
    for name, value in address.items():
        test.query_params[name] = value
    return ok(test.run())


def went(app: AppTest, name: str, **address: str) -> AppTest:
    """The app after its menu led to another page, at an address that names nothing but this."""
    app.switch_page(f"../../../pages/{name}.py")
    app.query_params.clear()
    app.query_params.update(address)
    return ok(app.run())


def ok(test: AppTest) -> AppTest:
    assert not test.exception, test.exception
    return test


def words(test: AppTest) -> str:
    kinds = (test.markdown, test.caption, test.subheader, test.warning, test.error)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def test_an_empty_store_offers_the_next_step():
    page = opened()
    assert "no trained network yet" in words(page)
    assert [button.label for button in page.button] == ["Undo", "Clear", "Train a network", "Compose one first"]


def test_runs_without_a_result_cannot_be_asked(store):
    ended(store, state=RunState.FAILED, sentence="Out of memory.")
    assert "no trained network yet" in words(opened())


def test_before_the_first_stroke_the_pad_says_where_to_draw_and_the_answer_where_it_will_be(store):
    ended(store)
    page = opened()
    assert [caption.value for caption in page.caption if caption.value.endswith("here")] == [
        "Draw here",
        "The prediction appears here",
    ]
    assert not page.subheader


def test_the_pen_has_a_label_and_undo_a_key(store):
    page = opened()
    assert page.slider(key="pen-width").label == "Pen size"
    assert page.button(key="canvas-undo").proto.shortcut


def test_a_blank_canvas_is_not_read(store, pen, predictor):
    run = ended(store)
    pen.draw(blank=True)
    assert "The prediction appears here" in words(opened())
    assert predictor == [(run.id, None)], "the network is warmed, and not asked"


def test_a_stroke_is_read_and_shown(store, pen, predictor):
    run = ended(store)
    pen.draw()
    page = opened()
    assert plain("7, quite sure (91 %)") in words(page)
    assert "appears here" not in words(page)
    run_id, picture = predictor[-1]
    assert run_id == run.id
    assert (picture.shape, picture.dtype) == ((28, 28), np.float32)


def test_what_the_predictor_refuses_is_one_sentence(store, pen, monkeypatch):
    def predict(self, run_id, picture):
        raise PredictorError("The weights are gone.")

    monkeypatch.setattr(Predictor, "predict", predict)
    ended(store)
    pen.draw()
    assert [error.value for error in opened().error] == [plain("The weights are gone.")]


def test_a_dot_is_read_and_called_one(store, pen):
    ended(store)
    pen.draw(dot=True)
    assert [line.value for line in opened().subheader] == [plain("Only a dot, not a digit; read as 7 (91 %)")]


def test_undo_and_clear_begin_a_new_canvas(store, pen):
    ended(store)
    pen.draw()
    page = opened()
    pen.draw()
    ok(page.run())
    ok(page.button(key="canvas-undo").click().run())
    assert len(pen.options["initial_drawing"]["objects"]) == 1
    assert page.session_state["canvas-version"] == 1
    assert plain("7, quite sure (91 %)") in words(page), "what was read of the first stroke is read again"
    ok(page.button(key="canvas-clear").click().run())
    assert pen.options["initial_drawing"]["objects"] == []
    assert page.session_state["canvas-version"] == 2
    assert "Draw here" in words(page)


def test_what_a_canvas_begins_with_does_not_change_while_it_is_drawn_on(store, pen):
    ended(store)
    page = opened()
    for _ in range(2):
        pen.draw()
        ok(page.run())
        assert pen.options["initial_drawing"] == {"objects": []}, "another beginning would empty the canvas"


def test_a_drawing_is_there_and_read_when_its_page_is_shown_again(store, pen):
    ended(store)
    pen.draw(strokes=2)
    page = opened()
    pen.leave(page)
    ok(page.run())
    assert len(pen.options["initial_drawing"]["objects"]) == 2
    assert plain("7, quite sure (91 %)") in words(page)
    pen.draw()
    ok(page.run())
    pen.leave(page)
    ok(page.run())
    assert len(pen.options["initial_drawing"]["objects"]) == 3


def test_a_drawing_goes_over_to_another_theme_with_its_newest_stroke(store, pen, monkeypatch):
    ended(store)
    pen.draw()
    page = opened()
    monkeypatch.setattr("mnist_lab.ui.draw.canvas.theme", lambda: "dark")
    pen.draw()
    ok(page.run())
    dark = PALETTES["dark"]
    assert [stroke["stroke"] for stroke in pen.options["initial_drawing"]["objects"]] == [dark["ink"]] * 2
    assert (pen.options["stroke_color"], pen.options["background_color"]) == (dark["ink"], dark["background"])
    assert plain("7, quite sure (91 %)") in words(page)


def test_the_best_run_is_chosen_unless_the_address_names_one(store):
    worse = ended(store, "Worse", wrong=30)
    best = ended(store, "Best", wrong=1)
    ended(store, "Offline", wrong=0, source=DataSource.UCI)
    page = opened()
    assert page.selectbox(key="draw-run").value == best.id
    assert page.query_params["run"] in (best.id, [best.id])
    assert opened(run=worse.id).selectbox(key="draw-run").value == worse.id


@pytest.fixture
def app() -> AppTest:
    """The whole app, before its first page."""
    return AppTest.from_file(str(ROUTER), default_timeout=120).run()


def test_the_run_that_was_shown_stays_on_the_way_to_inspect_and_back(store, app):
    worse = ended(store, "Worse", wrong=30)
    ended(store, "Best", wrong=1)
    ok(went(app, "draw").selectbox(key="draw-run").select(worse.id).run())
    for name in ("inspect", "train", "draw"):
        went(app, name)
        if name != "train":
            assert app.selectbox(key=f"{name}-run").value == worse.id
            assert app.query_params["run"] in (worse.id, [worse.id])


def test_a_better_run_that_ends_meanwhile_is_shown_only_when_the_address_names_it(store, app):
    shown = ended(store, "Shown", wrong=30)
    went(app, "draw")
    better = ended(store, "Better", wrong=1)
    assert went(app, "inspect").selectbox(key="inspect-run").value == shown.id
    assert went(app, "draw", run=better.id).selectbox(key="draw-run").value == better.id
    assert went(app, "inspect").selectbox(key="inspect-run").value == better.id


def test_a_run_that_was_shown_and_is_deleted_gives_way_to_the_best(store, app):
    worse, best = ended(store, "Worse", wrong=30), ended(store, "Best", wrong=1)
    went(app, "draw", run=worse.id)
    store.delete(worse.id)
    assert went(app, "inspect").selectbox(key="inspect-run").value == best.id


def test_the_menu_shows_ids_only_where_two_networks_would_look_the_same(store):
    ended(store, "Alone", wrong=1)
    twins = [ended(store, "Twin", wrong=2).id for _ in range(2)]
    options = opened().selectbox(key="draw-run").options
    assert options[0] == "Alone · 99.00 %"
    assert sorted(options[1:]) == sorted(f"Twin · 98.00 % · {run_id}" for run_id in twins)


def test_an_address_of_a_deleted_run_says_so_and_names_what_is_shown(store):
    ended(store, "Mine")
    said = words(opened(run="<script>"))
    assert "may have been deleted" in said
    assert "Mine is shown instead" in said
    assert "<script>" not in said


@pytest.mark.parametrize("source", [DataSource.MNIST_SAMPLE, DataSource.UCI])
def test_a_run_of_a_sample_says_so(store, source):
    ended(store, source=source)
    page = opened()
    assert plain(source.dataset_title) in words(page)
    assert "not on MNIST itself" in words(page)
    assert source.dataset_title in page.selectbox(key="draw-run").options[0]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_do_no_harm(store, pen, name):
    run = ended(store, name)
    pen.draw()
    page = opened(run=run.id)
    assert "<script>" not in words(page)
    assert max(map(len, page.selectbox(key="draw-run").options)) < 80
