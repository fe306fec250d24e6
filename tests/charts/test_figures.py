"""The smaller figures: what they show, and that Plotly draws them."""

import math

import numpy as np
import pytest

from mnist_lab.charts import (
    CostBar,
    RunDot,
    class_counts_figure,
    cost_bars,
    cost_info,
    empty_figure,
    parameters_accuracy_figure,
    schedule_figure,
)
from mnist_lab.network import PRESETS, Activation, Conv2D, Network, analyse
from mnist_lab.recipe import Recipe, learning_rates


def test_cost_info_of_a_small_network():
    layers = (Conv2D(filters=2), Activation(activation="relu"))
    convolution, closing = 26 * 26 * 2 * 9, 26 * 26 * 2 * 10
    total = convolution + closing
    assert cost_info(analyse(Network(name="x", layers=layers))) == [
        CostBar("1  conv 3×3", "convolution", convolution / total, "12,168 multiply-adds, 20 parameters"),
        CostBar("+  dense softmax", "dense", closing / total, "13,520 multiply-adds, 13,530 parameters"),
    ]


@pytest.mark.parametrize("name", list(PRESETS))
def test_cost_bars_of_every_preset(name, assert_drawable):
    figure = cost_bars(analyse(PRESETS[name].network))
    assert sum(figure["data"][0]["x"]) == pytest.approx(100)
    assert_drawable(figure)


def test_cost_bars_without_cost(assert_drawable):
    analysis = analyse(Network(name="x", layers=(Conv2D(filters=2, kernel_size=50),)))
    assert cost_bars(analysis)["data"] == []
    assert_drawable(cost_bars(analysis))


@pytest.mark.parametrize("schedule", ["constant", "cosine", "one-cycle", "step"])
def test_schedule(schedule, assert_drawable):
    rates = learning_rates(Recipe(schedule=schedule), 2700)
    figure = schedule_figure(rates, 5)
    (trace,) = figure["data"]
    assert (trace["x"][0], trace["x"][-1]) == (0, 5)
    assert max(trace["y"]) == pytest.approx(0.001)
    assert len(trace["x"]) <= 400
    assert_drawable(figure)


@pytest.mark.parametrize("rates", [[], [0.001], [0.0, 0.0], [math.nan]])
def test_schedule_of_few_or_no_rates(rates, assert_drawable):
    assert_drawable(schedule_figure(rates, 1))


def test_class_counts(assert_drawable):
    figure = class_counts_figure(np.arange(10) * 1000)
    assert figure["data"][0]["text"][9] == "9,000"
    assert_drawable(figure)
    assert_drawable(class_counts_figure([0] * 10))
    with pytest.raises(ValueError, match="ten counts"):
        class_counts_figure([1, 2, 3])


def test_parameters_accuracy(assert_drawable):
    figure = parameters_accuracy_figure([RunDot("A", 34826, 0.9912, 0.0009, 4), RunDot("<b>", 829760, 0.9927, 0.0008)])
    first, second = figure["data"]
    assert (first["x"], first["y"]) == ([34826], [pytest.approx(99.12)])
    assert first["error_y"]["array"] == [pytest.approx(0.09)]
    assert (first["marker"]["color"], second["marker"]["color"]) == ("@run-4", "@run-1")
    assert first["customdata"] == ["<b>A</b><br>99.12 % ± 0.09 points<br>34,826 parameters"]
    assert second["customdata"][0].startswith("<b>&lt;b&gt;</b>")
    assert (first["textposition"], second["textposition"]) == ("middle right", "middle left")
    assert figure["layout"]["xaxis"]["type"] == "log"
    assert_drawable(figure)
    assert_drawable(parameters_accuracy_figure([]))
    assert parameters_accuracy_figure([RunDot("A", 1, 0.5, 0.1)] * 9)["data"][0]["mode"] == "markers"


def test_names_of_neighbours_do_not_overlap():
    near = [RunDot("Strong (reference)", 39_338, 0.9956, 0.0), RunDot("Fast (reference)", 34_250, 0.9916, 0.0)]
    first, second = parameters_accuracy_figure([*near, RunDot("Tiny", 14_410, 0.91, 0.0)])["data"][:2]
    assert (first["textposition"], second["textposition"]) == ("top left", "middle left")
    assert "Strong (reference)" in first["text"][0]
    crowd = parameters_accuracy_figure([RunDot("A run of a long name", 20_000, 0.99, 0.0)] * 8)["data"]
    named = [dot["textposition"] for dot in crowd if dot["mode"] == "markers+text"]
    assert len(named) == len(set(named)) < 8


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ((34_250, 314_426), ["50 k", "100 k", "200 k"]),
        ((14_410, 14_410), ["10 k", "20 k"]),
        ((1_010, 829_760), ["1 k", "10 k", "100 k", "1 M"]),
        ((1, 1), ["1"]),
    ],
)
def test_the_axis_of_parameters_has_round_ticks(parameters, words):
    dots = [RunDot("A", each, 0.9, 0.01) for each in parameters]
    assert parameters_accuracy_figure(dots)["layout"]["xaxis"]["ticktext"] == words


def test_figures_have_no_background_and_keep_zoom_and_legend_choices(assert_drawable):
    figure = empty_figure("Nothing yet.")
    assert figure["layout"]["paper_bgcolor"] == figure["layout"]["plot_bgcolor"] == "rgba(0,0,0,0)"
    assert figure["layout"]["uirevision"]
    assert "family" not in figure["layout"]["font"]
    assert_drawable(figure)
