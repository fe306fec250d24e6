"""What a run's record says of itself."""

from dataclasses import replace

from mnist_lab.runs import Result, Run


def test_the_time_of_a_training_is_that_of_its_result(queued: Run, result: Result):
    assert replace(queued, seconds=36.2).training_seconds == 36.2
    assert replace(queued, seconds=36.2, result=result).training_seconds == result.seconds != 36.2
