"""Gives loaded models the subspaces of their digits: from the run's file, or, for an older run, worked out now."""

import logging
import threading
import time
from collections.abc import Callable

from cachetools import LRUCache

from mnist_lab.errors import StoreError
from mnist_lab.inference.engine.model_cache import LoadedModel
from mnist_lab.inference.fitting_images import FittingImages
from mnist_lab.novelty import DigitSubspaces
from mnist_lab.novelty.engine.features import fit_to_model
from mnist_lab.novelty.subspaces_file import read_subspaces, write_subspaces
from mnist_lab.runs import RunFolder

MAX_REMEMBERED = 16

log = logging.getLogger(__name__)

_Version = tuple[str, tuple[int, int]]


class BackgroundFits:
    """Fits subspaces in a thread, for one model at a time, while the process goes on to read drawings."""

    def __init__(self, images_of: Callable[[str], FittingImages]) -> None:
        """`images_of` loads the images for a run by its id, or raises a LabError."""
        self._images_of = images_of
        self._busy = threading.Lock()
        # What was found, None included, as a folder may be read-only: nothing is worked out twice.
        self._known: LRUCache[_Version, DigitSubspaces | None] = LRUCache(MAX_REMEMBERED)

    def provide(self, loaded: LoadedModel) -> None:
        """Set the subspaces of a model at once if they are known, else later.

        While those of another model are worked out nothing is begun: the next call does it.
        """
        if loaded.subspaces is not None:
            return
        version = loaded.weights.run_id, loaded.version
        if version not in self._known:
            kept = read_kept(loaded)
            if kept is None:
                self._begin(loaded, version)
                return
            self._known[version] = kept
        loaded.subspaces = self._known[version]

    def wait(self) -> None:
        """Wait until no fit is under way."""
        with self._busy:
            pass

    def _begin(self, loaded: LoadedModel, version: _Version) -> None:
        if self._busy.acquire(blocking=False):
            # A daemon: the process may end in the middle, and the fit is done the next time.
            threading.Thread(target=self._fit, args=(loaded, version), name="subspaces", daemon=True).start()

    def _fit(self, loaded: LoadedModel, version: _Version) -> None:
        try:
            loaded.subspaces = fit_and_keep(loaded, self._images_of)
        except Exception:  # a thread has nobody who catches; the readings have no score then
            log.exception("The digits' subspaces of run %s cannot be worked out", loaded.weights.run_id)
        finally:
            self._known[version] = loaded.subspaces
            self._busy.release()


def read_kept(loaded: LoadedModel) -> DigitSubspaces | None:
    """The subspaces in the run's file; None if there are none of these weights, or if the file is damaged."""
    path = loaded.weights.path
    try:
        return read_subspaces(RunFolder(path.parent).digit_subspaces, path)
    except StoreError as error:
        log.warning("%s", error)
        return None


def fit_and_keep(loaded: LoadedModel, images_of: Callable[[str], FittingImages]) -> DigitSubspaces | None:
    """Fit the subspaces of a model, and write them into the run's folder where that is possible.

    Raises:
        LabError: There are no images.
    """
    run_id, path = loaded.weights.run_id, loaded.weights.path
    images, started = images_of(run_id), time.perf_counter()
    data = images.dataset
    subspaces = fit_to_model(loaded.model, data.train_images, data.train_labels, data.test_images)
    log.info("run %s: its digits' subspaces took %.1f s", run_id, time.perf_counter() - started)
    if not images.are_final:
        log.warning("run %s: fitted to the sample, so not kept: %s", run_id, images.why_not_final)
    # A run that was deleted or trained again meanwhile gets no file.
    elif subspaces is not None and loaded.is_current:
        _keep(subspaces, RunFolder(path.parent), loaded)
    return subspaces


def _keep(subspaces: DigitSubspaces, folder: RunFolder, loaded: LoadedModel) -> None:
    try:
        write_subspaces(folder.digit_subspaces, subspaces, loaded.weights.path)
    except OSError as error:
        log.warning("run %s: its digits' subspaces cannot be kept: %s", loaded.weights.run_id, error)
