"""The Draw page in each of its states, without a browser and with a fake canvas."""

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_lab.data import DataSource
from mnist_lab.inference import Predictor
from mnist_lab.runs import RunState, RunStore
from mnist_lab.runs.epoch_weights import epoch_weights_path, write_epoch_weights
from mnist_lab.ui.components.drawing.drawing_canvas import CanvasReport
from mnist_lab.ui.components.markdown import plain
from mnist_lab.ui.services.container import services
from tests.pages.ended_runs import HOSTILE, ended
from tests.pages.train_page import component, components

ROOT = Path(__file__).resolve().parents[2]
PAGE, ROUTER = ROOT / "pages" / "draw.py", ROOT / "mnist_lab" / "ui" / "shell" / "router.py"


@pytest.fixture
def store() -> RunStore:
    return services().store


@pytest.fixture(autouse=True)
def predictor(monkeypatch):
    """No process is started to load a network."""
    monkeypatch.setattr(Predictor, "warm", lambda self, run_id: None)


class Pen:
    """A fake canvas: it has the strokes that it begins with and those that a test adds, and reports them.

    Like Streamlit, it forgets its report when the user leaves the page.
    """

    def __init__(self) -> None:
        self.began_with: list[dict[str, object]] = []
        self.width = 0
        self.report = CanvasReport(None, None)

    def draw(self, strokes: int = 1) -> None:
        """Add strokes, which are reported at the next run of the page."""
        drawn = [*(self.report.strokes or self.began_with), *[{"type": "path", "strokeWidth": 20}] * strokes]
        self.report = CanvasReport(drawn, None)

    def clear(self) -> None:
        self.report = CanvasReport([], None)

    def drawing_canvas(self, strokes, width, drawing_id, *, key):
        self.began_with, self.width = list(strokes), width

    def reported(self, key):
        return self.report

    def leave(self) -> None:
        self.report = CanvasReport(None, None)


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


def test_the_browser_is_told_whose_network_reads(store):
    run = ended(store)
    address, prompt = component(opened(), "digit_reading")
    assert address == f"live/reading?run={run.id}"
    assert prompt.startswith("Draw a digit")


@pytest.mark.parametrize(
    ("view", "parameters"),
    [
        ("", [{"view": "input"}, {"view": "evidence"}]),
        ("nonsense", [{"view": "input"}, {"view": "evidence"}]),
        ("networks", [{"view": "networks"}]),
        ("layers", [{"view": "layers"}]),
    ],
)
def test_the_url_names_the_view_below_the_canvas(store, view, parameters):
    run = ended(store)
    page = opened(view=view)
    addresses = [urlsplit(data[0]) for data in components(page, "drawing_view")]
    assert [address.path for address in addresses] == ["live/drawing"] * len(parameters)
    assert [dict(parse_qsl(address.query)) for address in addresses] == [
        {**expected, "run": run.id} for expected in parameters
    ]


def test_the_steps_and_the_drawing_as_it_was_drawn_are_shown_on_demand(store):
    ended(store)
    page = opened()
    ok(page.toggle(key="draw-steps").set_value(True).run())
    ok(page.toggle(key="draw-uncentred").set_value(True).run())
    assert component(page, "drawing_view")[0].endswith("&steps=1&uncentred=1")


def test_a_view_that_is_chosen_stays_in_the_url(store):
    ended(store)
    page = opened()
    ok(page.button_group(key="draw-view").set_value("networks").run())
    assert page.query_params["view"] in ("networks", ["networks"])


def test_the_slider_has_the_epochs_that_the_run_has_kept(store):
    run = ended(store)
    assert "were not kept" in page_text(opened(view="epochs"))
    for epoch in (0, 1, 4):
        write_epoch_weights(epoch_weights_path(store.folder(run.id).epochs, epoch), [np.zeros(3)])
    page = opened(view="epochs")
    slider = page.select_slider(key=f"draw-epoch-{run.id}")
    assert slider.options == ["0", "1", "4"]
    assert component(page, "drawing_view")[0].endswith("&epoch=4")
    ok(slider.set_value(1).run())
    assert component(page, "drawing_view")[0].endswith("&epoch=1")


def test_a_drawing_is_there_again_when_the_page_is_opened_again(store, pen):
    ended(store)
    pen.draw(strokes=2)
    page = opened()
    pen.leave()
    ok(page.run())
    assert len(pen.began_with) == 2
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
    pen.report = CanvasReport(None, 31)
    ok(page.run())
    pen.leave()
    ok(page.run())
    assert pen.width == 31


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
