"""What stands around every page: who is signed in, and where they can go."""

import re
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlmodel import Session, col, select

from app.accounts.guards import find_actor
from app.accounts.sessions import Actor
from app.booking.queries import bookable_campaigns
from app.core import clock
from app.core.db import open_session
from app.core.i18n import _
from app.home.decisions import against_rosters, decisions
from app.home.tasks import asked_tasks
from app.people.tables import Person, Team
from app.teams.queries import leading_among, managing


@dataclass(frozen=True)
class Reader:
    """The signed-in reader as pages show them."""

    name: str
    language: str | None
    is_hr: bool
    is_admin: bool
    is_manager: bool
    """They lead a team, or act for somebody who does."""
    has_people: bool
    """Of whom they are the manager, whoever leads their teams."""
    shared_screen: bool
    person: Person | None
    side: str | None


def chrome(request: Request) -> dict[str, Any]:
    """Context of every page: `actor` (None when nobody is signed in) and `nav`."""
    session = getattr(request.state, "session", None)
    if session is not None and session.is_active:
        return _chrome(request, session)
    with open_session(request.app.state.engine, reads_only=True) as reading:
        return _chrome(request, reading)


def _chrome(request: Request, session: Session) -> dict[str, Any]:
    actor = find_actor(request, session)
    if actor is None:
        return {"actor": None, "nav": []}
    found = session.exec(
        select(Person, Team.side)
        .join(Team, col(Team.id) == col(Person.team_id))
        .where(Person.account_id == actor.account_id, col(Person.active))
    ).first()
    person, side = found or (None, None)
    today = clock.today()
    managers = managing(session, person, today) if person is not None else []
    reader = Reader(
        name=actor.name,
        language=actor.language,
        is_hr=actor.is_hr,
        is_admin=actor.is_admin,
        is_manager=bool(managers and leading_among(session, managers)),
        has_people=bool(managers),
        shared_screen=actor.shared_screen,
        person=person,
        side=side,
    )
    asked = asked_tasks(session, person, today=today, now=clock.now(), reads=False) if person else []
    if actor.is_hr or reader.is_manager:
        asked += against_rosters(session, person, is_hr=actor.is_hr, today=today)
    asked += decisions(session, today=today) if actor.is_hr else []
    bookable = person is not None and bool(bookable_campaigns(session, person))
    waiting = sum(one.asks for one in asked)
    return {"actor": reader, "nav": _nav(request.url.path, actor, reader, waiting, bookable=bookable)}


HR_ONLY = re.compile(r"/visits/[^/]+/(ruling|move)")
"""Pages about a visit that HR alone opens: they lie under HR's own entry."""


def _nav(path: str, actor: Actor, reader: Reader, asked: int, *, bookable: bool) -> list[dict[str, Any]]:
    places: list[tuple[str, str]] = []
    if HR_ONLY.fullmatch(path):
        path = "/campaigns"
    if reader.person is not None or not (actor.is_hr or actor.is_admin):
        places += [("/home", _("Mon espace")), ("/visits", _("Mes journées"))]
        if bookable:
            places.append(("/booking", _("Réserver")))
    elif actor.is_hr:
        places.append(("/home", _("Accueil")))
    if reader.has_people:
        places.append(("/team", _("Mon équipe")))
    if actor.is_hr:
        places += [("/campaigns", _("Campagnes")), ("/people", _("Personnes"))]
    if actor.is_admin:
        places.append(("/admin", _("Administration")))
    return [
        {
            "href": href,
            "label": label,
            "current": path == href or path.startswith(f"{href}/"),
            "count": asked if href == "/home" else 0,
        }
        for href, label in places
    ]
