"""What the environment decides: one prefix, `MNIST_LAB_`, read once at the start of a process."""

import os
from pathlib import Path

import platformdirs
import psutil
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from mnist_lab.errors import RefusedError

MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"


def _default_workers() -> int:
    # TensorFlow uses every core it finds; two trainings on fewer than eight cores only slow each other down.
    return max(1, (os.cpu_count() or 1) // 4)


def _default_memory() -> float:
    return float(psutil.virtual_memory().total / 2**30 / 2)


class Settings(BaseSettings):
    """The lab's settings; each field is the environment variable `MNIST_LAB_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="MNIST_LAB_", frozen=True, env_ignore_empty=True)

    home: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("mnist-lab", appauthor=False),
        description="Folder for runs and caches.",
    )
    data: Path | None = Field(default=None, description="`mnist.npz`, or the folder that holds it.")
    db: str | None = Field(default=None, description="SQLAlchemy URL of the run store; SQLite in `home` if unset.")
    workers: int = Field(
        default_factory=_default_workers, ge=1, le=64, description="Trainings that may run at the same time."
    )
    memory: float = Field(
        default_factory=_default_memory, gt=0, description="Memory in GiB that one training may be estimated to need."
    )
    mnist_url: str = Field(default=MNIST_URL, description="Where MNIST is downloaded from when it is not on disk.")
    watch: bool = Field(default=True, description="Keep snapshots of the network while it trains, to watch it learn.")
    standby: bool = Field(default=True, description="Keep one worker ready with TensorFlow loaded.")

    @property
    def db_url(self) -> str:
        """SQLAlchemy URL of the run store."""
        return self.db or f"sqlite:///{(self.home / 'runs.sqlite').as_posix()}"

    @property
    def runs_folder(self) -> Path:
        """Folder with one folder a run: weights, predictions, log, lock."""
        return self.home / "runs"

    @property
    def cache_folder(self) -> Path:
        """Folder for what can be made again: the downloaded data set, the machine's measured abilities."""
        return self.home / "cache"


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        RefusedError: A variable has a value that cannot be used; the sentence names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "MNIST_LAB_" + ".".join(str(part) for part in first["loc"]).upper()
        raise RefusedError(f"{name} cannot be used: {first['msg']}. Received: {first['input']!r}.") from error
