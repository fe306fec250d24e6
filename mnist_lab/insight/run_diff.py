"""Field-by-field comparison of several runs: first the fields that differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from mnist_lab import formatting
from mnist_lab.insight.interventions import by_hand_text
from mnist_lab.insight.notebook_columns import batch_norm_summary, convolution_filters, dropout_summary
from mnist_lab.network import Network, analyse

if TYPE_CHECKING:
    from mnist_lab.recipe import Recipe
    from mnist_lab.runs import Run

RECIPE_FIELDS = {
    "epochs": "Epochs planned",
    "batch_size": "Batch size",
    "optimizer": "Optimizer",
    "learning_rate": "Learning rate",
    "momentum": "Momentum",
    "weight_decay": "Weight decay",
    "schedule": "Schedule",
    "early_stopping": "Early stopping",
    "augmentation": "Augmentation",
    "validation": "Validation images",
    "validation_fraction": "Share held out",
    "limit": "Training images used",
    "keep": "Weights kept",
    "precision": "Precision requested",
    "drawings": "Drawings trained on",
    "seed": "Seed",
}
"""The fields of a recipe, with their titles."""
_USED_BY = {"momentum": ("sgd",), "weight_decay": ("adamw",)}
NOT_USED = "not used"
_NO_LAYERS = "none"


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One field of the runs compared."""

    field: str
    values: tuple[str, ...]
    """One value per run, in the order of the runs; a list of layers has several lines."""

    @property
    def differs(self) -> bool:
        """Whether the runs have more than one value."""
        return len(set(self.values)) > 1


def diff_runs(runs: Sequence["Run"]) -> list[FieldDiff]:
    """All fields of the runs' results, networks, recipes and data as text; those that differ first."""
    networks = [run.network for run in runs]
    results = [run.result for run in runs]
    fields = [
        FieldDiff(
            "Test accuracy", tuple(formatting.accuracy(each.test_accuracy if each else None) for each in results)
        ),
        FieldDiff("Test loss", tuple(formatting.loss(each.test_loss if each else None) for each in results)),
        FieldDiff("Layers not shared", unshared_layers(networks)),
        FieldDiff("Convolution filters", tuple(_filters(network) for network in networks)),
        FieldDiff("Dropout", tuple(dropout_summary(network) for network in networks)),
        FieldDiff("Batch norm", tuple(batch_norm_summary(network) for network in networks)),
        FieldDiff("Parameters", tuple(formatting.count(analyse(network).parameters) for network in networks)),
    ]
    for name, title in RECIPE_FIELDS.items():
        fields.append(FieldDiff(title, tuple(recipe_value(run.recipe, name) for run in runs)))
    fields.append(FieldDiff("Changed by hand", tuple(map(by_hand_text, runs))))
    fields.append(FieldDiff("Data", tuple(run.data.title if run.data else formatting.NONE for run in runs)))
    return sorted(fields, key=lambda field: not field.differs)


def unshared_layers(networks: Sequence[Network]) -> tuple[str, ...]:
    """For each network, the layers that not all networks share, numbered, one per line: "2 Dropout rate 0.5".

    Shared layers are those that `difflib` matches between the first two networks, then between these and the third, and
    so on.
    """
    stacks = [[report.label for report in analyse(network).layers if report.index is not None] for network in networks]
    shared = stacks[0] if stacks else []
    for stack in stacks[1:]:
        shared = [stack[index] for index in _matched(shared, stack)]
    return tuple(_unshared(stack, shared) for stack in stacks)


def _matched(shared: Sequence[str], stack: Sequence[str]) -> list[int]:
    """The indices in `stack` of the layers that match one of `shared` in the same order."""
    blocks = SequenceMatcher(None, shared, stack, autojunk=False).get_matching_blocks()
    return [index for block in blocks for index in range(block.b, block.b + block.size)]


def _unshared(stack: Sequence[str], shared: Sequence[str]) -> str:
    matched = set(_matched(shared, stack))
    lines = [f"{index + 1} {label}" for index, label in enumerate(stack) if index not in matched]
    return "\n".join(lines) or _NO_LAYERS


def _filters(network: Network) -> str:
    return ", ".join(str(filters) for filters in convolution_filters(network)) or "none"


def recipe_value(recipe: "Recipe", name: str) -> str:
    """A field of `RECIPE_FIELDS` as text; `NOT_USED` if the recipe's other fields make it meaningless."""
    value = getattr(recipe, name)
    if recipe.optimizer not in _USED_BY.get(name, (recipe.optimizer,)):
        return NOT_USED
    if name == "validation":
        return "the test images" if value == "test" else "held out"
    if name == "validation_fraction":
        return NOT_USED if recipe.validation == "test" else formatting.accuracy(value, 0)
    if name == "keep":
        return f"{recipe.kept} epoch"
    if name == "early_stopping":
        return "off" if value is None else f"after {formatting.quantity(value, 'epoch')}"
    if name == "limit":
        return "all" if value is None else formatting.count(value)
    if isinstance(value, float):
        return formatting.learning_rate(value)
    return formatting.count(value) if isinstance(value, int) and name != "seed" else str(value)
