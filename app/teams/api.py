"""JSON door of teams: which days are marked, rosters that arrived, delegations.

Days to mark, a roster to import, and what is asked of visitors, enter through `visits`, which knows the days
that they touch.
"""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session

from app.core import clock
from app.core.db import Db
from app.teams import days as team_days
from app.teams import queries, service
from app.teams.guards import Managing, OfTeam
from app.teams.schemas import (
    ByRosterForm,
    DelegationForm,
    DelegationOut,
    DelegationsOut,
    MarkedDays,
    RosterDayOut,
    RosterOut,
    RostersOut,
)

router = APIRouter(prefix="/api/v1", tags=["teams"])

Day = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2200, 1, 1))]
LONGEST = timedelta(days=366)


def span(first: date | None, last: date | None, usual: timedelta = timedelta(days=90)) -> tuple[date, date]:
    """The days asked for: from today, for the `usual` time, unless told otherwise; a year at most."""
    first = first or clock.today()
    last = last or first + usual
    return first, min(last, first + LONGEST)


def marked(session: Session, team_id: int, first: date, last: date) -> MarkedDays:
    """The marked days of a team between two days, as programs read them."""
    practice = team_days.practice_of(session, team_id)
    marks = team_days.marks_between(session, first, last, [team_id])
    return MarkedDays(
        team_id=team_id,
        version=practice.version,
        by_roster=practice.by_roster,
        no_visitors=sorted(marks.own_no_visitors.get(team_id, ())),
        no_leaving=sorted(marks.no_leaving.get(team_id, ())),
        good=sorted(marks.good.get(team_id, ())),
        site_closed=sorted(marks.site_closed.get(team_id, ())),
    )


@router.get("/teams/{team_id}/days")
def days(session: Db, led: OfTeam, first: Day = None, last: Day = None) -> MarkedDays:
    """The marked days of a team (from today, for 90 days, unless told otherwise; a year at most)."""
    return marked(session, led.id, *span(first, last))


@router.put("/teams/{team_id}/by-roster")
def work_by_roster(session: Db, led: OfTeam, sent: ByRosterForm) -> MarkedDays:
    """Say whether a team's days are provisional until a roster covers them."""
    service.work_by_roster(
        session, led.id, by_roster=sent.by_roster, version=sent.version, by=led.by, now=clock.now()
    )
    return marked(session, led.id, *span(None, None))


@router.get("/teams/{team_id}/rosters")
def rosters_of_team(session: Db, led: OfTeam, first: Day = None, last: Day = None) -> RostersOut:
    """The rosters that arrived for a team, and what they say (from today, for 90 days, by default)."""
    return RostersOut(
        rosters=[
            RosterOut.model_validate(one.model_dump(include=set(RosterOut.model_fields)))
            for one in team_days.rosters_of(session, [led.id])
        ],
        days=[
            RosterDayOut.model_validate(row.model_dump())
            for row in team_days.roster_of_team(session, led.id, *span(first, last))
        ],
    )


@router.get("/delegations")
def delegations(session: Db, managing: Managing) -> DelegationsOut:
    """Delegations given or received that are not over."""
    found = queries.delegations_of(session, managing.person, clock.today())
    return DelegationsOut(delegations=[_delegation(one.delegation.model_dump()) for one in found])


@router.post("/delegations", status_code=201)
def delegate(session: Db, managing: Managing, sent: DelegationForm) -> DelegationOut:
    """Let a colleague decide in one's place between two days, both included."""
    made = service.delegate(
        session,
        managing.person,
        sent.delegate_id,
        sent.first_day,
        sent.last_day,
        actor=managing.actor,
        now=clock.now(),
        today=clock.today(),
    )
    return _delegation(made.model_dump())


@router.delete("/delegations/{delegation_id}", status_code=204)
def end_delegation(session: Db, managing: Managing, delegation_id: int) -> None:
    """Take a delegation back."""
    service.end_delegation(session, managing.person, delegation_id, actor=managing.actor, now=clock.now())


def _delegation(row: dict[str, object]) -> DelegationOut:
    return DelegationOut.model_validate({name: row[name] for name in DelegationOut.model_fields})
