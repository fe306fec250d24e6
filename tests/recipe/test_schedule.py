import numpy as np
import pytest

from mnist_lab.recipe import Recipe, learning_rates

SCHEDULES = ["constant", "cosine", "one-cycle", "step"]


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("total_steps", [1, 2, 3, 4, 10, 997])
def test_rates_are_finite_positive_and_at_most_the_recipes(schedule, total_steps):
    rates = learning_rates(Recipe(schedule=schedule, learning_rate=0.5), total_steps)
    assert rates.dtype == np.float32
    assert rates.shape == (total_steps,)
    assert np.all((rates > 0) & (rates <= 0.5))


def test_constant():
    assert np.unique(learning_rates(Recipe(), 50)).tolist() == [np.float32(0.001)]


def test_cosine_starts_full_passes_half_and_falls_towards_zero():
    rates = learning_rates(Recipe(schedule="cosine", learning_rate=1.0), 1000)
    assert rates[0] == 1.0
    assert rates[500] == pytest.approx(0.5)
    assert rates[-1] < 1e-5
    assert np.all(np.diff(rates) < 0)


def test_one_cycle_draws_pytorchs_curve():
    # OneCycleLR(max_lr=1, total_steps=10) by hand: 1/25, halfway, 1, then (1 + cos(π·k/7))/2, and 1/25/10,000 at last.
    pytorch = [0.04, 0.52, 1.0, 0.950484434, 0.811744901, 0.611260467, 0.388741533, 0.188257099, 0.049517566, 4e-06]
    assert learning_rates(Recipe(schedule="one-cycle", learning_rate=1.0), 10) == pytest.approx(pytorch, rel=1e-4)


def test_step_falls_to_a_tenth_at_half_and_again_at_three_quarters():
    rates = learning_rates(Recipe(schedule="step", learning_rate=1.0), 8)
    assert rates == pytest.approx([1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01])


def test_a_training_without_steps_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        learning_rates(Recipe(), 0)
