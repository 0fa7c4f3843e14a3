"""A reason that speaks of the team or of its site closes the day there; one about a person does not."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.booking import holding, jobs
from app.booking.tables import RequestStatus
from app.people.tables import Person, Side
from app.planning.repairs import closing as sites
from app.teams.days import practice_of
from app.teams.service import By as Decides
from app.teams.service import Mark, mark_days
from app.teams.tables import BlackoutDay
from app.visits.tables import Visit, VisitStatus
from app.worker import drain
from tests.booking.conftest import (
    MONDAY,
    NOW,
    TODAY,
    TUESDAY,
    Shop,
    check_counts,
    let_go,
    mails,
    offers,
    statuses,
)
from tests.factories import make_person, make_team

pytestmark = pytest.mark.usefixtures("clock")

NOBODY_COMES = [
    ("marc", "service"),
    ("marc", "closed"),
    ("host", "closed"),
    ("hr", "service"),
    ("hr", "closed"),
]
STAYS_OPEN = [("host", "unavailable"), ("host", "service"), ("host", "not_for_me")]
STAYS_OPEN += [("hr", "unavailable"), ("hr", "left"), ("hr", "mistake"), ("hr", "visitor_away")]
STAYS_OPEN += [("visitor", "unavailable"), ("visitor", "service"), ("visitor", "not_for_me")]


def who(session: Session, shop: Shop, role: str, visit: Visit) -> Any:
    ids = {"host": visit.host_id, "visitor": visit.visitor_id}
    found = session.get_one(Person, ids[role]) if role in ids else getattr(shop, role)
    let_go(session, found)
    return found


def cancel_as(client: TestClient, visit_id: int, reason: str, door: str = "page") -> str:
    """What is read before, and said after."""
    if door == "api":
        sent = client.post(f"/api/v1/visits/{visit_id}/cancellation", json={"reason": reason, "revision": 0})
        assert sent.json()["status"] == "cancelled"
        return str(sent.json()["day_closed"])
    before = client.get(f"/visits/{visit_id}/cancellation").text
    sent = client.post(f"/visits/{visit_id}/cancellation", data={"reason": reason, "revision": "0"})
    assert sent.status_code == 303
    return before + client.get(sent.headers["location"]).text


def closed(session: Session) -> list[tuple[int, bool, bool]]:
    session.commit()
    rows = session.exec(select(BlackoutDay).where(BlackoutDay.day == MONDAY)).all()
    found = [(row.team_id, row.no_visitors, row.no_leaving) for row in rows]
    session.commit()
    return found


@pytest.mark.parametrize("door", ["page", "api"])
@pytest.mark.parametrize(("role", "reason"), NOBODY_COMES)
def test_a_reason_of_the_receiving_team_closes_the_day_to_everybody(
    engine: Engine,
    session: Session,
    shop: Shop,
    as_: Callable[..., TestClient],
    role: str,
    reason: str,
    door: str,
) -> None:
    _place, (booked, waits) = shop.line_up(1)
    shop.offer((MONDAY, TUESDAY))  # another of the team, whoever receives
    visit = session.get_one(Visit, booked.visit_id)
    visit_id, team_id = visit.id or 0, shop.shop.id or 0
    said = cancel_as(as_(who(session, shop, role, visit)), visit_id, reason, door)
    if door == "api":
        team = {"team_id": team_id, "team": "Boutique Bellecour"}
        assert said == str({**team, "mark": "no_visitors", "staying": []})
    if door == "page":
        assert "ferme aussi ce jour aux visites dans l’équipe Boutique Bellecour" in said
        assert "Ce jour est fermé aux visites dans l’équipe Boutique Bellecour" in said
    assert closed(session) == [(team_id, True, False)]
    drain(engine)
    jobs.promote_everybody(engine)
    assert statuses(session, waits) == [RequestStatus.WAITING]
    assert [one.day for one in offers(session)] in ([], [TUESDAY])
    told = "est fermé aux visites dans l’équipe Boutique Bellecour"
    [to_marc] = [one for one in mails(session, "visit_team") if one.person_id == shop.marc.id]
    [to_host] = [one for one in mails(session, "visit_cancelled") if one.person_id != booked.person_id]
    assert all(told in text for one in (to_marc, to_host) for text in (one.text, one.html))
    # Opened again on the team's calendar, the first in line has it where somebody receives.
    version = practice_of(session, team_id).version
    mark_days(
        session,
        team_id,
        [MONDAY],
        Mark.ORDINARY,
        version=version,
        by=Decides(shop.boss),
        now=NOW,
        today=TODAY,
    )
    session.commit()
    drain(engine)
    again = RequestStatus.WAITING if role == "host" else RequestStatus.OFFERED  # the named host said no
    assert statuses(session, waits) == [again]
    check_counts(session)


@pytest.mark.parametrize("door", ["page", "api"])
@pytest.mark.parametrize(("role", "reason"), STAYS_OPEN)
def test_a_reason_of_one_person_keeps_the_day_for_whom_a_colleague_receives(
    engine: Engine,
    session: Session,
    shop: Shop,
    as_: Callable[..., TestClient],
    role: str,
    reason: str,
    door: str,
) -> None:
    shop.shop.max_visitors = 1
    place = shop.offer((MONDAY,))
    booked = shop.ask(shop.askers[0], place)
    visit = session.get_one(Visit, booked.visit_id)
    former, visit_id, reader = visit.host_id, visit.id or 0, who(session, shop, role, visit)
    waits = shop.ask(shop.askers[1], place, wait=True)
    session.commit()
    said = cancel_as(as_(reader), visit_id, reason, door)
    assert said == "None" if door == "api" else "Ce jour est fermé" not in said
    assert closed(session) == []
    drain(engine)
    kept = [*offers(session), *([waits] if statuses(session, waits) == [RequestStatus.OFFERED] else [])]
    assert [one.day for one in kept] == [MONDAY]
    if role in {"host", "hr"} and reason in {"unavailable", "service", "not_for_me", "left"}:
        assert holding.host_of(session, kept[0]) not in (None, former)
    session.commit()
    check_counts(session)


@pytest.mark.parametrize("reason", ["unavailable", "left"])
def test_what_hr_say_of_the_named_host_leaves_nobody_there_that_day(
    engine: Engine, session: Session, shop: Shop, as_: Callable[..., TestClient], reason: str
) -> None:
    _place, (booked, waits) = shop.line_up(1)
    visit_id = booked.visit_id or 0
    let_go(session, shop.hr)
    cancel_as(as_(shop.hr), visit_id, reason)
    drain(engine)
    assert statuses(session, waits) == [RequestStatus.WAITING]
    assert [one.day for one in offers(session)] == [TUESDAY]


@pytest.mark.parametrize("reason", ["service", "closed"])
def test_who_leads_the_visitor_closes_the_day_to_those_who_leave_and_the_place_goes_on(
    engine: Engine, session: Session, shop: Shop, as_: Callable[..., TestClient], reason: str
) -> None:
    place = shop.offer((MONDAY,), host_id=shop.hosts[0].id)
    booked = shop.ask(shop.askers[0], place)
    mate = shop.ask(shop.askers[1], place, wait=True)
    law = make_team(session, shop.here, name="Droit", side=Side.BACK, department="Droit", max_away=9)
    other = shop.ask(make_person(session, law), place, wait=True)
    visit_id, accounts_id = booked.visit_id or 0, shop.accounts.id or 0
    let_go(session, shop.martine)
    said = cancel_as(as_(shop.martine), visit_id, reason)
    assert "ferme aussi ce jour aux départs dans l’équipe Comptabilité" in said
    assert closed(session) == [(accounts_id, False, True)]
    drain(engine)
    assert statuses(session, mate, other) == [RequestStatus.WAITING, RequestStatus.OFFERED]
    assert offers(session) == []


def test_a_site_said_closed_is_not_proposed_again_that_day_by_another_team_of_it(
    engine: Engine, session: Session, shop: Shop, as_: Callable[..., TestClient]
) -> None:
    booked = shop.ask(shop.askers[0], shop.offer((MONDAY,), host_id=shop.hosts[0].id))
    stock = make_team(session, shop.there, name="Réserve", max_visitors=3)
    boss = make_person(session, stock)
    shop.shop, own = stock, shop.shop
    shop.offer((MONDAY,), host_id=boss.id)
    shop.shop = own
    visit = session.get_one(Visit, booked.visit_id)
    host, visit_id = who(session, shop, "host", visit), booked.visit_id or 0
    cancel_as(as_(host), visit_id, "closed")
    drain(engine)
    assert offers(session) == []


def test_what_the_team_said_of_the_day_before_stays_beside(
    session: Session, shop: Shop, as_: Callable[..., TestClient]
) -> None:
    booked = shop.ask(shop.askers[0], shop.offer((MONDAY,), host_id=shop.hosts[0].id))
    visit_id, team_id = booked.visit_id or 0, shop.shop.id or 0
    session.add(BlackoutDay(team_id=team_id, day=MONDAY, no_visitors=False, no_leaving=True))
    let_go(session, shop.marc)
    cancel_as(as_(shop.marc), visit_id, "service")
    assert closed(session) == [(team_id, True, True)]


def test_a_site_that_hr_closed_stays_theirs_to_open(engine: Engine, session: Session, shop: Shop) -> None:
    booked = shop.ask(shop.askers[0], shop.offer((MONDAY, TUESDAY), host_id=shop.hosts[0].id))
    sites.close_site(session, shop.there.id or 0, MONDAY, MONDAY, shop.boss, NOW, TODAY)
    session.commit()
    drain(engine)
    assert session.get_one(Visit, booked.visit_id).status == VisitStatus.CANCELLED
    assert closed(session) == []
