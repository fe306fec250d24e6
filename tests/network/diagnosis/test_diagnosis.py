"""Every problem of a stack: the right layer, a message with the numbers, repairs that solve it."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_lab.network import (
    PRESETS,
    Activation,
    AnyLayer,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    Network,
    Problem,
    SpatialDropout2D,
    analyse,
    default_layer,
)
from mnist_lab.network.diagnosis import repairs as repairs_module
from mnist_lab.network.diagnosis.repairs import MAX_CHECKED

POOL = MaxPooling2D()
CONV = Conv2D(filters=8, activation="relu")
SIGMOID = Conv2D(filters=8, padding="same", activation="sigmoid")


def wide(filters: int, **arguments: object) -> Conv2D:
    return Conv2D.model_validate({"filters": filters, "padding": "same", "activation": "relu", **arguments})


ERRORS: list[tuple[str, int | None, tuple[AnyLayer, ...], str]] = [
    ("kernel-larger-than-input", 3, (POOL, POOL, POOL, CONV.with_changes(kernel_size=5)), "5×5 is larger than 3×3"),
    ("kernel-larger-than-input", 0, (Conv2D(filters=8, kernel_size=(29, 1)),), "29×1 is larger than 28×28"),
    ("window-larger-than-input", 2, (CONV, POOL, MaxPooling2D(pool_size=(14, 14))), "14×14 is larger than 13×13"),
    ("window-larger-than-input", 1, (POOL, AveragePooling2D(pool_size=(2, 15))), "2×15 is larger than 14×14"),
    ("window-larger-than-input", 5, (POOL, POOL, POOL, POOL, wide(8), POOL), "2×2 is larger than 1×1"),
    ("needs-maps", 1, (Flatten(), CONV), "layer 1 (Flatten) has turned them into one row of 784 values"),
    ("needs-maps", 2, (CONV, Flatten(), POOL), "layer 2 (Flatten) has turned them into one row of 5,408 values"),
    ("needs-maps", 1, (Dense(units=20), AveragePooling2D()), "(Dense) has turned them into one row of 20 values"),
    ("needs-maps", 2, (CONV, GlobalAveragePooling2D(), SpatialDropout2D(rate=0.2)), "one row of 8 values"),
    ("needs-maps", 2, (CONV, GlobalMaxPooling2D(), GlobalMaxPooling2D()), "one row of 8 values"),
    ("needs-maps", 3, (CONV, Flatten(), Dense(units=9), CONV), "(Flatten) has turned them into one row of 5,408"),
    ("filters-below-1", 0, (Conv2D(filters=0),), "filters must be at least 1. Received: 0."),
    ("filters-below-1", 1, (CONV, Conv2D(filters=-16, activation="relu")), "Received: -16."),
    ("kernel_size-below-1", 0, (CONV.with_changes(kernel_size=(3, 0)),), "Received: 3×0."),
    ("strides-below-1", 0, (CONV.with_changes(strides=(0, 1)),), "Received: 0×1."),
    ("pool_size-below-1", 1, (CONV, MaxPooling2D(pool_size=(0, 0))), "Received: 0×0."),
    ("strides-below-1", 1, (CONV, AveragePooling2D(strides=(-2, 2))), "Received: -2×2."),
    ("units-below-1", 2, (CONV, Flatten(), Dense(units=0)), "units must be at least 1. Received: 0."),
    ("rate-outside-0-1", 1, (CONV, Dropout(rate=1.2)), "must lie between 0 and 1. Received: 1.2."),
    ("rate-outside-0-1", 1, (CONV, Dropout(rate=-0.1)), "Received: -0.1."),
    ("rate-outside-0-1", 1, (CONV, SpatialDropout2D(rate=25)), "Received: 25."),
    ("kernel-beyond-limit", 0, (wide(8, kernel_size=300),), "Received: 300×300."),
    ("too-many-layers", None, (CONV.with_changes(padding="same"),) * 65, "at most 64 layers. Received: 65."),
    ("too-many-parameters", None, (wide(1_000_000), GlobalAveragePooling2D()), "Received: 20,000,010 parameters"),
    ("too-many-parameters", 1, (wide(1000), wide(4000), GlobalAveragePooling2D()), "at most 20,000,000 parameters"),
    ("too-many-parameters", 1, (Flatten(), Dense(units=30_000)), "23,550,000 of them here"),
    ("too-many-parameters", None, (wide(3000),), "The output layer"),
    ("too-many-parameters", 2, (wide(64), Flatten(), Dense(units=512)), "25,690,624 of them here"),
]  # fmt: skip

WARNINGS: list[tuple[str, int | None, tuple[AnyLayer, ...], str]] = [
    ("dropout-starves", 10, PRESETS["notebook-2"].network.layers, "it leaves only about 7.5 of 25 values"),
    ("dropout-starves", 1, (CONV, SpatialDropout2D(rate=0.5), Flatten()), "it leaves only about 4 of 8 channels"),
    ("dropout-starves", 0, (SpatialDropout2D(rate=0.1), CONV), "of 1 channel per image"),
    ("dropout-heavy", 1, (CONV, Dropout(rate=0.85)), "85 % of 5,408 values"),
    ("dropout-heavy", 1, (CONV, Dropout(rate=1)), "nothing can be learned"),
    ("dropout-in-a-row", 2, (CONV, Dropout(rate=0.3), Dropout(rate=0.5)), "together they set 65 % of the values"),
    ("batch-norm-after-dropout", 4, PRESETS["notebook-1"].network.layers, "layer 4, dropout 0.25"),
    ("batch-norm-after-dropout", 3, (CONV, Dropout(rate=0.2), POOL, BatchNormalization()), "layer 2, dropout 0.2"),
    ("linear-model", None, (), "a linear model"),
    ("no-activation", 0, (Conv2D(filters=8), CONV), "between it and layer 2"),
    ("no-activation", 0, (Conv2D(filters=8), BatchNormalization(), CONV), "between it and layer 3"),
    ("no-activation", 2, (CONV, Flatten(), Dense(units=64)), "between it and the output layer"),
    ("no-effect", 1, (CONV, Activation(activation="linear")), "linear leaves every value unchanged"),
    ("no-effect", 1, (CONV, Activation(activation="relu")), "has already applied relu"),
    ("no-effect", 1, (CONV, Dropout(rate=0)), "a rate of 0 drops nothing"),
    ("no-effect", 2, (CONV, Flatten(), Flatten()), "already one row of 5,408 values"),
    ("no-effect", 1, (CONV, MaxPooling2D(pool_size=(1, 1))), "1×1 keeps every value"),
    ("bottleneck", 1, (CONV, Dense(units=2, activation="relu")), "its output is 2 values (2)"),
    ("bottleneck", 1, (CONV, wide(4, padding="valid", kernel_size=26)), "its output is 4 values (1×1×4)"),
    ("activation-saturates", 0, (SIGMOID,) * 3, "3 layers use sigmoid"),
    ("deep-without-normalization", 25, (wide(8),) * 26, "one of 26 layers with weights"),
    ("deep-without-normalization", 25, (wide(8),) * 64, "one of 64 layers with weights"),
    ("skips-values", 1, (CONV, MaxPooling2D(strides=(3, 3))), "strides 3×3 are larger than its window 2×2"),
    ("skips-values", 0, (CONV.with_changes(kernel_size=1, strides=2),), "about 75 % of its input"),
    ("shrinks-fast", 0, (MaxPooling2D(pool_size=(7, 7)), CONV), "it shrinks 28×28 to 4×4, which keeps one position of"),
    ("shrinks-fast", 0, (CONV.with_changes(kernel_size=7, strides=7),), "28×28 to 4×4"),
    ("meets-only-padding", 2, (POOL, AveragePooling2D(pool_size=(7, 7)), wide(8, kernel_size=5)), "input 2×2"),
    ("narrow-view", 1, (wide(16), GlobalAveragePooling2D()), "depends on only 3×3 pixels"),
    ("wide-dense", 1, (wide(64), Dense(units=128, activation="relu")), "with 50,176 inputs it has"),
    ("wide-dense", None, (wide(300),), "The output layer: with 235,200 inputs it has"),
    ("wide-dense", 2, (Flatten(), wide_dense := Dense(units=3500, activation="relu"), wide_dense), "3,500 inputs"),
]  # fmt: skip


def fresh(layers: tuple[AnyLayer, ...]) -> Network:
    """Make each layer an object of its own, so that it can be told where it went."""
    return Network(layers=tuple(layer.with_changes() for layer in layers))


def is_there(problem: Problem, network: Network, repaired: Network) -> bool:
    """Say whether the problem is still there after a repair: the same rule on the same layer, wherever that is now."""
    index = problem.index
    if problem.index is not None:
        layer = network.layers[problem.index]
        kept = [number for number, other in enumerate(repaired.layers) if other is layer]
        if not kept and len(repaired.layers) < len(network.layers):
            return False
        index = kept[0] if kept else problem.index
    return any((other.rule, other.index) == (problem.rule, index) for other in analyse(repaired).problems)


def find(rule: str, index: int | None, network: Network) -> Problem:
    return next(problem for problem in analyse(network).problems if (problem.rule, problem.index) == (rule, index))


@pytest.mark.parametrize(("rule", "index", "layers", "words"), ERRORS + WARNINGS)
def test_problem_names_layer_rule_and_numbers_and_each_repair_ends_it(
    rule: str, index: int | None, layers: tuple[AnyLayer, ...], words: str
) -> None:
    network = fresh(layers)
    problem = find(rule, index, network)
    assert words in problem.message
    assert index is None or problem.message.startswith(f"Layer {index + 1}, ")
    assert problem.message.endswith(".")
    assert problem.repairs
    for repair in problem.repairs:
        assert not is_there(problem, network, repair.network), repair.label


@pytest.mark.parametrize(("rule", "index", "layers", "words"), ERRORS)
def test_an_error_stands_alone_and_its_first_repair_makes_the_network_valid(
    rule: str, index: int | None, layers: tuple[AnyLayer, ...], words: str
) -> None:
    network = fresh(layers)
    analysis = analyse(network)
    assert [problem.rule for problem in analysis.problems] == [rule]
    assert not analysis.valid
    assert analyse(find(rule, index, network).repairs[0].network).valid


@pytest.mark.parametrize(("rule", "index", "layers", "words"), WARNINGS)
def test_a_warning_does_not_keep_from_training_nor_do_its_repairs(
    rule: str, index: int | None, layers: tuple[AnyLayer, ...], words: str
) -> None:
    network = fresh(layers)
    assert analyse(network).valid
    assert find(rule, index, network).severity == "warning"
    assert all(analyse(repair.network).valid for repair in find(rule, index, network).repairs)


@pytest.mark.slow
def test_every_rule_is_met_here(random_network: Callable[[int], Network]) -> None:
    met = {problem.rule for seed in range(3000) for problem in analyse(random_network(seed)).problems}
    assert met <= {rule for rule, *_ in ERRORS + WARNINGS}


@pytest.mark.slow
def test_each_repair_ends_its_problem_on_random_stacks(random_network: Callable[[int], Network]) -> None:
    problems = 0
    for seed in range(1500):
        network = random_network(seed)
        for problem in analyse(network).problems:
            assert problem.repairs, problem
            problems += 1
            for repair in problem.repairs:
                assert not is_there(problem, network, repair.network), (seed, problem.message, repair.label)
    assert problems > 1500


def lessens(network: Network, repaired: Network) -> bool:
    """Say whether a repair leaves fewer errors, and none of a kind that was not there before."""
    before, after = ([problem.rule for problem in analyse(one).errors] for one in (network, repaired))
    return len(after) < len(before) and all(after.count(rule) <= before.count(rule) for rule in after)


MOVED: list[tuple[tuple[AnyLayer, ...], list[str]]] = [
    # To remove or move the first of two convolutions would only move the fault to the second one.
    ((Flatten(), CONV, CONV), ["Remove the Flatten, layer 1"]),
    ((Flatten(), CONV, POOL, Dropout(rate=2)), ["Remove the Flatten, layer 1"]),
    # A smaller window leaves 1×1 for the pooling after it.
    ((MaxPooling2D(pool_size=9), Conv2D(filters=8, kernel_size=7), POOL), ["Use padding same", "Remove layer 2"]),
    # What is hidden behind the first error is repaired with it.
    ((Conv2D(filters=0), MaxPooling2D(pool_size=30)), ["Use 32 filters, and repair what then does not fit"]),
    ((CONV,) * 64 + (POOL,), ["Keep the first 64 layers, and repair what then does not fit"]),
]


@pytest.mark.parametrize(("layers", "labels"), MOVED)
def test_a_repair_that_only_moves_a_fault_is_not_offered(layers: tuple[AnyLayer, ...], labels: list[str]) -> None:
    error = analyse(Network(layers=layers)).errors[0]
    assert [repair.label for repair in error.repairs] == labels


@pytest.mark.parametrize("layers", [*(layers for _, _, layers, _ in ERRORS), *(layers for layers, _ in MOVED)])
def test_after_each_repair_of_an_error_there_are_fewer_errors(layers: tuple[AnyLayer, ...]) -> None:
    network = Network(layers=layers)
    repairs = [repair for error in analyse(network).errors for repair in error.repairs]
    assert repairs
    assert [repair.label for repair in repairs if not lessens(network, repair.network)] == []


def test_after_each_repair_of_a_random_stack_there_are_fewer_errors(random_network: Callable[[int], Network]) -> None:
    tried = 0
    for seed in range(400):
        network = random_network(seed)
        for error in analyse(network).errors:
            for repair in error.repairs:
                tried += 1
                assert lessens(network, repair.network), (seed, error.message, repair.label)
    assert tried > 300


def test_of_very_many_errors_the_last_ones_have_to_wait() -> None:
    errors = analyse(Network(layers=(Dropout(rate=2),) * 64)).errors
    assert [bool(error.repairs) for error in errors] == [True] * MAX_CHECKED + [False] * (64 - MAX_CHECKED)
    assert errors[-1].message.endswith("Its repairs are offered when some of the errors before it are repaired.")


def test_an_error_without_a_repair_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repairs_module, "MAX_STEPS", 0)
    error = analyse(Network(layers=(Conv2D(filters=0, strides=1), MaxPooling2D(pool_size=31)))).errors[0]
    assert error.repairs == ()
    assert error.message.endswith("change this layer, and then those after it that do not fit.")


@given(st.lists(st.sampled_from(["Conv2D", "MaxPooling2D", "Dense", "Dropout", "Flatten", "BatchNormalization"])))
@settings(deadline=None, max_examples=100)
def test_what_the_add_menu_adds_can_always_be_repaired_to_a_valid_network(kinds: list[str]) -> None:
    network = Network(layers=tuple(default_layer(kind) for kind in kinds))
    for _ in range(4 * len(kinds) + 1):  # a repair may uncover the next problem of the same layer
        if analyse(network).valid:
            break
        network = analyse(network).errors[0].repairs[0].network
    assert analyse(network).valid


def test_after_an_error_there_are_no_shapes_and_no_noise() -> None:
    network = Network(layers=(CONV, Conv2D(filters=8, kernel_size=(27, 27)), POOL, Flatten(), CONV))
    reports = analyse(network).layers
    assert [report.output_shape for report in reports] == [(26, 26, 8), None, None, None, None, None]
    assert [report.input_shape for report in reports[1:3]] == [(26, 26, 8), None]
    assert [len(report.problems) for report in reports] == [0, 1, 0, 0, 0, 0]


def test_arguments_out_of_range_are_told_wherever_they_are() -> None:
    network = Network(layers=(Conv2D(filters=0), Dropout(rate=2), Dense(units=-1), Conv2D(filters=0, strides=(0, 0))))
    rules = [(problem.index, problem.rule) for problem in analyse(network).errors]
    assert rules == [
        (0, "filters-below-1"),
        (1, "rate-outside-0-1"),
        (2, "units-below-1"),
        (3, "filters-below-1"),
        (3, "strides-below-1"),
    ]


def test_good_networks_get_no_warning() -> None:
    quiet = {name for name, preset in PRESETS.items() if not analyse(preset.network).problems}
    assert quiet == set(PRESETS) - {"linear", "too-much-dropout", "notebook-1", "notebook-2", "notebook-3"}


def test_notebooks_get_only_the_warnings_they_deserve() -> None:
    rules = {name: [problem.rule for problem in analyse(PRESETS[name].network).problems] for name in PRESETS}
    assert rules["notebook-1"] == ["batch-norm-after-dropout"]
    assert rules["notebook-2"] == ["dropout-starves"]
    assert rules["notebook-3"] == ["batch-norm-after-dropout"] * 2
