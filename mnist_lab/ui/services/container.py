"""What all sessions of the app share, one of each a process: the store, the launcher, the predictor and so on."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from mnist_lab.errors import LabError
from mnist_lab.inference.predictor import Predictor
from mnist_lab.reference import install_reference_runs
from mnist_lab.runs import ENDED_STATES, RunStore, open_store
from mnist_lab.settings import Settings, load_settings
from mnist_lab.training.launcher import Launcher
from mnist_lab.ui.services.dataset_loader import DatasetLoader
from mnist_lab.ui.services.history_cache import Tracks
from mnist_lab.ui.services.sparkline_cache import Sparklines
from mnist_lab.ui.services.store_cache import Moments

MAX_TABLE_ROWS = 500
"""Rows of the table of Compare: as many as a browser draws at once and a person scrolls through."""

RETRY_SECONDS = 2.0
"""How long a refusal stands before the services are tried again."""

DIGITS_SECONDS = 3.0
"""How long after the app MNIST is read from the disk, unless a page asks for it sooner."""
LOOK_AHEAD_SECONDS = 4.0
"""How long after the app what pages need that show ended runs is made ready, unless a page asks for it sooner."""
PREDICTOR_SECONDS = 20.0
"""How long after the app the predictor starts, unless a page asks for it sooner."""


class ReferenceRuns:
    """Puts the runs that the lab brings into one store, once a process; safe to use from several threads."""

    def __init__(self, store: RunStore, settings: Settings) -> None:
        self._store = store
        self._wanted = settings.reference
        self._lock = threading.Lock()

    def ensure(self) -> None:
        """See to it that they are there; a lab's very first start unpacks them, which takes a quarter of a second."""
        with self._lock:
            if self._wanted:
                install_reference_runs(self._store)
                self._wanted = False


@dataclass(frozen=True)
class Services:
    """The parts of the lab that outlive a page and a session."""

    settings: Settings
    store: RunStore
    moments: Moments
    tracks: Tracks
    sparklines: Sparklines
    reference: ReferenceRuns
    """A page that shows ended runs has to ask for them first."""
    launcher: Launcher
    predictor: Predictor
    datasets: DatasetLoader

    def start(self) -> None:
        """Start what works in the background; returns at once."""
        # One after the other, and all only when the first page has had the processor to itself.
        self.datasets.start(DIGITS_SECONDS)
        self.launcher.start()
        self.predictor.start(PREDICTOR_SECONDS, hold=lambda: self.launcher.is_loading)
        threading.Thread(target=self._look_ahead, name="look-ahead", daemon=True).start()

    def _look_ahead(self) -> None:
        """Do what other pages would take a second for when they are first opened."""
        time.sleep(LOOK_AHEAD_SECONDS)
        self.reference.ensure()
        import pandas  # noqa: F401 - loaded for the table of Compare

        with suppress(LabError):
            # The store remembers which records it has found whole.
            self.store.damaged()
            self.sparklines.of(self.store.list(ENDED_STATES, limit=MAX_TABLE_ROWS))

    def close(self) -> None:
        """Stop what works in the background; a training that runs goes on without the app."""
        self.predictor.close()
        self.launcher.close()


class Lab:
    """Makes the services when they are first asked for, once for all sessions, and starts them if the app serves.

    What a setting or the store keeps from being made is tried again when it is asked for again: a store that was locked
    for a while needs no new start of the app.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._services: Services | None = None
        self._serves = False
        self._refusal: LabError | None = None
        self._ask_again = 0.0

    def serve(self) -> Services:
        """Make and start the services; if that is not possible now, as soon as it is.

        Raises:
            LabError: It is not possible now.
        """
        with self._lock:
            self._serves = True
        return self.get()

    def get(self) -> Services:
        """The services.

        Raises:
            LabError: A setting, or the store, cannot be used.
        """
        with self._lock:
            if self._services is None:
                self._services = self._make()
            return self._services

    def close(self) -> None:
        """Stop what works in the background, if it was ever started."""
        with self._lock:
            self._serves = False
            if self._services is not None:
                self._services.close()

    def _make(self) -> Services:
        if self._refusal is not None and time.monotonic() < self._ask_again:
            # A locked store takes ten seconds to refuse: of a class that waits, one session after the other.
            raise type(self._refusal)(str(self._refusal))
        try:
            made = _services()
        except LabError as error:
            self._refusal, self._ask_again = error, time.monotonic() + RETRY_SECONDS
            raise
        if self._serves:
            made.start()
        return made


_lab = Lab()


def lab() -> Lab:
    """What holds the services of this process."""
    return _lab


def services() -> Services:
    """The services of this process.

    Raises:
        LabError: A setting, or the store, cannot be used; the sentence is for the user.
    """
    return _lab.get()


def _services() -> Services:
    settings = load_settings()
    store = open_store(settings)
    return Services(
        settings=settings,
        store=store,
        moments=Moments(store),
        tracks=Tracks(store),
        sparklines=Sparklines(store),
        reference=ReferenceRuns(store, settings),
        launcher=Launcher(settings),
        predictor=Predictor(settings),
        datasets=DatasetLoader(settings),
    )
