"""A team's first roster: its other days wait for the roster of their day, and the preview says so."""

from datetime import UTC, datetime, time, timedelta

import icalendar
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.calendars import ics
from app.core import jobs
from app.core.db import open_session
from app.messages.tables import Mail
from app.people.tables import Person
from app.teams.tables import Shift, TeamPractice
from app.visits import queries
from app.visits.standing import Missing, standing_of
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
        visit.provisional_at = NOW
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


def mails(session: Session, kind: str) -> list[Mail]:
    return list(session.exec(select(Mail).where(Mail.kind == kind)))


def test_nobody_reads_that_a_day_is_no_longer_provisional_who_never_read_that_it_was(
    engine: Engine, clock: Clock
) -> None:
    clock.set(NOW)
    with open_session(engine) as session:
        company = Published(session)
        there = company.visit(company.back[0], company.front[0])
        make_roster(session, company.shop.id, {(there.host_id, there.day): Shift.FULL})
        session.add(TeamPractice(team_id=company.shop.id, by_roster=True))
    drain(engine)
    with open_session(engine) as session:
        assert mails(session, "visit_certain") == []


def test_days_after_the_first_roster_become_provisional_and_their_people_read_it_once(
    engine: Engine, clock: Clock
) -> None:
    """Not those before it, for which no roster comes; once theirs has come, they read that too."""
    clock.set(NOW)
    with open_session(engine) as session:
        company = Published(session)
        there = company.visit(company.back[1], company.front[1])  # on the second day
        before = company.visit(company.back[0], company.front[0])  # on the first
        assert before.day < there.day
        full = {(company.front[0].id, there.day): Shift.FULL}
        session.add(TeamPractice(team_id=company.shop.id, by_roster=True))
        make_roster(session, company.shop.id, full)
    drain(engine)
    drain(engine)
    with open_session(engine) as session:
        told = mails(session, "visit_provisional")
        about = {int(one.key.split(":")[1]) for one in told}
        assert there.id in about
        assert before.id not in about
        assert len(told) == 2 * len(about)
        assert all("un message dit si la journée tient" in one.text for one in told)
        assert all(one.calendar_method == "REQUEST" for one in told)
        seen = queries.visit(session, before.id or 0)
        assert Missing.ROSTER not in standing_of(session, seen).missing
        assert Missing.ROSTER in standing_of(session, queries.visit(session, there.id or 0)).missing
        make_roster(session, company.shop.id, {(there.host_id, there.day): Shift.FULL})
    drain(engine)
    with open_session(engine) as session:
        told = mails(session, "visit_certain")
        assert {int(one.key.split(":")[1]) for one in told} == {there.id}
        assert all("n’est plus provisoire" in one.text for one in told)


@pytest.mark.parametrize("said_yes", [True, False])
def test_who_has_not_said_yes_is_not_told_that_there_is_nothing_to_do(
    engine: Engine, clock: Clock, *, said_yes: bool
) -> None:
    """And reads what else is missing; the roster is in the sentence above."""
    clock.set(NOW)
    with open_session(engine) as session:
        company = Published(session)
        there = company.visit(company.back[1], company.front[1])
        visit = session.get_one(Visit, there.id)
        visit.visitor_confirmed_at = visit.host_confirmed_at = NOW if said_yes else None
        session.get_one(Person, there.visitor_id).legal_entity = "Vélo SA"
        session.get_one(Person, there.host_id).legal_entity = "Vélo Services"
        session.add(TeamPractice(team_id=company.shop.id, by_roster=True))
        make_roster(session, company.shop.id, {(company.front[0].id, there.day): Shift.FULL})
    drain(engine)
    with open_session(engine) as session:
        told = [one for one in mails(session, "visit_provisional") if int(one.key.split(":")[1]) == there.id]
    assert len(told) == 2
    for one in told:
        assert ("Vous n’avez rien à faire" in one.text) is said_yes
        assert ("Nous attendons encore votre accord pour ce jour" in one.text) is not said_yes
        assert (f"/visits/{there.id}/confirmation" in one.text) is not said_yes
        assert "doivent signer une convention" in one.text
        assert "un planning n’est pas encore arrivé" not in one.text


def test_today_does_not_become_provisional(engine: Engine, clock: Clock) -> None:
    with open_session(engine) as session:
        company = Published(session)
        there = company.visit(company.back[0], company.front[0])
        session.add(TeamPractice(team_id=company.shop.id, by_roster=True))
        clock.set(datetime.combine(there.day, time(5), UTC))
        seen = queries.visit(session, there.id or 0)
        assert Missing.ROSTER not in standing_of(session, seen).missing
        clock.set(datetime.combine(there.day, time(5), UTC) - timedelta(days=1))
        assert Missing.ROSTER in standing_of(session, seen).missing


@pytest.mark.parametrize("by_roster", [True, False])
def test_a_team_that_works_by_roster_from_now_on_or_no_more_has_its_people_told(
    engine: Engine, clock: Clock, *, by_roster: bool
) -> None:
    clock.set(NOW)
    with open_session(engine) as session:
        company = Published(session)
        there = company.visit(company.back[0], company.front[0])
        session.add(TeamPractice(team_id=company.shop.id, by_roster=by_roster))
        if not by_roster:
            session.get_one(Visit, there.id).provisional_at = NOW
        jobs.record(session, "team.by_roster", team_id=company.shop.id)
    drain(engine)
    with open_session(engine) as session:
        told = [*mails(session, "visit_provisional"), *mails(session, "visit_certain")]
        mine = [one for one in told if one.key.split(":")[1] == str(there.id)]
        assert sorted(one.person_id or 0 for one in mine) == sorted((there.visitor_id, there.host_id))
        assert {one.kind for one in told} == {"visit_provisional" if by_roster else "visit_certain"}
        assert by_roster or all("Aucun planning n’est plus attendu" in one.text for one in mine)
        assert (session.get_one(Visit, there.id).provisional_at is None) is not by_roster


def _sequence(session: Session, visit: Visit) -> int:
    """As the visitor's calendar has it."""
    seen = queries.visit(session, visit.id or 0)
    text = ics.feed([seen], seen.visitor, {visit.id or 0: standing_of(session, seen)})
    return int(icalendar.Calendar.from_ical(text).walk("VEVENT")[0]["SEQUENCE"])
