"""The team's calendar, for who leads it; visits that a roster contradicts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlmodel import Session

from app.core import clock
from app.core.db import Db
from app.core.templating import render
from app.people.tables import Person, Site, Team
from app.teams import queries as teams
from app.teams.guards import MaySendRosters, OfPeople, OfTeam
from app.teams.rosters import teams_of
from app.teams.words import mark_words
from app.visits import rosters
from app.visits.marks import against_marks, refused
from app.visits.team_view import WEEKS, people_ahead, team_ahead

router = APIRouter(include_in_schema=False)

Mark = Literal["", "closed", "no_visitors", "no_leaving", "good", "ordinary"]
Start = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2200, 1, 1))]


@dataclass(frozen=True)
class Look:
    """Which weeks, and which mark a tap sets (empty: a tap only shows)."""

    first: date
    mark: str

    @property
    def last(self) -> date:
        """The last day shown."""
        return self.first + timedelta(weeks=WEEKS, days=-1)


def _look(start: date | None, mark: str) -> Look:
    first = start or clock.today()
    return Look(first - timedelta(days=first.weekday()), mark)


@router.get("/team", response_class=HTMLResponse)
def mine(request: Request, session: Db, found: OfPeople, start: Start = None, mark: Mark = "") -> Response:
    """The first of the teams one leads; else the people whom one manages in teams that others lead."""
    managers = teams.leading_among(session, found.managers)
    led = teams.led_teams(session, managers)
    if not led:
        theirs = people_ahead(session, found.managers, clock.today())
        return render(request, "visits/people.html", people=theirs, lent_by=found.lent_by)
    leading = replace(found, managers=managers)
    return _show(request, session, led, led[0], _look(start, mark), lent_by=leading.lent_by)


@router.get("/team/conflicts", response_class=HTMLResponse)
def conflicts(request: Request, session: Db, sender: MaySendRosters) -> Response:
    """Visits to come on a day when the visitor or the host does not work."""
    found = rosters.conflicts(session, clock.today(), team_ids=teams_of(session, sender))
    return render(
        request, "visits/conflicts.html", conflicts=found, from_hr=sender.everybody, own=sender.person_id
    )


@router.get("/team/{team_id}", response_class=HTMLResponse)
def show(request: Request, session: Db, led: OfTeam, start: Start = None, mark: Mark = "") -> Response:
    """One team: who leaves and who comes, day by day, against what it bears; its days set by a tap."""
    lead, others, lent_by = led.by.lead, [(led.team, led.site)], list[Person]()
    if lead is not None:
        managers = teams.acting_for(session, lead.acting, clock.today())
        others = teams.led_teams(session, managers)
        lent_by = [one for one in managers if one.id != lead.acting.id]
    return _show(request, session, others, (led.team, led.site), _look(start, mark), lent_by=lent_by)


def _show(
    request: Request,
    session: Session,
    led: Sequence[tuple[Team, Site]],
    chosen: tuple[Team, Site],
    look: Look,
    *,
    lent_by: Sequence[Person],
) -> Response:
    today = clock.today()
    team, site = chosen
    assert team.id is not None
    ahead = team_ahead(session, team, site, look.first, look.last, today)
    troubled = rosters.conflicts(session, today, team_ids=[team.id])
    return render(
        request,
        "visits/team.html",
        led=led,
        ahead=ahead,
        look=look,
        marks=mark_words(),
        lent_by=lent_by,
        conditions=teams.conditions_of(session, team.id),
        conflicts=troubled,
        against={one.seen.visit.day for one in troubled if not one.closed},
        shut={one.seen.visit.day for one in troubled if one.closed},
        before=look.first - timedelta(weeks=WEEKS),
        after=look.last + timedelta(days=1),
        staying=against_marks(
            session,
            team.id,
            {one.day: refused(team, one.day, one.mark) for one in ahead.days if not one.past},
        ),
        today=today,
        now=clock.now(),
    )
