import io
import re
from typing import Literal

import pytest

from mnist_lab.cli.progress import ProgressLine
from mnist_lab.runs import MetricPoint
from tests.factories import make_point


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def point(step: int, kind: Literal["step", "epoch"]) -> MetricPoint:
    figures = {"training_loss": 0.4, "training_accuracy": 0.85} | ({"validation_loss": 0.31} if kind == "epoch" else {})
    return make_point(step, kind, steps_per_epoch=100, seconds=step / 10, **figures)


@pytest.fixture
def clock(monkeypatch):
    """A clock that advances by a second at each call."""
    times = iter(range(10_000))
    monkeypatch.setattr("mnist_lab.cli.progress.time.monotonic", lambda: float(next(times)))


def test_a_log_file_has_a_line_an_epoch_and_no_control_characters():
    stream = io.StringIO()
    with ProgressLine(stream) as line:
        line.phase("loading data")
        line.phase("loading data")
        for step in (50, 100, 150, 200):
            line.point(point(step, "epoch" if step % 100 == 0 else "step"), 200, 2)

    lines = stream.getvalue().splitlines()
    assert lines[0] == "loading data …"
    assert [text.split(":")[0] for text in lines[1:]] == ["epoch 1/2", "epoch 2/2"]
    assert "validation loss 0.3100, accuracy 90.00 %" in lines[1]
    assert "\r" not in stream.getvalue()


def shown(terminal: Terminal) -> str:
    """What was written to a terminal, without its control sequences."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())


def test_a_terminal_has_a_bar_that_is_redrawn_and_cleared(clock):
    stream = Terminal()
    with ProgressLine(stream) as line:
        line.point(point(50, "step"), 200, 2)
        line.point(point(100, "epoch"), 200, 2)
        line.point(point(150, "step"), 200, 2)

    text = shown(stream)
    assert "epoch 1/2 ━" in text
    assert "loss 0.4000 · accuracy 85.00 % · 1,000 images/s · 15 s left" in text
    assert "epoch 2/2 ━" in text
    assert "epoch 1/2: training loss 0.4000" in text
    assert stream.getvalue().endswith("\x1b[2K"), "the line is cleared at the end"


def test_a_narrow_terminal_cuts_the_line_instead_of_wrapping_it(clock, monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    stream = Terminal()
    with ProgressLine(stream) as line:
        line.point(point(50, "step"), 200, 2)

    assert max(map(len, shown(stream).splitlines())) <= 50


def test_the_bar_is_not_redrawn_more_often_than_can_be_seen(monkeypatch):
    monkeypatch.setattr("mnist_lab.cli.progress.time.monotonic", lambda: 1.0)
    stream = Terminal()
    with ProgressLine(stream) as line:
        for step in range(100):
            line.point(point(step, "step"), 200, 2)

    assert shown(stream).count("accuracy") <= 3


@pytest.mark.parametrize(("total", "expected"), [(2_097_152, "1.0 MB of 2.0 MB"), (None, "1.0 MB")])
def test_a_download_shows_what_has_come(clock, total, expected):
    stream = Terminal()
    with ProgressLine(stream) as line:
        line.download(1_048_576, total)

        assert expected in shown(stream)


def test_a_download_into_a_log_file_is_one_line():
    stream = io.StringIO()
    with ProgressLine(stream) as line:
        for received in range(100):
            line.download(received, 100)

    assert stream.getvalue() == "downloading MNIST …\n"
