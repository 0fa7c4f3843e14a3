"""JSON door for the two people of a visit: yes, no, another day, absent. Sent again, it answers the same."""

from collections.abc import Iterable

from fastapi import APIRouter
from sqlmodel import Session

from app.core import clock
from app.core.db import Db
from app.visits import absences, closing, confirming, moving, queries, reading
from app.visits.conditions import conditions_of_teams
from app.visits.errors import DayMissing
from app.visits.guards import Participant, Taking
from app.visits.queries import SeenVisit
from app.visits.schemas import (
    AnswerForm,
    CancellationForm,
    ConfirmationForm,
    ProposalForm,
    VisitOut,
    VisitsOut,
    visit_out,
)
from app.visits.schemas_team import CancelledOut, DayClosedOut, staying_out
from app.visits.standing import standings
from app.visits.tables import ChangeKind

router = APIRouter()


def shown(session: Session, visit_id: int) -> VisitOut:
    """One visit as it is now."""
    return listed(session, [queries.visit(session, visit_id)]).visits[0]


def listed(session: Session, found: Iterable[SeenVisit]) -> VisitsOut:
    """Visits with what waits about each."""
    visits, today = list(found), clock.today()
    proposals = reading.open_proposals(session, [seen.visit.id or 0 for seen in visits])
    asks = conditions_of_teams(session, {seen.host_team.id for seen in visits if seen.host_team.id})
    known = standings(session, visits, today)
    return VisitsOut(visits=[visit_out(seen, today, proposals, asks, known) for seen in visits])


@router.post("/visits/{visit_id}/confirmation")
def confirm(session: Db, entered: Taking, sent: ConfirmationForm) -> VisitOut:
    """Say yes to the day; a visitor accepts with it what the receiving team asks."""
    before = entered.situation(session, clock.today())
    with entered.once(session, ChangeKind.CONFIRMED):
        confirming.confirm(
            session,
            before,
            entered.hand(),
            revision=sent.revision,
            conditions_id=sent.conditions,
        )
    return shown(session, before.visit.id or 0)


@router.post("/visits/{visit_id}/refusal")
def decline(session: Db, entered: Taking, sent: CancellationForm) -> CancelledOut:
    """Say no to a day not confirmed yet; the other part of a swap stands."""
    return _give_up(session, entered, sent, declined=True)


@router.post("/visits/{visit_id}/cancellation")
def cancel(session: Db, entered: Participant, sent: CancellationForm) -> CancelledOut:
    """Cancel one visit; the other part of a swap stands. A reason of the team (`service` by whoever leads it
    or by HR, `closed`) also closes the day in that team's calendar, where it can be opened again."""
    return _give_up(session, entered, sent, declined=False)


def _give_up(
    session: Session, entered: Participant, sent: CancellationForm, *, declined: bool
) -> CancelledOut:
    before = entered.situation(session, clock.today())
    with entered.once(session, ChangeKind.DECLINED if declined else ChangeKind.CANCELLED, reason=sent.reason):
        confirming.give_up(
            session,
            before,
            sent.reason,
            entered.hand(sent.words),
            revision=sent.revision,
            declined=declined,
            leads_host=entered.leads_host,
        )
    shut = closing.closing_of(before.seen, sent.reason, entered.by, leads_host=entered.leads_host)
    closed = None
    if shut is not None and closing.is_the_teams(session, before.seen, shut):
        closed = DayClosedOut(
            team_id=shut.team.id or 0,
            team=shut.team.name,
            mark="no_leaving" if shut.leaves else "no_visitors",
            staying=staying_out(closing.staying(session, before.seen, shut)),
        )
    return CancelledOut(**shown(session, before.visit.id or 0).model_dump(), day_closed=closed)


@router.post("/visits/{visit_id}/proposals", status_code=201)
def propose(session: Db, entered: Taking, sent: ProposalForm) -> VisitOut:
    """Propose another day to the other one; `one_way`: to leave a swap at the visit that is left."""
    if (sent.day is None) != sent.one_way:
        raise DayMissing
    before = entered.situation(session, clock.today())
    with entered.once(session, ChangeKind.PROPOSED, day_after=sent.day):
        moving.propose(session, before, sent.day, entered.hand(sent.words), revision=sent.revision)
    return shown(session, before.visit.id or 0)


@router.post("/visits/{visit_id}/proposals/{proposal_id}/acceptance")
def accept(session: Db, entered: Taking, proposal_id: int, sent: AnswerForm) -> VisitOut:
    """Say yes: done at once. The visit as it is now; for a make-up day, the new one."""
    before = entered.situation(session, clock.today())
    agreed = (ChangeKind.MOVED, ChangeKind.MADE_UP, ChangeKind.ONE_WAY)
    visit = before.successor.visit if before.successor is not None else before.visit
    with entered.once(session, *agreed, day_after=moving.day_proposed(session, before, proposal_id)):
        visit = moving.accept(session, before, proposal_id, entered.hand(sent.words))
    return shown(session, visit.id or 0)


@router.post("/visits/{visit_id}/proposals/{proposal_id}/refusal")
def refuse(session: Db, entered: Taking, proposal_id: int, sent: AnswerForm) -> VisitOut:
    """Say no: the visit stays as it is."""
    before = entered.situation(session, clock.today())
    day = moving.day_proposed(session, before, proposal_id)
    with entered.once(session, ChangeKind.REFUSED, day_after=day):
        moving.refuse(session, before, proposal_id, entered.hand(sent.words))
    return shown(session, before.visit.id or 0)


@router.post("/visits/{visit_id}/proposals/{proposal_id}/withdrawal")
def withdraw(session: Db, entered: Taking, proposal_id: int) -> VisitOut:
    """Take one's own proposal back."""
    before = entered.situation(session, clock.today())
    day = moving.day_proposed(session, before, proposal_id)
    with entered.once(session, ChangeKind.WITHDRAWN, day_after=day):
        moving.withdraw(session, before, proposal_id, entered.hand())
    return shown(session, before.visit.id or 0)


@router.post("/visits/{visit_id}/absence", status_code=201)
def report_absence(session: Db, entered: Taking, sent: AnswerForm) -> VisitOut:
    """The other one did not come; they are told and may say otherwise."""
    before = entered.situation(session, clock.today())
    with entered.once(session, ChangeKind.ABSENT):
        absences.report(session, before, entered.hand(sent.words))
    return shown(session, before.visit.id or 0)


@router.post("/visits/{visit_id}/absence/contestation", status_code=201)
def contest_absence(session: Db, entered: Taking, sent: AnswerForm) -> VisitOut:
    """I was there after all; of a day said not to have been held: it took place."""
    before = entered.situation(session, clock.today())
    with entered.once(session, ChangeKind.CONTESTED):
        absences.contest(session, before, entered.hand(sent.words))
    return shown(session, before.visit.id or 0)


@router.post("/visits/{visit_id}/absence/withdrawal", status_code=201)
def take_back(session: Db, entered: Participant) -> VisitOut:
    """Take back what one said: that the other was absent, or that the day was not held."""
    before = entered.situation(session, clock.today())
    with entered.once(session, ChangeKind.TAKEN_BACK):
        absences.take_back(session, before, entered.hand())
    return shown(session, before.visit.id or 0)


@router.post("/visits/{visit_id}/not-held", status_code=201)
def say_not_held(session: Db, entered: Participant) -> VisitOut:
    """The day did not take place since the agreement of the two companies was missing: nobody was absent."""
    before = entered.situation(session, clock.today())
    with entered.once(session, ChangeKind.NOT_HELD):
        absences.say_not_held(session, before, entered.hand())
    return shown(session, before.visit.id or 0)


@router.post("/visits/{visit_id}/held", status_code=201)
def say_held(session: Db, entered: Taking) -> VisitOut:
    """The day took place though the agreement of the two companies was missing: read by nobody before
    somebody says the contrary. Sending a debrief of that day says it too."""
    before = entered.situation(session, clock.today())
    absences.say_held(session, before, entered.hand())
    return shown(session, before.visit.id or 0)
