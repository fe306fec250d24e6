"""Each rule on curves made for it: what is found, what is not, and with which evidence and remedies."""

import math

import pytest

from mnist_lab.insight.doctor import Finding, diagnose
from mnist_lab.network import PRESETS, BatchNormalization, Conv2D, Dense, Dropout, Flatten, Network
from mnist_lab.runs import MetricPoint, Run, RunState
from tests.factories import make_point
from tests.insight.made_runs import curve, diverged_run, layer, made_run, step


def found(kind: str, run: Run, points: list[MetricPoint], health: object = None) -> Finding | None:
    return next((finding for finding in diagnose(run, points, health) if finding.kind == kind), None)


def the(kind: str, run: Run, points: list[MetricPoint], health: object = None) -> Finding:
    finding = found(kind, run, points, health)
    assert finding is not None, [each.kind for each in diagnose(run, points, health)]
    return finding


def labels(finding: Finding) -> list[str]:
    return [remedy.label for remedy in finding.remedies]


# diverged


def test_a_nan_loss_has_diverged():
    finding = the("diverged", diverged_run(learning_rate=3.0, optimizer="sgd"), [step(1, 2.3, rate=3.0)])
    assert finding.severity == "serious"
    assert "epoch 1" in finding.evidence
    assert "SGD's learning rate 3" in finding.evidence
    assert labels(finding)[:2] == ["Learning rate 0.01", "Adam with learning rate 0.001"]
    assert finding.remedies[0].recipe.learning_rate == 0.01


def test_a_run_that_diverged_before_its_first_point():
    assert "epoch 1" in the("diverged", diverged_run(), []).evidence


def test_a_nan_in_the_points_is_certain_while_the_run_is_under_way():
    points = curve([1.0, math.nan], [1.0, math.nan])
    assert "epoch 2" in the("diverged", made_run(state=RunState.RUNNING), points).evidence


def test_a_loss_that_stays_huge_has_diverged_and_a_single_jump_has_not():
    huge = [step(number, 1e6) for number in (10, 20, 30)]
    assert the("diverged", made_run(state=RunState.RUNNING), huge)
    assert not found("diverged", made_run(state=RunState.RUNNING), [step(10, 1e6), step(20, 9.0), step(30, 2.4)])
    assert not found("diverged", made_run(state=RunState.RUNNING), [step(10, 1e6), step(20, 1e5), step(30, 1e4)])


# learning rate


def test_a_jump_that_ends_in_guessing_is_a_learning_rate_too_high():
    points = [step(2, 89.0, 0.1, 0.1), *curve([7.2, 2.31, 2.306], accuracy=0.1, validation_accuracy=0.11, rate=0.1)]
    finding = the("rate-too-high", made_run(learning_rate=0.1), points)
    assert finding.severity == "serious"
    assert "89.0000" in finding.evidence
    assert "100 times the 0.001" in finding.evidence
    assert labels(finding)[0] == "Learning rate 0.001"
    assert not found("no-learning", made_run(learning_rate=0.1), points)


def test_a_jump_that_left_dead_units_did_harm_even_if_the_rest_learned():
    points = [step(1, 2.3), step(2, 89.0), *curve([2.0, 0.5, 0.4], accuracy=0.88, validation_accuracy=0.88, rate=0.1)]
    run = made_run("small-cnn", learning_rate=0.1)
    assert "97 % of the units of a layer" in the("rate-too-high", run, points, [layer(1, 0.97)]).evidence
    assert not found("rate-too-high", run, points, [layer(1, 0.2)])


def test_a_start_worse_than_guessing_is_no_jump():
    points = [step(1, 5.1), *curve([1.5, 0.8, 0.6], accuracy=0.8, validation_accuracy=0.9)]
    assert not found("rate-too-high", made_run("notebook-1"), points)


def test_a_jump_without_harm_is_not_reported():
    points = [step(2, 89.0, 0.1, 0.1), *curve([2.0, 0.2, 0.1], accuracy=0.97, validation_accuracy=0.97, rate=0.1)]
    assert not found("rate-too-high", made_run(learning_rate=0.1), points)


def test_the_rate_in_use_counts_not_that_of_the_recipe():
    points = curve([2.5, 2.4, 2.31], accuracy=0.1, validation_accuracy=0.1, rate=0.05)
    assert "0.05 is 50 times" in the("rate-too-high", made_run(learning_rate=0.001), points).evidence


@pytest.mark.parametrize("losses", [[1.0, 0.6, 1.4, 1.5], [2.0, 1.2, 1.6, 1.1, 1.3]])
def test_a_loss_that_rises_or_oscillates_at_a_high_rate(losses: list[float]):
    run = made_run(learning_rate=0.03)
    assert found("rate-too-high", run, curve(losses, accuracy=0.6, validation_accuracy=0.6, rate=0.03))
    usual = curve(losses, accuracy=0.6, validation_accuracy=0.6, rate=0.001)
    assert not found("rate-too-high", made_run(), usual)


def test_sgd_is_measured_by_its_own_usual_rate():
    points = curve([2.5, 2.4, 2.31], accuracy=0.1, validation_accuracy=0.1, rate=0.1)
    assert found("rate-too-high", made_run(learning_rate=0.1, optimizer="sgd", momentum=0.9), points)
    assert not found("rate-too-high", made_run(learning_rate=0.1, optimizer="sgd", momentum=0.0), points)


def test_a_smooth_slow_fall_at_a_low_rate():
    points = curve([2.3, 2.25, 2.2, 2.15], accuracy=0.3, validation_accuracy=0.3, rate=1e-5)
    finding = the("rate-too-low", made_run(learning_rate=1e-5), points)
    assert "1/100 of the 0.001" in finding.evidence
    assert labels(finding) == ["Learning rate 0.001", "Learning rate 0.0001"]
    assert not found("still-improving", made_run(learning_rate=1e-5), points)


def test_the_same_fall_at_the_usual_rate_is_still_improving():
    points = curve([2.3, 1.9, 1.5, 1.1], accuracy=0.7, validation_accuracy=0.7)
    assert [finding.kind for finding in diagnose(made_run(), points)] == ["still-improving"]


def test_a_loss_that_is_unchanged_after_one_epoch_at_a_tiny_rate():
    points = curve([2.31], accuracy=0.13, validation_accuracy=0.13, rate=1e-7)
    assert the("rate-too-low", made_run(learning_rate=1e-7), points)
    assert not found("no-learning", made_run(learning_rate=1e-7), points)


# overfitting and underfitting


def overfitted(epochs: int = 10) -> list[MetricPoint]:
    losses = [1 / 2**number for number in range(epochs)]
    validation = [0.5 + 0.05 * abs(number - 3) for number in range(epochs)]
    return curve(losses, validation, accuracy=0.999, validation_accuracy=0.87)


def test_overfitting():
    finding = the("overfitting", made_run(limit=1_000), overfitted())
    assert finding.severity == "moderate"
    assert "Since epoch 4" in finding.evidence
    assert "9,000 training images" in finding.why
    assert "keeping the weights of the best epoch" in finding.why
    assert labels(finding) == ["10,000 training images", "Light augmentation", "Dropout 0.5 before the last layer"]
    assert finding.remedies[2].network.layers[-1] == Dropout(rate=0.5)


def test_overfitting_is_certain_after_three_epochs_of_a_rising_loss():
    run = made_run(state=RunState.RUNNING)
    assert found("overfitting", run, overfitted(10))
    assert not found("overfitting", run, overfitted(6))


def test_a_little_overfitting_is_a_note():
    points = curve([0.05, 0.02, 0.01, 0.004], [0.05, 0.04, 0.043, 0.047], accuracy=1.0, validation_accuracy=0.989)
    assert the("overfitting", made_run(), points).severity == "note"


def test_a_gap_within_the_error_of_few_validation_images_is_a_note():
    points = curve([0.4, 0.1, 0.05, 0.01], [0.3, 0.2, 0.21, 0.22], accuracy=1.0, validation_accuracy=0.93)
    assert the("overfitting", made_run(validation=1_000), points).severity == "moderate"
    assert the("overfitting", made_run(validation=30), points).severity == "note"


def test_a_network_that_is_too_small():
    network = Network(layers=(Flatten(), Dense(units=2, activation="relu")))
    points = curve([1.8, 1.5, 1.4, 1.38, 1.37, 1.36], accuracy=0.5, validation_accuracy=0.5)
    finding = the("underfitting", made_run(network), points)
    assert "12 epochs would bring it to about" in finding.evidence
    assert labels(finding)[0] == "Use 32 units"


@pytest.mark.parametrize(
    ("losses", "accuracy", "validation"),
    [([1.5, 1.0, 0.7, 0.5], 0.8, 0.8), ([0.9, 0.6, 0.55, 0.53], 0.85, 0.95), ([0.6, 0.4, 0.35, 0.34], 0.89, 0.89)],
    ids=["still falling", "augmented", "good enough"],
)
def test_a_network_that_may_be_large_enough_is_not_underfitting(losses, accuracy, validation):
    assert not found("underfitting", made_run(), curve(losses, accuracy=accuracy, validation_accuracy=validation))


# dropout


def test_notebook_2_has_too_much_dropout_before_25_units():
    points = curve([2.1, 1.9, 1.8, 1.7], [1.9, 1.3, 0.8, 0.48], accuracy=0.35, validation_accuracy=0.80)
    finding = the("too-much-dropout", made_run("notebook-2"), points)
    assert PRESETS["notebook-2"].network.layers[finding.index] == Dropout(rate=0.7)
    assert "dropout 0.7, leaves about 8 of 25 values" in finding.evidence
    assert "35.0 %" in finding.evidence
    assert "80.0 %" in finding.evidence
    gentle, *_ = finding.remedies
    assert [layer.rate for layer in gentle.network.layers if isinstance(layer, Dropout)] == [0.25] * 4
    assert not {"underfitting", "training-gap"} & {each.kind for each in diagnose(made_run("notebook-2"), points)}


def test_much_dropout_without_harm_is_not_reported():
    points = curve([1.0, 0.7, 0.6], [0.4, 0.15, 0.1], accuracy=0.78, validation_accuracy=0.97)
    assert not found("too-much-dropout", made_run("notebook-2"), points)
    assert found("training-gap", made_run("notebook-2"), points)


def test_slow_learning_without_much_dropout_has_other_reasons():
    network = Network(layers=(Flatten(), Dense(units=128, activation="relu"), Dropout(rate=0.25)))
    points = curve([2.1, 1.9, 1.8, 1.7], [1.9, 1.6, 1.4, 1.2], accuracy=0.4, validation_accuracy=0.6)
    assert not found("too-much-dropout", made_run(network), points)


# no learning


def test_a_stack_of_sigmoids_does_not_learn():
    layers = [Dense(units=32, activation="sigmoid") for _ in range(6)]
    run = made_run(Network(layers=(Flatten(), *layers)))
    points = curve([2.31, 2.304, 2.303], accuracy=0.11, validation_accuracy=0.11)
    finding = the("no-learning", run, points, [layer(2, None, 1e-7), layer(8, None, 1e-3)])
    assert finding.severity == "serious"
    assert "sigmoid" in finding.why
    assert "The gradient is 1e-03 in the last layer and 1e-07 in the first" in finding.evidence
    assert labels(finding)[0] == "Use relu instead of sigmoid everywhere"


def test_a_deep_network_without_normalization_does_not_learn():
    layers = [Conv2D(filters=8, padding="same", activation="relu") for _ in range(30)]
    finding = the(
        "no-learning",
        made_run(Network(layers=tuple(layers))),
        curve([2.303] * 3, accuracy=0.11, validation_accuracy=0.11),
    )
    assert "deep" in finding.why
    assert "Batch normalization" in finding.why


def test_no_learning_without_a_known_cause():
    points = curve([2.303, 2.302, 2.303], accuracy=0.1, validation_accuracy=0.1)
    finding = the("no-learning", made_run(), points)
    assert labels(finding) == [
        "Learning rate 0.0003",
        "Add batch normalization",
        "leaky_relu instead of relu everywhere",
    ]


def test_too_few_steps_to_have_learned_anything():
    chance = {"training_loss": 2.303, "training_accuracy": 0.1, "validation_loss": 2.302, "validation_accuracy": 0.1}
    points = [make_point(30, "epoch", steps_per_epoch=30, **chance)]
    assert not found("no-learning", made_run(), points)


# dead units


def test_dead_units():
    points = curve([1.0, 0.5, 0.4], accuracy=0.85, validation_accuracy=0.85, rate=0.02)
    run = made_run("dense-only", learning_rate=0.02)
    finding = the("dead-units", run, points, [layer(2, 0.8), layer(3, 0.1)])
    assert finding.severity == "moderate"
    assert finding.index == 1
    assert finding.evidence.startswith("Layer 2, dense 128 units: 80 % of its units")
    assert labels(finding)[:2] == ["Learning rate 0.001", "leaky_relu instead of relu everywhere"]
    assert the("dead-units", run, points, [layer(2, 1.0)]).severity == "serious"
    assert the("dead-units", run, points, [layer(2, 0.55)]).severity == "note"
    assert not found("dead-units", run, points, [layer(2, 0.4), layer(3, None)])


def test_the_index_of_a_layer_does_not_count_the_implied_flatten():
    network = Network(layers=(Conv2D(filters=4, activation="relu"), Dense(units=32, activation="relu")))
    points = curve([1.0, 0.5, 0.4], accuracy=0.85, validation_accuracy=0.85)
    finding = the("dead-units", made_run(network), points, [layer(3, 0.9)])
    assert finding.index == 1
    assert finding.evidence.startswith("Layer 2, dense")


# gaps


def test_a_training_gap_caused_by_dropout_is_explained():
    network = Network(layers=(Flatten(), Dense(units=128, activation="relu"), Dropout(rate=0.5)))
    points = curve([0.5, 0.4, 0.3, 0.25, 0.2], [0.3, 0.2, 0.15, 0.12, 0.11], accuracy=0.93, validation_accuracy=0.965)
    finding = the("training-gap", made_run(network), points)
    assert finding.severity == "note"
    assert "1 dropout layer sets values to zero" in finding.why
    assert "3.50 points" in finding.evidence
    assert not finding.remedies


@pytest.mark.parametrize(
    ("network", "recipe", "epochs", "reason"),
    [
        ("batch-norm", {}, 6, "batch normalization uses the mean and spread of each batch"),
        ("tiny", {"augmentation": "pen"}, 6, "augmentation shifts and rotates the digits"),
        ("tiny", {}, 2, "means over the whole epoch"),
    ],
)
def test_other_reasons_for_a_training_gap(network: str, recipe: dict[str, object], epochs: int, reason: str):
    points = curve([0.4] * epochs, [0.2] * epochs, accuracy=0.9, validation_accuracy=0.95)
    assert reason in the("training-gap", made_run(network, **recipe), points).why


def test_a_gap_that_closes_by_itself_is_not_reported_before_the_end():
    points = curve([0.4], [0.2], accuracy=0.9, validation_accuracy=0.95)
    assert not found("training-gap", made_run(state=RunState.RUNNING), points)
    dropout = made_run("notebook-1", state=RunState.RUNNING)
    assert found("training-gap", dropout, points)


def test_a_gap_without_a_known_reason_is_not_reported():
    points = curve([0.4] * 6, [0.2] * 6, accuracy=0.9, validation_accuracy=0.95)
    assert not found("training-gap", made_run(), points)


def test_unsettled_batch_normalization_is_not_taken_for_overfitting():
    points = curve([0.9, 0.3], [1.8, 1.9], accuracy=0.94, validation_accuracy=0.27)
    finding = the("unsettled-batch-norm", made_run("batch-norm"), points)
    assert finding.severity == "moderate"
    assert isinstance(PRESETS["batch-norm"].network.layers[finding.index], BatchNormalization)
    assert "After 200 steps, 13 %" in finding.evidence
    assert labels(finding)[:2] == ["10 epochs", "Batches of 32"]
    assert not found("overfitting", made_run("batch-norm"), points)
    settled = curve([0.9, 0.3, 0.2, 0.15, 0.1], [1.8, 1.9, 1.9, 1.9, 1.9], accuracy=0.94, validation_accuracy=0.27)
    assert not found("unsettled-batch-norm", made_run("batch-norm"), settled)


# still improving


def test_a_training_that_ended_while_its_losses_fell():
    points = curve([0.8, 0.5, 0.35], [0.6, 0.4, 0.3], accuracy=0.9, validation_accuracy=[0.85, 0.9, 0.92])
    finding = the("still-improving", made_run(epochs=3), points)
    assert finding.severity == "note"
    assert "from 0.4000 to 0.3000" in finding.evidence
    assert labels(finding) == ["6 epochs"]
    assert finding.remedies[0].recipe.epochs == 6


@pytest.mark.parametrize("schedule", ["cosine", "one-cycle"])
def test_a_training_that_ended_with_a_rate_of_0_is_complete(schedule: str):
    points = curve([0.8, 0.5, 0.35], [0.6, 0.4, 0.3], accuracy=0.9, validation_accuracy=[0.85, 0.9, 0.92])
    assert not found("still-improving", made_run(epochs=3, schedule=schedule), points)
    # Stopped before its last epoch, its rate was still above 0.
    assert found("still-improving", made_run(epochs=9, schedule=schedule), points)
    hardly_begun = curve([2.29, 2.25, 2.2], accuracy=0.3, validation_accuracy=0.3)
    assert found("still-improving", made_run(epochs=3, schedule=schedule), hardly_begun)


def test_a_training_that_had_hardly_begun():
    points = curve([2.29, 2.25, 2.2], accuracy=0.3, validation_accuracy=0.3)
    assert found("still-improving", made_run(epochs=3), points)


def test_a_training_whose_losses_were_constant_at_the_end():
    assert not found("still-improving", made_run(), curve([0.5, 0.3, 0.29, 0.285], [0.4, 0.3, 0.29, 0.289]))
    assert not found("still-improving", made_run(), curve([0.5, 0.3, 0.2, 0.1], [0.4, 0.3, 0.2, 0.25]))


def test_a_healthy_run_has_no_findings():
    points = curve(
        [0.3, 0.1, 0.08, 0.075, 0.073], [0.12, 0.085, 0.08, 0.078, 0.077], accuracy=0.98, validation_accuracy=0.979
    )
    assert diagnose(made_run(), points, [layer(1, 0.0), layer(6, 0.2)]) == ()
