"""The files of the containers, as far as they can be judged without Docker; `deploy/bare_environment.py` runs them."""

import http.server
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.dockerfile import Stage, parse_dockerfile, visible_files
from mnist_lab.cli.parser import build_parser
from mnist_lab.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
STAGES = parse_dockerfile(DOCKERFILE)
IMAGE = STAGES[-1]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("lab", "worker")


def lab_settings(names: list[str]) -> set[str]:
    return {name.removeprefix("MNIST_LAB_").lower() for name in names if name.startswith("MNIST_LAB_")}


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """The files that a build sees, of those that git knows."""
    listed = subprocess.run(
        ["git", "ls-files"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    files = [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    return {path.relative_to(ROOT).as_posix() for path in visible_files(ROOT, ignore, files)}


def copied() -> list[str]:
    """What the Dockerfile copies from the project."""
    steps = [step for stage in STAGES for step in stage.steps if step.keyword == "COPY"]
    return [name for step in steps if "--from=" not in step.text for name in step.words()[:-1]]


@pytest.mark.parametrize("name", copied())
def test_what_is_copied_exists_and_is_seen_by_the_build(name: str, seen: set[str]) -> None:
    assert any(path == name or path.startswith(f"{name}/") for path in seen)


def test_the_build_sees_nothing_else(seen: set[str]) -> None:
    assert [path for path in seen if not any(path == name or path.startswith(f"{name}/") for name in copied())] == []


def test_all_stages_have_one_base_that_stays_as_it_is() -> None:
    (base,) = {stage.base for stage in STAGES}
    assert re.fullmatch(r"debian:[a-z]+-\d{8}-slim", base)


def test_only_locked_wheels_are_installed() -> None:
    installs = re.findall(r"pip install[^&]*", " ".join(step.text for stage in STAGES for step in stage.steps))
    assert len(installs) == 3
    for install in installs:
        assert "--require-hashes" in install
        assert "--only-binary :all:" in install
        (lock,) = re.findall(r"-r /build/(\S+)", install)
        assert (ROOT / lock).is_file()


def test_the_user_is_not_root_and_has_a_fixed_number() -> None:
    user = IMAGE.last("USER")
    assert user is not None
    # The number that Hugging Face Spaces uses.
    assert user.text == "1000:1000"


def test_the_lab_listens_on_the_network_and_keeps_its_home_in_the_volume() -> None:
    environment, volume = IMAGE.environment(), IMAGE.last("VOLUME")
    assert environment["STREAMLIT_SERVER_ADDRESS"] == "0.0.0.0"
    assert volume is not None
    assert environment["MNIST_LAB_HOME"] == volume.text
    assert not {name for name in environment if re.search("PASSWORD|SECRET|TOKEN|KEY", name)}


def test_every_setting_exists() -> None:
    names = [*IMAGE.environment(), *(name for service in OURS for name in SERVICES[service]["environment"])]
    assert lab_settings(names)
    assert lab_settings(names) <= Settings.model_fields.keys()


def test_a_worker_has_the_settings_that_the_lab_shares_with_it() -> None:
    lab, worker = (SERVICES[name]["environment"] for name in OURS)
    # The workers train, and take MNIST from the object store.
    own = {"MNIST_LAB_WORKERS", "MNIST_LAB_DATA"}
    assert {name: value for name, value in worker.items() if name not in own}.items() <= lab.items()
    assert (lab["MNIST_LAB_WORKERS"], worker["MNIST_LAB_WORKERS"], worker["MNIST_LAB_DATA"]) == ("0", "1", "")
    assert {"MNIST_LAB_DB", "MNIST_LAB_FILES", "AWS_ENDPOINT_URL", "AWS_SECRET_ACCESS_KEY"} <= worker.keys()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_can_do_little_and_is_looked_after(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert service["stop_grace_period"]
    assert "privileged" not in service
    if name not in OURS:
        assert re.fullmatch(r"\d+:\d+", service["user"])
        assert not service["user"].startswith("0:")
        assert re.search(r":\d[\w.-]*$", service["image"]), "a tag that names a version"


def test_only_the_lab_is_reached_from_outside_and_by_default_from_this_machine_alone() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["lab"]
    assert SERVICES["lab"]["ports"] == ["${LAB_BIND:-127.0.0.1}:8501:8501"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert {name for name, service in SERVICES.items() if service["networks"] == ["inside"]} == {*SERVICES} - {"lab"}


def test_workers_share_neither_home_nor_name() -> None:
    # By machine and folder a worker knows its own locks: two with one name would take each other's runs for dead.
    worker = SERVICES["worker"]
    assert not worker.keys() & {"hostname", "container_name"}
    assert worker["volumes"] == [IMAGE.environment()["MNIST_LAB_HOME"]]


def test_the_lab_and_its_workers_wait_for_what_they_need() -> None:
    for name in OURS:
        needed = SERVICES[name]["depends_on"]
        assert {one: how["condition"] for one, how in needed.items()} == {
            "database": "service_healthy",
            "objects": "service_healthy",
        }


def test_the_commands_of_the_compose_file_exist() -> None:
    for words in (SERVICES["worker"]["command"], SERVICES["worker"]["healthcheck"]["test"][1:]):
        assert words[:3] == ["python", "-m", "mnist_lab"]
        build_parser().parse_args(words[3:])
    assert SERVICES["lab"]["healthcheck"]["test"][1:] == IMAGE.health_check()


def test_no_password_is_in_a_file_and_every_variable_is_explained() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"\$\{(\w+)", text)) == set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET)\w*)([^}]*)\}", text)
    assert secrets
    for name, rest in secrets:
        assert rest.startswith(":?"), f"{name} must have no default"
        assert re.search(f"^{name}=$", example, re.MULTILINE)
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "/.env" in ignored


class Answer(http.server.BaseHTTPRequestHandler):
    """Answers as an app below the path /lab does."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/lab/_stcore/health" else 503)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "status"), [("lab", 0), ("/lab/", 0), ("", 1), ("other", 1)], ids=["lab", "slashes", "none", "another"]
)
def test_the_health_check_asks_below_the_path(port: int, path: str, status: int) -> None:
    variables = {"STREAMLIT_SERVER_PORT": str(port), "STREAMLIT_SERVER_BASE_URL_PATH": path}
    done = subprocess.run([sys.executable, "-I", ROOT / "deploy" / "health.py"], env=os.environ | variables)
    assert done.returncode == status


def test_an_app_that_does_not_answer_is_not_healthy() -> None:
    done = subprocess.run(
        [sys.executable, "-I", ROOT / "deploy" / "health.py"],
        env=os.environ | {"STREAMLIT_SERVER_PORT": "1"},
        capture_output=True,
    )
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_dockerfile_is_read() -> None:
    text = (
        'FROM a AS b\n# c\nRUN x \\\n  # d\n  && y\nENV A=1 B="2 3"\n'
        'FROM b\nHEALTHCHECK --retries=3 CMD ["p", "q"]\nCMD ["r"]\n'
    )
    first, second = parse_dockerfile(text)
    assert (first.base, first.name, first.steps[0].text) == ("a", "b", "x && y")
    assert first.environment() == {"A": "1", "B": "2 3"}
    assert second.health_check() == ["p", "q"]
    assert Stage("", "").health_check() == []
    with pytest.raises(ValueError, match="ADD"):
        parse_dockerfile("FROM a\nADD b c")


def test_the_last_pattern_that_matches_decides_what_a_build_sees() -> None:
    ignore = "# all\n*\n!a\n!b.txt\n**/__pycache__\na/secret.*\n"
    names = ["a/x.py", "a/__pycache__/x.pyc", "__pycache__/y", "a/secret.toml", "b.txt", "c", "aa/x"]
    seen = visible_files(ROOT, ignore, [ROOT / name for name in names])
    assert [path.relative_to(ROOT).as_posix() for path in seen] == ["a/x.py", "b.txt"]
