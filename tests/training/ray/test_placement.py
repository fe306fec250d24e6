from dataclasses import replace

import pytest

from mnist_lab.training.ray.placement import LabJob, Machine, count_that_fit

JOB = LabJob("abcd1234", 1, 1, "lab", 1.0, 0.0)


def machine(name: str, cpus: float, used: float = 0.0, gpus: float = 0.0, as_of: float = 100.0) -> Machine:
    return Machine(name, name, cpus, gpus, used, 0.0, as_of)


def test_a_job_is_read_from_its_name_and_what_ray_keeps_with_it() -> None:
    job = LabJob("abcd1234", 2, 3, "lab", 0.5, 1.0)
    assert job.submission_id == "mnist-lab-abcd1234-2-3"
    assert LabJob.of(job.submission_id, "PENDING", job.metadata) == job


@pytest.mark.parametrize(
    ("name", "metadata"),
    [
        ("raysubmit_XYZ", JOB.metadata),
        ("mnist-lab-abcd1234-1", JOB.metadata),
        ("mnist-lab-abcd1234-1-1", {}),
        ("mnist-lab-abcd1234-1-1", {"cpus": "many", "gpus": "0"}),
    ],
)
def test_jobs_of_others_are_left_out(name: str, metadata: dict[str, str]) -> None:
    assert LabJob.of(name, "RUNNING", metadata) is None


def test_each_training_needs_its_share_on_one_machine() -> None:
    machines = [machine("a", 3), machine("b", 3)]
    assert count_that_fit(machines, [], 1, 0) == 6
    assert count_that_fit(machines, [], 2, 0) == 2
    assert count_that_fit(machines, [], 4, 0) == 0
    assert count_that_fit([], [], 1, 0) == 0


def test_tenths_of_a_processor_fill_it_to_the_last() -> None:
    assert count_that_fit([machine("a", 1)], [], 0.1, 0) == 10


def test_a_graphics_card_is_needed_beside_the_processor() -> None:
    assert count_that_fit([machine("a", 8), machine("b", 8, gpus=2)], [], 1, 1) == 2


def test_what_others_use_is_not_free() -> None:
    assert count_that_fit([machine("a", 4, used=3)], [], 1, 0) == 1


def test_a_job_that_ray_has_not_started_yet_has_its_place_already() -> None:
    assert count_that_fit([machine("a", 1), machine("b", 1)], [JOB], 1, 0) == 1


def test_a_job_that_has_just_started_counts_before_rays_figures_have_it() -> None:
    started = replace(JOB, status="RUNNING", machine="a", started=101.0)
    assert count_that_fit([machine("a", 2)], [started], 1, 0) == 1
    assert count_that_fit([machine("a", 2, used=1)], [started], 1, 0) == 1


def test_a_job_that_has_just_ended_makes_room_before_rays_figures_know_it() -> None:
    over = replace(JOB, status="SUCCEEDED", machine="a", started=50.0, ended=101.0)
    assert count_that_fit([machine("a", 1, used=1)], [over], 1, 0) == 1
    assert count_that_fit([machine("a", 1, used=1)], [replace(over, ended=99.0)], 1, 0) == 0
    assert count_that_fit([machine("a", 1, used=1)], [replace(over, started=100.5)], 1, 0) == 0


def test_a_job_of_a_machine_that_is_gone_takes_nothing_of_others() -> None:
    assert count_that_fit([machine("a", 1)], [replace(JOB, status="RUNNING", machine="gone")], 1, 0) == 1
