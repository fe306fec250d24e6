"""Dead units: relu units, or channels, that give 0 whatever the picture."""

from typing import TYPE_CHECKING

from mnist_lab import formatting
from mnist_lab.insight.doctor.finding import Finding
from mnist_lab.insight.doctor.remedies import normalised, usual_rate, with_activation, with_rate
from mnist_lab.insight.doctor.run_curves import Patient
from mnist_lab.network.diagnosis.problem import name_of

if TYPE_CHECKING:
    from mnist_lab.runs.snapshot_files import LayerHealth

WORTH_A_WORD = 0.5
"""Share of a layer's units that are dead; wide layers have so many to spare that this need not matter."""
MANY = 0.7
"""Share from which on it costs something, as a rule."""


def dead_units(patient: Patient) -> Finding | None:
    """Find the layer that has lost most of its units."""
    measured = [layer for layer in patient.health if layer.dead is not None and layer.dead >= WORTH_A_WORD]
    if not measured:
        return None
    worst = max(measured, key=_dead)
    reports = patient.analysis.layers
    report = reports[worst.layer - 1] if 1 <= worst.layer <= len(reports) else None
    if report is None:
        return None
    name = name_of(report.index, report.layer)
    others = (
        f" {formatting.quantity(len(measured) - 1, 'more layer has', 'more layers have')} lost half or more."
        if len(measured) > 1
        else ""
    )
    whole, to_spare = _dead(worst) >= 1, _dead(worst) < MANY
    recipe, usual = patient.recipe, usual_rate(patient.recipe)
    rate = min(usual, patient.top_rate / 3)
    return Finding(
        "dead-units",
        "serious" if whole else "note" if to_spare else "moderate",
        f"{'All' if whole else 'Many'} units of a layer are dead",
        f"{name}: {formatting.probability(_dead(worst))} of its units gave 0 for every picture that was tried.{others}",
        "A relu unit hands on what is above 0 and turns everything else into 0. One long step can push it so far down "
        "that it gives 0 for every picture; then its slope is 0 as well, hardly a step can pull it up again, and the "
        "network is as good as built without it. Shorter steps push less; leaky_relu always leaves a little slope to "
        "come back by; batch normalization keeps values around 0, where relu is alive."
        + (" A wide layer may have so many units to spare that it does not matter." if to_spare else ""),
        (
            with_rate(recipe, rate),
            *with_activation(patient.run.network, "leaky_relu", "relu"),
            *normalised(patient.run.network),
        ),
        report.index,
    )


def _dead(layer: "LayerHealth") -> float:
    return layer.dead or 0.0
