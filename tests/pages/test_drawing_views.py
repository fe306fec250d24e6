"""What `/live/drawing` answers to a browser that has a view of its drawing shown."""

import asyncio
import json
from typing import Any

import numpy as np
import pytest
from starlette.requests import Request

from mnist_lab.errors import PredictorError, StoreError
from mnist_lab.inference import Answer, Predictor
from mnist_lab.inference.inspection import CellSum, LayerOutput
from mnist_lab.network import analyse
from mnist_lab.runs import Run, RunStore
from mnist_lab.ui.live import drawing_view_parts, drawing_views
from mnist_lab.ui.services.container import services
from mnist_lab.ui.shell import reading_route
from tests.pages.canvas_png import BLANK, ELEVEN, ONE
from tests.pages.ended_runs import ended

SEVEN = np.array([0.01] * 7 + [0.91, 0.01, 0.01], np.float32)


@pytest.fixture
def store() -> RunStore:
    return services().store


@pytest.fixture
def run(store: RunStore) -> Run:
    return ended(store, "Mine", preset="tiny")


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A predictor whose networks all read a seven; returns the runs that were asked."""
    runs: list[str] = []

    def predict_many(_self: Predictor, run_ids: list[str], _image: Any) -> list[Answer]:
        runs.extend(run_ids)
        return [Answer(run_id, SEVEN) for run_id in run_ids]

    monkeypatch.setattr(Predictor, "predict", lambda *_arguments: SEVEN)
    monkeypatch.setattr(Predictor, "predict_many", predict_many)
    return runs


def view(name: str, run_id: str, png: bytes = ONE, theme: str = "light", **options: str) -> dict[str, Any]:
    parameters = {"view": name, "run": run_id, "pen": "20", "theme": theme, **options}
    found: dict[str, Any] = json.loads(drawing_views.answer(parameters, png))
    return found


@pytest.mark.parametrize("name", drawing_view_parts.VIEWS)
def test_several_digits_are_not_shown_as_if_they_were_one(run: Run, name: str) -> None:
    assert view(name, run.id, ELEVEN) == {"text": "2 digits are on the canvas. Draw one alone to look closer at it."}


def test_the_input_has_its_steps_on_demand(run: Run) -> None:
    assert view("input", run.id)["html"].count("<img") == 1
    assert view("input", run.id, steps="1", uncentred="1")["html"].count("<img") == 6
    assert "7, quite sure (91 %)" in view("input", run.id, uncentred="1")["html"]


def test_all_networks_are_asked_once(store: RunStore, run: Run, asked: list[str]) -> None:
    other = ended(store, "Other", wrong=2)

    answer = view("networks", run.id)

    assert "All 2 networks read a 7." in answer["html"]
    assert "again" not in answer
    assert sorted(asked) == sorted([run.id, other.id])


def test_networks_that_must_be_loaded_first_come_later(
    store: RunStore, run: Run, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(store, "Other", wrong=2)
    monkeypatch.setattr(drawing_view_parts, "_LOADING_SECONDS", -1.0)

    answer = view("networks", run.id)

    assert asked == []
    assert "Is being loaded…" in answer["html"]
    assert answer["again"] > 0


def test_the_epochs_are_asked_once_for_a_drawing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def epoch_readings(_predictor: Predictor, run_id: str, _image: Any) -> tuple[tuple[int, ...], Any]:
        calls.append(run_id)
        return (0, 1, 2), np.stack([SEVEN[::-1], SEVEN, SEVEN])

    monkeypatch.setattr(drawing_view_parts, "epoch_readings", epoch_readings)
    assert "After epoch 1" in view("epochs", run.id, epoch="1")["html"]
    assert "After epoch 2" in view("epochs", run.id, epoch="99")["html"]
    assert "since epoch 1" in view("epochs", run.id, epoch="x")["html"]
    assert calls == [run.id]


def test_a_run_without_epochs_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing_view_parts, "epoch_readings", lambda *_: ((), np.zeros((0, 10), np.float32)))

    assert "were not kept" in view("epochs", run.id)["text"]


def test_the_layers_have_maps_and_pictures_for_the_diagram(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    reports = analyse(run.network).layers
    monkeypatch.setattr(drawing_view_parts, "layer_outputs", lambda *_: tuple(map(output, reports)))

    answer = view("layers", run.id)

    assert set(answer["pictures"]) >= {"input", "0"}
    assert len(answer["shares"]) == 10
    assert answer["html"].count("data-layer=") > view("layers", run.id, layer="0")["html"].count("data-layer=") == 1


def output(report: Any) -> LayerOutput:
    shape = report.output_shape
    shown = (min(shape[2], 16), *shape[:2]) if len(shape) == 3 else (1, 1, min(shape[0], 256))
    return LayerOutput(shape, np.zeros(shown, np.uint8), 0.0, 1.0)


def test_a_value_tells_its_sum(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    cells: list[Any] = []

    def cell_sum(_predictor: Predictor, _run_id: str, _image: Any, layer: int, cell: list[int]) -> CellSum:
        cells.append((layer, cell))
        return CellSum(0.84, 9, 0.71, 0.13, "relu")

    monkeypatch.setattr(drawing_view_parts, "cell_sum", cell_sum)
    assert "9 products" in view("cell", run.id, cell="2.5.6.0")["html"]
    assert cells == [(2, [5, 6, 0])]


@pytest.mark.parametrize("cell", ["", "x", "1", "1.-2.3", "1.2.3.4.5", "1.999999999", "1.²"])
def test_a_value_that_is_none_is_refused(run: Run, cell: str) -> None:
    assert view("cell", run.id, cell=cell) == {"text": "There is no such value in this network."}


def test_the_deciding_pixels_come_with_the_nearest_digits(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing_view_parts, "deciding_pixels", lambda *_: np.ones((28, 28), np.float32))

    html = view("evidence", run.id)["html"]
    assert html.count("A training digit") == 5
    assert "Orange speaks for the 7" in html


def test_an_error_of_the_predictor_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any) -> None:
        raise PredictorError("The weights are gone.")

    monkeypatch.setattr(drawing_view_parts, "deciding_pixels", fail)
    assert view("evidence", run.id) == {"text": "The weights are gone."}


@pytest.mark.parametrize(
    ("parameters", "png", "text"),
    [
        ({"view": "x"}, ONE, "This view is not known here. Reload the page."),
        ({"theme": "pink"}, ONE, "This view is not known here. Reload the page."),
        ({"pen": "900"}, ONE, "This drawing did not arrive whole. Draw on."),
        ({}, b"x", "This drawing did not arrive whole. Draw on."),
        ({}, BLANK, "There is no ink to read yet. Draw on."),
        ({"run": "abcd1234"}, ONE, "This network is not in the lab any more. Reload the page."),
    ],
)
def test_what_our_page_does_not_send_is_one_sentence(
    run: Run, parameters: dict[str, str], png: bytes, text: str
) -> None:
    asked = {"view": "input", "run": run.id, "pen": "20", "theme": "light", **parameters}
    assert json.loads(drawing_views.answer(asked, png)) == {"text": text}


def test_the_route_answers_and_waits_while_the_store_cannot_be_read(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": ONE, "more_body": False}

    query = f"view=input&run={run.id}&pen=20&theme=dark".encode()
    scope = {"type": "http", "query_string": query, "headers": []}
    response = asyncio.run(reading_route.live_drawing(Request(scope, receive)))
    assert "28×28" in json.loads(response.body)["html"]

    def fail(*_arguments: object) -> bytes:
        raise StoreError("locked")

    monkeypatch.setattr(drawing_views, "answer", fail)
    assert asyncio.run(reading_route.live_drawing(Request(scope, receive))).status_code == 503
