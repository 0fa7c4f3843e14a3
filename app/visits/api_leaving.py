"""JSON door for pausing and leaving a campaign."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session

from app.accounts.guards import Asking
from app.availability import leaving as participation
from app.availability.guards import OwnEnrolment
from app.availability.queries import Enrolling
from app.availability.service import When
from app.core import clock
from app.core.db import Db
from app.visits import leaving
from app.visits.leaving import Consequences
from app.visits.schemas import ConsequencesOut, FallenOut, visit_out
from app.visits.schemas_leaving import LeaveForm, PauseForm, ResumeForm

router = APIRouter()


def what_falls(
    session: Session, enrolling: Enrolling, first: date | None = None, last: date | None = None
) -> Consequences:
    """What falls when somebody goes, for good or between two days. Raises `PauseImpossible`."""
    today = clock.today()
    if last is not None:
        participation.check_pause(first or today, last, today)
    return leaving.consequences(session, enrolling.person, enrolling.campaign.id, first or today, last)


@router.get("/campaigns/{campaign_id}/departure")
def consequences(
    session: Db,
    enrolling: OwnEnrolment,
    first: Annotated[date | None, Query()] = None,
    last: Annotated[date | None, Query()] = None,
) -> ConsequencesOut:
    """What would fall: for good, or from `first` to `last`. Changes nothing."""
    found, today = what_falls(session, enrolling, first, last), clock.today()
    return ConsequencesOut(
        falling=[visit_out(seen, today) for seen in found.falling],
        left_alone=[visit_out(seen, today) for seen in found.left_alone],
        people_told=[person.name for person in found.told],
        requests_given_up=[one.request_id for one in found.requests],
        version=enrolling.version,
        shown=found.fingerprint,
    )


@router.post("/campaigns/{campaign_id}/departure")
def leave(session: Db, actor: Asking, enrolling: OwnEnrolment, sent: LeaveForm) -> FallenOut:
    """Take part no more: days to come are cancelled, those concerned told."""
    when = When(clock.today(), clock.now())
    fell = leaving.leave_campaign(
        session, enrolling, actor, version=sent.version, when=when, words=sent.words, shown=sent.shown
    )
    return FallenOut(cancelled=fell)


@router.post("/campaigns/{campaign_id}/pause")
def pause(session: Db, actor: Asking, enrolling: OwnEnrolment, sent: PauseForm) -> FallenOut:
    """Nothing is planned between two days; those planned then are cancelled."""
    when = When(clock.today(), clock.now())
    fell = leaving.pause_campaign(
        session,
        enrolling,
        sent.first,
        sent.last,
        actor,
        version=sent.version,
        when=when,
        words=sent.words,
        shown=sent.shown,
    )
    return FallenOut(cancelled=fell)


@router.post("/campaigns/{campaign_id}/resumption")
def resume(session: Db, enrolling: OwnEnrolment, sent: ResumeForm) -> FallenOut:
    """The pause is over."""
    participation.resume(session, enrolling, version=sent.version)
    return FallenOut(cancelled=0)


@router.post("/campaigns/{campaign_id}/participation")
def come_back(session: Db, actor: Asking, enrolling: OwnEnrolment, sent: ResumeForm) -> FallenOut:
    """Who left takes part again, on the days to come that they had offered; no cancelled day comes back."""
    when = When(clock.today(), clock.now())
    participation.come_back(session, enrolling, actor, version=sent.version, when=when)
    return FallenOut(cancelled=0)
