"""How long nothing was heard of a training."""

from datetime import UTC, datetime, timedelta

from mnist_lab.runs import RunState
from mnist_lab.ui.services.heartbeats import Heartbeats
from tests.factories import make_run

TIME = datetime(2026, 12, 1, tzinfo=UTC)


def test_silence_lasts_from_the_last_heartbeat_that_was_seen() -> None:
    now = [100.0]
    heartbeats = Heartbeats(lambda: now[0])
    run = make_run(state=RunState.RUNNING, heartbeat=TIME)
    assert heartbeats.silence(run) == 0.0
    now[0] = 130.0
    assert heartbeats.silence(run) == 30.0
    # The clock of the database may be an hour off.
    assert heartbeats.silence(make_run(state=RunState.RUNNING, heartbeat=TIME + timedelta(seconds=1))) == 0.0
    assert heartbeats.silence(make_run(state=RunState.INTERRUPTED, heartbeat=TIME)) == 0.0
