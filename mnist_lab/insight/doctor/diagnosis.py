"""The diagnosis: apply all rules, drop what another finding explains, rank the rest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from mnist_lab.insight.doctor.dead_relu import dead_units
from mnist_lab.insight.doctor.divergence import diverged
from mnist_lab.insight.doctor.finding import Finding, Kind, Remedy
from mnist_lab.insight.doctor.learning_rate import rate_too_high, rate_too_low
from mnist_lab.insight.doctor.no_learning import no_learning
from mnist_lab.insight.doctor.overfitting import overfitting, underfitting
from mnist_lab.insight.doctor.run_curves import RunCurves
from mnist_lab.insight.doctor.still_improving import still_improving
from mnist_lab.insight.doctor.too_much_dropout import too_much_dropout
from mnist_lab.insight.doctor.train_val_gap import training_gap, unsettled_batch_norm
from mnist_lab.network import analyse
from mnist_lab.runs import MetricPoint, Run

if TYPE_CHECKING:
    from mnist_lab.runs.snapshot_files import LayerHealth

MAX_REMEDIES = 3
"""Remedies of one finding."""

Rule = Callable[[RunCurves], Finding | None]

RULES: Mapping[Kind, Rule] = MappingProxyType(
    {
        "diverged": diverged,
        "rate-too-high": rate_too_high,
        "too-much-dropout": too_much_dropout,
        "no-learning": no_learning,
        "rate-too-low": rate_too_low,
        "dead-units": dead_units,
        "unsettled-batch-norm": unsettled_batch_norm,
        "overfitting": overfitting,
        "underfitting": underfitting,
        "training-gap": training_gap,
        "still-improving": still_improving,
    }
)
"""One rule for each kind of finding; among equally severe findings, the earlier rule ranks first."""

EXPLAINED_BY: Mapping[Kind, frozenset[Kind]] = MappingProxyType(
    {
        "rate-too-high": frozenset({"diverged"}),
        "too-much-dropout": frozenset({"diverged", "rate-too-high"}),
        "no-learning": frozenset({"diverged", "rate-too-high", "too-much-dropout", "rate-too-low"}),
        "rate-too-low": frozenset({"diverged"}),
        "dead-units": frozenset({"diverged"}),
        "unsettled-batch-norm": frozenset({"diverged", "rate-too-high", "no-learning"}),
        "overfitting": frozenset({"diverged", "rate-too-high", "unsettled-batch-norm"}),
        "underfitting": frozenset(
            {"diverged", "rate-too-high", "too-much-dropout", "no-learning", "rate-too-low", "overfitting"}
        ),
        "training-gap": frozenset({"diverged", "rate-too-high", "too-much-dropout", "no-learning", "rate-too-low"}),
        "still-improving": frozenset(
            {
                "diverged",
                "rate-too-high",
                "too-much-dropout",
                "no-learning",
                "rate-too-low",
                "overfitting",
                "underfitting",
            }
        ),
    }
)
"""Kind to the kinds that replace it: a finding is dropped if one of these was found too, since it is the same problem,
follows from it or contradicts it."""

_SEVERITIES = ("serious", "moderate", "note")


def diagnose(
    run: Run, points: Sequence[MetricPoint], health: "Sequence[LayerHealth] | None" = None
) -> tuple[Finding, ...]:
    """Find what the curves of a run and the health of its layers show, the most important finding first.

    While the run is under way, only what is certain is reported.

    Args:
        run: In any state.
        points: Its metrics, in any order; unusable points are ignored.
        health: Health of its layers at one epoch, preferably the newest; None or empty if there are no snapshots.
    """
    findings = _apply_rules(RunCurves(run, points, tuple(health or ())))
    return _with_new_remedies(run, _ranked(_unexplained(findings)))


def _apply_rules(curves: RunCurves) -> list[Finding]:
    return [finding for rule in RULES.values() if (finding := rule(curves)) is not None]


def _unexplained(findings: Sequence[Finding]) -> list[Finding]:
    """Drop what another finding explains."""
    kinds = {finding.kind for finding in findings}
    return [finding for finding in findings if kinds.isdisjoint(EXPLAINED_BY.get(finding.kind, ()))]


def _ranked(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: _SEVERITIES.index(finding.severity))


def _with_new_remedies(run: Run, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Leave each finding at most three remedies: those that can be trained, change something and are not repeated."""
    offered = [(run.network, run.recipe)]
    results = []
    for finding in findings:
        new: list[Remedy] = []
        for remedy in finding.remedies:
            changed = remedy.network or run.network, remedy.recipe or run.recipe
            if len(new) < MAX_REMEDIES and changed not in offered and analyse(changed[0]).valid:
                new.append(remedy)
                offered.append(changed)
        results.append(replace(finding, remedies=tuple(new)))
    return tuple(results)
