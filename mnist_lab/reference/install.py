"""The archives that come with the lab, and how they become runs of a store."""

import logging
from collections.abc import Sequence
from pathlib import Path

from mnist_lab.errors import StoreError
from mnist_lab.reference.archive import is_unpacked, read_archive, unpack
from mnist_lab.runs import RunStore
from mnist_lab.runs.deletion import remove_folder

FOLDER = Path(__file__).parent / "runs"
ORDER = ("refchamp", "refstron", "reffast0", "refnote1", "refnote2", "refnote3")
"""Ids of reference runs in the order in which lists show them; others come after."""

log = logging.getLogger(__name__)


def shipped_archives(folder: Path = FOLDER) -> list[Path]:
    """The archives, in their order; each is named as its run's id."""
    places = {run_id: place for place, run_id in enumerate(ORDER)}
    return sorted(folder.glob("*.zip"), key=lambda path: (places.get(path.stem, len(ORDER)), path.name))


def install_reference_runs(store: RunStore, archives: Sequence[Path] | None = None) -> None:
    """Give a store the reference runs that it never had, and those it has their files, if they lost any.

    What its user has deleted stays deleted, and a run of the user's own that happens to have the id of one stays as it
    is. Whatever goes wrong is logged and tried again the next time: a lab without them, or with some, works as well.
    """
    paths = shipped_archives() if archives is None else archives
    try:
        known = store.adopted_ids()
        there = {run.id: run for run in store.runs_of([path.stem for path in paths])}
        deleted = known - there.keys()
        own = {run.id for run in there.values() if not run.is_reference}
        wanted = [path for path in paths if path.stem not in deleted | own]
        for path in wanted:
            is_known = path.stem in known
            if not (is_known and is_unpacked(path, store.folder(path.stem))):
                _give(store, path, is_there=path.stem in there, is_known=is_known)
    except StoreError as error:
        log.warning("The lab goes on without its reference runs. %s", error)


def _give(store: RunStore, path: Path, *, is_there: bool, is_known: bool) -> None:
    """Put the files of an archive into its run's folder, and the run into the store if that never had it."""
    folder = store.folder(path.stem)
    try:
        adopted = read_archive(path)
        unpack(path, folder)
    except StoreError as error:
        log.warning("The lab goes on without one of its reference runs. %s", error)
        if not is_there:
            remove_folder(folder)
        return
    try:
        # One that is known may have been deleted this moment.
        if not is_known:
            store.adopt([adopted])
    except Exception as error:  # noqa: BLE001 - a damaged record makes the database's driver raise nearly anything
        log.warning("The lab goes on without the reference run %s: %s", path.name, error)
