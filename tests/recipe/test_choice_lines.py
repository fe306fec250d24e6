"""One line for each choice of a recipe."""

from typing import get_args

import pytest

from mnist_lab.recipe import Recipe, learning_rates
from mnist_lab.recipe.choice_lines import choice_line, split_sizes, steps_per_epoch

CHOICES = {
    name: get_args(Recipe.model_fields[name].annotation)
    for name in ("optimizer", "schedule", "augmentation", "validation", "keep", "precision")
}


@pytest.mark.parametrize("field", CHOICES)
def test_every_choice_has_a_line_of_its_own(field: str) -> None:
    lines = [choice_line(field, Recipe(**{field: choice}), 60_000) for choice in CHOICES[field]]
    assert len(set(lines)) == len(lines) > 1
    assert all(line.endswith(".") and len(line) < 85 for line in lines)


@pytest.mark.parametrize("field", sorted(set(Recipe.model_fields) - {"version"}))
def test_every_field_has_a_line(field: str) -> None:
    assert choice_line(field, Recipe(), 60_000)


@pytest.mark.parametrize(
    ("field", "changes", "line"),
    [
        ("epochs", {"epochs": 1}, "Each image once."),
        ("epochs", {"epochs": 1_000}, "Each image 1,000 times."),
        ("batch_size", {}, "540 steps of 100 images."),
        ("batch_size", {"limit": 100, "batch_size": 100}, "1 step of 90 images."),
        ("learning_rate", {}, "A usual step size."),
        ("learning_rate", {"learning_rate": 0.03}, "High: it may diverge."),
        ("learning_rate", {"learning_rate": 0.03, "optimizer": "sgd"}, "A usual step size."),
        ("learning_rate", {"learning_rate": 0.0001}, "Low: slow but steady."),
        ("limit", {"limit": 6_000}, "10 % of them: faster."),
        ("limit", {"limit": 90_000}, "Slow, most accurate."),
        ("validation_fraction", {}, "6,000 to validate, 54,000 to train on."),
        ("early_stopping", {}, "All 5 epochs are trained."),
        ("early_stopping", {"early_stopping": 2}, "Ends when the validation loss no longer falls."),
        ("momentum", {}, "Each step keeps 90 % of the last direction."),
    ],
)
def test_lines_follow_the_numbers(field: str, changes: dict, line: str) -> None:
    assert choice_line(field, Recipe(**changes), 60_000) == line


def test_validation_on_the_test_images_holds_nothing_out() -> None:
    assert split_sizes(Recipe(validation="test"), 60_000) == (60_000, 0)
    assert steps_per_epoch(Recipe(validation="test", batch_size=128), 60_000) == 469


def test_what_the_lines_say_about_schedules_is_true() -> None:
    rates = {name: learning_rates(Recipe(schedule=name), 1_000) for name in CHOICES["schedule"]}
    assert rates["cosine"][-1] < 1e-5
    assert rates["one-cycle"].argmax() == pytest.approx(300, abs=2)
    assert rates["step"][[400, 600, 900]] == pytest.approx([0.001, 0.0001, 0.00001])
