import logging
import os
import sys
from pathlib import Path

import pytest

from mnist_lab.cli.tensorflow_output import redirect_output


def test_everything_but_python_s_standard_error_goes_to_the_log(tmp_path, capfd):
    log = tmp_path / "new folder" / "command.log"
    with redirect_output(log):
        print("printed")
        logging.getLogger("anyone").warning("logged")
        os.write(1, b"written to 1\n")
        os.write(2, b"written to 2\n")
        print("for the user", file=sys.stderr)
    print("the answer")

    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("the answer\n", "for the user\n")
    assert log.read_text().splitlines() == ["printed", "logged", "written to 1", "written to 2"]


def test_the_streams_come_back_after_an_error(tmp_path, capfd):
    with pytest.raises(ValueError, match="no"), redirect_output(tmp_path / "log"):
        raise ValueError("no")
    os.write(1, b"out")
    os.write(2, b"err")

    assert capfd.readouterr() == ("out", "err")


def test_a_log_that_cannot_be_written_is_no_obstacle(tmp_path, capfd):
    with redirect_output(tmp_path):
        print("lost")

    assert capfd.readouterr() == ("", "")


def test_a_standard_error_without_a_file_stays(tmp_path, capsys):
    with redirect_output(tmp_path / "log"):
        print("for the user", file=sys.stderr)

    assert capsys.readouterr().err == "for the user\n"


def test_a_long_log_starts_anew(tmp_path):
    log = tmp_path / "log"
    log.write_bytes(b"x" * 1_000_001)

    with redirect_output(log):
        print("printed")

    assert log.read_text() == "printed\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_log_on_a_full_disk_is_no_obstacle_and_gives_no_traceback(capfd):
    with redirect_output(Path("/dev/full")):
        print("lost")
        logging.getLogger("anyone").warning("lost")
        sys.stdout.flush()
        print("for the user", file=sys.stderr)
    print("the answer")

    assert capfd.readouterr() == ("the answer\n", "for the user\n")
