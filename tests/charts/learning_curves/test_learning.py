"""The drawing of learning curves."""

import math

import pytest

from mnist_lab.charts import Curve, MetricHistory, run_figure
from mnist_lab.charts.learning_curves.curves import ERROR_FLOOR, MAX_POINTS
from mnist_lab.charts.learning_curves.panels import epoch_axis_end, panel_layout


@pytest.fixture
def curve(make_points):
    def make(training, validation=(), label="a", **more):
        return Curve(label, MetricHistory(make_points(training, validation)), **more)

    return make


def names(figure):
    return [trace["name"] for trace in figure["data"] if trace.get("showlegend", True)]


def notes(figure):
    titles = {"loss", "accuracy", "error", "learning rate"}
    return [note["text"] for note in figure["layout"]["annotations"] if note["text"] not in titles]


def by_uid(figure):
    return {trace["uid"]: trace for trace in figure["data"]}


def test_one_run_is_drawn_in_the_colours_of_training_and_validation(curve, assert_drawable):
    figure = run_figure([curve([2.0, 1.0], [0.5], best_epoch=1)], smoothing=0.6)
    assert names(figure) == ["training", "validation"]
    traces = by_uid(figure)
    assert list(traces) == [
        *("loss-raw", "loss-smooth", "loss-validation"),
        *("accuracy-raw", "accuracy-smooth", "accuracy-validation"),
        "rate-rate",
    ]
    assert traces["loss-raw"]["line"]["color"] == "@training/0.28"
    assert traces["accuracy-smooth"]["line"]["color"] == "@training"
    validation = traces["loss-validation"]
    assert (validation["line"]["color"], validation["mode"], validation["y"]) == ("@validation", "lines+markers", [0.5])
    assert traces["rate-rate"]["y"] == [0.001, 0.001]
    assert notes(figure) == ["★ best: epoch 1, 0.5000", "★ 50.00 %"]
    assert_drawable(figure)


def test_three_panels_share_one_epoch_axis_and_do_not_overlap(curve):
    figure = run_figure([curve([2.0, 1.0], [0.5])])
    axes = [name for name in figure["layout"] if name.startswith("xaxis")]
    assert axes == ["xaxis"]
    assert not any("xaxis" in trace for trace in figure["data"])
    domains = [figure["layout"][name]["domain"] for name in ("yaxis3", "yaxis2", "yaxis")]
    ends = [end for domain in domains for end in domain]
    assert ends == sorted(ends)
    assert [trace["yaxis"] for trace in figure["data"]] == ["y"] * 3 + ["y2"] * 3 + ["y3"]


def test_a_legend_item_hides_a_line_in_both_panels(curve):
    traces = by_uid(run_figure([curve([2.0, 1.0], [0.5])]))
    groups = {uid: trace["legendgroup"] for uid, trace in traces.items()}
    assert groups["loss-raw"] == groups["loss-smooth"] == groups["accuracy-raw"] == groups["accuracy-smooth"]
    assert groups["loss-validation"] == groups["accuracy-validation"]


def test_each_learning_rate_has_its_label_unless_two_would_overlap():
    def ticks(*rates):
        layout = panel_layout([], [], [([0, 1], [rate, rate]) for rate in rates], log=False, error=False, end=1, key="")
        return layout["yaxis3"]["ticktext"]

    assert ticks(0.01, 0.001) == ["0.01", "0.001"]
    assert ticks(0.01, 0.009, 0.01) == ["0.01"]
    assert ticks() == []


def test_what_only_decorates_says_nothing_on_hover(curve):
    figure = run_figure([curve([2.0, 1.0], [0.5]), curve([2.0], [0.5], label="b")])
    silent = [trace for trace in figure["data"] if trace.get("hoverinfo") == "skip"]
    # A template would speak in spite of "skip".
    assert len(silent) == 6
    assert not any("hovertemplate" in trace for trace in silent)


def test_several_runs_have_their_own_colours_and_markers(curve, assert_drawable):
    curves = [
        curve([2.0, 1.0], [0.5], label=f"run {place}", key=f"id{place}", number=index)
        for place, index in enumerate((3, 0))
    ]
    figure = run_figure(curves)
    assert names(figure) == ["run 0", "run 1"]
    traces = by_uid(figure)
    validation = [traces[f"accuracy-id{place}-validation"] for place in (0, 1)]
    assert [trace["line"]["color"] for trace in validation] == ["@run-3", "@run-0"]
    assert len({trace["marker"]["symbol"] for trace in validation}) == 2
    assert "dash" in traces["loss-id0-training"]["line"]
    assert notes(figure) == []
    assert_drawable(figure)


def test_a_single_run_can_be_drawn_in_its_own_colour(curve, assert_drawable):
    alone = run_figure([curve([2.0, 1.0], [0.5], key="a", number=13, best_epoch=1)], by_run=True)
    beside = run_figure(
        [curve([2.0, 1.0], [0.5], key="a", number=13), curve([2.0], [0.5], label="b", number=3)], by_run=True
    )
    assert by_uid(alone)["loss-a-validation"] == by_uid(beside)["loss-a-validation"]
    assert {trace["line"]["color"] for trace in alone["data"]} == {"@run-3", "@run-3/0.4"}
    assert notes(alone) == ["★ best: epoch 1, 0.5000", "★ 50.00 %"]
    assert_drawable(alone)


def test_a_run_without_validation_is_named_all_the_same(curve):
    figure = run_figure([curve([2.0, 1.0], [0.5]), curve([2.0], label="cut short")])
    assert "cut short, training" in names(figure)


def test_a_baseline_is_pale_behind_a_live_run_that_keeps_its_colours_and_traces(curve, assert_drawable):
    live, old = curve([2.0, 1.0], [0.5]), curve([2.0, 1.0], [0.5], label="old", number=3, baseline=True)
    without, figure = run_figure([live], epochs=9), run_figure([live, old], epochs=9)
    assert names(figure) == ["old", "training", "validation"]
    assert [trace["line"]["color"] for trace in figure["data"][:2]] == ["@run-3/0.4", "@run-3/0.65"]
    assert by_uid(without).items() <= by_uid(figure).items()
    assert_drawable(figure)


def test_every_trace_keeps_its_name_while_the_run_grows(curve):
    start, later = (
        [trace["uid"] for trace in run_figure([curve(*numbers)], log=log)["data"]]
        for numbers, log in ((((), ()), False), (([2.0] * 900, [0.5] * 9), True))
    )
    assert start == later


def test_the_frame_of_a_growing_run_stays(curve):
    live = [run_figure([curve([2.0] * n)], epochs=12)["layout"] for n in (0, 1, 9)]
    assert [layout["xaxis"]["range"] for layout in live] == [[0, pytest.approx(12.18)]] * 3
    for part in ("margin", "uirevision"):
        assert live[0][part] == live[1][part] == live[2][part]
    # Margins that follow the tick labels would move the panels.
    assert not any(live[0][axis]["automargin"] for axis in ("xaxis", "yaxis", "yaxis2", "yaxis3"))


@pytest.mark.parametrize(
    ("done", "planned", "end"),
    [(0, 12, 12), (3, 12, 12), (0, 1000, 16), (15.9, 1000, 32), (40, 1000, 64), (990, 1000, 1000), (7.5, None, 7.5)],
)
def test_a_long_training_begins_in_a_shorter_frame(done, planned, end):
    assert epoch_axis_end(done, planned) == end


def test_a_long_baseline_does_not_widen_the_frame_of_a_live_run(curve):
    baseline = curve([1.0] * 90, label="old", baseline=True)
    assert run_figure([curve([2.0]), baseline], epochs=5)["layout"]["xaxis"]["range"][1] < 6
    assert run_figure([curve([2.0]), baseline])["layout"]["xaxis"]["range"][1] > 45


def test_zoom_and_legend_choices_belong_to_the_key(curve):
    assert run_figure([curve([1.0])], key="one")["layout"]["uirevision"] == "one"


def test_log_is_for_the_loss(curve):
    layout = run_figure([curve([2.0, 1.0], [0.5])], log=True)["layout"]
    assert [layout[axis].get("type", "linear") for axis in ("yaxis", "yaxis2", "yaxis3")] == ["log", "linear", "linear"]


def test_errors_on_a_log_axis_tell_accuracies_near_100_apart(curve, assert_drawable):
    figure = run_figure([curve([0.03, 0.004], [0.0044, 0.0034], best_epoch=2)], error=True)
    assert by_uid(figure)["accuracy-validation"]["y"] == pytest.approx([0.44, 0.34])
    axis = figure["layout"]["yaxis2"]
    assert axis["type"] == "log"
    # The two are a tenth of the panel apart, on the axis of accuracies it is a hundredth.
    assert (math.log10(0.44) - math.log10(0.34)) / (axis["range"][1] - axis["range"][0]) > 0.05
    assert {"0 %", "0.1 %", "10 %"} <= set(axis["ticktext"])
    assert [note["text"] for note in figure["layout"]["annotations"] if note["text"] == "error"]
    assert "★ 0.34 %" in notes(figure)
    assert_drawable(figure)


def test_an_error_of_zero_is_drawn(curve, assert_drawable):
    figure = run_figure([curve([0.0, 0.0], [0.0], best_epoch=1)], error=True)
    low, high = figure["layout"]["yaxis2"]["range"]
    assert low < math.log10(ERROR_FLOOR) < high
    assert by_uid(figure)["accuracy-smooth"]["y"] == [ERROR_FLOOR] * 2
    assert "★ 0.00 %" in notes(figure)
    assert_drawable(figure)


def test_broken_numbers_leave_a_gap_and_a_sentence(curve, assert_drawable):
    figure = run_figure([curve([2.0, 1.0, math.nan, math.inf], [0.5])])
    assert figure["data"][0]["y"][2:] == [None, None]
    assert notes(figure) == ["! Training loss became NaN in epoch 2"]
    assert_drawable(figure)


@pytest.mark.parametrize(
    ("training", "sentence"),
    [
        ([], "No points yet:<br>the first one comes in a moment."),
        ([math.nan], "! Training loss became NaN in epoch 1"),
    ],
)
@pytest.mark.parametrize("log", [False, True])
def test_nothing_to_draw_is_said_in_the_same_frame(curve, assert_drawable, training, sentence, log):
    figure = run_figure([curve(training)], log=log)
    assert notes(figure) == [sentence]
    assert figure["layout"]["margin"] == run_figure([curve([1.0])])["layout"]["margin"]
    assert_drawable(figure)


def test_no_curve_at_all(assert_drawable):
    assert_drawable(run_figure([]))


def test_baselines_alone(curve, assert_drawable):
    assert_drawable(run_figure([curve([1.0], [0.5], baseline=True)]))


def test_a_best_epoch_that_is_not_there_yet_is_not_marked(curve):
    figure = run_figure([curve([2.0], [], best_epoch=1)])
    assert (notes(figure), figure["layout"]["shapes"]) == ([], [])


def test_long_runs_are_thinned(curve):
    figure = run_figure([curve([1.0] * 5000, [0.5] * 900)])
    assert max(len(trace["x"]) for trace in figure["data"]) <= MAX_POINTS


def test_numbers_are_sent_with_the_digits_that_can_be_seen(curve):
    raw = run_figure([curve([1 / 3])])["data"][0]
    assert raw["y"] == [0.33333]


def test_hostile_names_are_shown_as_they_are(curve, assert_drawable):
    hostile = ["<b>&", "@ink", "@none", "%{x}", "x" * 10_000]
    figure = run_figure([curve([2.0, 1.0], [0.5], label=name) for name in hostile])
    assert names(figure) == ["&lt;b&gt;&amp;", "&#64;ink", "&#64;none", "%{x}", "x" * 39 + "…"]
    assert not any("x}" in trace.get("hovertemplate", "") for trace in figure["data"])
    assert_drawable(figure)


def test_a_learning_rate_set_by_hand_is_marked_where_it_was_set(curve):
    training, changes = [2.0, 1.0, 0.5], ((1.5, 1 / 3), (2.0, 1.0))
    plain, changed = curve(training), curve(training, label="b", rate_changes=changes)

    def marks(figure):
        shapes = [shape for shape in figure["layout"]["shapes"] if shape["x0"] in (1.5, 2.0)]
        texts = [note["text"] for note in figure["layout"]["annotations"] if "by hand" in note["text"]]
        return [shape["x0"] for shape in shapes], texts

    assert marks(run_figure([plain])) == ([], [])
    assert marks(run_figure([changed])) == ([1.5, 2.0], ["by hand ÷ 3", "by hand × 1"])
    assert marks(run_figure([plain, changed])) == ([1.5, 2.0], ["by hand ÷ 3", "by hand × 1"])
