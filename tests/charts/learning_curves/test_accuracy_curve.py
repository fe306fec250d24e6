"""The small learning curve of the Start page."""

from mnist_lab.charts import Figure, MetricHistory, accuracy_figure, figure_delta
from tests.charts.deltas import applied
from tests.factories import make_point


def history(epochs: float) -> MetricHistory:
    """A point every half epoch, and validation figures at the end of each."""
    steps = range(5, round(10 * epochs) + 1, 5)
    points = [make_point(step, training_accuracy=0.5 + step / 100) for step in steps]
    ends = [make_point(step, "epoch", validation_accuracy=0.6 + step / 100) for step in steps if step % 10 == 0]
    return MetricHistory([*points, *ends])


def figure(epochs: float, *, planned: int | None = 4) -> Figure:
    return accuracy_figure(history(epochs), epochs=planned, smoothing=0.0, key="abcd1234")


def test_training_and_validation_are_drawn_in_percent_over_epochs() -> None:
    raw, smooth, validation = figure(2.0)["data"]
    assert (raw["x"], raw["y"]) == ([0.5, 1.0, 1.5, 2.0], [55.0, 60.0, 65.0, 70.0])
    assert (smooth["x"], smooth["y"]) == (raw["x"], raw["y"])
    assert (validation["x"], validation["y"]) == ([1.0, 2.0], [70.0, 80.0])
    assert [trace.get("showlegend", True) for trace in (raw, smooth, validation)] == [False, True, True]


def test_the_axis_shows_the_whole_training_from_its_start() -> None:
    assert figure(0.5)["layout"]["xaxis"]["range"][1] >= 4
    assert figure(2.0, planned=None)["layout"]["xaxis"]["range"][1] < 2.1


def test_without_a_point_a_hint_stands_in_the_middle() -> None:
    assert [note["text"] for note in figure(0.0)["layout"]["annotations"]] == [
        "The accuracy grows here<br>while the network learns."
    ]
    assert figure(0.5)["layout"]["annotations"] == []


def test_while_it_grows_only_what_is_new_is_sent() -> None:
    before, after = figure(2.0), figure(2.5)
    delta = figure_delta(before, after)
    assert delta is not None
    assert [(index, start) for index, start, *_ in delta["traces"]] == [(0, 4), (1, 4)]
    assert applied(before, delta) == after
