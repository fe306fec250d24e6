"""Builds the image of a Dockerfile in a folder: a bare Debian, the files that are copied, the commands that are run."""

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.container import build_step
from deploy.dockerfile import Stage, Step, parse_dockerfile, visible_files
from deploy.report import Report, StepError, checked, require

ROOT = Path(__file__).resolve().parent.parent
CERTIFICATES = "/run/machine-certificates.pem"
"""Where the certificates of this machine are while a step runs."""
_NETWORK_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "PIP_INDEX_URL")


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
            raise StepError(f"{base} is not a bare Debian")
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
            (root / CERTIFICATES.lstrip("/")).touch()
            lent[CERTIFICATES] = Path(certificates)
            network["PIP_CERT"] = CERTIFICATES
        with self._report.step(f"RUN {step.text[:90]}") as found:
            variables = {**environment, **network, "DEBIAN_FRONTEND": "noninteractive"}
            done = build_step(root, step.text, user=user, environment=variables, folder=folder, lent=lent)
            require(done.returncode == 0, f"status {done.returncode}: {(done.stderr or done.stdout)[-1500:]}")
            found(f"as {user}")
        (root / CERTIFICATES.lstrip("/")).unlink(missing_ok=True)

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

    @property
    def folder(self) -> str:
        """The folder of the image's last WORKDIR step."""
        step = self.stage.last("WORKDIR")
        return step.text if step else "/"

    def command(self, arguments: Sequence[str] | None = None) -> list[str]:
        """The entry point with these arguments, or with those of CMD."""
        entry, default = self.stage.last("ENTRYPOINT"), self.stage.last("CMD")
        return [*(entry.words() if entry else []), *(arguments or (default.words() if default else []))]
