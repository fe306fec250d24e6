"""The state of the app that matters to a user, as one object; the query parameters of a URL are its text.

TensorFlow Playground does the same in its `state.ts`. A page reads the parts that it shows, and writes them when the
user changes them, so that a reload, a bookmark and another browser show the same.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from mnist_lab.network import Network, link_from_network, read_link
from mnist_lab.recipe import Recipe, recipe_from_json
from mnist_lab.ui.session.query_params import (
    BASELINE,
    COLUMNS,
    COMPACT,
    ERROR,
    LOG,
    NETWORK,
    RUN,
    RUNS,
    SMOOTHING,
    SWEEP,
)

SMOOTHINGS = (0.0, 0.3, 0.6, 0.9, 0.97)
"""Smoothing weights of the training curve that a viewer can choose."""
_YES = "1"


@dataclass(frozen=True)
class ChartOptions:
    """How the curves are drawn for a viewer."""

    log: bool = False
    """Whether the axis of the loss is logarithmic."""
    smoothing: float = 0.6
    """One of `SMOOTHINGS`."""
    baseline: str = ""
    """Id of another run that is drawn behind this one."""
    error: bool = False
    """Whether errors are drawn, on a logarithmic axis, in place of accuracies."""
    compact: bool = False
    """Whether only the accuracy is drawn, small, as on the Start page."""


@dataclass(frozen=True)
class UiState:
    """What the user has composed, chosen and selected. An empty part means that the URL says nothing about it."""

    network: Network | None = None
    """The network being composed."""
    recipe: Recipe | None = None
    """The recipe of the next training; a URL has it together with a network only."""
    run: str = ""
    """Id of the run shown."""
    runs: tuple[str, ...] = ()
    """Ids of the runs selected on Compare."""
    sweep: str = ""
    """The sweep that Compare is filtered by."""
    columns: tuple[str, ...] = ()
    """The columns of Compare's table, as `compared_runs.column_slug` names them; empty for the usual ones."""
    chart: ChartOptions = field(default_factory=ChartOptions)

    def to_query(self) -> dict[str, str]:
        """The query parameters of a URL; parts with their default are left out."""
        compared = {RUNS: ",".join(self.runs), SWEEP: self.sweep, COLUMNS: ",".join(self.columns)}
        parameters = {RUN: self.run, **compared, **_chart_to_query(self.chart)}
        if self.network is not None:
            parameters[NETWORK] = setup_link(self.network, self.recipe)
        return {name: value for name, value in parameters.items() if value}


def ui_state_from_query(parameters: Mapping[str, str]) -> UiState:
    """Read the query parameters of a URL. Unknown parameters and chart options that do not exist are ignored.

    Raises:
        NetworkError: The link of network and recipe cannot be read; the message says why.
        RecipeError: As for `NetworkError`.
    """
    network, recipe = read_setup_link(parameters[NETWORK]) if parameters.get(NETWORK) else (None, None)
    return UiState(
        network,
        recipe,
        run=parameters.get(RUN, ""),
        runs=_listed(parameters, RUNS),
        sweep=parameters.get(SWEEP, ""),
        columns=_listed(parameters, COLUMNS),
        chart=chart_from_query(parameters),
    )


def setup_link(network: Network, recipe: Recipe | None) -> str:
    """The link of a network with its recipe."""
    fields = None if recipe is None else recipe.model_dump(mode="json", exclude_defaults=True)
    return link_from_network(network, fields)


def read_setup_link(text: str) -> tuple[Network, Recipe | None]:
    """Read a link of network and recipe. Links of version 1 have no recipe.

    Raises:
        NetworkError: The link cannot be read; the message says why.
        RecipeError: As for `NetworkError`.
    """
    network, fields = read_link(text)
    return network, None if fields is None else recipe_from_json(json.dumps(fields))


def _listed(parameters: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(each for each in parameters.get(name, "").split(",") if each)


def chart_from_query(parameters: Mapping[str, str]) -> ChartOptions:
    """The chart options of a URL; the default instead of a value that does not exist."""
    smoothing = ChartOptions.smoothing
    with suppress(ValueError):
        wanted = float(parameters.get(SMOOTHING, ""))
        smoothing = wanted if wanted in SMOOTHINGS else smoothing
    log, error, compact = (parameters.get(name) == _YES for name in (LOG, ERROR, COMPACT))
    return ChartOptions(log, smoothing, parameters.get(BASELINE, ""), error, compact)


def _chart_to_query(chart: ChartOptions) -> dict[str, str]:
    smoothing = "" if chart.smoothing == ChartOptions.smoothing else f"{chart.smoothing:g}"
    switches = {LOG: chart.log, ERROR: chart.error, COMPACT: chart.compact}
    return {SMOOTHING: smoothing, BASELINE: chart.baseline, **{name: _YES for name, on in switches.items() if on}}
