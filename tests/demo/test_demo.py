"""The demo company: whole, once, and every role can enter."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from app import demo
from app.accounts.tables import Account
from app.availability.colleagues import mutual_pairs
from app.booking.tables import BookingRequest, RequestStatus
from app.campaigns.tables import Campaign, Status
from app.core import clock as hours
from app.core.db import open_session
from app.demo.company import SITES, TEAMS
from app.demo.story import Story
from app.people.tables import Person
from app.teams.tables import RosterDay
from app.visits import agreements
from app.visits.tables import Visit
from tests.support.web import Clock


@pytest.fixture
def loaded(engine: Engine, clock: Clock) -> Engine:
    assert demo.load_when_empty(engine)
    return engine


def counts(session: Session) -> tuple[int, int, int]:
    """People, campaigns, visits."""
    tables = (Person, Campaign, Visit)
    people, campaigns, visits = (
        session.exec(select(func.count()).select_from(table)).one() for table in tables
    )
    return people, campaigns, visits


@pytest.mark.database("sqlite")
def test_demo_lives_its_campaigns_once_and_lets_each_role_in(loaded: Engine, client: TestClient) -> None:
    with open_session(loaded) as session:
        before = counts(session)
        statuses = session.exec(select(Campaign.status).order_by(col(Campaign.id))).all()
        asked = set(session.exec(select(BookingRequest.status)).all())
        rostered = session.exec(select(func.count()).select_from(RosterDay)).one()
        mutual = [
            len(mutual_pairs(session, one))
            for one in session.exec(select(Campaign.id).order_by(col(Campaign.id)))
            if one
        ]
        without_mail = session.exec(select(func.count()).where(col(Person.email).is_(None))).one()
        unsigned, waiting = (
            agreements.lived_due(session, hours.today()),
            agreements.due(session, hours.today()),
        )
    assert before[0] == sum(team[5] for team in TEAMS)
    assert len(SITES) == 12
    assert without_mail > 20
    assert statuses == [Status.CLOSED, Status.RUNNING, Status.OPEN, Status.OPEN]
    assert {RequestStatus.REQUESTED, RequestStatus.WAITING, RequestStatus.BOOKED} <= asked
    assert rostered > 100
    assert unsigned == []
    assert waiting
    assert mutual == [1, 1, 1, 0]  # where every day is booked, nobody is named
    assert before[2] > 100

    links = dict(demo.role_links(loaded))
    assert list(links) == ["hr", "manager", "back", "front", "admin"]
    for address in links.values():
        assert client.get(address[address.index("/sign-in") :]).status_code == 200

    assert not demo.load_when_empty(loaded)
    with open_session(loaded) as session:
        assert counts(session) == before


@pytest.mark.database("sqlite")
def test_an_interrupted_demo_is_loaded_anew(
    engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(Exception):
        """Somebody pressed Ctrl-C."""

    def interrupt(_story: object) -> None:
        raise Interrupted

    with monkeypatch.context() as patched:
        patched.setattr(Story, "tell", interrupt)
        with pytest.raises(Interrupted):
            demo.load_when_empty(engine)
        assert demo.role_links(engine) == []
        patched.setattr(Story, "tell", lambda _story: None)
        assert demo.load_when_empty(engine)
    with open_session(engine) as session:
        assert counts(session) == (sum(team[5] for team in TEAMS), 0, 0)


def test_a_company_in_place_is_left_alone(engine: Engine, clock: Clock) -> None:
    with open_session(engine) as session:
        session.add(Account(name="Claire Morel", email="claire@exemple.fr", created_at=clock.at))
    assert not demo.load_when_empty(engine)
    assert demo.role_links(engine) == []
    with open_session(engine) as session:
        assert counts(session) == (0, 0, 0)
