"""What guards every door: policies, same-origin checks, headers, tokens.

A route declares exactly one policy, a dependency marked by `policy(...)`; `tests/house` fails for a route
without one.
"""

import hashlib
import secrets
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from fastapi.dependencies.models import Dependant
from itsdangerous import URLSafeSerializer
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.settings import settings

Guard = TypeVar("Guard", bound=Callable[..., Any])

MAX_BODY = 24 * 1024 * 1024
"""Bytes of one request, files included."""

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


def policy(name: str) -> Callable[[Guard], Guard]:
    """Mark a dependency as the policy `name`: who may enter the routes that depend on it."""

    def mark(guard: Guard) -> Guard:
        guard.policy = name  # type: ignore[attr-defined]
        return guard

    return mark


def policies(dependant: Dependant) -> list[str]:
    """The policies of a route. A guard built upon another one counts once: it is the stricter of the two."""
    found: list[str] = []
    for below in dependant.dependencies:
        name = getattr(below.call, "policy", None)
        found += [name] if name is not None else policies(below)
    return found


@policy("everyone")
def everyone() -> None:
    """Anybody, signed in or not. Declared, so that nothing is public by oversight."""


def new_token() -> str:
    """A secret of 256 bits for links, sessions and feeds."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What the database keeps of a token: its SHA-256, which cannot be turned back into a link."""
    return hashlib.sha256(token.encode()).hexdigest()


def signer(purpose: str) -> URLSafeSerializer:
    """Signs small values that travel through the browser; each purpose has its own salt."""
    return URLSafeSerializer(settings().secret(), salt=purpose)


def same_origin(request: Request) -> bool:
    """Whether a change comes from our own pages (or from a program that is no browser).

    Browsers send `Sec-Fetch-Site` on every request; those before 2023 send `Origin` on each change.
    """
    fetched = request.headers.get("sec-fetch-site")
    if fetched is not None:
        return fetched in {"same-origin", "none"}
    origin = request.headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc == request.headers.get("host", "")
    return "cookie" not in request.headers


def local_path(target: str | None, default: str = "/") -> str:
    """`target` when it stays on this site, else `default`: nobody is sent away by a crafted link."""
    if not target or not target.startswith("/") or "\\" in target or any(ord(c) < 33 for c in target):
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc or target.startswith("//") else target


class GuardHeaders:
    """ASGI middleware: refuses changes from other sites and endless bodies, adds the security headers."""

    def __init__(self, app: ASGIApp, cross_site: Callable[[Request], Response] | None = None) -> None:
        """`cross_site`: the page for a browser whose change is refused; a program reads a line."""
        self.app = app
        self.cross_site = cross_site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, pass on, add headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                for name, value in HEADERS.items():
                    if name.encode() not in present:
                        message["headers"].append((name.encode(), value.encode()))
                if b"cache-control" not in present:
                    message["headers"].append((b"cache-control", b"no-store"))
            await send(message)

        refusal = _refusal(request, self.cross_site)
        await (refusal or self.app)(scope, receive, with_headers)


def _refusal(request: Request, page: Callable[[Request], Response] | None) -> Response | None:
    # The server holds a body to its announced length, so the announcement is enough to judge by.
    if "transfer-encoding" in request.headers:
        return PlainTextResponse("announce the length of the request", 411)
    if int(request.headers.get("content-length") or 0) > MAX_BODY:
        return PlainTextResponse("the request is too large", 413)
    if request.method not in SAFE_METHODS and not same_origin(request):
        if page is not None and "text/html" in request.headers.get("accept", ""):
            return page(request)
        return PlainTextResponse("cross-site change refused", 403)
    return None
