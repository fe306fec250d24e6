"""What holds for every command: exit statuses, one line of refusal, streams, a quick start."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_lab.errors import NetworkError, RunFailedError, StoreError

# Many processes.
pytestmark = pytest.mark.slow

FULL = Path("/dev/full")


def run(*arguments: str, **keywords) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "mnist_lab", *arguments]
    return subprocess.run(command, capture_output=True, timeout=120, check=False, **keywords)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["describe"],
        ["describe", "--preset", "tiny", "--network", "a.json"],
        ["train", "--preset", "tiny", "--epochs", "many"],
        ["train", "--preset", "tiny", "--epochs", "9" * 6000],
        ["train", "--preset", "tiny", "--validation", "sometimes"],
        ["train", "--preset", "tiny", "--no-such-option"],
        ["predict", "abc"],
        ["export", "abc"],
        ["export", "abc", "--format", "excel"],
        ["show"],
    ],
)
def test_arguments_that_make_no_sense_are_refused_in_one_line(refused, arguments):
    line = refused(*arguments)

    assert "--help`" in line
    assert len(line) < 500


@pytest.mark.parametrize("command", [[], ["train"], ["export"], ["predict"], ["runs"]])
def test_help_is_there(call, command):
    called = call(*command, "--help")

    assert called.status == 0
    assert "usage: " in called.out


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NetworkError("No."), 2),
        (StoreError("No."), 1),
        (RunFailedError("No."), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_error_has_its_exit_status_and_one_line(call, monkeypatch, error, status):
    def fail(*_):
        raise error

    monkeypatch.setattr("mnist_lab.cli.networks.presets", fail)

    called = call("presets")

    assert called.status == status
    assert called.err.startswith("mnist-lab: ")
    assert called.err.count("\n") == 1


def test_a_setting_that_cannot_be_used_is_named(refused, monkeypatch):
    monkeypatch.setenv("MNIST_LAB_WORKERS", "many")

    assert "MNIST_LAB_WORKERS" in refused("presets")


def test_light_commands_load_nothing_heavy(settings):
    script = (
        "import sys\nfrom mnist_lab.cli import main\n"
        "assert main(['presets', '--json']) == 0 and main(['describe', '--preset', 'tiny']) == 0\n"
        "heavy = {'tensorflow', 'keras', 'pandas', 'sklearn', 'plotly', 'streamlit', 'sqlalchemy', 'PIL'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )

    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=120, check=False)

    assert ended.returncode == 0, ended.stderr


def test_a_reader_that_has_seen_enough_is_no_error(settings):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        ended = subprocess.run(
            [sys.executable, "-m", "mnist_lab", "presets"],
            stdout=closed,
            stderr=subprocess.PIPE,
            timeout=120,
            check=False,
        )

    assert ended.returncode == 0
    assert ended.stderr == b""


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("command", [["presets"], ["runs"], ["presets", "--json"]])
def test_output_that_cannot_be_written_is_a_failure_in_one_line(settings, command):
    with FULL.open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "mnist_lab", *command], stdout=full, stderr=subprocess.PIPE, timeout=120, check=False
        )

    assert ended.returncode == 1
    assert ended.stderr == b"mnist-lab: The output cannot be written: No space left on device.\n"


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")
def test_a_sentence_that_cannot_be_written_changes_no_exit_status(settings):
    with FULL.open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "mnist_lab", "show", "nothing"], stderr=full, timeout=120, check=False
        )

    assert ended.returncode == 2


@pytest.mark.skipif(os.name == "nt", reason="the shell is not POSIX's")
def test_closed_streams_are_no_obstacle_and_no_file_takes_their_place(settings):
    ended = subprocess.run(
        ["/bin/sh", "-c", '"$0" -m mnist_lab runs >&- 2>&- <&-; echo $?', sys.executable],
        capture_output=True,
        timeout=120,
        check=False,
    )

    assert ended.stdout == b"0\n"
    with sqlite3.connect(settings.home / "runs.sqlite") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_an_unexpected_error_is_one_line_and_a_log(call, monkeypatch, settings):
    def break_down(*_):
        raise ZeroDivisionError("a secret of the\ninsides")

    monkeypatch.setattr("mnist_lab.cli.networks.presets", break_down)

    called = call("presets")

    log = settings.home / "command.log"
    assert called.status == 1
    assert called.err == f"mnist-lab: Unexpected error (ZeroDivisionError); see {log} for the details.\n"
    assert "in break_down" in log.read_text()
    assert "a secret of the\ninsides" in log.read_text()


def test_an_unexpected_error_is_one_line_where_no_log_can_be_written(call, monkeypatch):
    monkeypatch.setenv("MNIST_LAB_HOME", os.devnull)
    monkeypatch.setattr("mnist_lab.cli.networks.presets", lambda *_: 1 / 0)

    called = call("presets")

    assert called.status == 1
    assert called.err.count("\n") == 1
    assert "could not be written to a log" in called.err


@pytest.mark.parametrize(
    ("name", "value"),
    [("DB", "garbage"), ("DB", "sqlite://"), ("HOME", os.devnull), ("WORKERS", "abc"), ("MEMORY", "-1")],
)
def test_a_setting_that_cannot_be_used_is_refused(refused, monkeypatch, name, value):
    monkeypatch.setenv(f"MNIST_LAB_{name}", value)

    assert "MNIST_LAB_" + name in refused("runs")


def test_a_terminal_that_knows_only_ascii_is_no_obstacle(settings):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}

    ended = run("describe", "--preset", "tiny", env=environment)

    assert (ended.returncode, ended.stderr) == (0, b"")
    assert b"3?3" in ended.stdout


@pytest.mark.parametrize("wish", [None, "0"])
def test_tensorflow_gets_its_fast_kernels_unless_the_user_wants_otherwise(call, monkeypatch, wish):
    # Put back after the test, whatever the command does.
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", wish or "")
    if wish is None:
        monkeypatch.delenv("TF_ENABLE_ONEDNN_OPTS")
    assert call("presets").status == 0
    assert os.environ["TF_ENABLE_ONEDNN_OPTS"] == (wish or "1")
