"""Refuses requests that do not come from a page of the lab, before Streamlit sees them.

Streamlit answers under any name. For each websocket of a foreign page it asks a server in the internet for its own
address, and answers nobody meanwhile.
"""

import logging
import re

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from mnist_lab.hosts import parse_host
from mnist_lab.ui.session.named_hosts import named_hosts
from mnist_lab.ui.shell.allowed_hosts import AllowedHosts

_UNUSED_ROUTES = re.compile(r"/_stcore/(metrics|script-health-check|agent/[^/]*)/?$")
"""Routes of Streamlit that no page of the lab uses, and that tell strangers about the app."""
_MAX_SHOWN = 100
_POLICY_VIOLATION = 1008
_MAX_LOGGED = 50

_logger = logging.getLogger("mnist_lab")


def allowed_hosts() -> AllowedHosts:
    """The hosts that the settings of this process allow."""
    return AllowedHosts(server_address=lambda: st.get_option("server.address"), named=named_hosts)


class RequestGuard:
    """Middleware that answers only requests to an allowed host, from pages of the lab or from programs."""

    def __init__(self, app: ASGIApp, hosts: AllowedHosts) -> None:
        """Guard `app`, the next ASGI application."""
        self._app = app
        self._hosts = hosts
        self._logged: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it on."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
        elif refusal := self._refusal(scope):
            self._log(refusal)
            await _answer(PlainTextResponse(f"{refusal}\n", 403), scope, receive, send)
        elif _UNUSED_ROUTES.search(scope["path"]):
            await _answer(PlainTextResponse("Not found\n", 404), scope, receive, send)
        else:
            await self._app(_with_host_of_origin(scope), receive, send)

    def _refusal(self, scope: Scope) -> str | None:
        """Why the request is refused, as one sentence; None if it is not."""
        headers = Headers(scope=scope)
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        host = parse_host(hosts[0]) if len(hosts) == 1 else None
        if host is None or not self._hosts.may_be_opened_as(host, _arrived_at(scope)):
            return (
                f"The lab cannot be opened as {_quoted(hosts)} unless the setting MNIST_LAB_HOSTS contains this name."
            )
        if not origins or (len(origins) == 1 and self._hosts.may_connect(origins[0], host)):
            return None
        return (
            f"A page of {_quoted(origins)} cannot use the lab at {_quoted(hosts)} unless the setting MNIST_LAB_HOSTS "
            "contains the host of that page."
        )

    def _log(self, refusal: str) -> None:
        # The page that a proxy spoils shows nothing but "Connecting", so whoever runs the app must see the reason.
        if refusal not in self._logged and len(self._logged) < _MAX_LOGGED:
            self._logged.add(refusal)
            _logger.warning("mnist-lab: %s", refusal)


def _arrived_at(scope: Scope) -> str | None:
    server = scope.get("server")
    return server[0] if server else None


def _quoted(values: list[str]) -> str:
    shown = " and ".join(values)[:_MAX_SHOWN]
    return f'"{shown.encode("ascii", "backslashreplace").decode()}"' if shown else "a host without a name"


def _with_host_of_origin(scope: Scope) -> Scope:
    """The request as it was before a reverse proxy replaced its `Host`.

    Streamlit compares `Origin` and `Host` once more, letter by letter, and asks the internet if they differ.
    """
    origin = Headers(scope=scope).get("origin")
    if origin is None:
        return scope
    copy = {**scope, "headers": list(scope["headers"])}
    MutableHeaders(scope=copy)["host"] = origin.partition("://")[2]
    return copy


async def _answer(response: PlainTextResponse, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await response(scope, receive, send)
        return
    websocket = WebSocket(scope, receive, send)
    if "websocket.http.response" in scope.get("extensions", {}):
        await websocket.send_denial_response(response)
    else:
        await websocket.close(_POLICY_VIOLATION)
