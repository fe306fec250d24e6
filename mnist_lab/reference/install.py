"""Installing the shipped reference runs into a store."""

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path

from mnist_lab.errors import StoreError
from mnist_lab.reference.archive import is_unpacked, read_archive, unpack
from mnist_lab.runs import RunStore
from mnist_lab.runs.deletion import remove_folder

FOLDER = Path(__file__).parent / "runs"
CHECKSUMS = "SHA256SUMS"
"""The file beside the archives with the SHA-256 of each, in the format of `sha256sum`."""
ORDER = ("refreadr", "refchamp", "refstron", "reffast0", "refnote1", "refnote2", "refnote3")
"""Ids of reference runs in the order in which lists show them; any others follow."""

log = logging.getLogger(__name__)


def shipped_archives(folder: Path = FOLDER) -> list[Path]:
    """The archives in the order of `ORDER`; each is named after its run's id."""
    indices = {run_id: index for index, run_id in enumerate(ORDER)}
    return sorted(folder.glob("*.zip"), key=lambda path: (indices.get(path.stem, len(ORDER)), path.name))


def ensure_genuine(path: Path) -> None:
    """Check that an archive is the one that was shipped, so that a changed one never replaces good files of a run.

    Raises:
        StoreError: It is not, or cannot be read. Archives in a folder without checksums are not checked.
    """
    try:
        sums = path.with_name(CHECKSUMS).read_text(encoding="ascii").splitlines()
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise StoreError(f"The reference run {path.name} cannot be read: {error}") from error
    if f"{found}  {path.name}" not in sums:
        raise StoreError(f"The reference run {path.name} is damaged: its checksum is wrong. Install MNIST Lab again.")


def write_checksums(folder: Path = FOLDER) -> None:
    """Write the checksums of the archives in a folder."""
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(folder.glob("*.zip"))]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="ascii", newline="\n")


def install_reference_runs(store: RunStore, archives: Sequence[Path] | None = None) -> None:
    """Install the reference runs that the store never had, and restore missing files of the installed ones.

    A reference run that the user has deleted stays deleted. A user's own run with the same id is not changed. Errors
    are logged, since the lab works without reference runs; the installation is tried again at the next start.
    """
    paths = shipped_archives() if archives is None else archives
    try:
        known = store.imported_ids()
        present = {run.id: run for run in store.runs_of([path.stem for path in paths])}
        deleted = known - present.keys()
        own = {run.id for run in present.values() if not run.is_reference}
        for path in (path for path in paths if path.stem not in deleted | own):
            is_known = path.stem in known
            if not (is_known and is_unpacked(path, store.folder(path.stem))):
                _install(store, path, is_present=path.stem in present, is_known=is_known)
    except StoreError as error:
        log.warning("The lab continues without its reference runs. %s", error)


def _install(store: RunStore, path: Path, *, is_present: bool, is_known: bool) -> None:
    """Extract the files of an archive, and add its run to the store if the store never had it."""
    folder = store.folder(path.stem)
    try:
        ensure_genuine(path)
        imported = read_archive(path)
        unpack(path, folder)
    except StoreError as error:
        log.warning("The lab continues without one of its reference runs. %s", error)
        if not is_present:
            remove_folder(folder)
        return
    try:
        # A known run may have been deleted meanwhile, and is not added again.
        if not is_known:
            store.import_runs([imported])
    except Exception as error:  # noqa: BLE001 - database drivers raise many types of exceptions for damaged records
        log.warning("The lab continues without the reference run %s: %s", path.name, error)
