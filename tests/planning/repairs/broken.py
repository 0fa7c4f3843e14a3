"""A published campaign that things happen to: swaps of payroll and shop, over two weeks."""

from collections.abc import Collection
from datetime import UTC, date, datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.accounts.sessions import Actor
from app.availability.tables import Answer, Enrolment
from app.campaigns.tables import Campaign, Status
from app.core import jobs
from app.core.db import open_session
from app.people.tables import Person
from app.planning.repairs import queries, service
from app.planning.tables import Repair, RepairKind, RepairProposal
from app.teams.tables import RosterDay, Shift
from app.visits import service as visits
from app.visits.tables import By, CancelReason, PersonDay, Visit, VisitStatus
from app.worker import drain
from tests.planning.company import WEEK, Company

NOW = datetime(2027, 3, 26, 8, 0, tzinfo=UTC)
TODAY = NOW.date()
DAYS = [date.fromisoformat(day) for day in WEEK]


class Published(Company):
    """Each Anna and each Bruno have a swap: she goes on one day, he on the next but two."""

    def __init__(self, session: Session, pairs: int = 2, **campaign: object) -> None:
        super().__init__(session, pairs, **{"status": Status.RUNNING, "notice_days": 2, **campaign})
        self.visits = visits.plan_visits(
            session,
            self.campaign,
            [
                leg
                for n, (anna, bruno) in enumerate(zip(self.back, self.front, strict=True))
                for leg in (
                    (anna.id or 0, bruno.id or 0, DAYS[n % 4]),
                    (bruno.id or 0, anna.id or 0, DAYS[n % 4 + 3]),
                )
            ],
            NOW,
        )
        session.commit()

    def visit(self, visitor: Person, host: Person) -> Visit:
        """The visit of one to the other as it was planned."""
        return next(one for one in self.visits if (one.visitor_id, one.host_id) == (visitor.id, host.id))


def cancel(
    engine: Engine,
    visit: Visit,
    reason: CancelReason = CancelReason.UNAVAILABLE,
    by: By = By.VISITOR,
    today: date = TODAY,
    at: datetime = NOW,
) -> None:
    """Somebody cannot; whatever follows is done."""
    with open_session(engine) as session:
        row = session.get_one(Visit, visit.id)
        actor = Actor(account_id=1, name="", language=None, is_hr=False, is_admin=False)
        visits.cancel_visit(session, row, reason, actor, at, today=today, by=by)
    drain(engine)


def take_no_part(engine: Engine, person: Person) -> None:
    """Somebody says no to the campaign, and nobody hears of it yet."""
    with open_session(engine) as session:
        session.exec(select(Enrolment).where(Enrolment.person_id == person.id)).one().answer = Answer.NO


def contradict(session: Session, *visits_: Visit) -> None:
    """Rosters say that whoever receives does not work on these days; what follows is not done yet."""
    for one in visits_:
        session.merge(RosterDay(person_id=one.host_id, day=one.day, shift=Shift.OFF))
    jobs.record(session, "visits.in_conflict", visit_ids=[one.id for one in visits_])


def last_repair(engine: Engine) -> Repair:
    """The latest repair."""
    with open_session(engine) as session:
        return session.exec(select(Repair).order_by(col(Repair.id).desc())).all()[0]


def accept(engine: Engine, company: Company, kind: RepairKind, today: date = TODAY) -> None:
    """HR accept a proposal of the last repair."""
    repair = last_repair(engine)
    with open_session(engine) as session:
        row = session.get_one(Repair, repair.id)
        service.accept(session, campaign_of(session, company), row, kind, company.actor, NOW, today)


def proposals(engine: Engine, repair: Repair) -> dict[RepairKind, RepairProposal]:
    """What it proposes."""
    with open_session(engine) as session:
        return {row.kind: row for row in queries.proposals_of(session, [repair.id or 0])}


def campaign_of(session: Session, company: Company) -> Campaign:
    """The campaign's row in another session."""
    return session.get_one(Campaign, company.campaign.id)


def standing(engine: Engine) -> set[tuple[int, int, date]]:
    """Visits that stand."""
    with open_session(engine) as session:
        rows = session.exec(select(Visit).where(Visit.status == VisitStatus.PLANNED))
        return {(one.visitor_id, one.host_id, one.day) for one in rows}


def days_taken(engine: Engine) -> set[tuple[int, date]]:
    """Whose day is taken."""
    with open_session(engine) as session:
        return set(session.exec(select(PersonDay.person_id, PersonDay.day)).all())


def legs_of(visits_: Collection[Visit]) -> set[tuple[int, int, date]]:
    """Visits as `standing` tells them."""
    return {(one.visitor_id, one.host_id, one.day) for one in visits_}
