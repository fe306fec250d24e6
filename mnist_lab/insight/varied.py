"""The one hyperparameter in which runs differ, if there is just one beside the seed."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from mnist_lab import formatting
from mnist_lab.insight.run_diff import NOT_USED, RECIPE_FIELDS, recipe_value
from mnist_lab.network import TITLES, AnyLayer, Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs import Run

Value = float | str

_LAYER_FIELDS = {
    "rate": "rate",
    "filters": "filters",
    "kernel_size": "kernel size",
    "strides": "strides",
    "padding": "padding",
    "activation": "activation",
    "pool_size": "pool size",
    "units": "units",
}
_NOT_NUMBERS = frozenset({"seed"})


@dataclass(frozen=True, slots=True)
class Varied:
    """A hyperparameter and its value in each of the runs."""

    title: str
    """"Learning rate"."""
    values: tuple[Value, ...]
    """In the order of the runs: numbers, or else texts."""
    texts: tuple[str, ...]
    """The same as text."""


def varied_hyperparameter(runs: Sequence[Run]) -> Varied | None:
    """The one hyperparameter in which these runs differ; their seeds, if it is these alone.

    None if the runs differ in nothing, in more than one hyperparameter, in their data, or in what was done by hand.
    """
    if len({_circumstances(run) for run in runs}) != 1:
        return None
    found = [one for one in (*_varied_fields([run.recipe for run in runs]), *_varied_layers(runs)) if one is not None]
    varied = [one for one in found if one.title != RECIPE_FIELDS["seed"]] or found
    return varied[0] if len(varied) == 1 else None


def _circumstances(run: Run) -> Hashable:
    """What must be the same for runs to be compared by a hyperparameter."""
    by_hand = tuple((one.step, one.factor) for one in run.rate_changes)
    return run.data.fingerprint if run.data else "", by_hand, run.learning_rate_factor, bool(run.parent)


def _varied_fields(recipes: Sequence[Recipe]) -> list[Varied]:
    """The fields of the recipes that differ."""
    found = []
    for name, title in RECIPE_FIELDS.items():
        texts = tuple(recipe_value(recipe, name) for recipe in recipes)
        # The momentum of SGD is no second difference from a run with Adam.
        if len({text for text in texts if text != NOT_USED}) > 1:
            values = [getattr(recipe, name) for recipe in recipes]
            found.append(Varied(title, _as_values(values, texts, numeric=name not in _NOT_NUMBERS), texts))
    return found


def _varied_layers(runs: Sequence[Run]) -> list[Varied | None]:
    """The one argument in which the layers differ; two entries if they differ in more than one way."""
    networks = [run.network for run in runs]
    first, *others = (network.layers for network in networks)
    if all(layers == first for layers in others):
        return []
    if any([layer.kind for layer in layers] != [layer.kind for layer in first] for layers in others):
        return [_other_layers(), _other_layers()]
    places = [
        (index, name)
        for index, layer in enumerate(first)
        for name in type(layer).model_fields
        if any(getattr(layers[index], name) != getattr(layer, name) for layers in others)
    ]
    names = {name for _, name in places}
    if len(names) > 1:
        return [_other_layers(), _other_layers()]
    return [_varied_argument(networks, [index for index, _ in places], names.pop())]


def _other_layers() -> Varied:
    """Stands for networks that differ in more than one argument."""
    return Varied("Layers", (), ())


def _varied_argument(networks: Sequence[Network], indices: Sequence[int], name: str) -> Varied:
    """An argument of one layer or several: its value, if these layers have the same one, else all of them."""
    rows = [[getattr(network.layers[index], name) for index in indices] for network in networks]
    title = _title([networks[0].layers[index] for index in indices], name)
    if all(len(set(row)) == 1 for row in rows):
        values = [row[0] for row in rows]
        texts = tuple(map(_text, values))
        return Varied(title, _as_values(values, texts, numeric=True), texts)
    texts = tuple(", ".join(map(_text, row)) for row in rows)
    return Varied(title, texts, texts)


def _title(layers: Sequence[AnyLayer], name: str) -> str:
    kinds = {TITLES[layer.kind] for layer in layers}
    of = kinds.pop() if len(kinds) == 1 else "Layers"
    return f"{of} {_LAYER_FIELDS.get(name, name)}"


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return formatting.shape(value)
    return formatting.dropout_rate(value) if isinstance(value, float) else str(value)


def _as_values(values: Sequence[Any], texts: Sequence[str], *, numeric: bool) -> tuple[Value, ...]:
    """The values as numbers if all are, else as texts."""
    are_numbers = all(isinstance(value, int | float) for value in values)
    return tuple(map(float, values)) if numeric and are_numbers else tuple(texts)
