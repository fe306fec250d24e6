"""All illnesses asked, what contradicts left out, the most important first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from mnist_lab.insight.doctor.dead_relu import dead_units
from mnist_lab.insight.doctor.divergence import diverged
from mnist_lab.insight.doctor.finding import Finding, Kind, Treatment
from mnist_lab.insight.doctor.learning_rate import rate_too_high, rate_too_low
from mnist_lab.insight.doctor.no_learning import no_learning
from mnist_lab.insight.doctor.overfitting import overfitting, underfitting
from mnist_lab.insight.doctor.run_curves import Patient
from mnist_lab.insight.doctor.still_improving import still_improving
from mnist_lab.insight.doctor.too_much_dropout import too_much_dropout
from mnist_lab.insight.doctor.train_val_gap import training_gap, unsettled_batch_norm
from mnist_lab.network import Network, analyse
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MetricPoint, Run

if TYPE_CHECKING:
    from mnist_lab.runs.snapshot_files import LayerHealth

MOST_TREATMENTS = 3

ILLNESSES: Mapping[Kind, Callable[[Patient], Finding | None]] = MappingProxyType(
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
"""What can be found, in the order of importance among equally severe findings."""

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
"""A finding is left out when one of these is found: it is the same thing, or a consequence, or they contradict."""

_SEVERITIES = ("serious", "moderate", "note")


def diagnose(
    run: Run, points: Sequence[MetricPoint], health: "Sequence[LayerHealth] | None" = None
) -> tuple[Finding, ...]:
    """Say what a run's curves and the health of its layers show, the most important first.

    While the run is under way, only what is certain is said.

    Args:
        run: In any state.
        points: Its curves, in any order; what cannot be read in them is passed over.
        health: Of its layers at one epoch, the newest by rights; None or empty if nobody looked.
    """
    patient = Patient(run, points, tuple(health or ()))
    found = {kind: finding for kind, ask in ILLNESSES.items() if (finding := ask(patient)) is not None}
    kept = [finding for kind, finding in found.items() if not EXPLAINED_BY.get(kind, frozenset()) & found.keys()]
    kept.sort(key=lambda finding: _SEVERITIES.index(finding.severity))
    offered = [(run.network, run.recipe)]
    return tuple(replace(finding, treatments=_new(finding.treatments, run, offered)) for finding in kept)


def _new(treatments: Sequence[Treatment], run: Run, offered: list[tuple[Network, Recipe]]) -> tuple[Treatment, ...]:
    """At most three treatments that can be trained and were not `offered`, to which they are added."""
    new: list[Treatment] = []
    for treatment in treatments:
        changed = treatment.network or run.network, treatment.recipe or run.recipe
        if len(new) < MOST_TREATMENTS and changed not in offered and analyse(changed[0]).valid:
            new.append(treatment)
            offered.append(changed)
    return tuple(new)
