"""JSON door of teams: marked days, rosters, delegations, what is asked of visitors."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from app.core import clock
from app.core.db import Db
from app.core.forms import Submitted
from app.core.i18n import _
from app.core.openapi import FILE_BODY
from app.people.errors import Unreadable
from app.people.schemas import RemarkShape
from app.teams import days as team_days
from app.teams import queries, rosters, service
from app.teams.guards import LedTeam, Managing, MaySendRosters, OfTeam, RosterSender
from app.teams.pages import days_of
from app.teams.schemas import (
    ByRosterForm,
    ConditionsForm,
    ConditionsOut,
    DelegationForm,
    DelegationOut,
    DelegationsOut,
    MarkedDays,
    MarkForm,
    RosterDayOut,
    RosterOut,
    RosterReport,
    RostersOut,
)
from app.teams.service import Mark

router = APIRouter(prefix="/api/v1", tags=["teams"])

Day = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2200, 1, 1))]
LONGEST = timedelta(days=366)


def _span(first: date | None, last: date | None) -> tuple[date, date]:
    first = first or clock.today()
    last = last or first + timedelta(days=90)
    return first, min(last, first + LONGEST)


@router.get("/teams/{team_id}/days")
def days(session: Db, led: OfTeam, first: Day = None, last: Day = None) -> MarkedDays:
    """The marked days of a team (from today, for 90 days, unless told otherwise; a year at most)."""
    return _marked(session, led.id, *_span(first, last))


@router.put("/teams/{team_id}/days")
def mark_days(session: Db, led: OfTeam, sent: MarkForm) -> MarkedDays:
    """Say the same of some days, or of all between two but Sundays; what was said before is replaced."""
    wanted = days_of(sent)
    service.mark_days(
        session,
        led.id,
        wanted,
        Mark(sent.mark),
        version=sent.version,
        by=led.by,
        now=clock.now(),
        today=clock.today(),
    )
    return _marked(session, led.id, min(wanted), max(wanted))


@router.put("/teams/{team_id}/by-roster")
def work_by_roster(session: Db, led: OfTeam, sent: ByRosterForm) -> MarkedDays:
    """Say whether a team's days are provisional until a roster covers them."""
    service.work_by_roster(
        session, led.id, by_roster=sent.by_roster, version=sent.version, by=led.by, now=clock.now()
    )
    return _marked(session, led.id, *_span(None, None))


def _marked(session: Session, team_id: int, first: date, last: date) -> MarkedDays:
    practice = team_days.practice_of(session, team_id)
    marks = team_days.marks_between(session, first, last, [team_id])
    return MarkedDays(
        team_id=team_id,
        version=practice.version,
        by_roster=practice.by_roster,
        no_visitors=sorted(marks.no_visitors.get(team_id, ())),
        no_leaving=sorted(marks.no_leaving.get(team_id, ())),
        good=sorted(marks.good.get(team_id, ())),
    )


@router.get("/teams/{team_id}/conditions")
def conditions(session: Db, led: OfTeam) -> ConditionsOut:
    """What a team asks of its visitors now; version 0: it never asked anything."""
    return _conditions(session, led)


@router.put("/teams/{team_id}/conditions")
def ask_of_visitors(session: Db, led: OfTeam, sent: ConditionsForm) -> ConditionsOut:
    """Keep a new version of what a team asks; the same words again change nothing."""
    service.ask_of_visitors(session, led.id, sent, by=led.by, now=clock.now())
    return _conditions(session, led)


def _conditions(session: Session, led: LedTeam) -> ConditionsOut:
    found = next(iter(queries.latest_conditions(session, [led.id])), None)
    values = (
        found.model_dump(include=set(ConditionsOut.model_fields))
        if found
        else {**ConditionsForm(version=0).model_dump(), "team_id": led.id}
    )
    return ConditionsOut.model_validate(values)


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
            for row in team_days.roster_of_team(session, led.id, *_span(first, last))
        ],
    )


@router.post("/rosters", openapi_extra=FILE_BODY)
async def import_roster(
    session: Db, sender: MaySendRosters, sent: Submitted, dry_run: bool = False
) -> RosterReport:
    """Import the multipart field `file`, CSV or XLSX; with `dry_run=true` only say what would happen."""
    upload = sent.get("file")
    if not isinstance(upload, UploadFile):
        raise Unreadable(_("Envoyez le fichier dans le champ « file » d’un formulaire multipart."))
    content = await upload.read()
    return await run_in_threadpool(_import, session, sender, content, dry_run)


def _import(session: Session, sender: RosterSender, content: bytes, dry_run: bool) -> RosterReport:
    plan = rosters.preview(session, sender, content, today=clock.today())
    ids = [] if dry_run else rosters.take_in(session, sender, plan, now=clock.now())
    report = plan.report
    return RosterReport(
        dry_run=dry_run,
        roster_ids=ids,
        created=len(report.created),
        updated=len(report.updated),
        unchanged=report.unchanged,
        days_off_without_a_line=plan.implied,
        rejected=[RemarkShape(**one.as_json()) for one in report.rejected],
        warnings=[RemarkShape(**one.as_json()) for one in report.warnings],
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
