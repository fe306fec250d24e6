"""A few of the trials of `python -m benchmarks.fencing`: a stopped worker that is woken writes nothing any more."""

import random
from pathlib import Path

import pytest
from sqlalchemy import make_url

from benchmarks.fencing import trial
from mnist_lab.settings import Settings

# Processes that are stopped and waited for.
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", range(3))
def test_a_worker_that_was_stopped_and_lost_its_run_writes_nothing_when_it_is_woken(
    settings: Settings, tmp_path: Path, seed: int
) -> None:
    settings.home.mkdir(exist_ok=True)
    done = trial(make_url(settings.db_url), tmp_path, random.Random(seed))
    assert done.faults == []
