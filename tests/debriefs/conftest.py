"""A campaign whose days have been lived, and its people."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.campaigns.tables import Status
from app.core.db import open_session
from app.debriefs import service
from app.debriefs.service import Author, author_of
from app.debriefs.tables import Role
from app.people.tables import Person
from app.visits import queries as visits
from tests.factories import NOW, make_account, make_campaign, make_person, make_team, make_visit
from tests.support.web import Clock

EVENING = datetime(2027, 4, 6, 16, 0, tzinfo=UTC)
"""18:00 in Paris, after the day."""
BOTH_SAID_YES = dict.fromkeys(("visitor_confirmed_at", "host_confirmed_at"), NOW)
VISITOR = {"surprise": "Le bruit", "recommend": 9, "supported": 3}
HOST = {"prepared": 4, "eyes": "Nos écrans", "supported": 2}


class Company:
    """HR, a campaign under way, and `pairs` visitors with their hosts, all on 6 April."""

    def __init__(self, session: Session, pairs: int = 1) -> None:
        self.hr = make_account(session, "Claire Morel", is_hr=True)
        self.shop = make_team(session, name="Boutique Bellecour")
        self.payroll = make_team(session, name="Paie", side="back", department="RH")
        self.campaign = make_campaign(session, status=Status.RUNNING)
        self.manager = make_person(session, self.payroll, first_name="Martine", last_name="Chef")
        self.stranger = make_person(session, self.shop, first_name="Zoé", last_name="Loin")
        self.visitors = [
            make_person(session, self.payroll, first_name="Anna", manager_id=self.manager.id)
            for _n in range(pairs)
        ]
        self.hosts = [make_person(session, self.shop, first_name="Bruno") for _n in range(pairs)]
        self.visits = [
            make_visit(session, self.campaign, visitor, host, day=date(2027, 4, 6), **BOTH_SAID_YES)
            for visitor, host in zip(self.visitors, self.hosts, strict=True)
        ]

    @property
    def anna(self) -> Person:
        return self.visitors[0]

    @property
    def bruno(self) -> Person:
        return self.hosts[0]

    @property
    def campaign_id(self) -> int:
        assert self.campaign.id is not None
        return self.campaign.id

    @property
    def form(self) -> str:
        """Address of the first visit's form."""
        return f"/debriefs/{self.visits[0].id}"

    def author(self, session: Session, who: Person, number: int = 0, **over: Any) -> Author:
        """Somebody at their form of a visit."""
        return author_of(visits.visit(session, self.visits[number].id or 0), who.id, **over)


def send(
    session: Session, company: Company, count: int, role: Role = Role.VISITOR, start: int = 0, **over: Any
) -> None:
    """The first `count` people of a role send, each saying `recommend`/`prepared` in turn."""
    for number in range(start, start + count):
        people = company.visitors if role == Role.VISITOR else company.hosts
        said = {**VISITOR, "recommend": number % 10} if role == Role.VISITOR else {**HOST}
        author = company.author(session, people[number], number)
        service.send_debrief(session, author, {**said, **over}, now=EVENING)


def rows(session: Session, table: Any) -> list[Any]:
    """All of a table."""
    return list(session.exec(select(table)))


@pytest.fixture
def company(engine: Engine) -> Company:
    with open_session(engine) as session:
        return Company(session)


@pytest.fixture
def many(engine: Engine) -> Company:
    """Seven pairs."""
    with open_session(engine) as session:
        return Company(session, 7)


@pytest.fixture
def evening(clock: Clock) -> Clock:
    """The day has been lived."""
    clock.set(EVENING)
    return clock
