"""The HTTP interface of a Ray cluster without Ray: a server in this process, whose jobs and machines a test sets."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@dataclass
class FakeRay:
    """What the cluster has, and what it was asked. A context manager: within it, it answers at `address`."""

    version: str = "2.60.0"
    token: str = ""
    port: int = 0
    """0 for any that is free."""
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By name, as Ray lists them, with what was submitted under `body`."""
    machines: dict[str, tuple[float, float]] = field(default_factory=lambda: {"n1": (1.0, 0.0), "n2": (1.0, 0.0)})
    """Processors in all and in use, by machine."""
    time: float = 1000.0
    stopped: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Status and text that a path gets instead of its own."""

    def __enter__(self) -> "FakeRay":
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                status, text = fake.answer(self.command, urlsplit(self.path).path, body, self.headers)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - the names that the server calls

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, method: str, path: str, body: Any, headers: Any) -> tuple[int, str]:
        if self.token and not headers.get("Authorization"):
            return 401, "Unauthorized: Missing authentication token"
        if self.token and headers.get("Authorization") != f"Bearer {self.token}":
            return 403, "Forbidden: Invalid authentication token"
        if path in self.answers:
            return self.answers[path]
        if path == "/api/version":
            return 200, json.dumps({"version": "4", "ray_version": self.version})
        if path == "/api/v0/nodes":
            nodes = [
                {"node_id": name, "node_ip": f"10.0.0.{name[1:]}", "resources_total": {"CPU": cpus, "memory": 2.4e10}}
                for name, (cpus, _) in self.machines.items()
            ]
            return 200, json.dumps({"data": {"result": {"result": nodes}}})
        if path == "/api/cluster_status":
            usage = {name: {"CPU": [used, cpus]} for name, (cpus, used) in self.machines.items()}
            status = {"time": self.time, "loadMetricsReport": {"usageByNode": usage}}
            return 200, json.dumps({"data": {"clusterStatus": status}})
        if path == "/api/jobs/" and method == "GET":
            return 200, json.dumps(list(self.jobs.values()))
        if path == "/api/jobs/":
            return self._submit(body)
        name, _, action = path.removeprefix("/api/jobs/").partition("/")
        if name not in self.jobs:
            return 404, f"Job {name} does not exist"
        if method == "DELETE":
            self.deleted.append(name)
            del self.jobs[name]
            return 200, json.dumps({"deleted": True})
        assert action == "stop"
        self.stopped.append(name)
        return 200, json.dumps({"stopped": True})

    def _submit(self, body: Any) -> tuple[int, str]:
        name = body["submission_id"]
        if name in self.jobs:
            return 500, f"Traceback:\nValueError: Job with submission_id {name} already exists. Please use another.\n"
        self.jobs[name] = {
            "submission_id": name,
            "status": "PENDING",
            "metadata": body["metadata"],
            "start_time": int(1000 * self.time),
            "body": body,
        }
        return 200, json.dumps({"submission_id": name})

    def start(self, name: str, machine: str = "n1") -> None:
        """A job gets its machine."""
        self.jobs[name] |= {"status": "RUNNING", "driver_node_id": machine}

    def end(self, name: str, status: str = "SUCCEEDED", message: str = "", *, after: float = 1.0) -> None:
        self.jobs[name] |= {"status": status, "message": message, "end_time": int(1000 * (self.time + after))}
