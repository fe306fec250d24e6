"""The same stacks in Keras itself: shapes, parameters, and which are refused, and where."""

import io
import math
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

import pytest

from mnist_lab.network import (
    OUTPUT_LAYER,
    PRESETS,
    AnyLayer,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    LayerReport,
    MaxPooling2D,
    Network,
    analyse,
    keras_source,
)

STACKS = 1000
# Rules of the lab itself; Keras accepts such networks.
LIMIT_RULES = frozenset({"too-many-layers", "too-many-parameters", "kernel-beyond-limit"})

Walk = Callable[..., tuple[list[tuple[Any, int, int]], int | None]]


@pytest.fixture(scope="module")
def keras() -> Any:
    """Keras, imported only by the tests that ask it."""
    import keras

    return keras


def _keras_layer(keras: Any, layer: AnyLayer) -> Any:
    return getattr(keras.layers, layer.kind)(**layer.model_dump(exclude={"kind"}))


def _walk(keras: Any, reports: tuple[LayerReport, ...]) -> tuple[list[tuple[Any, int, int]], int | None]:
    """Return shape, parameters and trainable parameters of each layer that Keras takes, and where it refuses."""
    tensor, found = keras.Input((28, 28, 1)), []
    for position, report in enumerate(reports):
        try:
            layer = _keras_layer(keras, report.layer)
            tensor = layer(tensor)
        except (ValueError, ZeroDivisionError):
            return found, position
        trainable = sum(int(keras.ops.size(weight)) for weight in layer.trainable_weights)
        found.append((tuple(tensor.shape[1:]), layer.count_params(), trainable))
    return found, None


def _walk_shapes(keras: Any, reports: tuple[LayerReport, ...]) -> tuple[list[tuple[Any, int, int]], int | None]:
    """As `_walk`, by the rules that Keras applies before it computes: a quarter of the time for the same answer."""
    shape, found = (None, 28, 28, 1), []
    for place, report in enumerate(reports):
        try:
            layer = _keras_layer(keras, report.layer)
            if layer.input_spec is not None and layer.input_spec.ndim not in {None, len(shape)}:
                return found, place
            output_shape = layer.compute_output_shape(shape)
            layer.build(shape)
        except (ValueError, ZeroDivisionError):
            return found, place
        shape = output_shape
        trainable = sum(math.prod(weight.shape) for weight in layer.trainable_weights)
        found.append((tuple(shape[1:]), layer.count_params(), trainable))
    return found, None


def _compare(keras: Any, network: Network, walk: Walk = _walk) -> bool:
    analysis = analyse(network)
    found, refused_at = walk(keras, analysis.layers)
    for report, (shape, parameters, trainable) in zip(analysis.layers, found, strict=False):
        assert (report.output_shape, report.parameters, report.trainable_parameters) == (shape, parameters, trainable)
    errors = [problem.index for problem in analysis.errors if problem.rule not in LIMIT_RULES]
    expected = None if refused_at is None else analysis.layers[refused_at].index
    assert (min(errors, default=None), not errors) == (expected, refused_at is None)
    return refused_at is None


def test_keras_agrees_on_random_stacks(keras: Any, random_network: Callable[[int], Network]) -> None:
    # Weights without values: their shapes are all that is compared.
    with keras.StatelessScope(initialize_variables=False):
        valid = sum(_compare(keras, random_network(seed), _walk_shapes) for seed in range(STACKS))
    assert 0.25 * STACKS < valid < 0.75 * STACKS


def test_the_rules_of_keras_are_what_its_layers_do(keras: Any, random_network: Callable[[int], Network]) -> None:
    for seed in range(STACKS, STACKS + 60):
        reports = analyse(random_network(seed)).layers
        assert _walk_shapes(keras, reports) == _walk(keras, reports)


@pytest.mark.parametrize(
    ("layers", "valid"),
    [
        ((Conv2D(filters=2, kernel_size=(28, 28)),), True),
        ((Conv2D(filters=2, kernel_size=(29, 29)),), False),
        ((Conv2D(filters=2, kernel_size=(55, 55), padding="same"),), True),
        ((Conv2D(filters=2, kernel_size=(2, 2), strides=(5, 5)),), True),
        ((Conv2D(filters=2, kernel_size=(3, 3), strides=(1000, 1000)),), True),
        ((MaxPooling2D(pool_size=(29, 29)),), False),
        ((MaxPooling2D(pool_size=(1000, 1000), padding="same"),), True),
        ((MaxPooling2D(pool_size=(2, 3), strides=(1, 2)),), True),
        ((Flatten(), Conv2D(filters=1)), False),
        ((Flatten(), BatchNormalization(), Flatten(), Dense(units=3), BatchNormalization()), True),
        ((Dense(units=4), Dense(units=4)), True),
        ((Dropout(rate=1.0),), True),
        ((Dropout(rate=1.01),), False),
    ],
)
def test_keras_agrees_on_the_edges(keras: Any, layers: tuple[AnyLayer, ...], valid: bool) -> None:
    assert _compare(keras, Network(layers=layers)) is valid


@pytest.mark.parametrize("name", PRESETS)
def test_keras_agrees_on_presets_and_their_source_builds_them(keras: Any, name: str) -> None:
    network = PRESETS[name].network
    assert _compare(keras, network)
    model = _run(keras_source(network))
    assert model.count_params() == analyse(network).parameters
    assert [type(layer).__name__ for layer in model.layers] == [report.layer.kind for report in analyse(network).layers]


def test_source_carries_every_argument(keras: Any, random_network: Callable[[int], Network]) -> None:
    valid = [network for network in map(random_network, range(200)) if analyse(network).valid][:30]
    for network in valid:
        model = _run(keras_source(network))
        for layer, report in zip(model.layers, analyse(network).layers, strict=True):
            expected = _keras_layer(keras, report.layer).get_config()
            unnamed = {key: value for key, value in layer.get_config().items() if key != "name"}
            assert unnamed == {key: value for key, value in expected.items() if key != "name"}
    assert len(valid) == 30
    assert OUTPUT_LAYER.kind == "Dense"


def test_a_hostile_name_does_nothing_in_the_source(keras: Any) -> None:
    name = "'''\"\"\"\nprint('harm')\r\x85print('harm') <script>\u2028print('harm')"
    source = keras_source(Network(name=name))
    output = io.StringIO()
    with redirect_stdout(output):
        assert _run(source).count_params() == 7850
    assert output.getvalue() == ""


def _run(source: str) -> Any:
    names: dict[str, Any] = {}
    exec(source, names)  # noqa: S102
    return names["model"]
