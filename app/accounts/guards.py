"""Who enters. Each guard is a policy; routes declare exactly one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from sqlmodel import Session

from app.accounts import sessions
from app.accounts.sessions import Actor
from app.accounts.tables import Account
from app.core import clock
from app.core.db import READ_METHODS, Db, open_session
from app.core.errors import Forbidden, NotFound, SignInNeeded
from app.core.security import policy

COOKIE = "vmv_session"
PROGRAMS = "/api/v1/"
"""Where programs come in, and nowhere else: a page never reads their keys."""

bearer_token = HTTPBearer(auto_error=False, description="A program's key, made by an administrator.")
"""Declared for the API's description; the header itself is read below."""


def find_actor(
    request: Request, session: Db, _described: Annotated[object, Depends(bearer_token)] = None
) -> Actor | None:
    """Who is asking: the session's cookie, or under /api/v1/ a program’s key. None: nobody is signed in."""
    if not hasattr(request.state, "actor"):
        request.state.actor = _find(request, session)
    found: Actor | None = request.state.actor
    return found


def _find(request: Request, session: Db) -> Actor | None:
    now = clock.now()
    bearer = request.headers.get("authorization", "")
    if request.url.path.startswith(PROGRAMS) and bearer.lower().startswith("bearer "):
        program = sessions.actor_of_api_token(session, bearer[7:].strip(), now=now)
        if program is None:
            return None
        actor, key = program
        if key.id and (key.used_at is None or now - key.used_at > sessions.TOUCH_TOKEN_AFTER):
            with _writing(request, session) as writing:
                sessions.touch_token(writing, key.id, now=now)
        return actor
    token = request.cookies.get(COOKIE)
    found = sessions.actor_of_session(session, token, now=now) if token else None
    if found is None:
        return None
    actor, seen_at = found
    if now - seen_at > sessions.TOUCH_AFTER and actor.sign_in_id is not None:
        with _writing(request, session) as writing:
            sessions.touch(writing, actor.sign_in_id, now=now)
    return actor


@contextmanager
def _writing(request: Request, session: Session) -> Iterator[Session]:
    """Where to note that somebody was here: a session of its own when the request only reads."""
    if request.method in READ_METHODS:
        with open_session(request.app.state.engine) as writing:
            yield writing
    else:
        yield session


Someone = Annotated[Actor | None, Depends(find_actor, scope="function")]


@policy("signed_in")
def signed_in(actor: Someone) -> Actor:
    """Anybody with an account."""
    if actor is None:
        raise SignInNeeded
    return actor


@policy("hr")
def hr(actor: Someone) -> Actor:
    """HR only."""
    if actor is None:
        raise SignInNeeded
    if not actor.is_hr:
        raise Forbidden
    return actor


@policy("admin")
def admin(actor: Someone) -> Actor:
    """Administrators only."""
    if actor is None:
        raise SignInNeeded
    if not actor.is_admin:
        raise Forbidden
    return actor


@policy("hr_or_admin")
def hr_or_admin(actor: Someone) -> Actor:
    """HR and administrators."""
    if actor is None:
        raise SignInNeeded
    if not (actor.is_hr or actor.is_admin):
        raise Forbidden
    return actor


SignedIn = Annotated[Actor, Depends(signed_in)]
Hr = Annotated[Actor, Depends(hr)]
Admin = Annotated[Actor, Depends(admin)]
HrOrAdmin = Annotated[Actor, Depends(hr_or_admin)]


def asking(actor: Someone) -> Actor:
    """Who asks, beside a guard of the same route that has let them in; no policy of its own."""
    if actor is None:
        raise SignInNeeded
    return actor


@policy("admin_account")
def admin_account(actor: Admin, session: Db, account_id: int) -> Account:
    """Load `{account_id}` for an administrator."""
    found = session.get(Account, account_id)
    if found is None:
        raise NotFound
    return found


AdminAccount = Annotated[Account, Depends(admin_account, scope="function")]
Asking = Annotated[Actor, Depends(asking, scope="function")]
