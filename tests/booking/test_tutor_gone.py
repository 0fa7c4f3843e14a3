"""Whoever received a booked day in the place of a host whom a roster has off receives no more: a colleague
does, or it falls, as when a roster says so."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.core import jobs
from app.messages.tables import Mail
from app.people.tables import Person
from app.teams.tables import Shift
from app.visits import hosting, queries
from app.visits.changing import situation
from app.visits.history import Hand
from app.visits.jobs import follow_days
from app.visits.tables import By, CancelReason, Visit, VisitStatus
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, TODAY, Shop, check_counts, let_go, mails
from tests.factories import make_roster, make_team

pytestmark = pytest.mark.usefixtures("clock")

SEARCHED = "autre solution est cherchée"


def received_instead(
    engine: Engine, session: Session, shop: Shop, *, named: bool, **shifts: Shift
) -> tuple[Visit, Person]:
    """Monday, received by a colleague; then its roster arrives, which contradicts nothing."""
    shop.marc.worked_weekdays = "0000000"  # he leads, and does not receive
    request = shop.ask(shop.askers[0], shop.offer(**({"host_id": shop.hosts[0].id} if named else {})))
    visit = session.get_one(Visit, request.visit_id)
    tutor = next(one for one in shop.hosts if one.id != visit.host_id)
    before = situation(session, queries.visit(session, visit.id or 0), By.HOST, visit.host_id, TODAY)
    hosting.name_tutor(session, before, tutor, Hand(By.HOST, None, NOW), revision=visit.revision)
    session.commit()
    drain(engine)
    rest = [one for one in shop.hosts if one.id not in (visit.host_id, tutor.id)]
    people = {"host": [session.get_one(Person, visit.host_id)], "tutor": [tutor], "rest": rest}
    rows = {(one.id, MONDAY): shift for who, shift in shifts.items() for one in people[who]}
    make_roster(session, shop.shop.id, rows)
    session.commit()
    drain(engine)
    session.expire_all()
    assert (visit.status, visit.tutor_id, visit.suspended_for) == (VisitStatus.PLANNED, tutor.id, None)
    return visit, tutor


def go(engine: Engine, session: Session, visit: Visit, tutor: Person, how: str) -> list[Mail]:
    """The colleague receives no more, and what follows is done; what was written."""
    known = set(session.exec(select(Mail.id)))
    if how == "company":
        tutor.active = False
        jobs.record(session, "person.left", person_id=tutor.id, by=None)
    elif how == "team":
        tutor.team_id = make_team(session).id or 0
        session.commit()
        follow_days(engine)
    else:
        before = situation(session, queries.visit(session, visit.id or 0), By.TUTOR, tutor.id, TODAY)
        hosting.release_tutor(session, before, Hand(By.TUTOR, None, NOW), revision=visit.revision)
    session.commit()
    drain(engine)
    session.expire_all()
    return [one for one in session.exec(select(Mail).order_by(col(Mail.id))) if one.id not in known]


@pytest.mark.parametrize("how", ["company", "team", "gives up"])
def test_a_day_of_a_named_host_who_is_off_falls_and_each_reads_it_once(
    engine: Engine, session: Session, shop: Shop, as_: Callable[..., TestClient], how: str
) -> None:
    visit, tutor = received_instead(engine, session, shop, named=True, host=Shift.OFF, tutor=Shift.FULL)
    sent = go(engine, session, visit, tutor, how)
    assert (visit.status, visit.cancel_reason) == (VisitStatus.CANCELLED, CancelReason.ROSTER)
    two = sorted((one.person_id or 0, one.kind) for one in sent if one.person_id in visit_two(visit))
    assert [kind for _person, kind in two] == ["visit_cancelled"] * 2
    [mail] = [one for one in sent if one.person_id == visit.visitor_id]
    assert f"{shop.hosts[0].name} ne travaille pas ce jour-là." in mail.text
    check_counts(session)
    host, visit_id = shop.hosts[0], visit.id
    let_go(session, host)
    assert SEARCHED not in as_(host).get(f"/visits/{visit_id}").text


def visit_two(visit: Visit) -> set[int]:
    return {visit.visitor_id, visit.host_id}


@pytest.mark.parametrize("how", ["company", "team", "gives up"])
def test_another_colleague_receives_a_day_of_the_team_and_never_who_gave_it_back(
    engine: Engine, session: Session, shop: Shop, how: str
) -> None:
    visit, tutor = received_instead(engine, session, shop, named=False, host=Shift.OFF, tutor=Shift.FULL)
    former = visit.host_id
    sent = go(engine, session, visit, tutor, how)
    assert visit.status is VisitStatus.PLANNED
    assert visit.host_id not in (former, tutor.id)
    assert (visit.tutor_id, visit.suspended_for) == (None, None)
    assert [one.kind for one in sent if one.person_id == visit.visitor_id] == ["visit_changed"]
    assert "un collègue reçoit à sa place" in next(
        one.text for one in sent if one.person_id == visit.visitor_id
    )
    check_counts(session)


def test_a_day_that_nobody_but_who_gave_it_back_could_receive_falls(
    engine: Engine, session: Session, shop: Shop
) -> None:
    shifts = {"host": Shift.OFF, "tutor": Shift.FULL, "rest": Shift.OFF}
    visit, tutor = received_instead(engine, session, shop, named=False, **shifts)
    go(engine, session, visit, tutor, "gives up")
    assert (visit.status, visit.cancel_reason) == (VisitStatus.CANCELLED, CancelReason.ROSTER)


@pytest.mark.parametrize("how", ["company", "team", "gives up"])
@pytest.mark.parametrize("named", [True, False])
def test_where_the_host_works_the_day_holds(
    engine: Engine, session: Session, shop: Shop, how: str, *, named: bool
) -> None:
    visit, tutor = received_instead(engine, session, shop, named=named, host=Shift.FULL, tutor=Shift.FULL)
    host = visit.host_id
    sent = go(engine, session, visit, tutor, how)
    assert (visit.status, visit.host_id, visit.tutor_id) == (VisitStatus.PLANNED, host, None)
    assert visit.suspended_for is None
    assert {one.kind for one in sent if one.person_id in visit_two(visit)} == {"visit_changed"}


def test_a_host_who_works_half_of_the_day_leaves_room_for_other_hours(
    engine: Engine, session: Session, shop: Shop
) -> None:
    visit, tutor = received_instead(engine, session, shop, named=True, host=Shift.MORNING, tutor=Shift.FULL)
    go(engine, session, visit, tutor, "gives up")
    assert (visit.status, visit.suspended_for) == (VisitStatus.PLANNED, CancelReason.ROSTER)
    assert {one.person_id for one in mails(session, "visit_suspended")} == visit_two(visit)
    assert len(mails(session, "hours_to_change")) == 1
