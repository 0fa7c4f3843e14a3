"""What the browser holds of a session, and where a request comes from."""

from typing import Any

from fastapi import Request
from itsdangerous import BadSignature
from starlette.responses import Response

from app.accounts import sessions
from app.accounts.guards import COOKIE
from app.core.i18n import LANGUAGES
from app.core.security import signer
from app.core.settings import settings

LANGUAGE_COOKIE = "vmv_language"
PIN_COOKIE = "vmv_first_pin"
PIN_PATH = "/sign-in/pin"
PIN_SECONDS = 600
YEAR_SECONDS = 365 * 24 * 3600


def network_address(request: Request) -> str:
    """The asker's address; behind a trusted proxy, the one the proxy reports."""
    return request.client.host if request.client else "unknown"


def secure() -> bool:
    """Whether cookies travel over https only: when the public address does."""
    return settings().public_url.startswith("https")


def keep_session(response: Response, token: str, *, shared_screen: bool) -> None:
    """Give the browser its session's token; at a shared screen it forgets it when it closes."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=None if shared_screen else int(sessions.LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=secure(),
    )


def drop_session(response: Response) -> None:
    """Take the token back."""
    response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=secure())


def keep_language(response: Response, language: str | None) -> None:
    """Remember the language that the person chose."""
    if language in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE,
            str(language),
            max_age=YEAR_SECONDS,
            httponly=True,
            samesite="lax",
            secure=secure(),
        )


def keep_pin_step(response: Response, step: list[Any]) -> None:
    """Carry the half-finished first sign-in (the printed code was right) to the choice of the PIN."""
    response.set_cookie(
        PIN_COOKIE,
        str(signer("first-pin").dumps(step)),
        max_age=PIN_SECONDS,
        path=PIN_PATH,
        httponly=True,
        samesite="strict",
        secure=secure(),
    )


def read_pin_step(request: Request) -> list[Any] | None:
    """The half-finished first sign-in; None when there is none or somebody made it up."""
    try:
        found = signer("first-pin").loads(request.cookies.get(PIN_COOKIE, ""))
    except BadSignature:
        return None
    return found if isinstance(found, list) else None


def drop_pin_step(response: Response) -> None:
    """The first sign-in is finished."""
    response.delete_cookie(PIN_COOKIE, path=PIN_PATH, httponly=True, samesite="strict", secure=secure())
