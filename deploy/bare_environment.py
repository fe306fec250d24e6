"""Runs the Dockerfile's steps, and then what it builds, where there is no Docker: `python -m deploy.bare_environment`.

It reads the real Dockerfile and compose file. The base image is a bare Debian that debootstrap makes; each RUN step is
run in it by chroot. Then the app and a worker run as containers do: in namespaces of their own, with the root read-only,
as the user that the Dockerfile names, without any of root's rights. PostgreSQL is this machine's; the files of the runs
are in a folder. It prints a line per step, and leaves nothing behind.

It needs root, Linux, debootstrap and PostgreSQL (`apt-get install debootstrap postgresql`), and half an hour at most.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import yaml

from benchmarks.postgres_server import PostgresServer, postgres_binaries
from deploy.container import Container, build_step
from deploy.dockerfile import Stage, Step, parse_dockerfile, visible_files

ROOT = Path(__file__).resolve().parent.parent
_CERTIFICATES = "/run/machine-certificates.pem"
_NETWORK_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "PIP_INDEX_URL")
_SECONDS_TO_START = 120.0
_SECONDS_TO_TRAIN = 300.0


class Failure(Exception):
    """A step did not do what it should; the message says what was found instead."""


class Report:
    """Prints a line per step, and remembers whether one failed."""

    def __init__(self) -> None:
        self.failed = 0

    @contextmanager
    def step(self, title: str) -> Iterator[Callable[[str], None]]:
        """Time a step. Yields a function for what was found; a `Failure` inside is printed, and ends the whole."""
        notes: list[str] = []
        start = time.monotonic()
        try:
            yield notes.append
        except Failure as failure:
            self.failed += 1
            self._line("FAIL", title, start, [str(failure)])
            raise
        self._line("ok", title, start, notes)

    @staticmethod
    def _line(result: str, title: str, start: float, notes: list[str]) -> None:
        found = f": {'; '.join(notes)}" if notes else ""
        print(f"{result:4} {time.monotonic() - start:7.1f} s  {title}{found}", flush=True)


def require(holds: bool, otherwise: str) -> None:
    """Raise a `Failure` with this message unless it holds."""
    if not holds:
        raise Failure(otherwise)


def checked(command: Sequence[str]) -> str:
    """Run a command of this machine and return its output."""
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    require(done.returncode == 0, f"{command[0]} ended with {done.returncode}: {(done.stderr or done.stdout)[-800:]}")
    return done.stdout


class Image:
    """Builds the stages of a Dockerfile in folders, and says how the result is started."""

    def __init__(self, folder: Path, report: Report) -> None:
        self._folder, self._report = folder, report
        self._roots: dict[str, Path] = {}
        self._context = folder / "context"
        self.stage = Stage("", "")
        self.root = folder

    def build(self) -> None:
        """Build all stages; the last one is the image."""
        stages = parse_dockerfile((ROOT / "Dockerfile").read_text(encoding="utf-8"))
        self._make_context()
        for number, stage in enumerate(stages):
            root = self._bare(stage.base, self._folder / f"stage-{number}")
            self._roots[stage.name or str(number)] = root
            self._build_stage(stage, root)
            self.stage, self.root = stage, root

    def _make_context(self) -> None:
        with self._report.step("the files that .dockerignore lets the build see") as found:
            tracked = checked(["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"])
            files = [ROOT / name for name in tracked.splitlines() if (ROOT / name).is_file()]
            seen = visible_files(ROOT, (ROOT / ".dockerignore").read_text(encoding="utf-8"), files)
            for file in seen:
                copy = self._context / file.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, copy)
            found(f"{len(seen)} of {len(files)}")

    def _bare(self, base: str, root: Path) -> Path:
        match = re.fullmatch(r"debian:([a-z]+)(-\d+)?(-slim)?", base)
        if match is None:
            raise Failure(f"{base} is not a bare Debian")
        first = self._folder / f"debian-{match[1]}"
        if not first.exists():
            with self._report.step(f"FROM {base}: a bare {match[1]} by debootstrap"):
                checked(["debootstrap", "--variant=minbase", match[1], str(first)])
        checked(["cp", "--archive", "--reflink=auto", str(first), str(root)])
        return root

    def _build_stage(self, stage: Stage, root: Path) -> None:
        user, folder = "root", "/"
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
        for step in stage.steps:
            if step.keyword == "RUN":
                self._run(step, root, user, environment, folder)
            elif step.keyword == "COPY":
                self._copy(step, root, folder)
            elif step.keyword == "ENV":
                environment |= stage.environment()
            elif step.keyword == "USER":
                user = step.text
            elif step.keyword == "WORKDIR":
                folder = step.text
                (root / folder.lstrip("/")).mkdir(parents=True, exist_ok=True)

    def _run(self, step: Step, root: Path, user: str, environment: Mapping[str, str], folder: str) -> None:
        # What Docker lends a build, too: the resolver, and the proxy of this machine with its certificates.
        shutil.copy2("/etc/resolv.conf", root / "etc/resolv.conf")
        lent, network = {}, {name: os.environ[name] for name in _NETWORK_VARIABLES if name in os.environ}
        if certificates := os.environ.get("PIP_CERT"):
            (root / _CERTIFICATES.lstrip("/")).touch()
            lent[_CERTIFICATES] = Path(certificates)
            network["PIP_CERT"] = _CERTIFICATES
        with self._report.step(f"RUN {step.text[:90]}") as found:
            variables = environment | network | {"DEBIAN_FRONTEND": "noninteractive"}
            done = build_step(root, step.text, user=user, environment=variables, folder=folder, lent=lent)
            require(done.returncode == 0, f"status {done.returncode}: {(done.stderr or done.stdout)[-1500:]}")
            found(f"as {user}")
        (root / _CERTIFICATES.lstrip("/")).unlink(missing_ok=True)

    def _copy(self, step: Step, root: Path, folder: str) -> None:
        *sources, target = step.words()
        origin = self._context
        if sources[0].startswith("--from="):
            origin = self._roots[sources.pop(0).removeprefix("--from=")]
        place = root / Path(folder, target).as_posix().lstrip("/")
        with self._report.step(f"COPY {step.text}"):
            for name in sources:
                source = origin / name.lstrip("/")
                require(source.exists(), f"{name} is not there, or .dockerignore hides it")
                goes_into = target.endswith("/") and source.is_file()
                (place if goes_into else place.parent).mkdir(parents=True, exist_ok=True)
                whole = [] if goes_into else ["--no-target-directory"]
                checked(["cp", "--archive", *whole, str(source), str(place)])
            if origin is self._context:
                checked(["chown", "--recursive", "root:root", str(place)])

    @property
    def user(self) -> str:
        """The user of the image's last USER step."""
        step = self.stage.last("USER")
        return step.text if step else "root"

    def command(self, arguments: Sequence[str] | None = None) -> list[str]:
        """The entry point with these arguments, or with those of CMD."""
        entry, default = self.stage.last("ENTRYPOINT"), self.stage.last("CMD")
        return [*(entry.words() if entry else []), *(arguments or (default.words() if default else []))]


class Trial:
    """Runs the app and a worker of an image as containers, and looks at what they do."""

    def __init__(self, image: Image, folder: Path, report: Report, stack: ExitStack) -> None:
        self._image, self._folder, self._report, self._stack = image, folder, report, stack
        self._services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
        self._database = self._stack.enter_context(PostgresServer.found())
        self._database.folder.chmod(0o755)
        self._database.create("lab")
        self._port = _free_port()

    def _volume(self, name: str) -> Path:
        folder = self._folder / "volumes" / name
        folder.mkdir(parents=True)
        uid, _, gid = self._image.user.partition(":")
        os.chown(folder, int(uid), int(gid or uid))
        folder.chmod(0o700)
        return folder

    def start(self, name: str, arguments: Sequence[str] | None = None, **variables: str) -> Container:
        """Start a container of the image with a home of its own, and the database and the files that all share."""
        files = self._folder / "volumes" / "files"
        if not files.exists():
            self._volume("files")
        environment = self._image.stage.environment() | {
            "MNIST_LAB_DB": "postgresql://lab@/lab?host=/srv/database",
            "MNIST_LAB_FILES": "/srv/files",
            "MNIST_LAB_WORKERS": "1",
            **variables,
        }
        for mount_point in ("srv/database", "srv/files"):
            (self._image.root / mount_point).mkdir(parents=True, exist_ok=True)
        volumes = {
            "/data": (self._volume(name), True),
            "/srv/database": (self._database.folder, True),
            "/srv/files": (files, True),
        }
        step = self._image.stage.last("WORKDIR")
        container = Container(
            name,
            self._image.root,
            self._image.command(arguments),
            user=self._image.user,
            environment=environment,
            folder=step.text if step else "/",
            volumes=volumes,
            log=self._folder / f"{name}.log",
        )
        return self._stack.enter_context(container)

    def look_at_the_image(self) -> None:
        """What is in it, and what its user could change."""
        root = self._image.root
        with self._report.step("the image") as found:
            size = int(checked(["du", "--summarize", "--bytes", str(root)]).split()[0])
            packages = int(checked(["du", "--summarize", "--bytes", str(root / "opt/venv")]).split()[0])
            found(f"{size / 1e9:.2f} GB, {packages / 1e9:.2f} GB of them the virtual environment")
        with self._report.step("neither MNIST nor a secret is in it"):
            names = ["mnist.npz", ".env", "secrets.toml", "pip.conf", ".netrc", Path(_CERTIFICATES).name]
            search = [part for name in names for part in ("-o", "-name", name)][1:]
            there = checked(["find", str(root), "-xdev", "(", *search, ")", "-size", "+0"]).split()
            require(not there, f"it contains {there}")

    def train_and_stop(self) -> None:
        """A worker trains what is queued; when it is told to stop, it trains the run to its end."""
        worker = self.start("worker-1", self._services["worker"]["command"])
        with self._report.step("the worker of compose.yaml, by its health check (`check`)") as found:
            done = self._until_healthy(worker, self._services["worker"]["healthcheck"]["test"][1:])
            found(" / ".join(line.strip() for line in done.splitlines() if " ok " in line))
        lab = [*"python -m mnist_lab".split()]
        with self._report.step("`train` with 2,000 images of the sample, by the command line in it") as found:
            done_train = worker.run([*lab, *"train --preset fast --limit 2000 --epochs 1 --json".split()])
            require(done_train.returncode == 0, done_train.stderr[-800:])
            first = json.loads(done_train.stdout)["id"]
            found(f"run {first}")
        with self._report.step("the worker trains a run from the queue") as found:
            second = self._queue(worker, first, epochs=1)
            seconds = self._until_state(worker, second, {"finished"})
            found(f"finished after {seconds:.0f} s")
        with self._report.step("SIGTERM while it trains: it trains the run to its end, then it ends") as found:
            third = self._queue(worker, second, epochs=40)
            self._until_state(worker, third, {"running"})
            status, seconds = worker.stop(grace_seconds=600)
            require(status == 0, f"status {status}: {worker.printed()[-500:]}")
            (state,) = self._database.execute(f"SELECT state FROM runs WHERE id = '{third}'", "lab")  # noqa: S608
            require(state[0] == "finished", f"the run is {state[0]}")
            found(f"status 0 after {seconds:.0f} s, the run is finished")

    def kill_and_resume(self) -> None:
        """A worker that is killed leaves an interrupted run, which another one resumes."""
        worker = self.start("worker-2", self._services["worker"]["command"])
        with self._report.step("SIGKILL while it trains") as found:
            self._until_healthy(worker, self._services["worker"]["healthcheck"]["test"][1:])
            (newest,) = self._database.execute(
                "SELECT id FROM runs WHERE state = 'finished' AND epochs_done > 0 ORDER BY created DESC LIMIT 1", "lab"
            )
            run = self._queue(worker, newest[0], epochs=200)
            self._until_state(worker, run, {"running"})
            time.sleep(5)
            status, _ = worker.stop(grace_seconds=1)
            require(status is None, "it ended by itself")
            found(f"run {run}")
        other = self.start("worker-3", self._services["worker"]["command"])
        with self._report.step("another worker sees the run as interrupted") as found:
            self._until_healthy(other, self._services["worker"]["healthcheck"]["test"][1:])
            found(f"after {self._until_state(other, run, {'interrupted'}):.0f} s")
        with self._report.step("`resume --queue`: it resumes the run from its last checkpoint") as found:
            done = other.run([*"python -m mnist_lab resume".split(), run, "--queue"])
            require(done.returncode == 0, done.stderr[-500:])
            self._until_state(other, run, {"running"})
            message = json.loads(other.run([*"python -m mnist_lab show".split(), run, "--json"]).stdout)
            found(str(message.get("message") or f"attempt {message.get('attempt', '?')}"))
            other.run([*"python -m mnist_lab discard".split(), run])
        with self._report.step("SIGTERM to a worker without a run") as found:
            self._until_state(other, run, {"none"})
            status, seconds = other.stop(grace_seconds=60)
            require(status == 0, f"status {status}")
            found(f"status 0 after {seconds:.1f} s")

    def serve(self, *, path: str) -> None:
        """The app becomes healthy, shows its page, and ends when it is told to."""
        name = f"lab{path.replace('/', '-')}"
        variables = {"STREAMLIT_SERVER_PORT": str(self._port), "STREAMLIT_SERVER_BASE_URL_PATH": path.strip("/")}
        lab = self.start(name, **variables)
        below = f" below {path}" if path else ""
        with self._report.step(f"CMD {' '.join(self._image.command())}{below}, until its health check succeeds"):
            self._until_healthy(lab, self._image.stage.health_check())
        with self._report.step("the page, opened once") as found:
            found(_open_page(f"http://127.0.0.1:{self._port}{path}/"))
        with self._report.step("`python -m mnist_lab check` in it") as found:
            done = lab.run([*"python -m mnist_lab check".split()])
            require(done.returncode == 0, done.stdout + done.stderr)
            found(" / ".join(line.strip() for line in done.stdout.splitlines() if " ok " in line))
        with self._report.step("what its user can change: the volume and /tmp alone") as found:
            self._look_at_rights(lab)
            found(f"{len(lab.processes())} processes as {self._image.user}, none with a capability")
        with self._report.step("the files in its volume") as found:
            volume = self._folder / "volumes" / name
            found(", ".join(sorted(f"{entry.name}{'/' if entry.is_dir() else ''}" for entry in volume.iterdir())))
        with self._report.step("SIGTERM") as found:
            status, seconds = lab.stop(grace_seconds=30)
            require(status is not None, "it had to be killed")
            found(f"status {status} after {seconds:.1f} s")
            printed = [line for line in lab.printed().splitlines() if re.search(r"Traceback|Read-only|Permission", line)]
            require(not printed, f"it printed {printed[:5]}")

    def _look_at_rights(self, container: Container) -> None:
        script = "find / -xdev -path /proc -prune -o -writable ! -type l -print 2>/dev/null; grep Cap /proc/self/status"
        lines = container.run(["/bin/sh", "-c", script]).stdout.splitlines()
        rights = {line.split()[1] for line in lines if line.startswith("Cap")}
        require(rights == {"0" * 16}, f"it has capabilities: {rights}")
        # `-writable` asks the kernel, which says no for everything on a read-only mount.
        require(not [line for line in lines if line.startswith("/")], f"it can change {lines[:10]}")
        outside = [
            name
            for name in container.open_outside()
            if not re.match(r"/(data|tmp|dev|srv|proc)(/|$)", name) and name != str(container.log)
        ]
        require(not outside, f"it has files open for writing: {outside}")

    def _until_healthy(self, container: Container, check: Sequence[str]) -> str:
        give_up = time.monotonic() + _SECONDS_TO_START
        while True:
            time.sleep(1)
            require(container.is_running, f"it has ended: {container.printed()[-1500:]}")
            done = container.run(check)
            if done.returncode == 0:
                return done.stdout
            require(time.monotonic() < give_up, f"not healthy: {done.stderr[-500:]} {container.printed()[-1500:]}")

    def _queue(self, container: Container, run: str, *, epochs: int) -> str:
        arguments = f"python -m mnist_lab extend {run} --epochs {epochs} --queue --json"
        done = container.run(arguments.split())
        require(done.returncode == 0, done.stderr[-500:])
        return str(json.loads(done.stdout)["id"])

    def _until_state(self, container: Container, run: str, states: set[str]) -> float:
        start = time.monotonic()
        while True:
            rows = self._database.execute(
                f"SELECT state, message FROM runs WHERE id = '{run}' AND deleted_at IS NULL",  # noqa: S608
                "lab",
            )
            state, message = rows[0] if rows else ("none", "")
            if state in states:
                return time.monotonic() - start
            require(
                state not in {"failed", "interrupted"} or state in states, f"the run is {state}: {message}"
            )
            require(container.is_running, f"the container has ended: {container.printed()[-1500:]}")
            require(time.monotonic() - start < _SECONDS_TO_TRAIN, f"the run is still {state}")
            time.sleep(0.5)


def _free_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _open_page(address: str) -> str:
    """Open the page in Chromium if it is there, else ask for it. Returns what was seen."""
    with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - an address of this machine
        require(answer.status == 200, f"status {answer.status}")
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        return "status 200 (Chromium is not installed, so no script of it ran)"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, playwright.chromium.launch(
        executable_path=browser, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    ) as opened:
        page = opened.new_page()
        page.goto(address)
        page.wait_for_function("() => document.title === 'Start · MNIST Lab'", timeout=90_000)
        page.get_by_role("button", name="Train this network").wait_for(timeout=90_000)
        return f"“{page.title()}”, drawn in Chromium over its websocket"


def main() -> int:
    """Build, look and run; the exit status is 1 if a step failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="a folder for the roots, 5 GB (default: a temporary one)")
    options = parser.parse_args()
    if os.geteuid() != 0 or shutil.which("debootstrap") is None or postgres_binaries() is None:
        sys.exit("It needs root, debootstrap and PostgreSQL.")
    folder = Path(tempfile.mkdtemp(prefix="mnist-lab-deploy-", dir=options.folder))
    folder.chmod(0o755)
    report = Report()
    try:
        image = Image(folder, report)
        image.build()
        with ExitStack() as stack:
            trial = Trial(image, folder, report, stack)
            trial.look_at_the_image()
            trial.train_and_stop()
            trial.serve(path="")
            trial.serve(path="/lab")
            trial.kill_and_resume()
    except Failure:
        pass
    finally:
        shutil.rmtree(folder)
    print("All steps hold." if not report.failed else "A step failed; those after it were not run.")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
