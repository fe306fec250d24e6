"""A sweep: one thing about a network or its recipe takes several values, and each value is an ordinary run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from mnist_lab import formatting
from mnist_lab.errors import NetworkError
from mnist_lab.network import MAX_NAME_LENGTH, Conv2D, Dropout, Network, SpatialDropout2D, analyse, ensure_trainable
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run, RunStore
from mnist_lab.settings import Settings
from mnist_lab.training.submit import submit

Value = float | int | str
Changed = tuple[Network, Recipe]


@dataclass(frozen=True)
class Knob:
    """One thing that a sweep can vary."""

    title: str
    """For people: "Dropout rate"."""
    word: str
    """In names of runs: "dropout"."""
    values: Callable[[Recipe], tuple[Value, ...]]
    """What is offered, for the recipe at hand; a few of them, log-spaced where that fits."""
    chosen: Callable[[Recipe], tuple[Value, ...]]
    """What of that is proposed."""
    turn: Callable[[Network, Recipe, Value], Changed]
    """Give it a value."""
    written: Callable[[Value], str] = str
    """How a value is written."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One run of a sweep, not handed in yet."""

    name: str
    network: Network
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep would train, and what of it cannot be trained."""

    group: str
    """The name that its runs have in common."""
    variants: tuple[Variant, ...]
    refused: tuple[str, ...]
    """A sentence for each value that was asked for and is left out."""


def plan_sweep(network: Network, recipe: Recipe, knob: str, values: Sequence[Value], *, memory: float) -> Sweep:
    """Plan a run for each value, in their order; a value that changes nothing more is left out.

    Args:
        network: The network at hand.
        recipe: The recipe at hand.
        knob: A key of `KNOBS`.
        values: For the knob, whether it offers them or not.
        memory: GiB that one training may be estimated to need.

    Raises:
        KeyError: There is no such knob.
    """
    turned = KNOBS[knob]
    variants: dict[Changed, Variant] = {}
    refused = []
    for value in values:
        word = f"{turned.word} {turned.written(value)}"
        changed = turned.turn(network, recipe, value)
        if changed in variants:
            same = variants[changed].name
            refused.append(f"With {word} it would be the same training as “{same}”.")
            continue
        try:
            ensure_trainable(analyse(changed[0]), changed[1].batch_size, memory)
        except NetworkError as error:
            refused.append(f"With {word} it cannot be trained. {error}")
        else:
            variants[changed] = Variant(_name(network, word), *changed)
    return Sweep(_name(network, turned.word), tuple(variants.values()), tuple(refused))


def submit_sweep(store: RunStore, settings: Settings, sweep: Sweep, *, owner: str = "") -> list[Run]:
    """Queue the runs of a sweep in its group, with a number behind the group's name when that is taken.

    Raises:
        NetworkError: A network cannot be trained any more; the runs before it are queued.
        StoreError: The store cannot be written.
    """
    group, number = sweep.group, 1
    while store.list(limit=1, group=group):
        number += 1
        group = f"{sweep.group[: MAX_NAME_LENGTH - 5]} {number}"
    return [
        submit(store, settings, analyse(variant.network), variant.recipe, name=variant.name, owner=owner, group=group)
        for variant in sweep.variants
    ]


def _name(network: Network, word: str) -> str:
    # The value is what tells the runs apart: a long name gives way to it.
    return f"{formatting.shortened(network.name, MAX_NAME_LENGTH - len(word) - 3)} · {word}"


def _dropout(network: Network, recipe: Recipe, rate: Value) -> Changed:
    """Every dropout layer gets the rate; where there is none, one comes before the output layer."""
    places = [place for place, layer in enumerate(network.layers) if isinstance(layer, Dropout | SpatialDropout2D)]
    if not places:
        return (network.add(Dropout(rate=float(rate))) if rate else network), recipe
    for place in places:
        network = network.replace(place, network.layers[place].with_changes(rate=float(rate)))
    return network, recipe


def _filters(network: Network, recipe: Recipe, factor: Value) -> Changed:
    for place, layer in enumerate(network.layers):
        if isinstance(layer, Conv2D):
            filters = max(1, round(layer.filters * float(factor)))
            network = network.replace(place, layer.with_changes(filters=filters))
    return network, recipe


def _of_recipe(field: str) -> Callable[[Network, Recipe, Value], Changed]:
    def turn(network: Network, recipe: Recipe, value: Value) -> Changed:
        return network, recipe.with_changes(**{field: value})

    return turn


def _always(*values: Value) -> Callable[[Recipe], tuple[Value, ...]]:
    return lambda _recipe: values


def _with_own(field: str, *values: float) -> Callable[[Recipe], tuple[Value, ...]]:
    """The values, and the recipe's own among them, in order."""
    return lambda recipe: tuple(sorted({*values, getattr(recipe, field)}))


def _seeds(count: int) -> Callable[[Recipe], tuple[Value, ...]]:
    # Not beyond the largest seed that a recipe takes.
    return lambda recipe: tuple((recipe.seed + step) % 2**31 for step in range(count))


KNOBS: Mapping[str, Knob] = MappingProxyType(
    {
        "dropout": Knob(
            "Dropout rate",
            "dropout",
            _always(0.0, 0.1, 0.25, 0.4, 0.5, 0.6, 0.7, 0.8),
            _always(0.0, 0.25, 0.5, 0.7),
            _dropout,
            lambda rate: f"{rate:g}",
        ),
        "learning_rate": Knob(
            "Learning rate",
            "learning rate",
            _with_own("learning_rate", 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1),
            _always(0.0001, 0.001, 0.01),
            _of_recipe("learning_rate"),
            lambda rate: formatting.learning_rate(float(rate)),
        ),
        "batch_size": Knob(
            "Batch size",
            "batch",
            _with_own("batch_size", 16, 32, 64, 128, 256, 512, 1024),
            _always(32, 128, 512),
            _of_recipe("batch_size"),
            lambda size: f"{size:,}",
        ),
        "optimizer": Knob(
            "Optimizer",
            "optimizer",
            _always("adam", "adamw", "sgd", "rmsprop", "nadam"),
            _always("adam", "sgd", "rmsprop"),
            _of_recipe("optimizer"),
        ),
        "filters": Knob(
            "Filters of every convolution",
            "filters",
            _always(0.25, 0.5, 1.0, 2.0, 4.0),
            _always(0.5, 1.0, 2.0),
            _filters,
            lambda factor: f"× {factor:g}",
        ),
        "seed": Knob("Seed", "seed", _seeds(8), _seeds(3), _of_recipe("seed")),
    }
)
"""What can be varied, by a short name."""
