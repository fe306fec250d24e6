"""What differs between chosen runs: that first, so that nobody has to search two columns for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mnist_lab import formatting
from mnist_lab.insight.notebook_columns import batch_norm_summary, convolution_filters, dropout_summary
from mnist_lab.network import Network, analyse

if TYPE_CHECKING:
    from mnist_lab.recipe import Recipe
    from mnist_lab.runs import Run

_RECIPE_FIELDS = {
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
    "precision": "Precision asked for",
    "seed": "Seed",
}
_USED_BY = {"momentum": ("sgd",), "weight_decay": ("adamw",)}
_NOTHING_ELSE = "nothing else"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of the chosen runs."""

    field: str
    values: tuple[str, ...]
    """One a run, in the order of the runs; of several lines where it lists layers."""

    @property
    def differs(self) -> bool:
        """Whether the runs have more than one value."""
        return len(set(self.values)) > 1


def differences(runs: Sequence["Run"]) -> list[Difference]:
    """All fields of the runs' results, networks, recipes and data, in words; those that differ first."""
    networks = [run.network for run in runs]
    results = [run.result for run in runs]
    found = [
        Difference(
            "Test accuracy", tuple(formatting.accuracy(each.test_accuracy if each else None) for each in results)
        ),
        Difference("Test loss", tuple(formatting.loss(each.test_loss if each else None) for each in results)),
        Difference("Layers of its own", layers_of_its_own(networks)),
        Difference("Convolution filters", tuple(_filters(network) for network in networks)),
        Difference("Dropout", tuple(dropout_summary(network) for network in networks)),
        Difference("Batch norm", tuple(batch_norm_summary(network) for network in networks)),
        Difference("Parameters", tuple(formatting.count(analyse(network).parameters) for network in networks)),
    ]
    for name, title in _RECIPE_FIELDS.items():
        found.append(Difference(title, tuple(_recipe_value(run.recipe, name) for run in runs)))
    found.append(Difference("Data", tuple(run.data.title if run.data else formatting.NONE for run in runs)))
    return sorted(found, key=lambda difference: not difference.differs)


def layers_of_its_own(networks: Sequence[Network]) -> tuple[str, ...]:
    """For each network the layers that the others do not share, numbered, one a line, such as "2 Dropout rate 0.5".

    Shared is the longest common subsequence of the first two networks, that of it and the third, and so on.
    """
    stacks = [[report.label for report in analyse(network).layers if report.index is not None] for network in networks]
    if not stacks:
        return ()
    shared = stacks[0]
    for stack in stacks[1:]:
        shared = _common(shared, stack)
    return tuple(_unshared(stack, shared) for stack in stacks)


def _unshared(stack: Sequence[str], shared: Sequence[str]) -> str:
    own, place = [], 0
    for number, words in enumerate(stack, start=1):
        if place < len(shared) and words == shared[place]:
            place += 1
        else:
            own.append(f"{number} {words}")
    return "\n".join(own) or _NOTHING_ELSE


def _common(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Longest common subsequence, by the usual table of lengths (Hunt and McIlroy 1976); at most 64 × 64."""
    lengths = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for row in reversed(range(len(first))):
        for column in reversed(range(len(second))):
            same = first[row] == second[column]
            longest = max(lengths[row + 1][column], lengths[row][column + 1])
            lengths[row][column] = lengths[row + 1][column + 1] + 1 if same else longest
    common, row, column = [], 0, 0
    while row < len(first) and column < len(second):
        if first[row] == second[column]:
            common.append(first[row])
            row, column = row + 1, column + 1
        elif lengths[row + 1][column] >= lengths[row][column + 1]:
            row += 1
        else:
            column += 1
    return common


def _filters(network: Network) -> str:
    return ", ".join(str(filters) for filters in convolution_filters(network)) or "none"


def _recipe_value(recipe: "Recipe", name: str) -> str:
    value = getattr(recipe, name)
    if recipe.optimizer not in _USED_BY.get(name, (recipe.optimizer,)):
        return "not used"
    if name == "validation":
        return "the test images" if value == "test" else "held out"
    if name == "validation_fraction":
        return "not used" if recipe.validation == "test" else formatting.accuracy(value, 0)
    if name == "keep":
        return f"{recipe.kept} epoch"
    if name == "early_stopping":
        return "off" if value is None else f"after {value} epochs"
    if name == "limit":
        return "all" if value is None else formatting.count(value)
    if isinstance(value, float):
        return formatting.learning_rate(value)
    return formatting.count(value) if isinstance(value, int) and name != "seed" else str(value)
