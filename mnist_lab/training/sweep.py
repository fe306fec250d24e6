"""Sweeps: one hyperparameter of a network or its recipe takes several values, and each value becomes a run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from mnist_lab import formatting
from mnist_lab.errors import NetworkError
from mnist_lab.network import (
    MAX_NAME_LENGTH,
    TITLES,
    AnyLayer,
    Conv2D,
    Dropout,
    Network,
    SpatialDropout2D,
    analyse,
    ensure_trainable,
)
from mnist_lab.recipe import Recipe
from mnist_lab.runs import MACHINE, Actor, Run, RunStore
from mnist_lab.settings import Settings
from mnist_lab.training.submit import submit

SEEDS = 3
"""Seeds of each setting when settings are compared. With two, even large differences could not be shown."""

Value = float | int | str
Setup = tuple[Network, Recipe]


@dataclass(frozen=True)
class Hyperparameter:
    """A hyperparameter that a sweep can vary."""

    title: str
    """On the page: "Dropout rate"."""
    label: str
    """In names of runs: "dropout"."""
    choices: Callable[[Recipe], tuple[Value, ...]]
    """The values to choose from for a recipe; log-spaced where that fits."""
    defaults: Callable[[Recipe], tuple[Value, ...]]
    """The values selected at first, a subset of `choices`."""
    apply: Callable[[Network, Recipe, Value], Setup]
    """Returns network and recipe with the hyperparameter set to a value."""
    format: Callable[[Value], str] = str
    """Returns a value as text."""
    layers: tuple[type[AnyLayer], ...] = ()
    """The layers that it changes, of which the network must have one; empty for a hyperparameter of the recipe."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One run of a sweep, not submitted yet."""

    name: str
    network: Network
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class Sweep:
    """The planned runs of a sweep."""

    group: str
    """Name of the group that its runs belong to."""
    variants: tuple[Variant, ...]
    refused: tuple[str, ...]
    """A message for each requested value that is left out."""


def plan_sweep(
    network: Network, recipe: Recipe, name: str, values: Sequence[Value], *, memory: float, title: str = ""
) -> Sweep:
    """Plan a run for each value, in this order; a value that gives the same training as another is left out.

    Args:
        network: The network to vary.
        recipe: The recipe to vary.
        name: A key of `HYPERPARAMETERS`.
        values: Values of the hyperparameter; they need not be among its `choices`.
        memory: Largest estimated memory of one training in GiB.
        title: Name of the sweep, with which the names of its runs begin; empty for one made of the network's name.

    Raises:
        KeyError: There is no such hyperparameter.
    """
    hyperparameter = HYPERPARAMETERS[name]
    group = formatting.shortened(title, MAX_NAME_LENGTH) or _labelled(network.name, hyperparameter.label)
    if why := why_not_varied(network, name):
        return Sweep(group, (), (why,))
    variants: dict[Setup, Variant] = {}
    refused = []
    for value in values:
        label = f"{hyperparameter.label} {hyperparameter.format(value)}"
        setup = hyperparameter.apply(network, recipe, value)
        if setup in variants:
            same = variants[setup].name
            refused.append(f"With {label} it would be the same training as “{same}”.")
            continue
        try:
            ensure_trainable(analyse(setup[0]), setup[1].batch_size, memory)
        except NetworkError as error:
            refused.append(f"With {label} it cannot be trained. {error}")
        else:
            variants[setup] = Variant(_labelled(title or network.name, label), *setup)
    return Sweep(group, tuple(variants.values()), tuple(refused))


def why_not_varied(network: Network, name: str) -> str:
    """Why a sweep of this hyperparameter would change nothing in the network; "" if it can be varied.

    Args:
        network: The network to vary.
        name: A key of `HYPERPARAMETERS`.
    """
    hyperparameter = HYPERPARAMETERS[name]
    kinds = hyperparameter.layers
    if not kinds or any(isinstance(layer, kinds) for layer in network.layers):
        return ""
    wanted = TITLES[kinds[0].__name__].lower()
    return f"{hyperparameter.title} cannot be varied: the network has no {wanted} layer. Add one to vary it."


def plan_seeds(setups: Mapping[str, Setup], *, memory: float, count: int = SEEDS) -> Sweep:
    """Plan runs that compare settings: each is trained from the same new seeds, in turn.

    New ones, as the runs that raised the question were perhaps chosen because they did well.

    Args:
        setups: Network and recipe of each setting by its name.
        memory: Largest estimated memory of one training in GiB.
        count: Number of seeds.

    Returns:
        A sweep without variants, and with the reason, if one of the networks cannot be trained.
    """
    refused = []
    for name, (network, recipe) in setups.items():
        try:
            ensure_trainable(analyse(network), recipe.batch_size, memory)
        except NetworkError as error:
            refused.append(f"“{name}” cannot be trained. {error}")
    used = {recipe.seed for _, recipe in setups.values()}
    first = max(used, default=0)
    # Seeds of recipes are below 2**31.
    seeds = [seed for step in range(1, count + len(used) + 1) if (seed := (first + step) % 2**31) not in used][:count]
    variants = [
        Variant(_labelled(name, f"seed {seed}"), network, recipe.with_changes(seed=seed))
        for seed in seeds
        for name, (network, recipe) in setups.items()
    ]
    group = _labelled(" or ".join(formatting.shortened(name, 26) for name in setups), "seeds")
    return Sweep(group, () if refused else tuple(variants), tuple(refused))


def submit_sweep(store: RunStore, settings: Settings, sweep: Sweep, *, actor: Actor = MACHINE) -> list[Run]:
    """Queue the runs of a sweep in its group; if the group's name is taken, a number is appended to it.

    Raises:
        NetworkError: A network can no longer be trained; the runs before it are queued.
        QueueLimitError: The actor would have too much in the queue; no run is queued.
        StoreError: The store cannot be written.
    """
    store.ensure_room(actor, [variant.recipe for variant in sweep.variants])
    group, number = sweep.group, 1
    while store.list(limit=1, group=group):
        number += 1
        group = f"{sweep.group[: MAX_NAME_LENGTH - 5]} {number}"
    return [
        submit(store, settings, analyse(variant.network), variant.recipe, name=variant.name, actor=actor, group=group)
        for variant in sweep.variants
    ]


def _labelled(name: str, label: str) -> str:
    # The label distinguishes the runs: a long name is shortened, not the label.
    return f"{formatting.shortened(name, MAX_NAME_LENGTH - len(label) - 3)} · {label}"


def _set_dropout(network: Network, recipe: Recipe, rate: Value) -> Setup:
    for index, layer in enumerate(network.layers):
        if isinstance(layer, _DROPOUTS):
            network = network.replace(index, layer.with_changes(rate=float(rate)))
    return network, recipe


def _scale_filters(network: Network, recipe: Recipe, factor: Value) -> Setup:
    for index, layer in enumerate(network.layers):
        if isinstance(layer, Conv2D):
            filters = max(1, round(layer.filters * float(factor)))
            network = network.replace(index, layer.with_changes(filters=filters))
    return network, recipe


def _set_recipe_field(field: str) -> Callable[[Network, Recipe, Value], Setup]:
    def apply(network: Network, recipe: Recipe, value: Value) -> Setup:
        return network, recipe.with_changes(**{field: value})

    return apply


def _fixed(*values: Value) -> Callable[[Recipe], tuple[Value, ...]]:
    return lambda _recipe: values


def _including_current(field: str, *values: float) -> Callable[[Recipe], tuple[Value, ...]]:
    """The values and the recipe's current value, sorted."""
    return lambda recipe: tuple(sorted({*values, getattr(recipe, field)}))


def _seeds(count: int) -> Callable[[Recipe], tuple[Value, ...]]:
    # Seeds of recipes are below 2**31.
    return lambda recipe: tuple((recipe.seed + step) % 2**31 for step in range(count))


_DROPOUTS = (Dropout, SpatialDropout2D)

HYPERPARAMETERS: Mapping[str, Hyperparameter] = MappingProxyType(
    {
        "dropout": Hyperparameter(
            "Dropout rate",
            "dropout",
            _fixed(0.0, 0.1, 0.25, 0.4, 0.5, 0.6, 0.7, 0.8),
            _fixed(0.0, 0.25, 0.5, 0.7),
            _set_dropout,
            lambda rate: f"{rate:g}",
            _DROPOUTS,
        ),
        "learning_rate": Hyperparameter(
            "Learning rate",
            "learning rate",
            _including_current("learning_rate", 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1),
            _fixed(0.0001, 0.001, 0.01),
            _set_recipe_field("learning_rate"),
            lambda rate: formatting.learning_rate(float(rate)),
        ),
        "batch_size": Hyperparameter(
            "Batch size",
            "batch",
            _including_current("batch_size", 16, 32, 64, 128, 256, 512, 1024),
            _fixed(32, 128, 512),
            _set_recipe_field("batch_size"),
            lambda size: f"{size:,}",
        ),
        "optimizer": Hyperparameter(
            "Optimizer",
            "optimizer",
            _fixed("adam", "adamw", "sgd", "rmsprop", "nadam"),
            _fixed("adam", "sgd", "rmsprop"),
            _set_recipe_field("optimizer"),
        ),
        "filters": Hyperparameter(
            "Filters of every convolution",
            "filters",
            _fixed(0.25, 0.5, 1.0, 2.0, 4.0),
            _fixed(0.5, 1.0, 2.0),
            _scale_filters,
            lambda factor: f"× {factor:g}",
            (Conv2D,),
        ),
        "seed": Hyperparameter("Seed", "seed", _seeds(8), _seeds(3), _set_recipe_field("seed")),
    }
)
"""The hyperparameters that a sweep can vary, by a short name."""
