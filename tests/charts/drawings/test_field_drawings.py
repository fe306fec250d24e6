"""The small drawings of the fields of a layer."""

import math
import re
from xml.etree import ElementTree as ET

import pytest

from mnist_lab.charts import field_drawing
from mnist_lab.charts.drawings.field_drawings import ACTIVATION_FUNCTIONS, HEIGHT, WIDTH
from mnist_lab.network import (
    ACTIVATIONS,
    Activation,
    AnyLayer,
    AveragePooling2D,
    Conv2D,
    Dense,
    Dropout,
    MaxPooling2D,
    SpatialDropout2D,
)


def parsed(layer: AnyLayer, name: str) -> ET.Element:
    return ET.fromstring(field_drawing(layer, name))  # noqa: S314 - our own text


def text(layer: AnyLayer, name: str) -> str:
    return parsed(layer, name).attrib["aria-label"]


@pytest.mark.parametrize(
    ("layer", "name", "alternative"),
    [
        (Conv2D(filters=8), "kernel_size", "A window of 3×3 pixels gives one value"),
        (Conv2D(filters=8, strides=2), "strides", "The window in two places, 2 pixels apart"),
        (Conv2D(filters=8), "strides", "The window in two places, 1 pixel apart"),
        (Conv2D(filters=8), "padding", "The window stays inside the picture"),
        (Conv2D(filters=8, padding="same"), "padding", "The window reaches over a border of zeros"),
        (MaxPooling2D(), "pool_size", "Of 2×2 values, the largest is kept"),
        (AveragePooling2D(pool_size=3), "pool_size", "Of 3×3 values, the mean is kept"),
        (Activation(activation="relu"), "activation", "The curve of relu"),
        (Dropout(rate=0.25), "rate", "10 of 40 values are crossed out"),
        (SpatialDropout2D(rate=0.5), "rate", "4 of 8 channels are crossed out"),
    ],
)
def test_a_drawing_has_a_text_alternative(layer: AnyLayer, name: str, alternative: str) -> None:
    drawing = parsed(layer, name)
    assert drawing.attrib["role"] == "img"
    assert drawing.attrib["aria-label"] == alternative


@pytest.mark.parametrize("size", [1, 2, 3, (1, 7), (7, 1), 16, 28, 55, 1_000_000])
@pytest.mark.parametrize("name", ["kernel_size", "strides", "padding"])
def test_a_window_of_any_size_is_drawn_inside_the_picture(size: int | tuple[int, int], name: str) -> None:
    for padding in ("valid", "same"):
        drawing = parsed(Conv2D(filters=8, kernel_size=size, strides=size, padding=padding), name)
        for rectangle in drawing.iter("{http://www.w3.org/2000/svg}rect"):
            x, y, width, height = (float(rectangle.attrib[side]) for side in ("x", "y", "width", "height"))
            assert x >= 0
            assert y >= 0
            assert x + width <= WIDTH + 0.1
            assert y + height <= HEIGHT + 0.1


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        (Conv2D(filters=8), "filters"),
        (Dense(units=8), "units"),
        (Dense(units=10, activation="softmax"), "activation"),
        (Conv2D(filters=8, kernel_size=0), "kernel_size"),
        (Conv2D(filters=8, strides=-1), "strides"),
        (Dropout(rate=1.5), "rate"),
        (Dropout(rate=-0.1), "rate"),
    ],
)
def test_what_words_explain_or_nothing_can_mean_has_no_drawing(layer: AnyLayer, name: str) -> None:
    assert field_drawing(layer, name) == ""


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.25, 0.5, 0.75, 1.0])
def test_as_many_values_are_crossed_out_as_the_rate_says(rate: float) -> None:
    for layer in (Dropout(rate=rate), SpatialDropout2D(rate=rate)):
        drawing = field_drawing(layer, "rate")
        crosses = drawing.count('<path class="mark"')
        assert text(layer, "rate").startswith(f"{crosses} of ")
        assert crosses == pytest.approx(rate * drawing.count("<rect"), abs=0.5)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_has_a_curve_that_stays_inside_the_picture(name: str) -> None:
    curve = parsed(Activation(activation=name), "activation").find("*[@class='curve']")
    assert curve is not None
    points = [tuple(map(float, point.split())) for point in re.split("[ML]", curve.attrib["d"])[1:]]
    assert len(points) > 20
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)


@pytest.mark.slow
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_curves_are_those_of_keras(name: str) -> None:
    from keras import activations

    for x in (-2.5, -1.0, -0.1, 0.0, 0.4, 1.0, 3.0):
        expected = float(activations.get(name)(x))
        # Keras approximates nothing here, but computes in float32.
        assert math.isclose(ACTIVATION_FUNCTIONS[name](x), expected, rel_tol=1e-3, abs_tol=1e-3), (x, expected)
