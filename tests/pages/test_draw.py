"""The Draw page in each of its states, without a browser and with a fake canvas."""

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
    """A predictor that always predicts a seven; returns the list of its calls."""
    calls = []

    def predict(self, run_id, picture):
        calls.append((run_id, picture))
        return np.array([0.01] * 7 + [0.91, 0.01, 0.01], np.float32)

    monkeypatch.setattr(Predictor, "predict", predict)
    monkeypatch.setattr(Predictor, "warm", lambda self, run_id: calls.append((run_id, None)))
    return calls


class Pen:
    """A fake canvas: it has its initial strokes and those that a test adds.

    Like the component, it keeps them under its key as long as its page is shown, and sends an image only after strokes
    have been added.
    """

    def __init__(self) -> None:
        self.options = {}
        self._new_strokes = 0
        self._picture = None

    def draw(self, *, dot: bool = False, blank: bool = False, strokes: int = 1) -> None:
        """Add strokes, which are sent at the next run of the page: a one, or a dot as wide as the pen."""
        pixels = np.full((320, 320, 4), 255, np.uint8)
        if not blank:
            pixels[60 : 80 if dot else 260, 150:170, :3] = 20
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, "PNG")
        self._new_strokes, self._picture = strokes, out.getvalue()

    def canvas(self, *, key, initial_drawing, stroke_width, stroke_color, **options):
        """The replacement of `st_canvas`."""
        self.options = {"stroke_color": stroke_color, "initial_drawing": initial_drawing, **options}
        known = st.session_state.get(key) or {"objects": initial_drawing["objects"], "picture": None}
        if self._new_strokes:
            stroke = {"type": "path", "stroke": stroke_color, "strokeWidth": stroke_width}
            known = {"objects": [*known["objects"], *[stroke] * self._new_strokes], "picture": self._picture}
            self._new_strokes = 0
        st.session_state[key] = known
        return SimpleNamespace(json_data={"objects": known["objects"]}, image_bytes=known["picture"])

    @staticmethod
    def leave(page: AppTest) -> None:
        """Forget the state of the component, as Streamlit does when the user leaves the page."""
        del page.session_state[f"canvas-{page.session_state['canvas-version']}"]


@pytest.fixture(autouse=True)
def pen(monkeypatch):
    """The fake canvas in place of the real one, which Streamlit finds only when it serves the app."""
    made = Pen()
    monkeypatch.setitem(sys.modules, "streamlit_drawable_canvas", SimpleNamespace(st_canvas=made.canvas))
    return made


def opened(**address: str) -> AppTest:
    test = AppTest.from_file(str(PAGE), default_timeout=120)
    for name, value in address.items():
        test.query_params[name] = value
    return ok(test.run())


def went(app: AppTest, name: str, **address: str) -> AppTest:
    """The app after its menu has opened another page, with only these URL parameters."""
    app.switch_page(f"../../../pages/{name}.py")
    app.query_params.clear()
    app.query_params.update(address)
    return ok(app.run())


def ok(test: AppTest) -> AppTest:
    assert not test.exception, test.exception
    return test


def page_text(test: AppTest) -> str:
    kinds = (test.markdown, test.caption, test.subheader, test.warning, test.error)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def test_an_empty_store_offers_the_next_step():
    page = opened()
    assert "no trained network yet" in page_text(page)
    assert [button.label for button in page.button] == ["Undo", "Clear", "Train a network", "Compose one first"]


def test_runs_without_a_result_are_not_offered(store):
    ended(store, state=RunState.FAILED, message="Out of memory.")
    assert "no trained network yet" in page_text(opened())


def test_before_the_first_stroke_two_prompts_are_shown(store):
    ended(store)
    page = opened()
    assert [caption.value for caption in page.caption if caption.value.endswith("here")] == [
        "Draw here",
        "The prediction appears here",
    ]
    assert not page.subheader


def test_the_pen_size_has_a_label_and_undo_has_a_shortcut(store):
    page = opened()
    assert page.slider(key="pen-width").label == "Pen size"
    assert page.button(key="canvas-undo").proto.shortcut


def test_a_blank_canvas_gives_no_prediction(store, pen, predictor):
    run = ended(store)
    pen.draw(blank=True)
    assert "The prediction appears here" in page_text(opened())
    assert predictor == [(run.id, None)], "the network is loaded, but predicts nothing"


def test_a_stroke_gives_a_prediction(store, pen, predictor):
    run = ended(store)
    pen.draw()
    page = opened()
    assert plain("7, quite sure (91 %)") in page_text(page)
    assert "appears here" not in page_text(page)
    run_id, picture = predictor[-1]
    assert run_id == run.id
    assert (picture.shape, picture.dtype) == ((28, 28), np.float32)


def test_an_error_of_the_predictor_is_one_message(store, pen, monkeypatch):
    def predict(self, run_id, picture):
        raise PredictorError("The weights are gone.")

    monkeypatch.setattr(Predictor, "predict", predict)
    ended(store)
    pen.draw()
    assert [error.value for error in opened().error] == [plain("The weights are gone.")]


def test_a_dot_gives_a_prediction_and_is_called_a_dot(store, pen):
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
    assert plain("7, quite sure (91 %)") in page_text(page), "the first stroke alone gives its prediction again"
    ok(page.button(key="canvas-clear").click().run())
    assert pen.options["initial_drawing"]["objects"] == []
    assert page.session_state["canvas-version"] == 2
    assert "Draw here" in page_text(page)


def test_the_initial_strokes_of_a_canvas_do_not_change_while_it_is_drawn_on(store, pen):
    ended(store)
    page = opened()
    for _ in range(2):
        pen.draw()
        ok(page.run())
        assert pen.options["initial_drawing"] == {"objects": []}, "other initial strokes would empty the canvas"


def test_a_drawing_and_its_prediction_are_shown_again_when_the_page_is_opened_again(store, pen):
    ended(store)
    pen.draw(strokes=2)
    page = opened()
    pen.leave(page)
    ok(page.run())
    assert len(pen.options["initial_drawing"]["objects"]) == 2
    assert plain("7, quite sure (91 %)") in page_text(page)
    pen.draw()
    ok(page.run())
    pen.leave(page)
    ok(page.run())
    assert len(pen.options["initial_drawing"]["objects"]) == 3


def test_a_change_of_the_theme_keeps_all_strokes(store, pen, monkeypatch):
    ended(store)
    pen.draw()
    page = opened()
    monkeypatch.setattr("mnist_lab.ui.draw.canvas.theme", lambda: "dark")
    pen.draw()
    ok(page.run())
    dark = PALETTES["dark"]
    assert [stroke["stroke"] for stroke in pen.options["initial_drawing"]["objects"]] == [dark["ink"]] * 2
    assert (pen.options["stroke_color"], pen.options["background_color"]) == (dark["ink"], dark["background"])
    assert plain("7, quite sure (91 %)") in page_text(page)


def test_the_best_run_is_selected_unless_the_url_requests_one(store):
    worse = ended(store, "Worse", wrong=30)
    best = ended(store, "Best", wrong=1)
    ended(store, "Offline", wrong=0, source=DataSource.UCI)
    page = opened()
    assert page.selectbox(key="draw-run").value == best.id
    assert page.query_params["run"] in (best.id, [best.id])
    assert opened(run=worse.id).selectbox(key="draw-run").value == worse.id


@pytest.fixture
def app() -> AppTest:
    """The whole app, on its start page."""
    return AppTest.from_file(str(ROUTER), default_timeout=120).run()


def test_the_selected_run_stays_selected_on_the_other_pages(store, app):
    worse = ended(store, "Worse", wrong=30)
    ended(store, "Best", wrong=1)
    ok(went(app, "draw").selectbox(key="draw-run").select(worse.id).run())
    for name in ("inspect", "train", "draw"):
        went(app, name)
        if name != "train":
            assert app.selectbox(key=f"{name}-run").value == worse.id
            assert app.query_params["run"] in (worse.id, [worse.id])


def test_a_better_run_that_ends_later_is_shown_only_if_the_url_requests_it(store, app):
    shown = ended(store, "Shown", wrong=30)
    went(app, "draw")
    better = ended(store, "Better", wrong=1)
    assert went(app, "inspect").selectbox(key="inspect-run").value == shown.id
    assert went(app, "draw", run=better.id).selectbox(key="draw-run").value == better.id
    assert went(app, "inspect").selectbox(key="inspect-run").value == better.id


def test_after_the_selected_run_is_deleted_the_best_run_is_selected(store, app):
    worse, best = ended(store, "Worse", wrong=30), ended(store, "Best", wrong=1)
    went(app, "draw", run=worse.id)
    store.delete(worse.id)
    assert went(app, "inspect").selectbox(key="inspect-run").value == best.id


def test_the_select_box_shows_ids_only_for_runs_with_equal_labels(store):
    ended(store, "Alone", wrong=1)
    twins = [ended(store, "Twin", wrong=2).id for _ in range(2)]
    options = opened().selectbox(key="draw-run").options
    assert options[0] == "Alone · 99.00 %"
    assert sorted(options[1:]) == sorted(f"Twin · 98.00 % · {run_id}" for run_id in twins)


def test_a_url_of_a_deleted_run_gives_a_warning_that_names_the_run_shown(store):
    ended(store, "Mine")
    text = page_text(opened(run="<script>"))
    assert "may have been deleted" in text
    assert "Mine is shown instead" in text
    assert "<script>" not in text


@pytest.mark.parametrize("source", [DataSource.MNIST_SAMPLE, DataSource.UCI])
def test_a_run_on_a_sample_is_marked(store, source):
    ended(store, source=source)
    page = opened()
    assert plain(source.dataset_title) in page_text(page)
    assert "not on MNIST itself" in page_text(page)
    assert source.dataset_title in page.selectbox(key="draw-run").options[0]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_escaped_and_shortened(store, pen, name):
    run = ended(store, name)
    pen.draw()
    page = opened(run=run.id)
    assert "<script>" not in page_text(page)
    assert max(map(len, page.selectbox(key="draw-run").options)) < 80
