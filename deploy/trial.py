"""Runs the app and the workers of an image as containers, and looks at what they do."""

import json
import os
import re
import shutil
import socket
import time
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

import obstore
import yaml
from obstore.store import S3Store

from benchmarks.moto_server import BUCKET, MotoServer
from benchmarks.postgres_server import PostgresServer
from deploy.container import Container
from deploy.image import CERTIFICATES, ROOT, Image
from deploy.report import Report, checked, require

_NOT_THE_IMAGE = ("/proc", "/dev", "/tmp", "/data", "/srv")  # noqa: S108
_SECONDS_TO_START = 120.0
_SECONDS_TO_TRAIN = 300.0


class Trial:
    """Runs the app and a worker of an image as containers, and looks at what they do."""

    def __init__(
        self, image: Image, folder: Path, report: Report, stack: ExitStack, *, mnist: Path | None = None
    ) -> None:
        """`mnist` is mounted where the lab looks for it, which then hands it on to the workers."""
        self._mnist = mnist
        self._image, self._folder, self._report, self._stack = image, folder, report, stack
        self._services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
        self._database = self._stack.enter_context(PostgresServer.found())
        self._database.folder.chmod(0o755)
        self._database.create("lab")
        self._objects = self._stack.enter_context(MotoServer.found())
        (image.root / "srv/database").mkdir(parents=True)
        self._port = _free_port()

    def _volume(self, name: str) -> Path:
        folder = self._folder / "volumes" / name
        folder.mkdir(parents=True)
        uid, _, gid = self._image.user.partition(":")
        os.chown(folder, int(uid), int(gid or uid))
        folder.chmod(0o700)
        return folder

    def start(
        self, name: str, arguments: Sequence[str] | None = None, *, alone: bool = False, **variables: str
    ) -> Container:
        """Start a container of the image with a home of its own.

        Args:
            name: Its name, and that of its machine.
            arguments: Instead of those of CMD.
            alone: Everything is in its home. Otherwise it has the database and the object store that all share.
            variables: More environment variables.
        """
        volumes = {"/data": (self._volume(name), True)}
        environment = {"MNIST_LAB_WORKERS": "1", **self._image.stage.environment()}
        if not alone:
            volumes |= {"/srv/database": (self._database.folder, True)}
            environment |= self._shared()
        if self._mnist is not None and name.startswith("lab-"):
            volumes |= {"/mnist": (self._mnist.parent, False)}
        container = Container(
            name,
            self._image.root,
            self._image.command(arguments),
            user=self._image.user,
            environment=environment | variables,
            folder=self._image.folder,
            volumes=volumes,
            log=self._folder / f"{name}.log",
        )
        return self._stack.enter_context(container)

    def _shared(self) -> dict[str, str]:
        """The variables of the compose file's worker, with the addresses of the stand-ins of this machine."""
        stand_ins = self._objects.environment() | {
            "MNIST_LAB_DB": "postgresql://lab@/lab?host=/srv/database",
            "MNIST_LAB_FILES": f"s3://{BUCKET}/files",
            # The inner network of the compose file has no way out.
            "MNIST_LAB_MNIST_URL": "http://127.0.0.1:9/mnist.npz",
        }
        named: dict[str, str] = self._services["worker"]["environment"]
        lacking = stand_ins.keys() - named.keys() - {"MNIST_LAB_MNIST_URL"}
        require(not lacking, f"compose.yaml lacks {lacking}")
        return named | stand_ins

    def look_at_the_image(self) -> None:
        """What is in it, and what its user could change."""
        root = self._image.root
        with self._report.step("the image") as found:
            size = int(checked(["du", "--summarize", "--bytes", str(root)]).split()[0])
            packages = int(checked(["du", "--summarize", "--bytes", str(root / "opt/venv")]).split()[0])
            found(f"{size / 1e9:.2f} GB, {packages / 1e9:.2f} GB of them the virtual environment")
        with self._report.step("neither MNIST nor a secret is in it"):
            names = ["mnist.npz", ".env", "secrets.toml", "pip.conf", ".netrc", Path(CERTIFICATES).name]
            search = [part for name in names for part in ("-o", "-name", name)][1:]
            there = checked(["find", str(root), "-xdev", "(", *search, ")", "-size", "+0"]).split()
            require(not there, f"it contains {there}")

        with self._report.step("all of the lab is compiled") as found:
            modules = [*root.glob("lab/mnist_lab/**/*.py"), *root.glob("lab/pages/*.py")]
            missing = [one for one in modules if not list((one.parent / "__pycache__").glob(f"{one.stem}.*.pyc"))]
            require(not missing, f"{len(missing)} modules are not, such as {missing[:3]}")
            found(f"{len(modules)} modules")

    def train_and_stop(self) -> None:
        """A worker trains what is queued; when it is told to stop, it trains the run to its end."""
        worker = self.start("worker-1", self._services["worker"]["command"])
        with self._report.step("the worker of compose.yaml, by its health check (`check`)") as found:
            done = self._until_healthy(worker, self._services["worker"]["healthcheck"]["test"][1:])
            found(" / ".join(line.strip() for line in done.splitlines() if " ok " in line))
        with self._report.step("`train` with 2,000 images, by the command line in it") as found:
            first = self._train(worker)
            (run,) = [one for one in json.loads(command(worker, "runs", "--json")) if one["run"] == first]
            expected = "sample" if self._mnist is None else "mnist"
            require(expected in run["data"], f"its images are {run['data']}")
            found(f"run {first}, its images: {run['data']}")
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
            before = self._epochs_done(run)
            command(other, "resume", run, "--queue")
            self._until_state(other, run, {"running"})
            found(f"it had trained {before} epochs, and goes on after {self._epochs_done(run)}")
            command(other, "discard", run)
        with self._report.step("SIGTERM to a worker without a run") as found:
            self._until_state(other, run, {"none"})
            status, seconds = other.stop(grace_seconds=60)
            require(status == 0, f"status {status}")
            found(f"status 0 after {seconds:.1f} s")

    def serve(self, *, path: str, alone: bool) -> None:
        """The app becomes healthy, shows its page, and ends when it is told to.

        Args:
            path: Below which it is served.
            alone: Everything is in its home, as with `docker run` alone.
        """
        name = f"lab{path.replace('/', '-')}"
        variables = {"STREAMLIT_SERVER_PORT": str(self._port), "STREAMLIT_SERVER_BASE_URL_PATH": path.strip("/")}
        if not alone:
            variables |= {"MNIST_LAB_WORKERS": "0", "MNIST_LAB_DATA": self._image.stage.environment()["MNIST_LAB_DATA"]}
        lab = self.start(name, alone=alone, **variables)
        below = f" below {path}" if path else ""
        with self._report.step(f"CMD {' '.join(self._image.command())}{below}, until its health check succeeds"):
            self._until_healthy(lab, self._image.stage.health_check())
        with self._report.step("the page, opened once") as found:
            found(_open_page(f"http://127.0.0.1:{self._port}{path}/"))
        with self._report.step("`python -m mnist_lab check` in it") as found:
            done = self._until_healthy(lab, ["python", "-m", "mnist_lab", "check"])
            found(" / ".join(line.strip() for line in done.splitlines() if " ok " in line))
        if alone:
            with self._report.step("a training by the command line, and one by the app from its queue") as found:
                run = self._queue(lab, self._train(lab), epochs=1)
                give_up = time.monotonic() + _SECONDS_TO_TRAIN
                while f"{run} " not in (done := command(lab, "runs")) or "finished" not in _line_of(done, run):
                    require(time.monotonic() < give_up, _line_of(done, run))
                    time.sleep(1)
                found(f"run {run} is finished")
            with self._report.step("the predictor, which the app starts after 20 s") as found:
                give_up = time.monotonic() + _SECONDS_TO_START
                while not any("predictor" in line for line in _command_lines(lab)):
                    require(time.monotonic() < give_up, "it does not start")
                    time.sleep(1)
                time.sleep(10)
                require(any("predictor" in line for line in _command_lines(lab)), "it has ended")
                found(f"{_memory(lab) / 1e9:.1f} GB for all processes of the lab, shared memory counted once")
        with self._report.step("what its user can change: the volume and /tmp alone") as found:
            self._look_at_rights(lab)
            found(f"{len(lab.processes())} processes as {self._image.user}, none with a capability")
        with self._report.step("the files in its volume") as found:
            volume = self._folder / "volumes" / name
            found(", ".join(sorted(f"{entry.name}{'/' if entry.is_dir() else ''}" for entry in volume.iterdir())))
        if not alone and self._mnist is not None:
            with self._report.step("the lab puts MNIST into the object store"):
                give_up = time.monotonic() + 30
                while not self._objects_have("files/data/mnist.npz"):
                    require(time.monotonic() < give_up, "it is not there")
                    time.sleep(0.5)
        with self._report.step("SIGTERM") as found:
            status, seconds = lab.stop(grace_seconds=30)
            require(status is not None, "it had to be killed")
            found(f"status {status} after {seconds:.1f} s")
            printed = [
                line for line in lab.printed().splitlines() if re.search(r"Traceback|Read-only|Permission", line)
            ]
            require(not printed, f"it printed {printed[:5]}")

    def _look_at_rights(self, container: Container) -> None:
        pruned = " -o ".join(f"-path {path}" for path in _NOT_THE_IMAGE)
        script = f"find / \\( {pruned} \\) -prune -o -writable ! -type l -print 2>/dev/null; grep Cap /proc/self/status"
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

    def _objects_have(self, key: str) -> bool:
        known = {name.lower(): value for name, value in self._objects.environment().items()}
        objects = S3Store(BUCKET, config=known, client_options={"allow_http": True})  # type: ignore[arg-type]
        return any(entry["path"] == key for entry in obstore.list(objects).collect())

    def _train(self, container: Container) -> str:
        options = ["--preset", "fast", "--limit", "2000", "--epochs", "1", "--json"]
        return str(json.loads(command(container, "train", *options))["run"])

    def _epochs_done(self, run: str) -> int:
        ((epochs,),) = self._database.execute(f"SELECT epochs_done FROM runs WHERE id = '{run}'", "lab")  # noqa: S608
        return int(epochs)

    def _until_healthy(self, container: Container, check: Sequence[str]) -> str:
        give_up = time.monotonic() + _SECONDS_TO_START
        while True:
            time.sleep(1)
            require(container.is_running, f"it has ended: {container.printed()[-1500:]}")
            done = container.run(check)
            if done.returncode == 0:
                return done.stdout
            require(
                time.monotonic() < give_up,
                f"not healthy: {done.stdout} {done.stderr[-500:]} {container.printed()[-1500:]}",
            )

    def _queue(self, container: Container, run: str, *, epochs: int) -> str:
        return str(json.loads(command(container, "extend", run, "--epochs", str(epochs), "--queue", "--json"))["run"])

    def _until_state(self, container: Container, run: str, states: set[str]) -> float:
        start = time.monotonic()
        while True:
            rows = self._database.execute(
                f"SELECT state, sentence FROM runs WHERE id = '{run}' AND deleted_at IS NULL",  # noqa: S608
                "lab",
            )
            state, message = rows[0] if rows else ("none", "")
            if state in states:
                return time.monotonic() - start
            require(state not in {"failed", "interrupted"} or state in states, f"the run is {state}: {message}")
            require(container.is_running, f"the container has ended: {container.printed()[-1500:]}")
            require(time.monotonic() - start < _SECONDS_TO_TRAIN, f"the run is still {state}")
            time.sleep(0.5)


def command(container: Container, *arguments: str) -> str:
    """Run the lab's command line in a container and return what it printed."""
    done = container.run(["python", "-m", "mnist_lab", *arguments])
    require(done.returncode == 0, f"{arguments[0]}: {(done.stderr or done.stdout)[-800:]}")
    return done.stdout


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _command_lines(container: Container) -> list[str]:
    found = []
    for process in container.processes():
        with suppress(OSError):
            found.append(Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def _memory(container: Container) -> int:
    """The memory of all processes of a container, in bytes."""
    total = 0
    for process in container.processes():
        with suppress(OSError):
            found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{process}/smaps_rollup").read_text(), re.MULTILINE)
            total += int(found[1]) * 1024 if found else 0
    return total


def _line_of(table: str, run: str) -> str:
    return next((line for line in table.splitlines() if run in line), f"{run} is not listed")


def _open_page(address: str) -> str:
    """Open the page in Chromium if it is there, else ask for it. Returns what was seen."""
    with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - an address of this machine
        require(answer.status == 200, f"status {answer.status}")
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        return "status 200 (Chromium is not installed, so no script of it ran)"
    from playwright.sync_api import sync_playwright

    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(
            executable_path=browser, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        ) as opened,
    ):
        page = opened.new_page()
        page.goto(address)
        page.wait_for_function("() => document.title === 'Start · MNIST Lab'", timeout=90_000)
        page.get_by_role("button", name="Train this network").wait_for(timeout=90_000)
        return f"“{page.title()}”, drawn in Chromium over its websocket"
