"""Stands in for a container where there is no Docker: namespaces, a read-only root, a user without any capability.

It needs root. All mounts are made in a mount namespace of their own and vanish with its last process.
"""

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_DEVICES = ("null", "zero", "full", "random", "urandom")
_UNSHARE = ("unshare", "--mount", "--uts", "--ipc", "--pid", "--fork")


def _mounts(root: Path, *, read_only: bool, volumes: Mapping[str, tuple[Path, bool]]) -> list[str]:
    """Shell commands that lay the mounts of a container over its root.

    Args:
        root: The folder that becomes `/`.
        read_only: Whether nothing in it can be changed, as with Docker's `--read-only`.
        volumes: By path in the container, the folder or file that is mounted there, and whether it can be written.
    """
    at = shlex.quote(str(root))
    lines = [f"mount --bind {at} {at}"]
    if read_only:
        lines.append(f"mount -o remount,bind,ro {at}")
    lines += [
        f"mount -t proc -o nosuid,noexec,nodev proc {at}/proc",
        f"mount -t tmpfs -o nosuid,noexec,mode=755 tmpfs {at}/dev",
        *(f"touch {at}/dev/{name}; mount --bind /dev/{name} {at}/dev/{name}" for name in _DEVICES),
        f"ln -s /proc/self/fd {at}/dev/fd",
        f"mkdir {at}/dev/shm; mount -t tmpfs -o nosuid,nodev,noexec,size=64m,mode=1777 shm {at}/dev/shm",  # noqa: S108
        # As Docker mounts a tmpfs: nothing in it can be executed.
        f"mount -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs {at}/tmp",  # noqa: S108
    ]
    for target, (source, is_writable) in volumes.items():
        lines.append(f"mount --bind {shlex.quote(str(source))} {at}{target}")
        if not is_writable:
            lines.append(f"mount -o remount,bind,ro {at}{target}")
    return lines


def _as_user(user: str, environment: Mapping[str, str], command: Sequence[str]) -> list[str]:
    """The command with this user, this environment and, unless the user is root, without any right of root."""
    clean = ["/usr/bin/env", "-i", *(f"{name}={value}" for name, value in environment.items()), *command]
    if user in {"root", "0", "0:0"}:
        return clean
    uid, _, gid = user.partition(":")
    drop = ["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--clear-groups"]
    return ["/usr/bin/setpriv", f"--reuid={uid}", f"--regid={gid or uid}", *drop, *clean]


def build_step(
    root: Path, command: str, *, user: str, environment: Mapping[str, str], folder: str, lent: Mapping[str, Path]
) -> subprocess.CompletedProcess[str]:
    """Run a RUN step in a root that can be written. `lent` are files of this machine that are mounted meanwhile."""
    mounts = _mounts(root, read_only=False, volumes={target: (path, False) for target, path in lent.items()})
    inner = _as_user(user, environment, ["/bin/sh", "-c", f"cd {shlex.quote(folder)} && {command}"])
    script = "\n".join(["set -e", *mounts, f"exec chroot {shlex.quote(str(root))} {shlex.join(inner)}"])
    return subprocess.run([*_UNSHARE, "/bin/sh", "-c", script], text=True, capture_output=True, check=False)


class Container:
    """A running process 1 in namespaces of its own, with the image's root read-only. A context manager."""

    def __init__(
        self,
        name: str,
        root: Path,
        command: Sequence[str],
        *,
        user: str,
        environment: Mapping[str, str],
        folder: str,
        volumes: Mapping[str, tuple[Path, bool]],
        log: Path,
    ) -> None:
        """Start it; what it prints goes to the file `log`."""
        self.name, self.log = name, log
        self._user, self._environment, self._folder = user, dict(environment), folder
        inner = _as_user(user, environment, ["/usr/bin/env", "-C", folder, *command])
        script = [
            "set -e",
            f"hostname {shlex.quote(name)}",
            *_mounts(root, read_only=True, volumes=volumes),
            f"exec chroot {shlex.quote(str(root))} {shlex.join(inner)}",
        ]
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [*_UNSHARE, "/bin/sh", "-c", "\n".join(script)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def __enter__(self) -> "Container":
        return self

    def __exit__(self, *_error: object) -> None:
        self._kill()

    def _kill(self) -> None:
        # With process 1 all others die. `unshare --kill-child` does not reach it, as it has changed its user.
        if self.is_running:
            with suppress(OSError, IndexError):
                os.kill(self._first_process(), signal.SIGKILL)
            self._process.wait(30)

    @property
    def is_running(self) -> bool:
        """Whether process 1 has not ended."""
        return self._process.poll() is None

    def printed(self) -> str:
        """What it has printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def _first_process(self) -> int:
        pid = self._process.pid
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])

    def run(self, command: Sequence[str], *, seconds: float = 300) -> subprocess.CompletedProcess[str]:
        """Run one more command in it, as `docker exec` does."""
        inner = _as_user(self._user, self._environment, ["/usr/bin/env", "-C", self._folder, *command])
        enter = ["nsenter", "--target", str(self._first_process()), "--mount", "--uts", "--ipc", "--pid", "--root"]
        return subprocess.run([*enter, *inner], text=True, capture_output=True, timeout=seconds, check=False)

    def open_outside(self) -> list[str]:
        """Files on the read-only root that a process of it has open for writing: there should be none."""
        found = []
        for process in self.processes():
            for descriptor in Path(f"/proc/{process}/fdinfo").glob("*"):
                with suppress(OSError, IndexError, ValueError):
                    flags = int(descriptor.read_text().split("flags:")[1].split()[0], 8)
                    target = str(Path(f"/proc/{process}/fd/{descriptor.name}").readlink())
                    if flags & os.O_ACCMODE != os.O_RDONLY and target.startswith("/"):
                        found.append(target)
        return sorted(set(found))

    def processes(self) -> list[int]:
        """The ids of all its processes, as this machine knows them."""
        space = Path(f"/proc/{self._first_process()}/ns/pid").readlink()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (folder / "ns/pid").readlink() == space:
                    found.append(int(folder.name))
        return found

    def stop(self, grace_seconds: float) -> tuple[int | None, float]:
        """SIGTERM to process 1, and SIGKILL after the grace, as `docker stop`. Status (None: killed) and seconds."""
        start = time.monotonic()
        os.kill(self._first_process(), signal.SIGTERM)
        try:
            status: int | None = self._process.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            self._kill()
            status = None
        return status, time.monotonic() - start
