"""What the pages call the state of a run."""

import pytest

from mnist_lab.runs import RunState
from mnist_lab.training.disk_wait import WAITING_FOR_DISK, WAITING_FOR_OBJECTS
from mnist_lab.ui.live.run_labels import badge, progress_text
from tests.factories import make_result, make_run


def test_a_run_says_on_which_machine_it_trains() -> None:
    run = make_run(state=RunState.RUNNING, host="lab-pc-7:/home/lab/runs")
    assert progress_text(run, steps_epoch=0.5, left=20.0).endswith("left · on lab-pc-7")
    ended = make_run(result=make_result(), epochs_done=1, host="lab-pc-7:/home/lab/runs")
    assert progress_text(ended).endswith("1 m 24 s on lab-pc-7")


@pytest.mark.parametrize("host", ["", "/home/lab/runs", "C:\\lab\\runs", "\\\\server\\lab\\runs"])
def test_on_one_machine_alone_nothing_is_said(host: str) -> None:
    run = make_run(state=RunState.RUNNING, host=host)
    assert run.machine_name == ""
    assert "on" not in progress_text(run, steps_epoch=0.5).split()


@pytest.mark.parametrize(
    ("phase", "label", "text"),
    [
        (WAITING_FOR_DISK, "waiting for disk space", "the disk is full"),
        (WAITING_FOR_OBJECTS, "waiting for the file store", "the file store does not answer"),
    ],
)
def test_a_run_that_waits_to_be_saved_says_why(phase: str, label: str, text: str) -> None:
    run = make_run(state=RunState.RUNNING, phase=phase)
    assert badge(run).text == label
    assert text in progress_text(run)


def test_a_machine_that_is_silent_is_told() -> None:
    run = make_run(state=RunState.RUNNING, host="lab-pc-7:/home/lab/runs")
    assert "No sign" not in progress_text(run, steps_epoch=0.5, silence=5.0)
    assert progress_text(run, steps_epoch=0.5, left=20.0, silence=34.0) == "No sign of lab-pc-7 for 34 s"
