"""Settings compared over several seeds."""

from datetime import UTC, datetime

import numpy as np
import pytest
from scipy import stats

from mnist_lab.insight.seed_test import compare_settings, setting_key, setting_messages, settings_of
from mnist_lab.network import PRESETS
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Intervention, Run
from tests.factories import make_data, make_result, make_run


def trained(name: str, seed: int, accuracy: float, **changes: object) -> Run:
    confusion = ((1_000, *(0,) * 9),) * 10
    return make_run(
        id=f"{name}{seed}",
        name=f"{name} · seed {seed}",
        recipe=Recipe(seed=seed),
        data=make_data(),
        result=make_result(test_accuracy=accuracy, confusion=confusion),
        **changes,
    )


def seeds(name: str, *accuracies: float, **changes: object) -> list[Run]:
    return [trained(name, seed, accuracy, **changes) for seed, accuracy in enumerate(accuracies)]


OTHER = {"network": PRESETS["lenet-5"].network}


@pytest.mark.parametrize("sizes", [(2, 2), (3, 3), (3, 5), (10, 4)])
def test_the_test_is_welchs(sizes):
    chance = np.random.default_rng(sum(sizes))
    first, second = (chance.normal(0.99, spread, size) for spread, size in zip((0.001, 0.004), sizes, strict=True))
    ours = compare_settings(list(first), list(second), images=10_000)
    oracle = stats.ttest_ind(second, first, equal_var=False)
    assert ours.p_value == pytest.approx(oracle.pvalue)
    assert ours.interval == pytest.approx(tuple(oracle.confidence_interval(0.95)))
    assert ours.is_significant == (oracle.pvalue < 0.05)


def test_the_rate_of_false_positives_is_about_the_level():
    chance = np.random.default_rng(1)
    draws = chance.normal(0.99, 0.001, (2_000, 2, 3))
    called = sum(compare_settings(list(a), list(b), images=10_000).is_significant for a, b in draws)
    assert called / 2_000 < 0.06


def test_several_comparisons_are_corrected():
    one, three = (
        compare_settings([0.990, 0.991, 0.992], [0.994, 0.995, 0.996], images=10_000, comparisons=count)
        for count in (1, 3)
    )
    assert three.p_value == pytest.approx(3 * one.p_value)
    assert three.interval[0] < one.interval[0]
    assert "corrected for 3 comparisons" in three.message


def test_seeds_without_any_spread_are_no_certainty():
    same = compare_settings([0.99, 0.99, 0.99], [0.99, 0.99, 0.99], images=100)
    assert (same.p_value, same.is_significant) == (1.0, False)
    assert 0 < compare_settings([0.99, 0.99], [0.98, 0.98], images=100).p_value < 1


def test_one_seed_is_refused():
    with pytest.raises(ValueError, match="at least 2 seeds"):
        compare_settings([0.99], [0.98, 0.97], images=100)


def test_the_message_names_the_better_setting_and_its_evidence():
    (message,) = setting_messages(
        settings_of([*seeds("A", 0.990, 0.991, 0.992), *seeds("B", 0.980, 0.981, 0.982, **OTHER)]), 6
    )
    assert message.startswith(
        "The setting of A is better than that of B: mean test accuracy 99.10 % against 98.10 %, difference 1.00 points "
        "(95 % interval 0.77 to 1.23 points; Welch's t-test, 3 seeds each, p-value < 0.001)."
    )


def test_a_small_difference_says_what_could_have_been_seen():
    (message,) = setting_messages(
        settings_of([*seeds("A", 0.990, 0.994, 0.992), *seeds("B", 0.991, 0.995, 0.992, **OTHER)]), 6
    )
    assert message.startswith("The seeds do not show that the setting of B is better than that of A")
    assert message.endswith("would show with so few seeds.")


@pytest.mark.parametrize(
    "runs",
    [
        [*seeds("A", 0.99), *seeds("B", 0.98, **OTHER)],
        [*seeds("A", 0.99, 0.98, 0.97), *seeds("B", 0.98, **OTHER)],
        seeds("A", 0.99, 0.98, 0.97),
        [],
    ],
)
def test_without_several_seeds_of_two_settings_there_is_no_verdict(runs):
    assert setting_messages(settings_of(runs), 6) == []


def test_a_seed_that_was_trained_twice_counts_once():
    again = trained("A", 0, 0.5)
    (setting,) = settings_of([*seeds("A", 0.99, 0.98), again])
    assert setting.accuracies == (0.99, 0.98)


@pytest.mark.parametrize(
    "changes",
    [
        OTHER,
        {"recipe": Recipe(learning_rate=0.1)},
        {"data": make_data(fingerprint="f" * 16)},
        {"learning_rate_factor": 0.1},
        {"parent": "another0"},
    ],
)
def test_what_makes_another_setting(changes):
    run = make_run(recipe=Recipe(), data=make_data())
    assert setting_key(make_run(**{"recipe": Recipe(), "data": make_data(), **changes})) != setting_key(run)


def test_name_seed_and_machine_do_not_make_another_setting():
    run = make_run(recipe=Recipe(), data=make_data())
    other = make_run(id="b", name="B", recipe=Recipe(seed=9), data=make_data(), worker="elsewhere")
    assert setting_key(other) == setting_key(run)


def test_a_learning_rate_changed_by_hand_is_another_setting() -> None:
    changed = Intervention("learning rate", 10, 1.0, datetime(2026, 11, 29, tzinfo=UTC), 0.1)
    by_hand = make_run(interventions=(changed,))
    assert setting_key(by_hand) != setting_key(make_run())
    assert setting_key(by_hand) == setting_key(make_run(id="other", interventions=(changed,)))
