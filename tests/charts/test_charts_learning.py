"""The drawing of learning curves."""

import math

import pytest

from mnist_lab.charts import Curve, learning_curves
from mnist_lab.charts.curves import MAX_POINTS


def names(figure):
    return [trace["name"] for trace in figure["data"] if trace.get("showlegend", True)]


def test_one_run_is_drawn_in_the_colours_of_training_and_validation(make_points, assert_drawable):
    figure = learning_curves([Curve("a", make_points([2.0, 1.0], [0.5]), best_epoch=1)], metric="loss", smoothing=0.6)
    assert names(figure) == ["training, smoothed 0.6", "validation"]
    raw, smooth, validation = figure["data"]
    assert raw["line"]["color"] == "@training/0.28"
    assert smooth["line"]["color"] == "@training"
    assert (validation["line"]["color"], validation["mode"]) == ("@validation", "lines+markers")
    assert [note["text"] for note in figure["layout"]["annotations"]] == ["★ best: epoch 1, 0.5000"]
    assert_drawable(figure)


def test_several_runs_have_their_own_colours_and_markers(make_points, assert_drawable):
    curves = [
        Curve(f"run {place}", make_points([2.0, 1.0], [0.5]), colour_index=index) for place, index in enumerate((3, 0))
    ]
    figure = learning_curves(curves, metric="accuracy")
    assert names(figure) == ["run 0", "run 1"]
    validation = [trace for trace in figure["data"] if trace.get("showlegend", True)]
    assert [trace["line"]["color"] for trace in validation] == ["@run-3", "@run-0"]
    assert len({trace["marker"]["symbol"] for trace in validation}) == 2
    training = [trace for trace in figure["data"] if not trace.get("showlegend", True)]
    assert all("dash" in trace["line"] for trace in training)
    assert_drawable(figure)


def test_a_ghost_is_grey_behind_a_live_run_that_keeps_its_colours(make_points, assert_drawable):
    points = make_points([2.0, 1.0], [0.5])
    figure = learning_curves([Curve("live", points), Curve("old", points, ghost=True)], metric="loss", epochs=9)
    assert names(figure) == ["old", "training, smoothed 0.6", "validation"]
    assert figure["data"][1]["line"]["color"].startswith("@muted")
    assert_drawable(figure)


def test_the_planned_epochs_frame_a_live_chart(make_points):
    live = [learning_curves([Curve("a", make_points([2.0] * n))], metric="loss", epochs=12) for n in (1, 9)]
    assert live[0]["layout"]["xaxis"]["range"] == live[1]["layout"]["xaxis"]["range"] == [0, pytest.approx(12.18)]
    assert live[0]["layout"]["uirevision"] == live[1]["layout"]["uirevision"]


def test_other_metrics_forget_the_zoom(make_points):
    points = make_points([2.0, 1.0], [0.5])
    axes = [
        learning_curves([Curve("a", points)], metric=metric, log=log)["layout"]["yaxis"]
        for metric, log in (("loss", False), ("loss", True), ("accuracy", True))
    ]
    assert len({axis["uirevision"] for axis in axes}) == 3
    assert [axis["type"] for axis in axes] == ["linear", "log", "linear"]


def test_broken_numbers_leave_a_gap_and_a_sentence(make_points, assert_drawable):
    figure = learning_curves([Curve("a", make_points([2.0, 1.0, math.nan, math.inf], [0.5]))], metric="loss")
    assert figure["data"][0]["y"][2:] == [None, None]
    assert [note["text"] for note in figure["layout"]["annotations"]] == ["! Training loss became NaN in epoch 2"]
    assert_drawable(figure)


@pytest.mark.parametrize(
    ("training", "sentence"),
    [
        ([], "The curves appear here as soon as training starts."),
        ([math.nan], "Training loss became NaN in epoch 1"),
    ],
)
def test_nothing_to_draw_is_said(make_points, assert_drawable, training, sentence):
    figure = learning_curves([Curve("a", make_points(training))], metric="loss")
    assert (figure["data"], figure["layout"]["annotations"][0]["text"]) == ([], sentence)
    assert_drawable(figure)


def test_no_curve_at_all(assert_drawable):
    assert_drawable(learning_curves([], metric="loss"))


def test_ghosts_alone(make_points, assert_drawable):
    assert_drawable(learning_curves([Curve("old", make_points([1.0], [0.5]), ghost=True)], metric="loss"))


def test_a_best_epoch_that_is_not_there_yet_is_not_marked(make_points):
    figure = learning_curves([Curve("a", make_points([2.0], []), best_epoch=1)], metric="loss")
    assert figure["layout"]["annotations"] == []


def test_compact_has_neither_legend_nor_titles(make_points, assert_drawable):
    figure = learning_curves([Curve("a", make_points([2.0, 1.0], [0.5]), best_epoch=1)], metric="loss", compact=True)
    assert figure["layout"]["showlegend"] is False
    assert figure["layout"]["annotations"] == []
    assert_drawable(figure)


def test_long_runs_are_thinned(make_points):
    figure = learning_curves([Curve("a", make_points([1.0] * 5000, [0.5] * 900))], metric="loss")
    assert max(len(trace["x"]) for trace in figure["data"]) <= MAX_POINTS


def test_hostile_names_are_shown_as_they_are(make_points, assert_drawable):
    points = make_points([2.0, 1.0], [0.5])
    hostile = ["<b>&", "@ink", "@none", "%{x}", "x" * 10_000]
    figure = learning_curves([Curve(name, points) for name in hostile], metric="loss")
    assert names(figure) == ["&lt;b&gt;&amp;", "&#64;ink", "&#64;none", "%{x}", "x" * 39 + "…"]
    assert not any("x}" in trace.get("hovertemplate", "") for trace in figure["data"])
    assert_drawable(figure)
