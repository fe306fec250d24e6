"""A client of the HTTP interface of a Ray cluster: its jobs, its machines, its version.

Ray's own package is not needed, which is large, and must have the very version of the cluster.
"""

import re
import time
from collections.abc import Mapping
from typing import Annotated, Any, Self, TypeVar

import requests
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from mnist_lab.errors import RayError
from mnist_lab.settings import Settings
from mnist_lab.training.ray.placement import LabJob, Machine

MIN_VERSION = (2, 52)
"""The first version with tokens."""
MAX_ANSWER_BYTES = 50_000_000
MAX_ANSWER_SECONDS = 30.0
"""Of a whole answer, however its parts are spread."""
TIMEOUT_SECONDS = (3.0, 10.0)
"""For a connection, and between two parts of an answer."""
SUBMIT_TIMEOUT_SECONDS = (3.0, 60.0)
"""Ray looks for a machine that takes the job, for up to 30 s, before it answers."""
MAX_USED = 1e9
MAX_MACHINES = 10_000
"""The most that Ray lists."""

T = TypeVar("T")


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Version(_Answer):
    ray_version: str


class _Job(_Answer):
    submission_id: str | None = None
    status: str
    message: str | None = None
    metadata: dict[str, str] | None = None
    driver_node_id: str | None = None
    start_time: float | None = None
    end_time: float | None = None
    """Both in milliseconds."""


class _Node(_Answer):
    node_id: str
    node_ip: str
    resources_total: dict[str, Annotated[float, Field(ge=0, le=1e18, allow_inf_nan=False)]]
    """Processors and graphics cards by number, memory in bytes."""


class JobsClient:
    """The jobs and machines of one cluster. Every method raises `RayError`, one sentence that says what to do."""

    def __init__(self, settings: Settings) -> None:
        """Connect to nothing yet."""
        if settings.ray_address is None:
            raise RayError("MNIST_LAB_RAY_ADDRESS is not set.")
        self.address = settings.ray_address
        self._has_token = settings.ray_token is not None
        self._session = requests.Session()
        if settings.ray_token is not None:
            self._session.auth = _Bearer(settings.ray_token)
        self._is_known = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def version(self) -> str:
        """The version of Ray; an error if it is too old."""
        answer = self._request("GET", "/api/version")
        if answer.status_code != requests.codes.ok:
            raise self._no_ray()
        version = self._parsed(_Version, answer).ray_version
        found = re.match(r"(\d{1,6})\.(\d{1,6})", version)
        if found is None or (int(found[1]), int(found[2])) < MIN_VERSION:
            needed = ".".join(map(str, MIN_VERSION))
            raise RayError(f"Ray at {self.address} has version {version}; the lab needs {needed} or later: update it.")
        self._is_known = True
        return version

    def version_and_latency(self) -> tuple[str, float]:
        """The version, and the seconds of a request over a connection that is open already."""
        self.version()
        start = time.perf_counter()
        return self.version(), time.perf_counter() - start

    def jobs(self) -> list[LabJob]:
        """The jobs of all labs that Ray knows of, those that ended too."""
        listed = self._ask(TypeAdapter(list[_Job]), "GET", "/api/jobs/")
        found = (
            LabJob.of(
                job.submission_id or "",
                job.status,
                job.metadata or {},
                machine=job.driver_node_id or "",
                message=job.message or "",
                started=(job.start_time or 0.0) / 1000,
                ended=(job.end_time or 0.0) / 1000,
            )
            for job in listed
        )
        return [job for job in found if job is not None]

    def machines(self) -> list[Machine]:
        """The machines of the cluster that are up, with what Ray last knew of their use: every five seconds.

        Jobs that have started or ended since are the caller's to reckon with.
        """
        query: dict[str, str | int] = {
            "limit": MAX_MACHINES,
            "filter_keys": "state",
            "filter_predicates": "=",
            "filter_values": "ALIVE",
        }
        listed = self._ask(TypeAdapter(dict[str, Any]), "GET", "/api/v0/nodes", query)
        nodes = self._read(TypeAdapter(list[_Node]), _inside(listed, "data", "result", "result"))
        status = self._ask(TypeAdapter(dict[str, Any]), "GET", "/api/cluster_status")
        # Without Ray's autoscaler process, which writes it, only the lab's own jobs are known.
        used = _inside(status, "data", "clusterStatus", "loadMetricsReport", "usageByNode")
        as_of = _inside(status, "data", "clusterStatus", "time")
        return [
            Machine(
                id=node.node_id,
                host=node.node_ip,
                cpus=node.resources_total.get("CPU", 0.0),
                gpus=node.resources_total.get("GPU", 0.0),
                used_cpus=_used(used, node.node_id, "CPU"),
                used_gpus=_used(used, node.node_id, "GPU"),
                as_of=as_of if isinstance(as_of, float) else 0.0,
            )
            for node in nodes
        ]

    def submit(self, job: LabJob, command: str, variables: Mapping[str, str]) -> bool:
        """Submit a job; False if there is one of this name already."""
        body: dict[str, Any] = {
            "submission_id": job.submission_id,
            "entrypoint": command,
            "entrypoint_num_cpus": job.cpus,
            "entrypoint_num_gpus": job.gpus,
            "metadata": job.metadata,
            "runtime_env": {"env_vars": dict(variables)},
        }
        self._ensure_known()
        answer = self._request("POST", "/api/jobs/", body=body, timeout=SUBMIT_TIMEOUT_SECONDS)
        # Ray answers with its error 500 and a traceback.
        if answer.status_code != requests.codes.ok and "already exists" in answer.text:
            return False
        self._ensure_ok(answer)
        return True

    def stop(self, submission_id: str) -> None:
        """Tell a job to end: SIGTERM, and SIGKILL three seconds later unless the cluster says otherwise."""
        self._ask(TypeAdapter(dict[str, Any]), "POST", f"/api/jobs/{submission_id}/stop", missing_ok=True)

    def delete(self, submission_id: str) -> None:
        """Let Ray forget a job that has ended; nothing happens if it has forgotten it already."""
        self._ask(TypeAdapter(dict[str, Any]), "DELETE", f"/api/jobs/{submission_id}", missing_ok=True)

    def _ensure_known(self) -> None:
        if not self._is_known:
            self.version()

    def _ask(
        self,
        kind: TypeAdapter[T],
        method: str,
        path: str,
        query: Mapping[str, str | int] | None = None,
        *,
        missing_ok: bool = False,
    ) -> T:
        """The answer to a request, after it was seen that Ray answers at all."""
        self._ensure_known()
        answer = self._request(method, path, query)
        if missing_ok and answer.status_code == requests.codes.not_found:
            return self._read(kind, {})
        self._ensure_ok(answer)
        return self._read(kind, self._json(answer))

    def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        timeout: tuple[float, float] = TIMEOUT_SECONDS,
    ) -> requests.Response:
        try:
            answer = self._session.request(
                method,
                self.address + path,
                params=query,
                json=body,
                timeout=timeout,
                # Elsewhere the token would not be asked for by Ray.
                allow_redirects=False,
                stream=True,
            )
            self._read_whole(answer)
        except requests.Timeout as error:
            self._is_known = False
            raise self._away("it took too long") from error
        except requests.RequestException as error:
            self._is_known = False
            raise self._away(_reason(error)) from error
        except (ValueError, UnicodeError) as error:
            # A header or an address that cannot be sent; the message would quote it.
            raise self._away("the request cannot be sent") from (None if self._has_token else error)
        if answer.status_code == requests.codes.unauthorized and not self._has_token:
            raise RayError(f"Ray at {self.address} asks for a token: set MNIST_LAB_RAY_TOKEN.")
        if answer.status_code in {requests.codes.unauthorized, requests.codes.forbidden}:
            raise RayError(
                f"Ray at {self.address} refuses the token: set MNIST_LAB_RAY_TOKEN to that of the cluster, which"
                " `ray get-auth-token` prints on its head."
            )
        return answer

    def _read_whole(self, answer: requests.Response) -> None:
        deadline = time.monotonic() + MAX_ANSWER_SECONDS
        parts, size = [], 0
        for part in answer.iter_content(65536):
            parts.append(part)
            size += len(part)
            if size > MAX_ANSWER_BYTES or time.monotonic() > deadline:
                answer.close()
                raise self._away("its answer does not end")
        # Where `requests` itself keeps it, for `text` and `json`.
        answer._content = b"".join(parts)

    def _ensure_ok(self, answer: requests.Response) -> None:
        if answer.status_code == requests.codes.ok:
            return
        self._is_known = False
        lines = [line.strip() for line in answer.text.splitlines() if line.strip()]
        reason = f": {lines[-1][:300].rstrip('.')}" if lines else ""
        raise RayError(f"Ray at {self.address} answers with the error {answer.status_code}{reason}.")

    def _json(self, answer: requests.Response) -> object:
        try:
            return answer.json()
        except (ValueError, RecursionError) as error:
            raise self._no_ray() from error

    def _parsed(self, kind: type[_Version], answer: requests.Response) -> _Version:
        return self._read(TypeAdapter(kind), self._json(answer))

    def _read(self, kind: TypeAdapter[T], data: object) -> T:
        try:
            return kind.validate_python(data)
        except (ValidationError, RecursionError) as error:
            raise self._no_ray() from error

    def _away(self, reason: str) -> RayError:
        return RayError(
            f"Ray does not answer at {self.address}: {reason}. Check MNIST_LAB_RAY_ADDRESS, and that the head of the"
            " cluster is up."
        )

    def _no_ray(self) -> RayError:
        return RayError(
            f"What answers at {self.address} is not the dashboard of a Ray cluster: check MNIST_LAB_RAY_ADDRESS (the"
            " port is 8265 unless you chose another one)."
        )


class _Bearer(requests.auth.AuthBase):
    """Sends the token; as `auth`, so that no password of a .netrc file takes its place."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _inside(data: object, *keys: str) -> Any:
    """What a JSON document has under these keys, one inside the other; None if it is not there."""
    for key in keys:
        if not isinstance(data, dict):
            return None
        data = data.get(key)
    return data


def _used(usage: object, node: str, resource: str) -> float:
    pair = _inside(usage, node, resource)
    used = pair[0] if isinstance(pair, list) and pair else 0.0
    # Also false for what is no number (NaN).
    return float(used) if isinstance(used, int | float) and 0 <= used <= MAX_USED else 0.0


def _reason(error: Exception) -> str:
    """The innermost reason of a connection that failed, in a few words."""
    text = str(error)
    found = re.search(r"\[Errno -?\d+\] ([^'\")\]]+)", text)
    if found:
        return found[1][0].lower() + found[1][1:]
    return "its certificate is refused" if isinstance(error, requests.exceptions.SSLError) else "the connection broke"
