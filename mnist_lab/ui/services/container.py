"""The services that all sessions of the app share: store, caches, launcher, predictor; one of each per process."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from mnist_lab.errors import LabError
from mnist_lab.inference.predictor import Predictor
from mnist_lab.reference import install_reference_runs
from mnist_lab.runs import ENDED_STATES, RunStore, open_store
from mnist_lab.settings import Settings, load_settings
from mnist_lab.training.launcher import open_launcher
from mnist_lab.training.launcher_loop import LauncherLoop
from mnist_lab.ui.services.dataset_loader import DatasetLoader
from mnist_lab.ui.services.handwriting_scores import HandwritingScores
from mnist_lab.ui.services.heartbeats import Heartbeats
from mnist_lab.ui.services.history_cache import HistoryCache
from mnist_lab.ui.services.litert_files import LitertFiles
from mnist_lab.ui.services.sparkline_cache import SparklineCache
from mnist_lab.ui.services.store_cache import StoreCache
from mnist_lab.ui.services.table_cache import TableCache

MAX_TABLE_ROWS = 500
"""Rows in the table of Compare; more would be slow to draw and too many to scroll through."""

RETRY_SECONDS = 2.0
"""Time after a failed start before the services are tried again."""

DATASET_DELAY_SECONDS = 3.0
"""Delay after the start of the app until MNIST is read from disk, unless a page asks for it sooner."""
PRELOAD_DELAY_SECONDS = 4.0
"""Delay after the start of the app until the data of pages with ended runs is loaded, unless a page asks sooner."""
PREDICTOR_DELAY_SECONDS = 20.0
"""Delay after the start of the app until the predictor starts, unless a page asks for it sooner."""


class ReferenceRuns:
    """Installs the reference runs into one store, once per process; safe to use from several threads."""

    def __init__(self, store: RunStore, settings: Settings) -> None:
        """Install into `store` unless `settings.reference` is false."""
        self._store = store
        self._pending = settings.reference
        self._lock = threading.Lock()

    def ensure(self) -> None:
        """Install the reference runs if missing. At the very first start this takes a quarter of a second."""
        with self._lock:
            if self._pending:
                install_reference_runs(self._store)
                self._pending = False


@dataclass(frozen=True)
class Services:
    """The objects that outlive a page and a session."""

    settings: Settings
    store: RunStore
    store_cache: StoreCache
    history_cache: HistoryCache
    sparkline_cache: SparklineCache
    table_cache: TableCache
    reference: ReferenceRuns
    """A page that shows ended runs must call `ensure` first."""
    launcher: LauncherLoop
    predictor: Predictor
    datasets: DatasetLoader
    litert: LitertFiles
    handwriting: HandwritingScores
    heartbeats: Heartbeats

    def start(self) -> None:
        """Start the background work; returns at once."""
        # With different delays, so that this work does not slow down the first page.
        self.datasets.start(DATASET_DELAY_SECONDS)
        self.launcher.start()
        if self.settings.standby:
            self.predictor.start(PREDICTOR_DELAY_SECONDS, hold=lambda: self.launcher.is_loading)
        threading.Thread(target=self._preload, name="preload", daemon=True).start()

    def _preload(self) -> None:
        """Load what other pages need, so that opening the first of them does not take a second longer."""
        time.sleep(PRELOAD_DELAY_SECONDS)
        self.reference.ensure()
        import pandas  # noqa: F401 - loaded for the tables of differences on Compare

        with suppress(LabError):
            # The store remembers which records it found readable.
            self.store.damaged()
            self.sparkline_cache.of(self.store.list(ENDED_STATES, limit=MAX_TABLE_ROWS))

    def close(self) -> None:
        """Stop the background work; a running training goes on without the app."""
        self.predictor.close()
        self.litert.close()
        self.handwriting.close()
        self.launcher.close()


class ServiceContainer:
    """Creates the services on first use, once for all sessions, and starts them if the app is running.

    If a setting or the store prevents this, the next request tries again, so that the app need not be restarted after a
    store was locked for a while.
    """

    def __init__(self) -> None:
        """Create nothing yet."""
        self._lock = threading.Lock()
        self._services: Services | None = None
        self._serves = False
        self._error: LabError | None = None
        self._retry_at = 0.0

    def serve(self) -> Services:
        """Create and start the services; if that is not possible now, a later request does it.

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
                self._services = self._create()
            return self._services

    def close(self) -> None:
        """Stop the background work if it was started."""
        with self._lock:
            self._serves = False
            if self._services is not None:
                self._services.close()

    def _create(self) -> Services:
        if self._error is not None and time.monotonic() < self._retry_at:
            # A locked store takes ten seconds to fail: without this, many sessions would wait one after the other.
            raise type(self._error)(str(self._error))
        try:
            created = _create_services()
        except LabError as error:
            self._error, self._retry_at = error, time.monotonic() + RETRY_SECONDS
            raise
        if self._serves:
            created.start()
        return created


_container = ServiceContainer()


def container() -> ServiceContainer:
    """The container of this process."""
    return _container


def services() -> Services:
    """The services of this process.

    Raises:
        LabError: A setting, or the store, cannot be used; the message is for the user.
    """
    return _container.get()


def _create_services() -> Services:
    settings = load_settings()
    store = open_store(settings)
    return Services(
        settings=settings,
        store=store,
        store_cache=StoreCache(store),
        history_cache=HistoryCache(store),
        sparkline_cache=SparklineCache(store),
        table_cache=TableCache(store),
        reference=ReferenceRuns(store, settings),
        launcher=open_launcher(settings),
        predictor=Predictor(settings),
        datasets=DatasetLoader(settings),
        litert=LitertFiles(settings, store.files),
        handwriting=HandwritingScores(store, settings),
        heartbeats=Heartbeats(),
    )
