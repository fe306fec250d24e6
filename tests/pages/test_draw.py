"""The Draw page in each of its states, without a browser and with a fake canvas."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnist_lab.data import DataSource
from mnist_lab.errors import PredictorError
from mnist_lab.inference import Answer, Predictor
from mnist_lab.novelty import DigitScore
from mnist_lab.runs import RunState, RunStore
from mnist_lab.ui.components.drawing_canvas import CanvasReport
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.services.container import services
from tests.pages.ended_runs import HOSTILE, ended

ROOT = Path(__file__).resolve().parents[2]
PAGE, ROUTER = ROOT / "pages" / "draw.py", ROOT / "mnist_lab" / "ui" / "shell" / "router.py"


@pytest.fixture
def store() -> RunStore:
    return services().store


SEVEN = np.array([0.01] * 7 + [0.91, 0.01, 0.01], np.float32)
NO_DIGIT = DigitScore(0.75, is_digit=False)


@pytest.fixture(autouse=True)
def predictor(monkeypatch):
    """A predictor that always predicts a seven; returns the list of its calls."""
    calls = []

    def predict(self, run_id, picture):
        calls.append((run_id, picture))
        return Answer(run_id, SEVEN)

    monkeypatch.setattr(Predictor, "read", predict)
    monkeypatch.setattr(Predictor, "warm", lambda self, run_id: calls.append((run_id, None)))
    return calls


class Pen:
    """A fake canvas: it has the strokes that it begins with and those that a test adds, and reports them.

    Like Streamlit, it forgets its report when the user leaves the page.
    """

    def __init__(self) -> None:
        self.began_with: list[dict[str, object]] = []
        self.width = 0
        self.report = CanvasReport(None, None, None)

    def draw(self, *, dot: bool = False, blank: bool = False, strokes: int = 1) -> None:
        """Add strokes, which are reported at the next run of the page: a one, or a dot as wide as the pen."""
        pixels = np.full((320, 320, 4), 255, np.uint8)
        if not blank:
            pixels[60 : 80 if dot else 260, 150:170, :3] = 20
        drawn = [*(self.report.strokes or self.began_with), *[{"type": "path", "strokeWidth": 20}] * strokes]
        self.report = CanvasReport(drawn, as_url(pixels), None)

    def clear(self) -> None:
        self.report = CanvasReport([], as_url(np.full((320, 320, 4), 255, np.uint8)), None)

    def drawing_canvas(self, strokes, width, drawing_id, *, side, key):
        self.began_with, self.width = list(strokes), width

    def reported(self, key):
        return self.report

    def leave(self) -> None:
        self.report = CanvasReport(None, None, None)


def as_url(pixels: np.ndarray) -> str:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


@pytest.fixture(autouse=True)
def pen(monkeypatch):
    """The fake canvas in place of the real one, which draws in a browser only."""
    made = Pen()
    for function in (made.drawing_canvas, made.reported):
        monkeypatch.setattr(f"mnist_lab.ui.draw.canvas.{function.__name__}", function)
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
    assert [button.label for button in page.button] == ["Train a network", "Compose one first"]


def test_runs_without_a_result_are_not_offered(store):
    ended(store, state=RunState.FAILED, message="Out of memory.")
    assert "no trained network yet" in page_text(opened())


def test_before_the_first_stroke_the_place_of_the_prediction_is_shown(store):
    ended(store)
    page = opened()
    assert "The network reads it after each stroke" in page_text(page)
    assert not page.subheader


def test_a_blank_canvas_gives_no_prediction(store, pen, predictor):
    run = ended(store)
    pen.draw(blank=True)
    assert "The network reads it after each stroke" in page_text(opened())
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

    monkeypatch.setattr(Predictor, "read", predict)
    ended(store)
    pen.draw()
    assert [error.value for error in opened().error] == [plain("The weights are gone.")]


def test_what_is_no_digit_is_told_with_the_nearest_one(store, pen, monkeypatch):
    monkeypatch.setattr(Predictor, "read", lambda _self, run_id, _image: Answer(run_id, SEVEN, digit_score=NO_DIGIT))
    ended(store)
    pen.draw()
    assert [line.value for line in opened().subheader] == ["This does not look like a digit; nearest is 7"]


def test_a_dot_gives_a_prediction_and_is_called_a_dot(store, pen):
    ended(store)
    pen.draw(dot=True)
    assert [line.value for line in opened().subheader] == [plain("Only a dot, not a digit; read as 7 (91 %)")]


def test_after_clear_nothing_is_predicted(store, pen):
    ended(store)
    pen.draw()
    page = opened()
    pen.clear()
    assert "The network reads it after each stroke" in page_text(ok(page.run()))


def test_a_drawing_and_its_prediction_are_shown_again_when_the_page_is_opened_again(store, pen):
    ended(store)
    pen.draw(strokes=2)
    page = opened()
    pen.leave()
    ok(page.run())
    assert len(pen.began_with) == 2
    assert plain("7, quite sure (91 %)") in page_text(page)
    pen.draw()
    ok(page.run())
    pen.leave()
    ok(page.run())
    assert len(pen.began_with) == 3


def test_a_cleared_canvas_stays_empty_when_the_page_is_opened_again(store, pen):
    pen.draw()
    page = opened()
    pen.clear()
    ok(page.run())
    pen.leave()
    ok(page.run())
    assert pen.began_with == []


def test_the_width_of_the_pen_stays_when_the_page_is_left(store, pen):
    page = opened()
    pen.report = CanvasReport(None, None, 31)
    ok(page.run())
    pen.leave()
    ok(page.run())
    assert pen.width == 31


@pytest.mark.parametrize(
    "image",
    [
        None,
        "",
        "data:image/png;base64,",
        "data:image/png;base64,AAAA",
        "data:image/png;base64,\N{SNOWMAN}",
        as_url(np.zeros((321, 320, 4), np.uint8)),
        as_url(np.zeros((4000, 4000, 4), np.uint8)),
    ],
)
def test_a_report_that_is_no_picture_of_the_canvas_gives_no_prediction(store, pen, image):
    ended(store)
    pen.report = CanvasReport([{"strokeWidth": 20}], image, None)
    assert "The network reads it after each stroke" in page_text(opened())


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
