"""The archives that come with the lab, and how they become runs of a store."""

import logging
from collections.abc import Sequence
from pathlib import Path

from mnist_lab.errors import StoreError
from mnist_lab.reference.archive import is_unpacked, read_archive, unpack
from mnist_lab.runs import RunStore

FOLDER = Path(__file__).parent / "runs"
ORDER = ("refchamp", "refstron", "reffast0", "refnote1", "refnote2", "refnote3")
"""Ids of reference runs in the order in which lists show them; others come after."""

log = logging.getLogger(__name__)


def shipped(folder: Path = FOLDER) -> list[Path]:
    """The archives, in their order; each is named as its run's id."""
    places = {run_id: place for place, run_id in enumerate(ORDER)}
    return sorted(folder.glob("*.zip"), key=lambda path: (places.get(path.stem, len(ORDER)), path.name))


def install(store: RunStore, archives: Sequence[Path] | None = None) -> None:
    """Give a store the reference runs that it never had, and those it has their files, if they lost any.

    What its user has deleted stays deleted. Whatever goes wrong is logged and tried again the next time: a lab without
    them works as well.
    """
    paths = shipped() if archives is None else archives
    try:
        known = store.adopted_ids()
        new = [path for path in paths if path.stem not in known]
        there = {run.id for run in store.runs_of([path.stem for path in paths])}
        for path in paths:
            folder = store.folder(path.stem)
            if path in new or (path.stem in there and not is_unpacked(path, folder)):
                unpack(path, folder)
        if new:
            store.adopt([read_archive(path) for path in new])
    except StoreError as error:
        log.warning("The lab goes on without its reference runs. %s", error)
