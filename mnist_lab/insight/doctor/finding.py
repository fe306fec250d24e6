"""What the run doctor says: findings, and treatments that can be tried at once."""

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
"""How bad it is: `serious`, the run is worth little; `moderate`, it could be better; `note`, nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """One change to try: what a button says, and what to train instead. The other of the two stays the run's."""

    label: str
    network: Network | None = None
    recipe: Recipe | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that curves, health and network show together."""

    kind: Kind
    severity: Severity
    title: str
    """For people, in plain words: "The learning rate is too high"."""
    evidence: str
    """The numbers that show it, in a sentence or two."""
    why: str
    """One paragraph: what happens there, and why the treatment should help."""
    treatments: tuple[Treatment, ...] = ()
    """The most promising first."""
    index: int | None = None
    """Place in the network, counted from 0, of the layer that it is about; None for the run as a whole."""
