"""JSON door of visits: reading, and HR's changes. `api_answers.py` has what people themselves do."""

from dataclasses import replace

from fastapi import APIRouter
from sqlmodel import Session

from app.accounts.guards import Asking
from app.campaigns.guards import HrCampaign
from app.core import clock
from app.core.db import Db
from app.teams.guards import MaySendRosters
from app.teams.rosters import teams_of
from app.visits import (
    agreements,
    api_absences,
    api_answers,
    api_conditions,
    api_imports,
    api_leaving,
    api_team,
    confirming,
    history,
    hosting,
    moving,
    queries,
    reading,
    rosters,
    showing,
)
from app.visits.guards import ForHr, Me, Participant, Receiving
from app.visits.history import Hand
from app.visits.hosting import Hours
from app.visits.queries import SeenVisit
from app.visits.schemas import (
    ConflictOut,
    ConflictsOut,
    DaysOut,
    HistoryOut,
    HoursForm,
    MoveForm,
    TutorForm,
    TutorsOut,
    VisitOut,
    VisitsOut,
    WaiverForm,
    days_out,
    history_out,
    host_side,
    visit_out,
)
from app.visits.schemas_agreements import (
    AgreementNeeded,
    AgreementOut,
    AgreementsForm,
    AgreementsOut,
    AgreementWithdrawalForm,
    WaitingOut,
)
from app.visits.tables import By, ChangeKind

own = APIRouter(prefix="/api/v1", tags=["visits"])
own.include_router(api_absences.router)
own.include_router(api_answers.router)
own.include_router(api_conditions.router)
own.include_router(api_leaving.router)


@own.get("/visits")
def my_visits(session: Db, person: Me) -> VisitsOut:
    """My visits, as visitor, host and tutor."""
    found = queries.visits_of(session, person) if person else []
    return api_answers.listed(session, found)


@own.get("/visits/conflicts")
def conflicts(session: Db, sender: MaySendRosters) -> ConflictsOut:
    """Visits to come whose visitor or host does not work then: all of them for HR, of one's teams else."""
    found = rosters.conflicts(session, clock.today(), team_ids=teams_of(session, sender))
    return ConflictsOut(
        conflicts=[
            ConflictOut(
                visit=visit_out(one.seen, clock.today()),
                absent=[person.id for person in one.absent if person.id],
                mends_itself=one.mends_itself,
            )
            for one in found
        ]
    )


@own.get("/visits/{visit_id}")
def show(session: Db, entered: Participant) -> VisitOut:
    """One visit, for its people, their managers and HR."""
    return api_answers.shown(session, entered.seen.visit.id or 0)


@own.get("/visits/{visit_id}/days")
def possible_days(session: Db, entered: Participant) -> DaysOut:
    """A handful of good days for the visit: to move it, or to make up for it once it fell."""
    now = entered.situation(session, clock.today())
    return days_out(moving.days_of(session, now).possible(), may_leave_it=now.fallen)


@own.get("/visits/{visit_id}/history")
def show_history(session: Db, entered: Participant) -> HistoryOut:
    """What happened to the visit, oldest first, in the reader's words."""
    changes = reading.history_of(session, [entered.seen.visit.id or 0])
    role = {"to_manager": entered.by is By.MANAGER, "to_host": entered.by is By.HOST}
    return history_out(history.told(changes, **role, reader_id=entered.own_id))


@own.post("/visits/{visit_id}/hours")
def set_hours(session: Db, entered: Receiving, sent: HoursForm) -> VisitOut:
    """The team that receives says how long the visit lasts."""
    hours = Hours(sent.part, sent.starts_at, sent.ends_at)
    before = entered.situation(session, clock.today())
    with entered.once(session, *([ChangeKind.HOURS] if hosting.lasts(before.visit, hours) else [])):
        hosting.set_hours(session, before, hours, entered.hand(), revision=sent.revision)
    return api_answers.shown(session, before.visit.id or 0)


@own.get("/visits/{visit_id}/tutors")
def possible_tutors(session: Db, entered: Receiving) -> TutorsOut:
    """Colleagues of the host's team whom one may name as the tutor, by name: at work and free that day."""
    seen = entered.seen
    return TutorsOut(tutors=[host_side(seen, one) for one in hosting.tutors_for(session, seen)])


@own.post("/visits/{visit_id}/tutor")
def set_tutor(session: Db, entered: Receiving, sent: TutorForm) -> VisitOut:
    """A colleague of the host's team receives in the host's place; null: the host in person."""
    before = entered.situation(session, clock.today())
    kind = ChangeKind.RELEASED if sent.tutor_id is None else ChangeKind.TUTOR
    with entered.once(session, kind, **({} if sent.tutor_id is None else {"other_id": sent.tutor_id})):
        hosting.set_tutor(session, before, sent.tutor_id, entered.hand(), revision=sent.revision)
    return api_answers.shown(session, before.visit.id or 0)


@own.post("/visits/{visit_id}/waiver")
def waive(session: Db, entered: Receiving, sent: WaiverForm) -> VisitOut:
    """Whoever leads the receiving team asks nothing of this visitor; recorded."""
    entered = entered.leading()
    before = entered.situation(session, clock.today())
    with entered.once(session, ChangeKind.WAIVED):
        confirming.waive_conditions(session, before, entered.hand(sent.words), revision=sent.revision)
    return api_answers.shown(session, before.visit.id or 0)


@own.post("/visits/{visit_id}/move")
def move(session: Db, entered: ForHr, sent: MoveForm) -> VisitOut:
    """HR moves a visit at once; both are told and asked to confirm anew."""
    before = entered.situation(session, clock.today())
    with entered.once(session, ChangeKind.MOVED, day_after=sent.day):
        moving.move(session, before, sent.day, entered.hand(sent.words), revision=sent.revision)
    return api_answers.shown(session, before.visit.id or 0)


@own.get("/campaigns/{campaign_id}/visits")
def of_campaign(session: Db, campaign: HrCampaign) -> VisitsOut:
    """Every visit of a campaign, cancelled ones included."""
    assert campaign.id is not None
    return api_answers.listed(session, queries.visits_of_campaign(session, campaign.id))


@own.get("/campaigns/{campaign_id}/agreements")
def waiting_for_agreement(session: Db, campaign: HrCampaign) -> WaitingOut:
    """Visits of two companies that wait for the agreement."""
    assert campaign.id is not None
    return _without(session, agreements.waiting(session, campaign.id, clock.today()))


@own.get("/campaigns/{campaign_id}/agreements/lived")
def lived_without_agreement(session: Db, campaign: HrCampaign) -> WaitingOut:
    """Visits of two companies that were lived without an agreement: it may still be recorded."""
    assert campaign.id is not None
    return _without(session, agreements.lived_without(session, campaign.id, clock.today()))


def _without(session: Session, found: list[SeenVisit]) -> WaitingOut:
    return WaitingOut(
        visits=api_answers.listed(session, found).visits,
        agreements=[
            AgreementNeeded(companies=list(pair), visits=[seen.visit.id or 0 for seen in of])
            for pair, of in showing.by_companies(found)
        ],
    )


@own.get("/campaigns/{campaign_id}/agreements/recorded")
def recorded_agreements(session: Db, campaign: HrCampaign) -> AgreementsOut:
    """What is recorded of visits to come, by agreement: each may be taken back."""
    assert campaign.id is not None
    found = showing.by_recording(agreements.recorded(session, campaign.id, clock.today()))
    visits = {
        one.id: one for one in api_answers.listed(session, [seen for _, of in found for seen in of]).visits
    }
    return AgreementsOut(
        agreements=[
            AgreementOut(
                recorded_at=of[0].visit.agreement_at,
                companies=list(pair),
                visits=[visits[seen.visit.id or 0] for seen in of],
            )
            for pair, of in found
        ]
    )


@own.post("/campaigns/{campaign_id}/agreements")
def record_agreements(session: Db, campaign: HrCampaign, actor: Asking, sent: AgreementsForm) -> WaitingOut:
    """The two companies agreed on these visits, or past ones are settled otherwise; the ones to come that
    still wait. Where one of them is of other companies than were named, nothing is done (409)."""
    assert campaign.id is not None
    hand = Hand(by=By.HR, actor=actor, now=clock.now())
    hand = replace(hand, words=showing.agreement_words(sent.reference, sent.signed_on))
    confirming.settle_days(
        session, campaign.id, sent.visit_ids, sent.what, hand, clock.today(), sent.companies
    )
    return waiting_for_agreement(session, campaign)


@own.post("/campaigns/{campaign_id}/agreements/withdrawal")
def withdraw_agreements(
    session: Db, campaign: HrCampaign, actor: Asking, sent: AgreementWithdrawalForm
) -> WaitingOut:
    """The agreement recorded at that moment is taken back of these visits to come: they wait again, their
    people read it. The ones that wait. Where one of them has another one since, nothing is done (409)."""
    assert campaign.id is not None
    hand = Hand(by=By.HR, actor=actor, now=clock.now(), words=sent.words)
    confirming.take_agreements_back(
        session, campaign.id, sent.visit_ids, sent.recorded_at, hand, clock.today()
    )
    return waiting_for_agreement(session, campaign)


router = APIRouter()
router.include_router(own)
router.include_router(api_imports.router)
router.include_router(api_team.router)
