"""A team's first roster: its other days wait for the roster of their day, and the preview says so."""

import icalendar
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.calendars import ics
from app.core.db import open_session
from app.messages.tables import Mail
from app.people.tables import Person
from app.teams.tables import Shift, TeamPractice
from app.visits import queries
from app.visits.standing import standing_of
from app.visits.tables import Visit
from app.worker import drain
from tests.factories import make_roster
from tests.planning.repairs.broken import DAYS, NOW, Published
from tests.support.accounts import SignIn
from tests.support.web import Clock


@pytest.mark.parametrize("known", [False, True])
def test_the_preview_counts_the_days_that_become_provisional(
    engine: Engine, client: TestClient, sign_in: SignIn, clock: Clock, *, known: bool
) -> None:
    clock.set(NOW)
    with open_session(engine) as session:
        company = Published(session)
        session.get_one(Person, company.front[0].id).employee_number = "B0"
        if known:  # the team works by roster already: nothing changes for its other days
            session.add(TeamPractice(team_id=company.shop.id, by_roster=True))
    sign_in(client, company.hr)
    content = f"Matricule;Jour;Horaires\nB0;{DAYS[0]};J\n".encode()
    sent = client.post("/team/rosters", data={}, files={"file": ("avril.csv", content)})
    page = client.get(sent.headers["location"]).text.replace("\u00a0", " ")
    assert ("3 autres journées deviennent provisoires" in page) is not known
    assert (f"{company.back[1].name} chez {company.front[1].name}" in page) is not known
    assert f"{company.back[0].name} chez {company.front[0].name}" not in page


@pytest.mark.parametrize("said_yes", [True, False])
def test_both_read_once_that_the_first_roster_confirms_their_day_and_calendars_hear_it_where_it_is_certain(
    engine: Engine, clock: Clock, *, said_yes: bool
) -> None:
    clock.set(NOW)
    with open_session(engine) as session:
        company = Published(session)
        there = company.visit(company.back[0], company.front[0])
        visit = session.get_one(Visit, there.id)
        if said_yes:
            visit.visitor_confirmed_at = visit.host_confirmed_at = NOW
        revision = visit.revision
        session.add(TeamPractice(team_id=company.shop.id, by_roster=True))
        waits = _sequence(session, there)
    for _time in range(2):  # the same roster sent again tells nobody anything
        with open_session(engine) as session:
            make_roster(session, company.shop.id, {(there.host_id, there.day): Shift.FULL})
        drain(engine)
    with open_session(engine) as session:
        told = session.exec(select(Mail).where(Mail.kind == "visit_certain")).all()
        assert sorted(one.person_id or 0 for one in told) == sorted((there.visitor_id, there.host_id))
        assert all("vous travaillez tous les deux ce jour-là" in one.text for one in told)
        assert session.get_one(Visit, there.id).revision == revision
        assert _sequence(session, there) == waits + said_yes  # it shows another state only where it has one
    for one in told:
        assert ("STATUS:CONFIRMED" in (one.calendar or "")) is said_yes


def _sequence(session: Session, visit: Visit) -> int:
    """As the visitor's calendar has it."""
    seen = queries.visit(session, visit.id or 0)
    text = ics.feed([seen], seen.visitor, {visit.id or 0: standing_of(session, seen)})
    return int(icalendar.Calendar.from_ical(text).walk("VEVENT")[0]["SEQUENCE"])
