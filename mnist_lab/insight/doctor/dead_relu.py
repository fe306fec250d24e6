"""Dead units: relu units or channels that output 0 for every image."""

from typing import TYPE_CHECKING

from mnist_lab import formatting
from mnist_lab.insight.doctor.finding import Finding
from mnist_lab.insight.doctor.remedies import (
    usual_learning_rate,
    with_activation,
    with_batch_normalization,
    with_learning_rate,
)
from mnist_lab.insight.doctor.run_curves import RunCurves
from mnist_lab.network.diagnosis.problem import name_of

if TYPE_CHECKING:
    from mnist_lab.runs.snapshot_files import LayerHealth

MIN_DEAD_SHARE = 0.5
"""Share of dead units in a layer that is reported; a wide layer may lose that many without harm."""
COSTLY_DEAD_SHARE = 0.7
"""Share of dead units from which accuracy usually suffers."""


def dead_units(curves: RunCurves) -> Finding | None:
    """Find the layer with the largest share of dead units, if that is at least half."""
    affected = [layer for layer in curves.health if layer.dead is not None and layer.dead >= MIN_DEAD_SHARE]
    if not affected:
        return None
    worst = max(affected, key=_dead)
    reports = curves.analysis.layers
    report = reports[worst.layer - 1] if 1 <= worst.layer <= len(reports) else None
    if report is None:
        return None
    name = name_of(report.index, report.layer)
    others = (
        f" {formatting.quantity(len(affected) - 1, 'more layer has', 'more layers have')} lost half or more."
        if len(affected) > 1
        else ""
    )
    all_dead, is_harmless = _dead(worst) >= 1, _dead(worst) < COSTLY_DEAD_SHARE
    recipe = curves.recipe
    rate = min(usual_learning_rate(recipe), curves.max_learning_rate / 3)
    return Finding(
        "dead-units",
        "serious" if all_dead else "note" if is_harmless else "moderate",
        f"{'All' if all_dead else 'Many'} units of a layer are dead",
        f"{name}: {formatting.probability(_dead(worst))} of its units output 0 for every image tested.{others}",
        "relu passes positive values on and turns all others into 0. One large step can move the weights of a unit so "
        "far that it outputs 0 for every image. Its gradient is then 0 too, so training rarely revives it, and "
        "the unit contributes nothing. A smaller learning rate makes such steps less likely; leaky_relu keeps a small "
        "gradient everywhere; batch normalization keeps the inputs of relu around 0."
        + (" A wide layer may have enough other units, so that this does no harm." if is_harmless else ""),
        (
            with_learning_rate(recipe, rate),
            *with_activation(curves.run.network, "leaky_relu", "relu"),
            *with_batch_normalization(curves.run.network),
        ),
        report.index,
    )


def _dead(layer: "LayerHealth") -> float:
    return layer.dead or 0.0
