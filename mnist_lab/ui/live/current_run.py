"""The run that the Train page shows, with the other active and queued runs at that time."""

from collections.abc import Sequence
from dataclasses import dataclass

from mnist_lab import formatting
from mnist_lab.errors import UnknownRunError
from mnist_lab.runs import Run
from mnist_lab.ui.services.container import services
from mnist_lab.ui.services.store_cache import StoreSnapshot

_MAX_ID_LENGTH = 64


@dataclass(frozen=True)
class CurrentRun:
    """The run to show, and the snapshot of the store that it was chosen from."""

    run: Run | None
    store: StoreSnapshot
    error: str = ""
    """Why the requested run cannot be shown; "" if it can."""

    @property
    def queue(self) -> Sequence[Run]:
        """The queued runs, next one first, at most `store_cache.MAX_QUEUED`."""
        return self.store.queue

    @property
    def is_busy(self) -> bool:
        """Whether a run is unfinished, so that the page must be kept up to date."""
        return bool(self.store.unfinished)

    @property
    def layout_key(self) -> tuple[object, ...]:
        """What the rest of the page depends on: when it changes, the whole page is drawn again."""
        return self.is_busy, self.run is None, self.error


def select_run(wanted: str | None, owner: str = "") -> CurrentRun:
    """Choose the run to show.

    That is the run with the id `wanted`; else an unfinished run, of the owner if possible; else the newest run.

    Args:
        wanted: The id in the URL of the page.
        owner: The id of the viewer's browser.

    Raises:
        StoreError: The store cannot be read.
    """
    cache = services().store_cache
    current = _select(cache.snapshot(), wanted, owner)
    if current.run is not None and not current.run.state.is_ended and not current.is_busy:
        # The run was created after that snapshot, and without it the page would not be kept up to date.
        current = _select(cache.snapshot(fresh=True), wanted, owner)
    return current


def _select(store: StoreSnapshot, wanted: str | None, owner: str) -> CurrentRun:
    error = ""
    if wanted:
        try:
            return CurrentRun(find_run(wanted, store), store)
        except UnknownRunError:
            error = _missing_message(wanted)
    own = [run for run in store.unfinished if run.owner == owner]
    # Reference runs come with the lab, so none of them counts as the newest run.
    newest = [run for run in services().store.list(limit=1) if not run.is_reference]
    run = next(iter([*own, *store.unfinished, *newest]), None)
    return CurrentRun(run, store, error)


def _missing_message(run_id: str) -> str:
    """Why the requested run cannot be shown: a run in the bin is called by its name."""
    name = services().store.deleted_name(run_id[:_MAX_ID_LENGTH])
    if name is None:
        shown = formatting.shortened(run_id, 20)
        return f"The address names the run “{shown}”, which is not in this lab; it may have been deleted."
    return (
        f"The run “{formatting.shortened_inside(name, 60)}” was deleted. Whoever started it can bring it back for a "
        "day, at the end of Compare, under “Deleted runs”."
    )


def find_run(run_id: str, store: StoreSnapshot) -> Run:
    """The run with this id; an unfinished run as it is in the snapshot.

    Raises:
        UnknownRunError: There is no such run.
        StoreError: The store cannot be read.
    """
    return store.find(run_id) or services().store.get(run_id[:_MAX_ID_LENGTH])
