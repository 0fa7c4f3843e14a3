"""A small company for the life of a visit, and hands to change it with."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.accounts.sessions import Actor
from app.availability.queries import Enrolling, find_enrolling
from app.core.db import open_session
from app.messages.tables import Mail
from app.people.tables import Person, Side
from app.visits import queries, service
from app.visits.changing import Situation, situation
from app.visits.history import Hand
from app.visits.tables import By, CancelReason, PersonDay, TeamDay, Visit, VisitChange
from app.worker import drain
from tests.factories import make_account, make_campaign, make_enrolment, make_person, make_site, make_team

NOW = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
TODAY = NOW.date()
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2027, 4, day) for day in range(5, 10))
NEXT_MONDAY = date(2027, 4, 12)
BEFORE, EVENING = datetime(2027, 4, 3, 8, 0, tzinfo=UTC), datetime(2027, 4, 5, 18, 0, tzinfo=UTC)
"""The weekend before the first day, and the hour at which it is over."""
WORKED_NOT_OFFERED = date(2027, 4, 28)
PAIR = {"companies": ["Vélo SA", "Vélo Services"]}
"""As a page about agreements names the companies of its days."""


class Company:
    """Anna (back, led by Martine) and Bruno (front, led by Marc): Monday at Bruno's, Friday at Anna's."""

    def __init__(self, session: Session, **campaign: Any) -> None:
        self.session = session
        self.hr = make_account(session, "Claire Morel", is_hr=True)
        lyon = make_site(session, name="Lyon")
        self.shop = make_team(session, lyon, name="Boutique Bellecour")
        self.payroll = make_team(session, lyon, name="Paie", side=Side.BACK, department="RH")
        self.martine = make_person(session, self.payroll, first_name="Martine", last_name="Chef")
        self.marc = make_person(session, self.shop, first_name="Marc", last_name="Chef")
        self.anna = make_person(
            session, self.payroll, first_name="Anna", last_name="Roy", manager_id=self.martine.id
        )
        self.bruno = make_person(
            session, self.shop, first_name="Bruno", last_name="Lam", manager_id=self.marc.id
        )
        self.lea = make_person(session, self.shop, first_name="Léa", last_name="Petit")
        self.campaign = make_campaign(session, **campaign)
        for person in (self.anna, self.bruno):
            make_enrolment(session, self.campaign, person)
        self.there, self.back = service.plan_visits(
            session,
            self.campaign,
            [(self.anna.id, self.bruno.id, MONDAY), (self.bruno.id, self.anna.id, FRIDAY)],  # type: ignore[list-item]
            NOW,
        )
        session.commit()

    def before(self, visit: Visit, who: Person | By, today: date = TODAY) -> Situation:
        """A visit in front of somebody: one of the two, or a role."""
        seen = queries.visit(self.session, visit.id or 0)
        if isinstance(who, By):
            return situation(self.session, seen, who, None, today)
        by = {seen.visit.visitor_id: By.VISITOR, seen.visit.host_id: By.HOST}.get(who.id or 0, By.TUTOR)
        return situation(self.session, seen, by, who.id, today)

    def hand(self, visit: Visit, who: Person | By, now: datetime = NOW, words: str = "") -> Hand:
        """The hand of one of the two, or of a role."""
        account = who.account_id if isinstance(who, Person) else self.hr.id
        actor = Actor(account_id=account or 0, name="", language=None, is_hr=who is By.HR, is_admin=False)
        return Hand(by=self.before(visit, who).by, actor=actor, now=now, words=words)

    def enrolling(self, person: Person) -> Enrolling:
        """A person in front of the campaign."""
        found = find_enrolling(self.session, self.campaign.id or 0, person.id or 0)
        assert found is not None
        return found

    def days_taken(self) -> set[tuple[str, date]]:
        """Whose day is taken, and which."""
        rows = self.session.exec(select(Person.first_name, PersonDay.day).join(Person)).all()
        return set(rows)

    def counted(self) -> dict[tuple[str, date], tuple[int, int]]:
        """What the teams' counters hold, those at nothing aside."""
        names = {self.shop.id: "shop", self.payroll.id: "payroll"}
        rows = self.session.exec(select(TeamDay).execution_options(populate_existing=True))
        return {
            (names[row.team_id], row.day): (row.away, row.received)
            for row in rows
            if row.away or row.received
        }

    def history(self, visit: Visit) -> list[str]:
        """What happened to a visit, as codes."""
        rows = self.session.exec(
            select(VisitChange).where(VisitChange.visit_id == visit.id).order_by(col(VisitChange.id))
        )
        return [row.kind.value for row in rows]


def asked(company: Company, visit: Visit, who: Person | By) -> tuple[Situation, Hand]:
    """A visit in front of somebody on the evening of the first day, and their hand."""
    return company.before(visit, who, MONDAY), company.hand(visit, who, EVENING)


def row(engine: Engine, visit: Visit) -> Visit:
    """A visit as it is now."""
    with open_session(engine, reads_only=True) as session:
        return session.get_one(Visit, visit.id)


def fell(company: Company) -> None:
    """The day there falls, since the site is closed."""
    service.cancel_visit(company.session, company.there, CancelReason.CLOSED, None, NOW, today=TODAY)
    company.session.commit()


def told(engine: Engine, session: Session) -> list[tuple[str, str]]:
    """Run what follows; who got which kind of message since, by name."""
    session.commit()
    with Session(engine) as reading:
        before = set(reading.exec(select(Mail.id)))
    drain(engine)
    with Session(engine) as reading:
        rows = reading.exec(select(Mail).order_by(col(Mail.id))).all()
    return sorted((row.to_name.split()[0], row.kind) for row in rows if row.id not in before)
