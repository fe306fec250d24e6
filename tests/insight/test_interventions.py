"""What was done to a run by hand, as text, wherever a run is described: comparison, doctor, export, command line."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mnist_lab.insight import diff_runs
from mnist_lab.insight.doctor import diagnose
from mnist_lab.insight.interventions import by_hand_text, intervention_text, learning_rate_text
from mnist_lab.runs import Intervention, Run
from tests.factories import make_run
from tests.insight.made_runs import curve, diverged_run, made_run

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def rate(step: int, factor: float) -> Intervention:
    return Intervention("learning rate", step, step / 100, NOW, factor)


def changed(*interventions: Intervention, run: Run | None = None) -> Run:
    return replace(run or make_run(), interventions=interventions)


@pytest.mark.parametrize(
    ("run", "text"),
    [
        (make_run(), ""),
        (changed(rate(0, 0.5)), "learning rate ÷ 2 from the start"),
        (changed(rate(156, 1 / 3)), "learning rate ÷ 3 after 1.56 epochs"),
        (changed(rate(100, 10.0), rate(200, 1.0)), "learning rate × 10 after 1 epoch, × 1 after 2 epochs"),
        # Of earlier versions, which recorded only the last factor.
        (make_run(learning_rate_factor=3.0, steps_done=100), "learning rate × 3, when is not recorded"),
        (make_run(learning_rate_factor=0.1), "learning rate ÷ 10 from the start"),
    ],
)
def test_learning_rates_set_by_hand(run: Run, text: str) -> None:
    assert learning_rate_text(run) == text


def test_a_stop_counts_and_a_pause_does_not() -> None:
    pause, stop = Intervention("pause", 20, 0.2, NOW), Intervention("stop", 240, 2.4, NOW)
    assert by_hand_text(changed(pause)) == "nothing"
    assert by_hand_text(changed(pause, rate(156, 3.0), stop)) == (
        "learning rate × 3 after 1.56 epochs; stopped after 2.4 epochs"
    )
    assert intervention_text(pause) == "paused after 0.2 epochs (step 20)"
    assert intervention_text(rate(1560, 3.0)) == "learning rate × 3 after 15.6 epochs (step 1,560)"


def test_it_is_a_difference_between_runs() -> None:
    def differing(*runs: Run) -> dict[str, tuple[str, ...]]:
        return {field.field: field.values for field in diff_runs(runs) if field.differs}

    assert differing(make_run(), changed(rate(156, 1 / 3))) == {
        "Changed by hand": ("nothing", "learning rate ÷ 3 after 1.56 epochs")
    }
    assert differing(changed(rate(156, 1 / 3)), changed(rate(156, 1 / 3))) == {}


def test_the_doctor_says_that_the_rate_was_set_by_hand() -> None:
    points = curve([9.5, 9.9, 9.2, 9.7], accuracy=0.1, validation_accuracy=0.1, rate=0.3)
    for run, expected in ((made_run(), False), (changed(rate(100, 300.0), run=made_run()), True)):
        evidence = " ".join(finding.evidence for finding in diagnose(run, points))
        assert "0.3" in evidence
        assert ("It was changed by hand: learning rate × 300 after 1 epoch." in evidence) is expected


def test_the_doctor_says_so_of_a_divergence_too() -> None:
    (finding, *_) = diagnose(changed(rate(50, 100.0), run=diverged_run()), [])
    assert "It was changed by hand: learning rate × 100 after 0.5 epochs." in finding.evidence
