"""Settings from environment variables with the prefix `MNIST_LAB_`, read once at the start of a process."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import psutil
from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from mnist_lab.errors import RefusedError
from mnist_lab.home import absolute, default_home, meant_path
from mnist_lab.object_store import is_object_address

_NAME = r"(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*"
_HOST_NAME = re.compile(rf"\*|{_NAME}|\[?[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*\]?")
_SITE = re.compile(rf"\*|(https?://)?{_NAME}(:(\d{{1,5}}|\*))?/?")

_RAY_ADDRESS = r"^https?://[^\s/@?#]+(/[^\s@?#]*)?$"

MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"


def _default_workers() -> int:
    # TensorFlow uses all cores: on fewer than eight cores, two trainings at once slow each other down.
    return max(1, (os.cpu_count() or 1) // 4)


def _default_memory() -> float:
    return float(psutil.virtual_memory().total / 2**30 / 2)


class Settings(BaseSettings):
    """The lab's settings; each field is the environment variable `MNIST_LAB_<FIELD>`.

    Each field's description completes the sentence "MNIST_LAB_<FIELD> must be …", which is the error message. Folders
    are absolute, with `~` expanded, so that processes started elsewhere use the same ones.
    """

    model_config = SettingsConfigDict(env_prefix="MNIST_LAB_", frozen=True, env_ignore_empty=True)

    home: Path = Field(
        default_factory=default_home,
        description="a folder, for runs and caches",
    )
    data: Path | None = Field(default=None, description="`mnist.npz`, or a folder that holds it or MNIST's other files")
    db: str | None = Field(
        default=None,
        description="an SQLAlchemy address of the run store (unset: SQLite in the home)",
        repr=False,  # it may hold a password
    )
    files: Path | str | None = Field(
        default=None,
        union_mode="left_to_right",
        description="a folder, or the address of an object store such as `s3://bucket/lab`, without a password in it:"
        " for the files of the runs, which several machines may share (unset: in the home)",
    )
    workers: int = Field(
        default_factory=_default_workers,
        ge=0,
        le=64,
        description="a whole number from 0 to 64: how many trainings may run on this machine at the same time",
    )
    memory: float = Field(
        default_factory=_default_memory,
        gt=0,
        allow_inf_nan=False,
        description="a number above 0: the memory in GiB that one training may need",
    )
    mnist_url: str = Field(default=MNIST_URL, description="the address from which MNIST is downloaded")
    watch: bool = Field(
        default=True,
        description="true or false: whether snapshots and weights of the epochs are recorded while it trains",
    )
    reference: bool = Field(default=True, description="true or false: whether a new lab contains the reference runs")
    refresh: float = Field(
        default=0.8, ge=0.05, le=60, description="a number from 0.05 to 60: seconds between two updates of a live page"
    )
    max_queued_per_browser: int = Field(
        default=50,
        ge=1,
        le=1_000_000,
        description="a whole number from 1 to 1000000: how many runs of one browser may wait or train at the same time",
    )
    max_images_per_browser: int = Field(
        default=120_000_000,
        ge=1,
        le=10**15,
        description="a whole number from 1 on: training images times epochs of all runs of one browser that wait or"
        " train",
    )
    max_upload_per_browser: float = Field(
        default=40.0,
        gt=0,
        allow_inf_nan=False,
        description="a number above 0: the megabytes of files from one browser that are kept at the same time",
    )
    standby: bool = Field(
        default=True,
        description="true or false: whether one worker and the predictor are kept ready with TensorFlow loaded",
    )
    ray_address: str | None = Field(
        default=None,
        pattern=_RAY_ADDRESS,
        description="the address of a Ray cluster's dashboard, such as `http://head:8265`, without user and password",
    )
    ray_token: str | None = Field(
        default=None, description="the token of the Ray cluster: letters, digits and signs, no blanks", repr=False
    )
    ray_cpus: float = Field(
        default=1.0,
        gt=0,
        le=10_000,
        allow_inf_nan=False,
        description="a number above 0: the processors of a Ray cluster that one training gets",
    )
    ray_gpus: float = Field(
        default=0.0,
        ge=0,
        le=10_000,
        allow_inf_nan=False,
        description="a number from 0 on: the graphics cards of a Ray cluster that one training gets",
    )
    ray_command: str = Field(
        default="python -m mnist_lab",
        pattern=r"\S",
        description="the command that starts the lab on the machines of a Ray cluster",
    )
    # Below what it needs, see `_is_complete`.
    engine: Literal["local", "ray"] = Field(
        default="local",
        description="`local`, or `ray` together with MNIST_LAB_RAY_ADDRESS, MNIST_LAB_DB and MNIST_LAB_FILES",
    )
    hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="names or addresses with commas between them, such as `lab.school.org`, `*.school.org`, or `*` for "
        "all: under which names, besides this machine's own, the lab may be opened",
    )
    frame_ancestors: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="addresses with commas between them, such as `https://hub.school.org`: of the sites whose pages "
        "may show the lab in a frame",
    )

    @field_validator("files", mode="plain")
    @classmethod
    def _folder_or_address(cls, value: object) -> Path | str | None:
        if value is None or isinstance(value, Path):
            return value
        text = str(value).strip()
        if not is_object_address(text):
            is_address = re.match(r"(s3|gs|az):|\w+://", text, re.IGNORECASE)
            if is_address and not text.lower().startswith("file:"):
                raise ValueError("it is another kind of address")
            path = meant_path(text)
            return Path(path) if path else None
        host = text.partition("://")[2].partition("/")[0]
        if not host or "@" in host:
            raise ValueError("there is no bucket in it, or a password")
        return text.rstrip("/")

    @field_validator("home", "data", mode="before")
    @classmethod
    def _as_meant(cls, value: object, info: ValidationInfo) -> object:
        if not isinstance(value, str):
            return value
        text = meant_path(value)
        if not text and info.field_name == "home":
            raise ValueError("there is no name in it")
        return text or None

    @field_validator("ray_address")
    @classmethod
    def _without_slash(cls, value: str | None) -> str | None:
        return None if value is None else value.rstrip("/")

    @field_validator("ray_token")
    @classmethod
    def _printable(cls, value: str | None) -> str | None:
        value = value and value.strip()
        if value and not (value.isascii() and value.isprintable() and " " not in value):
            raise ValueError("it has a sign that no token has")
        return value or None

    @field_validator("engine")
    @classmethod
    def _is_complete(cls, value: str, info: ValidationInfo) -> str:
        # The machines of a cluster have neither the home of the app nor the SQLite file in it.
        if value == "ray" and not all(info.data.get(name) for name in ("ray_address", "db", "files")):
            raise ValueError("it needs other settings")
        return value

    @field_validator("hosts", mode="before")
    @classmethod
    def _host_names(cls, value: str | Iterable[str]) -> tuple[str, ...]:
        return tuple(name.lower().strip("[]") for name in _entries(value, _HOST_NAME))

    @field_validator("frame_ancestors", mode="before")
    @classmethod
    def _sites(cls, value: str | Iterable[str]) -> tuple[str, ...]:
        return tuple(site.removesuffix("/") for site in _entries(value, _SITE))

    @field_validator("home", "data", "files")
    @classmethod
    def _absolute(cls, path: Path | str | None) -> Path | str | None:
        try:
            return absolute(path) if isinstance(path, Path) else path
        except (OSError, RuntimeError) as error:  # unknown user, or links that form a loop
            raise ValueError(str(error)) from error

    @property
    def db_url(self) -> str:
        """SQLAlchemy URL of the run store."""
        return self.db or f"sqlite:///{(self.home / 'runs.sqlite').as_posix()}"

    @property
    def runs_folder(self) -> Path:
        """Folder that contains one folder per run, with weights, predictions, log and lock."""
        return self.files if isinstance(self.files, Path) else self.home / "runs"

    @property
    def files_url(self) -> str | None:
        """The address of the object store that the files of the runs are in; None without one."""
        return self.files if isinstance(self.files, str) else None

    @property
    def cache_folder(self) -> Path:
        """Folder for data that can be recreated: the downloaded data set, the measured speed of the machine."""
        return self.home / "cache"


def _entries(value: str | Iterable[str], allowed: re.Pattern[str]) -> list[str]:
    """The entries of a list with commas or spaces between them."""
    entries = value.replace(",", " ").split() if isinstance(value, str) else list(value)
    if not all(allowed.fullmatch(entry) for entry in entries):
        raise ValueError("an entry is not allowed")
    return entries


def _shown(value: object) -> str:
    """A value as a message has it: without the password that an address may hold."""
    return re.sub(r"://[^/]*@", "://***@", str(value))


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        RefusedError: A variable has an invalid value; the message names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"MNIST_LAB_{first['loc'][0]}".upper()
        field = Settings.model_fields[str(first["loc"][0])]
        # What is not shown elsewhere may be secret.
        received = f" Received: {_shown(first['input'])!r}." if field.repr else ""
        raise RefusedError(f"{name} must be {field.description}.{received}") from (error if field.repr else None)
