"""The run whose curve the Start page shows, and the run whose network reads the drawing."""

from dataclasses import dataclass

from mnist_lab.errors import LabError
from mnist_lab.network import Network
from mnist_lab.recipe import Recipe, has_handwriting, preset_recipe
from mnist_lab.runs import Run
from mnist_lab.ui.live.current_run import find_run
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.preset_facts import preset_facts
from mnist_lab.ui.services.store_cache import StoreSnapshot

_OWN = "own"


@dataclass(frozen=True)
class ShownRun:
    """What the Start page shows of the runs."""

    run: Run | None
    """The run of the curve; None if the network has not been trained yet."""
    reader: Run | None
    """The run whose network reads the drawing; None if there is none that can."""


def choose_run(network: Network, recipe: Recipe, wanted: str, owner: str, store: StoreSnapshot) -> ShownRun:
    """Choose the run of the Start page.

    That is an unfinished run: the wanted one, or the owner's first; else the wanted run, or else the finished run that
    shows best what comes of the network. It reads the drawing, unless it still waits or has no weights: then a
    reference run reads.

    Args:
        network: The session's network.
        recipe: The session's recipe.
        wanted: The id in the URL; "" for none.
        owner: The id of the viewer's browser.
        store: The active and queued runs.

    Raises:
        StoreError: The store cannot be read.
    """
    run = _unfinished(wanted, owner, store) or _ended(network, recipe, wanted, store)
    if run is not None and (run.state.is_active or run.result is not None):
        return ShownRun(run, run)
    is_waiting = run is not None and not run.state.is_ended
    return ShownRun(run, _best_preset_run() or (run if is_waiting else None))


def _unfinished(wanted: str, owner: str, store: StoreSnapshot) -> Run | None:
    own = (run for run in store.unfinished if run.owner == owner)
    return store.find(wanted) or next(own, None)


def _ended(network: Network, recipe: Recipe, wanted: str, store: StoreSnapshot) -> Run | None:
    if wanted:
        try:
            run = find_run(wanted, store)
        except LabError:
            run = None
        # A run of another network would not belong to the picture above its curve.
        if run is not None and run.network.layers == network.layers:
            return run
    lab = services()
    wanted_network = {_OWN: (network, recipe)}
    return lab.table_cache.shared(
        ("of-network", network, recipe), lambda: lab.store.finished_by_network(wanted_network).get(_OWN)
    )


def _best_preset_run() -> Run | None:
    """The run of a preset that reads drawings best: a reference run, unless the lab has none.

    That is one that has learned other people's handwriting, else the most accurate one.
    """
    tested = [(name, facts) for name, facts in preset_facts().items() if facts.run_id and facts.accuracy is not None]
    if not tested:
        return None
    _, best = max(
        tested,
        key=lambda one: (not one[1].on_sample, has_handwriting(preset_recipe(one[0])), one[1].accuracy or 0.0),
    )
    return services().store.get(best.run_id or "")
