"""How the runs read the collection of drawings: computed in the background, by a predictor process of its own.

The process that reads what is drawn at this moment must not wait while another network is loaded.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from mnist_lab.errors import LabError
from mnist_lab.files import file_version
from mnist_lab.handwriting import Collection, CollectionIndex
from mnist_lab.handwriting.answers import Answers, read_answers
from mnist_lab.handwriting.collection_score import CollectionScore, score_collection
from mnist_lab.handwriting.extra_drawings import trained_on
from mnist_lab.inference.collection_answers import missing_ids, update_answers
from mnist_lab.inference.predictor import Predictor
from mnist_lab.inference.weights import Weights, weights_of
from mnist_lab.runs import Run, RunStore
from mnist_lab.settings import Settings

CHECK_SECONDS = 1.0
"""A change by another process may be noticed this much later; a change by this process is noticed at once."""
IDLE_SECONDS = 20.0
"""The process ends after this time without work."""
ANNOUNCE_SECONDS = 10.0
"""While many runs read the drawings, tables are drawn again this often."""
RETRY_SECONDS = 10.0
"""A run that failed is tried again so often while somebody looks at it: there may be room on the disk again."""
ENOUGH = 0.98
"""Share of the drawings that a run must have read; the rest is read when somebody looks at this run."""
_ELSEWHERE = "elsewhere"
"""The state of a run whose weights are not on this machine."""
_MAX_SCORES, _MAX_ANSWERS = 2_000, 16


@dataclass(frozen=True)
class _Files:
    """The files of one run on which its score depends."""

    run: Run
    weights: Weights
    versions: tuple[tuple[int, int], ...]
    """Of its weights, its answers and its extra drawings."""


@dataclass(frozen=True)
class _Failure:
    """Why a run could not read the drawings."""

    state: str
    """Of the collection and the weights; with others it is tried again."""
    message: str
    at: float
    """When that was, in seconds of the clock."""


class HandwritingScores:
    """What the runs make of the collection; safe to use from several threads."""

    def __init__(
        self,
        store: RunStore,
        settings: Settings,
        make_predictor: Callable[[Settings], Predictor] = Predictor,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`make_predictor` makes the predictor that reads the drawings; `clock` returns the current time in seconds."""
        self.collection = Collection(store.db)
        self._store, self._settings, self._make_predictor, self._clock = store, settings, make_predictor, clock
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._index: CollectionIndex | None = None
        self._checked, self._writes = -CHECK_SECONDS, -1
        self._scores: LRUCache[object, CollectionScore | None] = LRUCache(_MAX_SCORES)
        self._answers: LRUCache[object, NDArray[np.float32]] = LRUCache(_MAX_ANSWERS)
        self._wanted: dict[str, bool] = {}
        self._reading = ""
        self._failed: dict[str, _Failure] = {}
        self._thread: threading.Thread | None = None
        self._closed = False
        self._announced, self._announced_at = 0, -ANNOUNCE_SECONDS

    def index(self) -> CollectionIndex:
        """What is in the collection, read once for all sessions that ask at about the same time.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._lock:
            now, writes = self._clock(), self.collection.writes
            if self._index is None or writes != self._writes or now - self._checked >= CHECK_SECONDS:
                if self._index is None or self.collection.version() != self._index.version:
                    self._index = self.collection.index()
                self._checked, self._writes = now, writes
            return self._index

    def version(self) -> str:
        """A text that changes with the collection, and from time to time while runs read it."""
        return f"{self.index().version} {self._announced}"

    def answers(self, run: Run) -> NDArray[np.float32]:
        """The probabilities of a run's network for the drawings, in the order of the index, (n, 10); NaN for those that
        it has not read.

        Raises:
            StoreError: The store cannot be read.
        """
        index, files = self.index(), self._files(run)
        if files is None:
            return np.full((len(index), 10), np.nan, np.float32)
        key = index.version, run.id, files.versions
        with self._lock:
            if key not in self._answers:
                self._answers[key] = self._read(files).of(index)
            return self._answers[key]

    def score(self, run: Run) -> CollectionScore | None:
        """The score of a run on the drawings that it has read and was not trained on; None if there are none.

        Raises:
            StoreError: The store cannot be read.
        """
        index = self.index()
        files = self._files(run) if len(index) else None
        if files is None:
            return None
        key = index.version, run.id, files.versions
        with self._lock:
            if key not in self._scores:
                self._scores[key] = self._score(index, files)
            return self._scores[key]

    def percentages(self, runs: Sequence[Run]) -> Mapping[str, float]:
        """Percent of the drawings that each run reads, by its id; without the runs that have no score.

        Raises:
            StoreError: The store cannot be read.
        """
        scores = {run.id: score for run in runs if (score := self.score(run)) is not None and score.drawings}
        return {run_id: 100 * score.accuracy for run_id, score in scores.items()}

    def want(self, runs: Sequence[Run], *, urgent: bool = False) -> None:
        """Have runs read the drawings that they have not read yet, in the background; returns at once.

        Args:
            runs: Runs with a result.
            urgent: Before all others, and to the last drawing.
        """
        if not len(self.index()):
            return
        with self._changed:
            for run in runs:
                if self._must_read(run, urgent=urgent):
                    self._wanted[run.id] = self._wanted.get(run.id, False) or urgent
            if self._wanted and self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._work, name="handwriting", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def is_reading(self, run_id: str) -> bool:
        """Whether this run reads drawings, or is to do so."""
        with self._lock:
            return run_id in self._wanted or run_id == self._reading

    def error(self, run_id: str) -> str:
        """Why this run could not read the drawings; "" if it could."""
        with self._lock:
            failure = self._failed.get(run_id)
            return "" if failure is None else failure.message

    def close(self) -> None:
        """End the background work. May be called more than once."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _is_elsewhere(self, run: Run) -> bool:
        """Whether the weights of a run, which are not on this machine, may be in the object store."""
        return self._store.files.objects is not None and run.result is not None and not run.is_reference

    def _files(self, run: Run) -> _Files | None:
        """The files of a run; None if it has no weights, or these are not on this machine."""
        try:
            weights = weights_of(run, self._store.files, fetch=False)
            folder = self._store.folder(run.id)
        except LabError:
            return None
        paths = weights.path, folder.handwriting_answers, folder.extra_drawings
        return _Files(run, weights, tuple(map(file_version, paths)))

    def _read(self, files: _Files) -> Answers:
        return read_answers(self._store.folder(files.run.id), files.versions[0])

    def _score(self, index: CollectionIndex, files: _Files) -> CollectionScore | None:
        try:
            taught = trained_on(self._store.folder(files.run.id))
        except LabError:
            # Without knowing what it was trained on, it cannot be tested.
            return None
        score = score_collection(index, self._read(files).of(index), taught)
        return score if score.drawings else None

    def _must_read(self, run: Run, *, urgent: bool) -> bool:
        index, files = self.index(), self._files(run)
        if files is None:
            return self._is_elsewhere(run) and not self._failed_just_now(run, _ELSEWHERE, urgent=urgent)
        if self._failed_just_now(run, _state(index, files), urgent=urgent):
            return False
        read = len(index) - len(missing_ids(index, self._read(files)))
        return read < (1.0 if urgent else ENOUGH) * len(index)

    def _failed_just_now(self, run: Run, state: str, *, urgent: bool) -> bool:
        failure = self._failed.get(run.id)
        if failure is None or failure.state != state:
            return False
        return not urgent or self._clock() - failure.at < RETRY_SECONDS

    def _work(self) -> None:
        predictor = self._make_predictor(self._settings)
        try:
            while (run_id := self._next()) is not None:
                self._read_all(run_id, predictor)
        finally:
            predictor.close()

    def _next(self) -> str | None:
        """The next run that is to read the drawings; None if there was none for a while."""
        with self._changed:
            self._reading = ""
            self._announce(final=not self._wanted)
            self._changed.wait_for(lambda: self._wanted or self._closed, IDLE_SECONDS)
            if self._closed or not self._wanted:
                self._thread = None
                return None
            run_id = max(self._wanted, key=lambda each: self._wanted[each])  # the first of the urgent ones
            del self._wanted[run_id]
            self._reading = run_id
            return run_id

    def _announce(self, *, final: bool) -> None:
        now = self._clock()
        if final or now - self._announced_at >= ANNOUNCE_SECONDS:
            self._announced, self._announced_at = self._announced + 1, now

    def _read_all(self, run_id: str, predictor: Predictor) -> None:
        state = ""
        try:
            index, run = self.index(), self._store.get(run_id)
            state = _ELSEWHERE
            # Also when it was not there before: it takes a while, which nobody waits for here.
            weights_of(run, self._store.files)
            files = self._files(run)
            if files is None:
                return
            state = _state(index, files)
            folder = self._store.folder(run_id)
            update_answers(self.collection, index, folder, files.weights, predictor.predict_images)
        except LabError as error:
            with self._lock:
                self._failed[run_id] = _Failure(state, str(error), self._clock())
        else:
            with self._lock:
                self._failed.pop(run_id, None)


def _state(index: CollectionIndex, files: _Files) -> str:
    """What must change before a run that failed is tried again, unless somebody looks at it."""
    return f"{index.version} {files.versions[0]}"
