"""The run doctor as a whole: it accepts any points, never contradicts itself, and its remedies can be trained."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_lab.insight.doctor import Finding, diagnose
from mnist_lab.insight.doctor.diagnosis import EXPLAINED_BY, MAX_REMEDIES, RULES
from mnist_lab.network import PRESETS, Network, analyse
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MetricPoint, Run, RunState
from mnist_lab.runs.snapshot_files import LayerHealth
from tests.insight.made_runs import curve, diverged_run, layer, made_run, step

SEVERITIES = ("serious", "moderate", "note")
CONTRADICTIONS = [
    {"rate-too-high", "rate-too-low"},
    {"overfitting", "underfitting"},
    {"overfitting", "still-improving"},
    {"no-learning", "overfitting"},
    {"no-learning", "still-improving"},
]

numbers = st.one_of(st.floats(), st.floats(0, 5), st.sampled_from([math.nan, math.inf, -math.inf, 1e308, 2.3026]))
points = st.lists(
    st.builds(
        MetricPoint,
        step=st.integers(-10, 5_000),
        epoch=st.one_of(st.floats(), st.floats(0, 30), st.integers(0, 12).map(float)),
        kind=st.sampled_from(["step", "epoch"]),
        training_loss=numbers,
        training_accuracy=st.one_of(numbers, st.floats(0, 1)),
        validation_loss=st.one_of(st.none(), numbers),
        validation_accuracy=st.one_of(st.none(), numbers, st.floats(0, 1)),
        learning_rate=st.one_of(numbers, st.sampled_from([1e-6, 0.001, 0.1, 3.0])),
        seconds=st.floats(0, 100),
        samples_per_second=st.floats(0, 1e5),
    ),
    max_size=40,
)
healths = st.lists(
    st.builds(
        LayerHealth,
        layer=st.integers(-3, 20),
        kind=st.just("Dense"),
        title=st.text(max_size=10),
        dead=st.one_of(st.none(), numbers, st.floats(0, 1)),
        gradient=st.one_of(st.none(), numbers),
        weight=st.one_of(st.none(), numbers),
    ),
    max_size=20,
)
networks = st.sampled_from([preset.network for preset in PRESETS.values()] + [Network()])
recipes = st.builds(
    Recipe,
    optimizer=st.sampled_from(["adam", "sgd", "rmsprop"]),
    learning_rate=st.sampled_from([1e-6, 0.001, 0.1, 10.0]),
    epochs=st.sampled_from([1, 5, 1000]),
    limit=st.sampled_from([None, 100, 1_000_000]),
    batch_size=st.sampled_from([1, 100]),
)
runs = st.builds(
    lambda network, recipe, state, diverged, data: replace(
        made_run(network, state=state, diverged=diverged and state is RunState.FAILED),
        recipe=recipe,
        data=made_run().data if data else None,
    ),
    networks,
    recipes,
    st.sampled_from(list(RunState)),
    st.booleans(),
    st.booleans(),
)


def kinds(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.kind for finding in findings]


@settings(deadline=None)
@given(runs, points, st.one_of(st.none(), healths))
def test_any_points_give_complete_findings_with_remedies_that_can_be_trained(
    run: Run, points: list[MetricPoint], health: list[LayerHealth] | None
):
    findings = diagnose(run, points, health)
    assert len(set(kinds(findings))) == len(findings)
    assert not [pair for pair in CONTRADICTIONS if pair <= set(kinds(findings))]
    assert [f.severity for f in findings] == sorted((f.severity for f in findings), key=SEVERITIES.index)
    tried = [(t.network, t.recipe) for finding in findings for t in finding.remedies]
    assert not [each for number, each in enumerate(tried) if each in tried[:number]]
    for finding in findings:
        assert finding.title
        assert finding.evidence
        assert finding.why
        assert finding.index is None or 0 <= finding.index < len(run.network.layers)
        assert len(finding.remedies) <= MAX_REMEDIES
        for remedy in finding.remedies:
            changed = (remedy.network or run.network, remedy.recipe or run.recipe)
            assert changed != (run.network, run.recipe)
            assert analyse(changed[0]).valid


@settings(deadline=None)
@given(runs, points, st.one_of(st.none(), healths), st.randoms())
def test_the_order_of_the_points_does_not_matter(run, points, health, random):
    # Which of two points of the same step and kind is used is not defined.
    points = list({(point.step, point.kind): point for point in points}.values())
    shuffled = random.sample(points, len(points))
    assert diagnose(run, points, health) == diagnose(run, shuffled, health)


@pytest.mark.parametrize("state", list(RunState))
@pytest.mark.parametrize("points", [[], curve([math.nan] * 5), curve([0.1]), [step(1, 2.3)]])
def test_with_few_points_only_divergence_is_found(state: RunState, points: list[MetricPoint]):
    assert set(kinds(diagnose(made_run(state=state), points, None))) <= {"diverged"}


def test_every_kind_in_the_table_of_explanations_has_a_rule():
    assert EXPLAINED_BY.keys() <= RULES.keys()
    assert set().union(*EXPLAINED_BY.values()) <= RULES.keys()
    assert not [kind for kind, others in EXPLAINED_BY.items() if kind in others]


def test_no_two_kinds_explain_each_other():
    assert not [(a, b) for a, others in EXPLAINED_BY.items() for b in others if a in EXPLAINED_BY.get(b, ())]


def test_a_run_that_diverged_has_one_finding():
    points = [*curve([2.0, 9.0, 40.0], [2.0, 8.0, 30.0], accuracy=0.1, rate=3.0), step(310, 1e9, rate=3.0)]
    assert kinds(diagnose(diverged_run(epochs=3, learning_rate=3.0), points, [layer(6, 0.9)])) == ["diverged"]


@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.PAUSED, RunState.INTERRUPTED, RunState.QUEUED])
def test_before_the_end_nothing_uncertain_is_reported(state: RunState):
    slow = curve([2.3, 2.29, 2.28, 2.27], accuracy=0.2, rate=1e-6)
    flat = curve([1.5, 1.49, 1.49, 1.48, 1.48], accuracy=0.4, validation_accuracy=0.4)
    better = curve([1.0, 0.6, 0.4], accuracy=0.8, validation_accuracy=0.8)
    for points in (slow, flat, better):
        assert diagnose(made_run(state=state, learning_rate=1e-6), points) == ()
