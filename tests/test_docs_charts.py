"""The charts of the documentation: what they show is what was recorded."""

import pytest

from benchmarks.recipes import NOTEBOOK
from benchmarks.training_speed import IMAGES, recorded
from docs.charts import notebook_figure, speed_figure
from mnist_lab.network import PRESETS
from mnist_lab.reference import FOLDER, read_archive


def test_the_speed_chart_has_a_panel_for_each_precision_with_plain_keras_as_its_measure() -> None:
    figure = speed_figure()
    panels = {trace["xaxis"] for trace in figure["data"]}
    assert len(panels) == len(recorded()) > 0
    for trace in figure["data"]:
        assert trace["x"] == list(IMAGES)
    plain = [trace["y"] for trace in figure["data"] if trace["legendgroup"] == "keras"]
    assert all(height == pytest.approx(1) for heights in plain for height in heights)


def test_a_bar_of_the_speed_chart_stands_for_the_rate_written_on_it() -> None:
    for number, (precision, machine) in enumerate(recorded().items(), start=1):
        bars = {trace["legendgroup"]: trace for trace in speed_figure()["data"] if trace["xaxis"] == f"x{number}"}
        assert list(machine["rates"]) == bars["lab"]["x"], precision
        for place, rates in enumerate(machine["rates"].values()):
            assert bars["lab"]["y"][place] == pytest.approx(rates["lab"] / rates["keras"])
            assert bars["lab"]["text"][place] == f"{rates['lab']:,.0f}"


def test_the_notebook_chart_shows_the_epochs_of_the_runs_that_ship() -> None:
    figure = notebook_figure()
    shipped = [read_archive(path) for path in FOLDER.glob("*.zip")]
    there = [name for name in NOTEBOOK if any(PRESETS[name].network == imported.run.network for imported in shipped)]
    assert len(figure["data"]) == 2 * len(there) > 0
    assert [shape["y0"] for shape in figure["layout"]["shapes"]] == [NOTEBOOK[name][0] for name in there]
    for trace in figure["data"]:
        assert trace["x"] == list(range(1, 21))
        assert all(loss > 0 for loss in trace["y"])
