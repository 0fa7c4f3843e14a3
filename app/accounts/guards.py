"""Who enters. Each guard is a policy; routes declare exactly one."""

from typing import Annotated

from fastapi import Depends, Request

from app.accounts import sessions
from app.accounts.sessions import Actor
from app.core import clock
from app.core.db import Db, open_session
from app.core.errors import Forbidden, SignInNeeded
from app.core.security import policy

COOKIE = "vmv_session"


def find_actor(request: Request, session: Db) -> Actor | None:
    """Who is asking: the session's cookie, or a program's bearer token. None when nobody is signed in."""
    if not hasattr(request.state, "actor"):
        request.state.actor = _find(request, session)
    found: Actor | None = request.state.actor
    return found


def _find(request: Request, session: Db) -> Actor | None:
    bearer = request.headers.get("authorization", "")
    if bearer.lower().startswith("bearer "):
        return sessions.actor_of_api_token(session, bearer[7:].strip())
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    now = clock.now()
    found = sessions.actor_of_session(session, token, now=now)
    if found is None:
        return None
    actor, seen_at = found
    if now - seen_at > sessions.TOUCH_AFTER and actor.sign_in_id is not None:
        if request.method in {"GET", "HEAD"}:
            with open_session(request.app.state.engine) as writing:
                sessions.touch(writing, actor.sign_in_id, now=now)
        else:
            sessions.touch(session, actor.sign_in_id, now=now)
    return actor


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
