"""What a browser reports of the canvas; whoever speaks to the server without our page may send anything."""

import re
import tomllib
from pathlib import Path

import pytest

from mnist_lab.ui.components.assets import script
from mnist_lab.ui.components.drawing.drawing_canvas import MAX_STROKES, CanvasReport, report_of

ROOT = Path(__file__).resolve().parents[4]
STROKE = {"type": "Path", "strokeWidth": 20, "path": [["M", 1, 2]]}


def test_a_report_has_strokes_and_width() -> None:
    drawing = {"strokes": [STROKE], "id": "7-0.5"}
    assert report_of(drawing, 31) == CanvasReport([STROKE], 31, "7-0.5")
    assert report_of(None, None) == CanvasReport(None, None)


@pytest.mark.parametrize(
    "drawing", [[], "x", 7, {}, {"strokes": None}, {"strokes": "x"}, {"strokes": {"a": 1}}, {"image": "x"}]
)
def test_a_report_of_another_form_counts_as_none(drawing: object) -> None:
    assert report_of(drawing, None) == CanvasReport(None, None)


@pytest.mark.parametrize(
    "stroke", [None, 1, "x", [], {}, {"strokeWidth": None}, {"strokeWidth": "wide"}, {"strokeWidth": float("nan")}]
)
def test_what_is_no_stroke_is_left_out(stroke: object) -> None:
    assert report_of({"strokes": [stroke, STROKE]}, None) == CanvasReport([STROKE], None)


@pytest.mark.parametrize("width", ["20", 7, 41, 20.5, None, [20]])
def test_a_width_that_cannot_be_chosen_counts_as_none(width: object) -> None:
    assert report_of(None, width).width is None


def test_an_id_is_a_short_text() -> None:
    assert len(report_of({"strokes": [], "id": "x" * 5000}, None).id) <= 64
    assert report_of({"strokes": [], "id": [7]}, None).id == "[7]"


def test_the_strokes_are_not_endless() -> None:
    assert len(report_of({"strokes": [STROKE] * 5000}, None).strokes or ()) == MAX_STROKES


def test_the_browser_sends_no_more_than_the_server_accepts() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    sent = re.search(r"MAX_SENT = ([\d.e]+)", script("drawing_canvas"))
    assert sent is not None
    assert float(sent[1]) < config["server"]["maxWidgetStateSize"] * 1e6
