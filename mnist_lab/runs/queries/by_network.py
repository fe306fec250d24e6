"""Find runs by the network that they trained. The database does the work, as in `search.py`."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, false, func, or_, select

from mnist_lab.data import DataSource
from mnist_lab.network import Network
from mnist_lab.recipe import Recipe
from mnist_lab.runs.queries.search import json_value
from mnist_lab.runs.records import REFERENCE
from mnist_lab.runs.schema import runs
from mnist_lab.runs.state import RunState

MAX_RUNS = 2_000
"""The networks of this many newest runs and of the reference runs are compared; all of a full store take seconds."""
MAX_SAME = 20
"""Runs of the same network and recipe that are read."""
_LAYERS = '\n  "layers":'


def numbers_by_network(connection: Connection, wanted: Mapping[str, tuple[Network, Recipe]]) -> dict[str, int]:
    """The number of a finished run of each network, whatever the network's name; a network without one is missing.

    Only reference runs and runs with the given recipe count. A reference run comes first, then a run on MNIST before
    one on a sample; among equals the newest.

    Args:
        connection: To the store.
        wanted: Any key → a network, and the recipe that it is best trained with.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    by_layers = {_layers_of(network.to_json()): (key, recipe.to_json()) for key, (network, recipe) in wanted.items()}
    recipes = {recipe for _, recipe in by_layers.values()}
    on_sample = json_value(runs.c.data, "source", is_sqlite=is_sqlite) != DataSource.MNIST
    is_reference = runs.c.owner == REFERENCE
    matching = (
        select(_layers(is_sqlite=is_sqlite).label("layers"), runs.c.number)
        .add_columns(is_reference.label("reference"), func.coalesce(on_sample, false()).label("sample"))
        .add_columns(case((runs.c.recipe.in_(recipes), runs.c.recipe), else_="").label("recipe"))
        .where(runs.c.state == RunState.FINISHED, runs.c.deleted_at.is_(None), or_(is_reference, _is_recent()))
        .subquery()
    )
    kinds = (matching.c.layers, matching.c.reference, matching.c.sample, matching.c.recipe)
    query = select(*kinds, func.max(matching.c.number)).where(matching.c.layers.in_(by_layers)).group_by(*kinds)
    ranked = []
    for layers, comes_with_the_lab, is_sample, recipe, number in connection.execute(query):
        key, own_recipe = by_layers[layers]
        # A run of a sweep, say with a learning rate at which it diverged, tells nothing about the network.
        if not comes_with_the_lab and recipe != own_recipe:
            continue
        ranked.append((bool(comes_with_the_lab), not is_sample, number, key))
    # The best of each network comes last, and remains.
    return {key: number for *_, number, key in sorted(ranked)}


def same_trainings_query(connection: Connection, network: Network, recipe: Recipe) -> Select[*tuple[Any, ...]]:
    """Select the newest finished runs of a network, whatever its name, with this recipe and seed, newest first."""
    is_same = _layers(is_sqlite=connection.dialect.name == "sqlite") == _layers_of(network.to_json())
    present = select(runs).where(runs.c.state == RunState.FINISHED, runs.c.deleted_at.is_(None))
    same = present.where(or_(runs.c.owner == REFERENCE, _is_recent()), runs.c.recipe == recipe.to_json(), is_same)
    return same.order_by(runs.c.number.desc()).limit(MAX_SAME)


def _layers(*, is_sqlite: bool) -> ColumnElement[str]:
    start = func.instr(runs.c.network, _LAYERS) if is_sqlite else func.strpos(runs.c.network, _LAYERS)
    return func.substr(runs.c.network, start)


def _is_recent() -> ColumnElement[bool]:
    return runs.c.number > select(func.max(runs.c.number)).scalar_subquery() - MAX_RUNS


def _layers_of(network_json: str) -> str:
    """The end of a network's JSON, after its name. A line end within the name would be escaped."""
    _, start, layers = network_json.partition(_LAYERS)
    return start + layers
