"""What all sessions of the app share: settings, run store, launcher, predictor and digits; one of each a process."""

import functools
from dataclasses import dataclass

from mnist_lab.inference.predictor import Predictor
from mnist_lab.runs import RunStore, open_store
from mnist_lab.settings import Settings, load_settings
from mnist_lab.training.launcher import Launcher
from mnist_lab.ui.shelf import Shelf


@dataclass(frozen=True)
class Services:
    """The parts of the lab that outlive a page and a session."""

    settings: Settings
    store: RunStore
    launcher: Launcher
    predictor: Predictor
    shelf: Shelf

    def start(self) -> None:
        """Start what works in the background; returns at once."""
        self.shelf.start()
        self.launcher.start()
        self.predictor.start()

    def close(self) -> None:
        """Stop what works in the background; a training that runs goes on without the app."""
        self.predictor.close()
        self.launcher.close()


@functools.cache
def services() -> Services:
    """The services of this process, made at the first call."""
    settings = load_settings()
    return Services(
        settings=settings,
        store=open_store(settings),
        launcher=Launcher(settings),
        predictor=Predictor(settings),
        shelf=Shelf(settings),
    )
