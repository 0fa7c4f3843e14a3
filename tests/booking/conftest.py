"""A shop that offers a day behind its counter, and accountants who would like to see it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.accounts.sessions import Actor
from app.booking import asking, deciding, offering, queries
from app.booking.tables import Approval, Booker, BookingRequest, BookingRules, Place, PlaceDay, RequestStatus
from app.campaigns.tables import Booking, Campaign
from app.messages.tables import Mail
from app.people.tables import Person, Side, TravelTime
from app.visits.service import cancel_visit
from app.visits.tables import By, CancelReason, PersonDay, TeamDay, Visit, VisitStatus
from app.worker import JOBS, drain
from tests.factories import make_account, make_campaign, make_person, make_site, make_team

NOW = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
TODAY = NOW.date()
MONDAY, TUESDAY, WEDNESDAY = date(2027, 4, 5), date(2027, 4, 6), date(2027, 4, 7)


class Shop:
    """Lyon's shop, led by Marc, and the accounts department of the head office, led by Martine."""

    def __init__(self, session: Session, *, approval: Approval = Approval.AT_ONCE, **over: Any) -> None:
        self.session = session
        self.hr = make_account(session, "Claire Morel", is_hr=True)
        self.campaign: Campaign = make_campaign(session, booking=Booking.OPEN, **over)
        self.terms = BookingRules(campaign_id=self.campaign.id or 0, approval=approval)
        session.add(self.terms)
        self.here = make_site(session, name="Siège")
        self.there = make_site(session, name="Lyon")
        first, second = sorted((self.here.id, self.there.id))  # type: ignore[type-var]
        session.add(TravelTime(from_site_id=first, to_site_id=second, minutes=30, estimated=False))
        self.accounts = make_team(
            session, self.here, name="Comptabilité", side=Side.BACK, department="Finance", max_away=9
        )
        self.shop = make_team(session, self.there, name="Boutique Bellecour", max_visitors=3)
        self.martine = make_person(session, self.accounts, first_name="Martine", last_name="Chef")
        self.marc = make_person(session, self.shop, first_name="Marc", last_name="Chef")
        self.askers = [
            make_person(
                session,
                self.accounts,
                first_name="Anna",
                last_name=f"Compte{n}",
                manager_id=self.martine.id,
            )
            for n in range(6)
        ]
        self.hosts = [
            make_person(session, self.shop, first_name="Bruno", last_name=f"Vend{n}", manager_id=self.marc.id)
            for n in range(4)
        ]
        session.flush()

    @property
    def boss(self) -> Actor:
        """HR, as services take it."""
        return Actor(self.hr.id or 0, self.hr.name, None, is_hr=True, is_admin=False)

    def actor(self, person: Person) -> Actor:
        """An employee, as services take them."""
        assert person.account_id is not None
        return Actor(person.account_id, person.name, None, is_hr=False, is_admin=False)

    def offer(self, days: Sequence[date] = (MONDAY, TUESDAY), **over: Any) -> Place:
        """A place at the shop; `host_id`, `per_day` and the like as told."""
        values = {
            "job": "Vendeuse, vendeur",
            "seen": "L’ouverture, la caisse, les retours.",
            "bring": "Des chaussures plates.",
            "starts_at": time(9),
            "ends_at": time(17),
            **over,
        }
        return offering.offer_place(
            self.session, self.campaign, self.shop, days, actor=self.boss, now=NOW, today=TODAY, **values
        )

    def ask(
        self,
        person: Person,
        place: Place,
        day: date = MONDAY,
        *,
        key: str | None = None,
        wait: bool = False,
        now: datetime = NOW,
    ) -> BookingRequest:
        """What the page's button does."""
        return asking.ask(
            self.session,
            person,
            queries.find_place(self.session, place.id or 0),
            day,
            key or uuid4().hex,
            wait=wait,
            actor=self.actor(person),
            now=now,
            today=now.date(),
        )

    def line_up(self, waiting: int = 1) -> tuple[Place, list[BookingRequest]]:
        """A place of which one has Monday; the next stand in line for it, a minute apart."""
        place = self.offer(host_id=self.hosts[0].id)
        booked = self.ask(self.askers[0], place)
        return place, [booked] + [
            self.ask(self.askers[n + 1], place, wait=True, now=NOW + timedelta(minutes=n))
            for n in range(waiting)
        ]

    def approve(self, request: BookingRequest, now: datetime = NOW) -> Visit:
        """HR says yes."""
        return deciding.approve(self.session, request, actor=self.boss, now=now, today=now.date())


def held(session: Session) -> dict[str, Any]:
    """What the counters say, and what a recount of the rows says; both must be equal."""
    session.expire_all()
    visits = list(session.exec(select(Visit).where(Visit.status == VisitStatus.PLANNED)))
    requests = list(session.exec(select(BookingRequest)))
    days = {(row.place_id, row.day): row.taken for row in session.exec(select(PlaceDay)) if row.taken}
    people = {row.person_id: row.held for row in session.exec(select(Booker)) if row.held}
    teams = {
        (row.team_id, row.day): (row.away, row.received)
        for row in session.exec(select(TeamDay))
        if row.away or row.received
    }
    person_days = [row for row in session.exec(select(PersonDay)) if row.counts]
    return {
        "days": (days, _count((one.place_id, one.day) for one in requests if one.holds)),
        "people": (
            people,
            _count(
                one.person_id
                for one in requests
                if one.status in (RequestStatus.REQUESTED, RequestStatus.OFFERED, RequestStatus.BOOKED)
            ),
        ),
        "teams": (
            teams,
            {
                at: (
                    sum(row.leaves for row in person_days if (row.team_id, row.day) == at),
                    sum(not row.leaves for row in person_days if (row.team_id, row.day) == at),
                )
                for at in {(row.team_id, row.day) for row in person_days}
            },
        ),
        "person_days": (
            sorted((row.person_id, row.day) for row in person_days),
            sorted(
                [(one, visit.day) for visit in visits for one in (visit.visitor_id, visit.host_id)]
                + [(row.person_id, row.day) for row in person_days if row.held_for is not None]
            ),
        ),
        "held": (
            sorted(row.held_for for row in person_days if row.held_for and row.leaves),
            sorted(
                f"booking:{one.id}"
                for one in requests
                if one.holds and one.status in (RequestStatus.OFFERED, RequestStatus.REQUESTED)
            ),
        ),
    }


def _count(keys: Any) -> dict[Any, int]:
    found: dict[Any, int] = {}
    for key in keys:
        found[key] = found.get(key, 0) + 1
    return found


def check_counts(session: Session) -> None:
    """Every counter equals its recount."""
    for name, (counted, recounted) in held(session).items():
        assert counted == recounted, name


def statuses(session: Session, *requests: BookingRequest) -> list[RequestStatus]:
    """Where requests stand now."""
    session.commit()
    session.expire_all()
    found = [session.get_one(BookingRequest, one.id).status for one in requests]
    session.commit()  # the jobs write in transactions of their own
    return found


def cancel(session: Session, shop: Shop, request: BookingRequest) -> None:
    visit = session.get_one(Visit, request.visit_id)
    who = session.get_one(Person, visit.visitor_id)
    cancel_visit(session, visit, CancelReason.UNAVAILABLE, shop.actor(who), NOW, today=TODAY, by=By.VISITOR)
    session.commit()


def fall(
    session: Session,
    shop: Shop,
    request: BookingRequest,
    by: By,
    reason: CancelReason = CancelReason.UNAVAILABLE,
) -> Visit:
    visit = session.get_one(Visit, request.visit_id)
    cancel_visit(session, visit, reason, shop.boss, NOW, today=TODAY, by=by)
    session.commit()
    return visit


def offers(session: Session) -> list[BookingRequest]:
    session.expire_all()
    query = select(BookingRequest).where(col(BookingRequest.instead_of_id).is_not(None))
    return list(session.exec(query.order_by(col(BookingRequest.id))))


def kept_next_day(engine: Engine, session: Session, shop: Shop) -> tuple[Place, Visit, BookingRequest]:
    """Monday's booked day fell by its host: its place is kept on Tuesday, and it offers Wednesday too."""
    place = shop.offer([MONDAY, TUESDAY, WEDNESDAY], host_id=shop.hosts[0].id)
    fell = fall(session, shop, shop.ask(shop.askers[0], place), By.HOST)
    drain(engine)
    [offer] = offers(session)
    assert offer.day == TUESDAY
    return place, fell, offer


def kept_elsewhere(engine: Engine, session: Session, shop: Shop) -> Place:
    """Tuesday's booked day fell by its host: the only other place, on Monday, is kept for its visitor."""
    lost = shop.ask(shop.askers[0], shop.offer([TUESDAY], host_id=shop.hosts[0].id), TUESDAY)
    place = shop.offer([MONDAY], host_id=shop.hosts[1].id)
    fall(session, shop, lost, By.HOST)
    drain(engine)
    return place


def tick(engine: Engine) -> None:
    """The clock ticks twice, and what follows is done."""
    for _ in range(2):
        for job in JOBS["clock.tick"]:
            job(engine)
        drain(engine)


def let_go(session: Session, *people: Any) -> None:
    """The test's own transaction is over, since the browser's writes."""
    for one in people:
        session.refresh(one)
        session.expunge(one)
    session.commit()


def mails(session: Session, kind: str) -> list[Mail]:
    session.commit()
    found = list(session.exec(select(Mail).where(Mail.kind == kind).order_by(col(Mail.id))))
    session.commit()
    return found


@pytest.fixture
def shop(session: Session) -> Shop:
    return Shop(session)


@pytest.fixture
def asked_shop(session: Session) -> Shop:
    return Shop(session, approval=Approval.MANAGER)
