"""The client against a server that is no Ray, or not in order; `test_ray_cluster.py` has a real one."""

import socket
from dataclasses import replace

import pytest

from mnist_lab.errors import RayError
from mnist_lab.settings import Settings
from mnist_lab.training.ray import jobs_client
from mnist_lab.training.ray.cluster_health import cluster_health
from mnist_lab.training.ray.jobs_client import JobsClient
from mnist_lab.training.ray.placement import LabJob
from tests.training.ray.fake_ray import FakeRay

RIGHT = "the-right-one"
JOB = LabJob("abcd1234", 1, 1, "lab", 1.0, 0.0)


def client_of(fake: FakeRay, token: str | None = None) -> JobsClient:
    return JobsClient(Settings(ray_address=fake.address, ray_token=token))


def error_of(client: JobsClient) -> str:
    with client, pytest.raises(RayError) as caught:
        client.machines()
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_a_job_is_submitted_once_listed_stopped_and_deleted() -> None:
    with FakeRay() as fake, client_of(fake) as client:
        assert client.submit(JOB, "train it", {"A": "b"})
        assert not client.submit(JOB, "train it", {"A": "b"})
        body = fake.jobs[JOB.submission_id]["body"]
        assert body["entrypoint"] == "train it"
        assert (body["entrypoint_num_cpus"], body["entrypoint_num_gpus"]) == (1.0, 0.0)
        assert body["runtime_env"] == {"env_vars": {"A": "b"}}
        fake.jobs["raysubmit_1"] = {"submission_id": "raysubmit_1", "status": "RUNNING", "metadata": None}
        fake.jobs["driver"] = {"submission_id": None, "status": "RUNNING"}
        fake.start(JOB.submission_id, "n2")
        fake.end(JOB.submission_id, "FAILED", "it said so")
        ended = replace(JOB, status="FAILED", machine="n2", message="it said so", started=1000.0, ended=1001.0)
        assert client.jobs() == [ended]
        client.stop(JOB.submission_id)
        client.delete(JOB.submission_id)
        client.stop(JOB.submission_id)
        client.delete(JOB.submission_id)
        assert (fake.stopped, fake.deleted) == ([JOB.submission_id],) * 2


def test_machines_have_what_is_used_of_them() -> None:
    with FakeRay(machines={"n1": (4.0, 3.0), "n2": (2.0, 0.0)}) as fake, client_of(fake) as client:
        first, second = client.machines()
        assert (first.id, first.host, first.cpus, first.used_cpus, first.as_of) == ("n1", "10.0.0.1", 4.0, 3.0, 1000.0)
        assert (second.cpus, second.used_cpus, second.gpus) == (2.0, 0.0, 0.0)
        fake.answers["/api/cluster_status"] = 200, '{"data": {"clusterStatus": null}}'
        assert [machine.used_cpus for machine in client.machines()] == [0.0, 0.0]


def test_a_missing_and_a_wrong_token_are_told_apart_and_never_shown() -> None:
    with FakeRay(token=RIGHT) as fake:
        assert error_of(client_of(fake)) == f"Ray at {fake.address} asks for a token: set MNIST_LAB_RAY_TOKEN."
        wrong = error_of(client_of(fake, "hunter2"))
        assert wrong.startswith(f"Ray at {fake.address} refuses the token: set MNIST_LAB_RAY_TOKEN to that of the")
        assert "hunter2" not in wrong
        with client_of(fake, RIGHT) as client:
            assert client.version() == "2.60.0"


def test_a_token_is_not_taken_from_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password hunter2")
    monkeypatch.setenv("NETRC", str(netrc))
    with FakeRay(token=RIGHT) as fake, client_of(fake, RIGHT) as client:
        assert client.version() == "2.60.0"


def test_where_nothing_answers_the_address_is_named_with_the_reason() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    assert error_of(JobsClient(Settings(ray_address=address))) == (
        f"Ray does not answer at {address}: connection refused. Check MNIST_LAB_RAY_ADDRESS, and that the head of the"
        " cluster is up."
    )


def test_a_server_that_accepts_and_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_client, "TIMEOUT_SECONDS", (0.2, 0.2))
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = JobsClient(Settings(ray_address=f"http://127.0.0.1:{server.getsockname()[1]}"))
        assert "it took too long" in error_of(client)


@pytest.mark.parametrize(
    ("status", "text"), [(200, "<html>a page</html>"), (200, "[]"), (200, '{"other": 1}'), (404, ""), (302, "")]
)
def test_what_is_no_ray_is_told(status: int, text: str) -> None:
    with FakeRay(answers={"/api/version": (status, text)}) as fake:
        assert "is not the dashboard of a Ray cluster: check MNIST_LAB_RAY_ADDRESS" in error_of(client_of(fake))


@pytest.mark.parametrize("version", ["2.51.1", "1.13.0", "unknown"])
def test_an_old_ray_is_refused(version: str) -> None:
    with FakeRay(version=version) as fake:
        assert error_of(client_of(fake)) == (
            f"Ray at {fake.address} has version {version}; the lab needs 2.52 or later: update it."
        )


def test_an_error_of_ray_is_told_with_the_last_line_of_its_traceback() -> None:
    with FakeRay(answers={"/api/v0/nodes": (500, "Traceback:\n  File x\nTimeoutError: no agent.\n\n")}) as fake:
        assert error_of(client_of(fake)) == (
            f"Ray at {fake.address} answers with the error 500: TimeoutError: no agent."
        )


def test_the_health_says_what_is_free_of_all() -> None:
    with FakeRay(machines={"n1": (4.0, 3.0), "n2": (1.0, 0.0), "n3": (0.0, 0.0)}) as fake:
        message = cluster_health(Settings(ray_address=fake.address))
        assert message.startswith(f"Ray 2.60.0 at {fake.address} answers in ")
        assert message.endswith(" ms; 2 of 5 CPUs are free, on 2 machines that can train.")
        with pytest.raises(RayError, match="has 8 CPUs for a training: add one, or set MNIST_LAB_RAY_CPUS"):
            cluster_health(Settings(ray_address=fake.address, ray_cpus=8))
        with pytest.raises(RayError, match=r"has 0\.5 CPUs and 1 GPU for a training"):
            cluster_health(Settings(ray_address=fake.address, ray_cpus=0.5, ray_gpus=1))
        fake.machines.clear()
        with pytest.raises(RayError, match="No machine of the Ray cluster at"):
            cluster_health(Settings(ray_address=fake.address))
