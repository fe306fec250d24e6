"""An S3 server of its own for tests, benchmarks and the demo: moto, which keeps all objects in memory."""

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import requests

from benchmarks.postgres_server import end_with_parent

BUCKET = "lab"
START_SECONDS = 60.0


def moto_program() -> Path | None:
    """moto's server, in a virtual environment beside the lab's own packages, or on the path; None without one."""
    ours = Path(sys.prefix) / "moto" / "bin" / "moto_server"
    elsewhere = shutil.which("moto_server")
    return ours if ours.is_file() else Path(elsewhere) if elsewhere else None


class MotoServer:
    """A running server with one bucket. A context manager: at its end the server is stopped."""

    def __init__(self, program: Path) -> None:
        self._program = program
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    @classmethod
    def found(cls) -> Self:
        """A server of this machine's moto, for a benchmark, which ends without one."""
        program = moto_program()
        if program is None:
            sys.exit("moto is not installed: make .venv/.moto")
        return cls(program)

    @property
    def endpoint(self) -> str:
        """Where the server is."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self, endpoint: str | None = None) -> dict[str, str]:
        """The variables by which the lab reaches it, perhaps through another address."""
        return {
            "AWS_ENDPOINT_URL": endpoint or self.endpoint,
            "AWS_ACCESS_KEY_ID": "lab",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
        }

    def __enter__(self) -> Self:
        command = [self._program, "-H", "127.0.0.1", "-p", str(self.port)]
        nowhere = subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdout=nowhere, stderr=nowhere, preexec_fn=end_with_parent)
        give_up = time.monotonic() + START_SECONDS
        while True:
            try:
                requests.put(f"{self.endpoint}/{BUCKET}", timeout=5).raise_for_status()
            except requests.RequestException:
                if self._process.poll() is not None or time.monotonic() > give_up:
                    self._process.kill()
                    raise
                time.sleep(0.1)
            else:
                return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
