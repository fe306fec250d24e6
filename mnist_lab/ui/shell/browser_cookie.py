"""Middleware that gives each browser its cookie, and opens the teacher's link."""

from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_lab.ui.session.identity import COOKIE_SECONDS, load_identity

TEACHER_PARAMETER = "teacher"
"""The query parameter of the teacher's link."""
_LIVE_PATH = "/live"


class BrowserCookie:
    """Sets a browser's cookie with the first page that it loads, if it has none, or a forged or old one."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` is the next ASGI application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add the cookie to its response; answer the teacher's link."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if TEACHER_PARAMETER in request.query_params:
            await _open_link(request)(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(request, message):
                identity = load_identity()
                if cookie := identity.renewed_cookie(request.cookies, request.client.host if request.client else None):
                    response = Response()
                    _set_cookie(response, identity.browser_cookie, cookie, request)
                    MutableHeaders(scope=message).append("Set-Cookie", response.headers["set-cookie"])
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def _is_page(request: Request, message: Message) -> bool:
    """Whether the response is a page, or the live data of one. Nothing else may set a cookie.

    A page is loaded before anything else of it, so that the answers to a browser without a cookie cannot give it
    several ids.
    """
    content = MutableHeaders(scope=message).get("Content-Type", "")
    # Without its content, a page that the browser has in its cache has no type.
    is_cached = message["status"] == 304 and "text/html" in request.headers.get("Accept", "")
    return content.startswith("text/html") or is_cached or request.url.path.endswith(_LIVE_PATH)


def _open_link(request: Request) -> Response:
    """Make the browser a teacher's, and send it to the address without the secret."""
    parameters = parse_qsl(request.url.query, keep_blank_values=True)
    rest = urlencode([(name, value) for name, value in parameters if name != TEACHER_PARAMETER])
    # Relative, as a proxy may have taken a part of the path away; and without a host, wherever the path leads.
    page = "./" + quote(request.scope["path"].rpartition("/")[2])
    response = RedirectResponse(f"{page}?{rest}" if rest else page, status_code=303)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    identity = load_identity()
    if identity.is_link_token(request.query_params[TEACHER_PARAMETER]):
        _set_cookie(response, identity.teacher_cookie, identity.new_teacher_cookie(), request)
    return response


def _set_cookie(response: Response, name: str, value: str, request: Request) -> None:
    is_secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=COOKIE_SECONDS, httponly=True, samesite="lax", secure=is_secure)
