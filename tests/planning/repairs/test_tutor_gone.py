"""Whoever received in the place of a host whom a roster has off receives no more: the day is then
contradicted as by the roster itself."""

from collections.abc import Callable
from datetime import date

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.accounts.sessions import Actor
from app.availability.queries import find_enrolling
from app.availability.service import When
from app.core import jobs
from app.core.db import open_session
from app.people.tables import Person
from app.planning.repairs import queries as repairs
from app.planning.tables import Repair, RepairStatus
from app.teams.tables import RosterDay, Shift
from app.visits import hosting, leaving, queries, suspending
from app.visits.changing import situation
from app.visits.history import Hand
from app.visits.jobs import follow_days
from app.visits.tables import By, CancelReason, ChangeKind, Visit, VisitChange, VisitStatus
from app.worker import drain
from tests.factories import make_enrolment, make_person
from tests.planning.repairs.broken import NOW, TODAY, Published, campaign_of, last_repair
from tests.planning.repairs.test_contradicted import roster
from tests.planning.repairs.test_settled import told
from tests.support.web import Clock

HOW = ["campaign", "pause", "company", "gives up", "released"]
INSTEAD = "vous recevez vous-même"


def received_instead(engine: Engine, company: Published, host: Shift | None) -> tuple[Visit, Person]:
    """A day of the plan, received by a colleague since its host is off, or for another reason."""
    there = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        colleague = make_person(session, company.shop, first_name="Carla", last_name="Aide")
        make_enrolment(session, campaign_of(session, company), colleague)
        seen = queries.visit(session, there.id or 0)
        before = situation(session, seen, By.HOST, there.host_id, TODAY)
        hosting.name_tutor(session, before, colleague, Hand(By.HOST, None, NOW), revision=seen.visit.revision)
        tutor = colleague.id
    drain(engine)
    if host is not None:
        roster(engine, company, there, host)
    with open_session(engine) as session:
        assert session.exec(select(Repair)).all() == []
        return session.get_one(Visit, there.id), session.get_one(Person, tutor)


def go(engine: Engine, company: Published, visit: Visit, tutor: Person, how: str) -> None:
    """The colleague receives no more; whatever follows is done."""
    with open_session(engine) as session:
        if how == "company":
            session.get_one(Person, tutor.id).active = False
            jobs.record(session, "person.left", person_id=tutor.id, by=None)
        elif how in {"gives up", "released"}:
            by = By.TUTOR if how == "gives up" else By.HOST
            seen = queries.visit(session, visit.id or 0)
            before = situation(session, seen, by, tutor.id if by is By.TUTOR else visit.host_id, TODAY)
            hosting.set_tutor(session, before, None, Hand(by, None, NOW), revision=seen.visit.revision)
        else:
            go_from_campaign(session, company, visit.day, tutor, for_good=how == "campaign")
    drain(engine)


def go_from_campaign(
    session: Session, company: Published, day: date, tutor: Person, *, for_good: bool
) -> None:
    enrolling = find_enrolling(session, company.campaign.id or 0, tutor.id or 0)
    assert enrolling is not None
    actor = Actor(tutor.account_id or 0, tutor.name, None, is_hr=False, is_admin=False)
    version, when = enrolling.enrolment.version if enrolling.enrolment else 0, When(TODAY, NOW)
    if for_good:
        leaving.leave_campaign(session, enrolling, actor, version=version, when=when)
    else:
        leaving.pause_campaign(session, enrolling, day, day, actor, version=version, when=when)


def lines(engine: Engine, visit: Visit) -> list[ChangeKind]:
    with open_session(engine) as session:
        query = select(VisitChange.kind).where(VisitChange.visit_id == visit.id)
        return list(session.exec(query.order_by(col(VisitChange.id))))


@pytest.mark.parametrize("how", HOW)
def test_a_day_whose_host_is_off_is_suspended_and_repaired_once_nobody_receives_instead(
    engine: Engine, company: Published, as_: Callable[[Person], TestClient], how: str
) -> None:
    visit, tutor = received_instead(engine, company, Shift.OFF)
    go(engine, company, visit, tutor, how)
    repair = last_repair(engine)
    with open_session(engine) as session:
        row = session.get_one(Visit, visit.id)
        assert (row.status, row.tutor_id, row.suspended_for) == (
            VisitStatus.PLANNED,
            None,
            CancelReason.ROSTER,
        )
        assert (repair.status, repairs.visit_ids(session, repair.id or 0)) == (RepairStatus.READY, [visit.id])
    assert lines(engine, visit)[-2:] == [ChangeKind.RELEASED, ChangeKind.SUSPENDED]
    suspended = {one.person_id: one.text.replace("\u00a0", " ") for one in told(engine, "visit_suspended")}
    assert set(suspended) == {visit.visitor_id, visit.host_id}
    host, visitor = suspended[visit.host_id], suspended[visit.visitor_id]
    assert "Carla Aide n’accueille plus, et selon le planning vous n’êtes pas au travail" in host
    assert "Carla Aide n’accueille plus, et selon le planning l’hôte n’est pas au travail" in visitor
    for text in (host, visitor):
        assert "ne peut pas avoir lieu comme prévu" in text
        assert "recevez vous-même" not in text
        assert "en personne" not in text
    assert not any("n’accueille plus" in one.text for one in told(engine, "visit_changed"))  # one mail each
    released = [one for one in told(engine, "visit_tutor") if "Merci" in one.text]
    assert len(released) == (how != "company")  # who left the company reads nothing
    assert not any(f"{company.front[0].name} reçoit" in one.text for one in released)
    page = as_(company.front[0]).get(f"/visits/{visit.id}").text.replace("\u00a0", " ")
    assert "Un planning contredit ce jour" in page
    assert "en personne" not in page


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("host", [Shift.FULL, None])
def test_where_the_host_works_the_day_holds_and_nobody_is_disturbed(
    engine: Engine, company: Published, how: str, host: Shift | None
) -> None:
    visit, tutor = received_instead(engine, company, host)
    go(engine, company, visit, tutor, how)
    with open_session(engine) as session:
        row = session.get_one(Visit, visit.id)
        assert (row.tutor_id, row.suspended_for, row.revision) == (None, None, visit.revision + 1)
        assert session.exec(select(Repair)).all() == []
    assert told(engine, "visit_suspended") == []
    texts = {one.person_id: one.text.replace("\u00a0", " ") for one in told(engine, "visit_changed")[-2:]}
    assert "Carla Aide n’accueille plus : vous recevez vous-même" in texts[visit.host_id]


def test_whoever_may_change_hours_reads_it_where_the_host_works_half_of_the_day(
    engine: Engine, company: Published
) -> None:
    visit, tutor = received_instead(engine, company, Shift.MORNING)
    go(engine, company, visit, tutor, "gives up")
    assert last_repair(engine).status is RepairStatus.READY
    assert len(told(engine, "hours_to_change")) == 1
    assert len(told(engine, "visit_suspended")) == 2


def test_a_day_that_was_suspended_already_is_told_of_once(
    engine: Engine, company: Published, clock: Clock
) -> None:
    """HR chose nothing for it; the visitor is off, whoever receives."""
    visit, tutor = received_instead(engine, company, Shift.OFF)
    with open_session(engine) as session:
        session.add(RosterDay(person_id=visit.visitor_id, day=visit.day, shift=Shift.OFF))
        suspending.suspend(session, [visit.id or 0], Hand(By.SERVICE, None, NOW))
    drain(engine)
    go(engine, company, visit, tutor, "gives up")
    assert lines(engine, visit).count(ChangeKind.SUSPENDED) == 1
    assert len([one for one in told(engine, "visit_changed") if "n’accueille plus" in one.text]) == 2
    with open_session(engine) as session:
        assert session.exec(select(Repair)).all() == []


@pytest.mark.parametrize("shift", [Shift.OFF, Shift.FULL])
def test_the_clock_finds_what_no_event_named(engine: Engine, company: Published, shift: Shift) -> None:
    there = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        session.add(RosterDay(person_id=there.host_id, day=there.day, shift=shift))
    for _time in range(2):
        follow_days(engine)
        drain(engine)
    with open_session(engine) as session:
        found = session.exec(select(Repair)).all()
    off = shift is Shift.OFF
    assert len(found) == int(off)
    assert lines(engine, there).count(ChangeKind.SUSPENDED) == int(off)
    assert len(told(engine, "visit_suspended")) == 2 * off
