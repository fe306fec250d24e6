"""What the run doctor returns: findings, each with remedies that can be tried at once."""

from dataclasses import dataclass
from typing import Literal

from mnist_lab.network import Network
from mnist_lab.recipe import Recipe

Kind = Literal[
    "diverged",
    "no-learning",
    "rate-too-high",
    "dead-units",
    "too-much-dropout",
    "rate-too-low",
    "overfitting",
    "underfitting",
    "unsettled-batch-norm",
    "training-gap",
    "still-improving",
]
Severity = Literal["serious", "moderate", "note"]
"""`serious`: the run is of little use; `moderate`: it could be better; `note`: nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """One change to try: the text of its button, and what to train instead. None means: as in the run."""

    label: str
    network: Network | None = None
    recipe: Recipe | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the curves, the layer health and the network show together."""

    kind: Kind
    severity: Severity
    title: str
    """The problem as text: "The learning rate is too high"."""
    evidence: str
    """The numbers that show it, in one or two sentences."""
    why: str
    """One paragraph: what happens, and why the remedies should help."""
    remedies: tuple[Remedy, ...] = ()
    """The most promising one first."""
    index: int | None = None
    """Index in `network.layers` of the layer concerned; None for the run as a whole."""
