"""What the chart tests share: metric points from short lists, and Plotly's own judgement of a figure."""

import json
from collections.abc import Callable, Sequence

import plotly.graph_objects as go
import pytest

from mnist_lab.charts import Figure, paint
from mnist_lab.runs import MetricPoint
from tests.factories import make_point

DRAWN_TRACES = {"scatter", "bar"}
"""What the vendored bundle of Plotly can draw, besides pies."""


@pytest.fixture
def make_points() -> Callable[..., list[MetricPoint]]:
    """Metric points of a run: training losses within epochs, validation losses at their ends; accuracy is 1 - loss."""

    def make(training: Sequence[float], validation: Sequence[float] = (), per_epoch: int = 2) -> list[MetricPoint]:
        points = [
            make_point(step, steps_per_epoch=per_epoch, training_loss=loss, training_accuracy=1 - loss)
            for step, loss in enumerate(training, start=1)
        ]
        points += [
            make_point(
                n * per_epoch, "epoch", steps_per_epoch=per_epoch, validation_loss=loss, validation_accuracy=1 - loss
            )
            for n, loss in enumerate(validation, start=1)
        ]
        return points

    return make


@pytest.fixture
def assert_drawable() -> Callable[[Figure], None]:
    """Plotly takes the figure in both themes, and it survives JSON, where NaN and infinity do not exist."""

    def check(figure: Figure) -> None:
        json.dumps(figure, allow_nan=False)
        assert {trace.get("type", "scatter") for trace in figure["data"]} <= DRAWN_TRACES
        for theme in ("light", "dark"):
            painted = paint(figure, theme)
            assert '"@' not in json.dumps(painted)
            go.Figure(painted)

    return check
