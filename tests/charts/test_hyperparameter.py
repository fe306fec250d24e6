"""Test accuracy over a hyperparameter."""

import math

import pytest

from mnist_lab.charts import ValueDot, hyperparameter_figure, hyperparameter_info, paint


def dots(*values: tuple[float | str, float]) -> list[ValueDot]:
    return [
        ValueDot(f"Run {index}", value, str(value), accuracy, 100, index, f"id{index}")
        for index, (value, accuracy) in enumerate(values)
    ]


RATES = dots((0.1, 0.1), (0.001, 0.95), (0.01, 0.9), (0.001, 0.97))


def test_numbers_are_ordered_and_runs_of_one_value_are_a_group() -> None:
    info = hyperparameter_info("Learning rate", RATES)
    assert (info.scale, [group.value for group in info.groups]) == ("log", [0.001, 0.01, 0.1])
    assert info.groups[0].mean == pytest.approx(0.96)
    assert info.has_spread
    assert info.headline == "Best with learning rate 0.001: 96.00 %, the mean of 2 runs."
    assert "0.001: 96.00 %, the mean of 2 runs from 95.00 % to 97.00 %; 0.01: 90.00 %" in info.text


@pytest.mark.parametrize(
    ("values", "scale"),
    [((0.0, 0.5), "linear"), ((0.2, 0.8), "linear"), ((16, 512), "log"), (("adam", "sgd"), "category")],
)
def test_the_scale_follows_the_values(values: tuple[float | str, ...], scale: str) -> None:
    info = hyperparameter_info("Value", dots(*((value, 0.9) for value in values)))
    assert info.scale == scale
    assert [group.value for group in info.groups] == list(values)
    assert not info.has_spread


def test_each_run_has_its_sign_and_its_key_and_the_line_runs_through_the_means() -> None:
    info = hyperparameter_info("Learning rate", RATES)
    figure = hyperparameter_figure(info, RATES)
    means, *signs = paint(figure, "dark")["data"]
    assert (means["x"], means["y"]) == ([0.001, 0.01, 0.1], pytest.approx([96, 90, 10]))
    assert (means["error_y"]["array"][0], means["error_y"]["arrayminus"][0]) == pytest.approx((1, 1))
    assert [sign["legendgroup"] for sign in signs] == ["id0", "id1", "id2", "id3"]
    assert len({(sign["marker"]["color"], sign["marker"]["symbol"]) for sign in signs}) == 4
    assert figure["layout"]["xaxis"]["ticktext"] == ["0.001", "0.01", "0.1"]


def test_errors_are_on_a_logarithmic_axis_where_none_is_drawn_as_half_an_image() -> None:
    some = dots(("a", 1.0), ("b", 0.9))
    figure = hyperparameter_figure(hyperparameter_info("Value", some), some, error=True)
    assert figure["layout"]["yaxis"]["type"] == "log"
    assert [trace["y"] for trace in figure["data"][1:]] == [[0.5], [pytest.approx(10)]]
    assert all(math.isfinite(size) for size in figure["data"][0]["error_y"]["arrayminus"])


def test_text_of_users_is_escaped() -> None:
    some = [ValueDot("<b>@run", "<i>", "<i>", 0.5, 100, 0, "id")]
    figure = hyperparameter_figure(hyperparameter_info("Value", some), some)
    assert "<i>" not in str(figure)
    assert "<b>@run" not in str(figure)
