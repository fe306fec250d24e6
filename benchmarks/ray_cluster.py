"""A Ray cluster of its own for tests and benchmarks: a head and machines of one processor each, all on this machine.

The machines are only told apart by Ray. Each has a process tree of its own (raylet, agents, the jobs on it).
"""

import contextlib
import ctypes
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from mnist_lab.errors import RayError
from mnist_lab.settings import Settings
from mnist_lab.training.ray.jobs_client import JobsClient

START_SECONDS = 120.0
OBJECT_STORE_BYTES = 80_000_000
"""About the least that Ray takes; the lab's jobs put nothing in it."""
ROOT = Path(__file__).resolve().parents[1]
_MARK = "LAB_RAY_CLUSTER"
"""A variable in the environment of all processes of a cluster, by which also those without their parents are found."""
_SET_PARENT_DEATH_SIGNAL = 1


def has_ray() -> bool:
    """Whether Ray with its dashboard is installed."""
    return all(importlib.util.find_spec(name) for name in ("ray", "aiohttp"))


@dataclass
class RayNode:
    """The processes of one machine, or of the head."""

    process: subprocess.Popen[bytes]
    log: Path

    def kill_raylet(self) -> None:
        """Kill the raylet alone, as by a crash; Ray's other processes follow it, but not at once the jobs."""
        for child in psutil.Process(self.process.pid).children():
            if child.name() == "raylet":
                child.kill()

    def kill(self) -> None:
        """Kill everything that it has started and that has not left its tree."""
        with contextlib.suppress(psutil.NoSuchProcess):
            root = psutil.Process(self.process.pid)
            tree = [root, *root.children(recursive=True)]
            for process in tree:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            psutil.wait_procs(tree, timeout=20)
        self.process.wait()


@dataclass
class RayCluster:
    """A running cluster. A context manager: at its end all its processes are killed and its folder is removed."""

    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables of the machines, and so of the jobs, besides those of this process."""
    token: str = field(default_factory=lambda: secrets.token_hex(16))

    def __enter__(self) -> Self:
        # The path of a socket in it may have 107 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="lab-ray-", dir=None if len(tempfile.gettempdir()) < 20 else "/tmp"))  # noqa: S108
        self.port, self.dashboard_port, self._client_port = (_free_port() for _ in range(3))
        self.machines: list[RayNode] = []
        try:
            self.start_head()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    @property
    def address(self) -> str:
        """The address of the dashboard."""
        return f"http://127.0.0.1:{self.dashboard_port}"

    @property
    def client(self) -> JobsClient:
        """A client of the cluster, to be closed by the caller."""
        return JobsClient(Settings(ray_address=self.address, ray_token=self.token))

    def start_head(self) -> None:
        """Start the head, on which no job finds a processor."""
        options = [f"--port={self.port}", f"--dashboard-port={self.dashboard_port}", "--dashboard-host=127.0.0.1"]
        options += ["--include-dashboard=true", f"--ray-client-server-port={self._client_port}"]
        self.head = self._start("head", "--head", "--num-cpus=0", f"--temp-dir={self.folder}", *options)

        def answers() -> bool:
            with contextlib.suppress(RayError), self.client as client:
                return len(client.machines()) == 1
            return False

        self._wait(answers, self.head)

    def kill_head(self) -> None:
        """Kill the head with all that it knows of jobs and machines; the raylets of the machines end, too."""
        self.head.kill()

    def add_machine(self, cpus: int = 1) -> RayNode:
        """Start a machine with so many processors for jobs, and wait until Ray has it."""
        before = self.count()
        options = [f"--address=127.0.0.1:{self.port}", f"--num-cpus={cpus}"]
        node = self._start(f"machine-{len(self.machines)}", *options)
        self.machines.append(node)
        self._wait(lambda: self.count() > before, node)
        return node

    def count(self) -> int:
        """The machines that are up and have processors."""
        with self.client as client:
            return sum(machine.cpus > 0 for machine in client.machines())

    def processes(self) -> list[psutil.Process]:
        """All processes of the cluster whose environment can be read, those that have lost their parents too."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.environ().get(_MARK) == str(self.folder):
                    found.append(process)
        return found

    def _start(self, name: str, *options: str) -> RayNode:
        log = self.folder / f"{name}.log"
        # None of the lab's settings of this process: a machine has its own.
        environment = {key: value for key, value in os.environ.items() if not key.startswith("MNIST_LAB_")}
        environment |= {
            _MARK: str(self.folder),
            "MNIST_LAB_HOME": str(self.folder / f"home-{name}"),
            "PYTHONPATH": str(ROOT),
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": self.token,
            "RAY_USAGE_STATS_ENABLED": "0",
            **self.variables,
        }
        command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", *options]
        command += [f"--object-store-memory={OBJECT_STORE_BYTES}", "--disable-usage-stats"]
        command.append(f"--dashboard-agent-listen-port={_free_port()}")
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.folder,
                env=environment,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        return RayNode(process, log)

    def _wait(self, condition: Callable[[], bool], node: RayNode) -> None:
        give_up = time.monotonic() + START_SECONDS
        while not condition():
            if time.monotonic() > give_up or node.process.poll() is not None:
                raise RuntimeError(f"Ray does not start: {node.log.read_text()}")
            time.sleep(0.1)

    def _end(self) -> None:
        for node in [*self.machines, *([self.head] if hasattr(self, "head") else [])]:
            node.kill()
        left = self.processes()
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end_with_parent() -> None:
    """Let Linux end this process when the one that started it is killed; Ray's other processes go with it."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
