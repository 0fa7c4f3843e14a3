"""A booked day that cannot be: another one is held for its visitor at once, and HR sees who has none."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.booking import asking, deciding, fallen, jobs, offering, queries
from app.booking.errors import HostNotFree
from app.booking.tables import BookingRequest, RequestStatus
from app.core import jobs as events
from app.messages.tables import Mail
from app.people.tables import Person
from app.planning.repairs import closing
from app.teams.importing.run import plan_roster
from app.teams.tables import RosterDay, Shift
from app.visits.roster_remarks import remarks_on
from app.visits.rules import offered_reasons
from app.visits.tables import By, CancelReason, Visit, VisitStatus
from app.worker import drain
from tests.booking.conftest import (
    MONDAY,
    NOW,
    TODAY,
    TUESDAY,
    WEDNESDAY,
    Shop,
    check_counts,
    fall,
    let_go,
    mails,
    offers,
)
from tests.factories import make_site, make_team

pytestmark = pytest.mark.usefixtures("clock")


def told(session: Session, kind: str) -> set[int | None]:
    session.commit()
    found = {mail.person_id for mail in session.exec(select(Mail).where(Mail.kind == kind))}
    session.commit()
    return found


def respond(session: Session, shop: Shop, one: BookingRequest, *, takes: bool, **more: Any) -> Any:
    person = session.get_one(Person, one.person_id)
    told: dict[str, Any] = {"actor": shop.actor(person), "now": NOW, "today": TODAY, "revision": one.revision}
    if takes:
        made: Any = asking.accept(session, one, person, **told)
    else:
        made = asking.withdraw(session, one, **told, **more)
    session.commit()
    return made


def test_a_colleague_receives_instead_of_a_host_who_declines_before_the_line_is_served(
    engine: Engine, session: Session, shop: Shop
) -> None:
    shop.shop.max_visitors = 1
    place = shop.offer((MONDAY, TUESDAY))
    booked = shop.ask(shop.askers[0], place)
    waits = shop.ask(shop.askers[1], place, wait=True)
    fell = fall(session, shop, booked, By.HOST)
    drain(engine)
    [offered] = offers(session)
    assert (offered.place_id, offered.day, offered.status) == (place.id, MONDAY, RequestStatus.OFFERED)
    assert session.get_one(BookingRequest, waits.id).status == RequestStatus.WAITING
    assert told(session, "visit_cancelled") == {fell.visitor_id, fell.host_id}
    [subject] = [one.subject for one in mails(session, "visit_cancelled") if one.person_id == fell.visitor_id]
    assert subject.endswith("une autre place vous est gardée le même jour")
    assert told(session, "booking_offer") == set()  # one message says both
    check_counts(session)
    respond(session, shop, offered, takes=True)
    visit = session.get_one(Visit, offered.visit_id)
    assert (visit.visitor_id, visit.day) == (fell.visitor_id, MONDAY)
    assert visit.host_id != fell.host_id
    check_counts(session)


def test_a_site_that_closes_cancels_booked_days_and_ends_what_waits_for_them(
    engine: Engine, session: Session, shop: Shop
) -> None:
    place = shop.offer((MONDAY, TUESDAY), host_id=shop.hosts[0].id)
    booked = shop.ask(shop.askers[0], place)
    waits = shop.ask(shop.askers[1], place, wait=True)
    visit = session.get_one(Visit, booked.visit_id)
    closing.close_site(session, shop.there.id or 0, MONDAY, MONDAY, shop.boss, NOW, TODAY)
    assert visit.status == VisitStatus.CANCELLED
    session.commit()
    drain(engine)
    [offered] = offers(session)
    assert (offered.day, session.get_one(Visit, visit.id).cancel_reason) == (TUESDAY, CancelReason.CLOSED)
    assert session.get_one(BookingRequest, waits.id).status == RequestStatus.EXPIRED
    assert told(session, "visit_cancelled") == {visit.visitor_id, visit.host_id}
    assert told(session, "booking_expired") == {waits.person_id}
    check_counts(session)


def test_a_roster_that_contradicts_a_booked_day_or_an_offer_is_followed(
    engine: Engine, session: Session, shop: Shop
) -> None:
    booked = shop.ask(shop.askers[0], shop.offer((MONDAY,), host_id=shop.hosts[0].id))
    shop.offer((MONDAY,), host_id=None, job="Vendeuse, vendeur")
    visit = session.get_one(Visit, booked.visit_id)
    session.add(RosterDay(person_id=visit.host_id, day=MONDAY, shift=Shift.OFF))
    events.record(session, "visits.in_conflict", visit_ids=[visit.id])
    session.commit()
    drain(engine)
    [offered] = offers(session)
    assert session.get_one(Visit, visit.id).cancel_reason == CancelReason.ROSTER
    assert (offered.day, told(session, "visit_cancelled")) == (MONDAY, {visit.visitor_id, visit.host_id})
    # The colleague who was held to receive does not work either: whoever does receives.
    for host in (*shop.hosts[:2], shop.hosts[3], shop.marc):
        if host.id != visit.host_id:
            session.add(RosterDay(person_id=host.id or 0, day=MONDAY, shift=Shift.OFF))
    session.commit()
    respond(session, shop, offered, takes=True)
    assert session.get_one(Visit, offered.visit_id).host_id == shop.hosts[2].id
    check_counts(session)


def test_a_roster_says_before_it_is_confirmed_which_booked_days_fall(
    session: Session, shop: Shop, as_: Callable[..., TestClient]
) -> None:
    booked = shop.ask(shop.askers[0], shop.offer((MONDAY, TUESDAY), host_id=shop.hosts[0].id))
    host, visitor = shop.hosts[0], shop.askers[0]
    host.employee_number = "B1"

    def looked_at(hours: str) -> list[str]:
        sent = f"Matricule;Jour;Horaires\nB1;{MONDAY};{hours}\n".encode()
        plan = plan_roster(session, sent, team_ids=None, today=TODAY)
        return [one.message for one in remarks_on(session, plan, TODAY)]

    assert looked_at("J") == []
    total, named = looked_at("repos")
    assert "1 journée réservée tombe" in total
    assert f"{visitor.name} chez {host.name}" in named
    assert session.get_one(Visit, booked.visit_id).status == VisitStatus.PLANNED
    assert session.exec(select(RosterDay)).all() == []
    names = f"{visitor.name} chez {host.name}"
    let_go(session, shop.hr)
    hr = as_(shop.hr)
    for hours, falls in (("repos", True), ("J", False)):
        content = f"Matricule;Jour;Horaires\nB1;{MONDAY};{hours}\n".encode()
        sent = hr.post("/team/rosters", data={}, files={"file": ("avril.csv", content)})
        page = hr.get(sent.headers["location"]).text
        assert (names in page, "Une journée réservée tombe dès que vous confirmez" in page) == (falls, falls)
        assert "journée du plan" not in page


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        (By.VISITOR, CancelReason.UNAVAILABLE),
        (By.HR, CancelReason.MISTAKE),
        (By.HR, CancelReason.VISITOR_AWAY),
        (By.HR, CancelReason.VISITOR_LEFT),
        (By.SERVICE, CancelReason.CAMPAIGN),
    ],
)
def test_whoever_gave_the_day_up_is_offered_no_other(
    engine: Engine, session: Session, shop: Shop, by: By, reason: CancelReason
) -> None:
    booked = shop.ask(shop.askers[0], shop.offer((MONDAY, TUESDAY)))
    fall(session, shop, booked, by, reason)
    drain(engine)
    jobs.promote_everybody(engine)
    assert offers(session) == []


@pytest.mark.parametrize("reason", [CancelReason.UNAVAILABLE, CancelReason.LEFT])
def test_a_day_that_hr_cancels_for_the_host_is_offered_again(
    engine: Engine, session: Session, shop: Shop, reason: CancelReason
) -> None:
    assert "qui reçoit" in offered_reasons(By.HR)[reason]
    booked = shop.ask(shop.askers[0], shop.offer((MONDAY, TUESDAY)))
    fall(session, shop, booked, By.HR, reason)
    drain(engine)
    assert [one.person_id for one in offers(session)] == [booked.person_id]


def test_the_visitor_may_ask_for_something_else_and_never_gets_the_same_again(
    engine: Engine, session: Session, shop: Shop
) -> None:
    booked = shop.ask(shop.askers[0], shop.offer((MONDAY, TUESDAY)))
    fall(session, shop, booked, By.HOST)
    drain(engine)
    [first] = offers(session)
    other = respond(session, shop, first, takes=False, another=True)
    assert (first.day, other.day, other.status) == (MONDAY, TUESDAY, RequestStatus.OFFERED)
    assert respond(session, shop, other, takes=False, another=True) is None
    jobs.promote_everybody(engine)
    assert len(offers(session)) == 2
    check_counts(session)


def test_hr_sees_who_has_nothing_and_a_place_that_comes_later_is_offered(
    engine: Engine, session: Session, shop: Shop, as_: Callable[..., TestClient]
) -> None:
    booked = shop.ask(shop.askers[0], shop.offer((MONDAY,), host_id=shop.hosts[0].id))
    fall(session, shop, booked, By.HOST, CancelReason.NOT_FOR_ME)
    drain(engine)
    jobs.promote_everybody(engine)
    assert offers(session) == []
    campaign_id, host_id = shop.campaign.id, shop.hosts[0].id
    here = f"/campaigns/{campaign_id}/booking"
    let_go(session, shop.hr, shop.askers[0])
    hr = as_(shop.hr)
    assert "n’a rien à la place" in hr.get("/home").text
    assert "rien ne convient encore" in hr.get(here).text
    assert hr.get(f"/campaigns/{campaign_id}/repairs").headers["location"] == here
    # Whoever preferred not to is not brought together with the visitor again.
    shop.offer((TUESDAY,), host_id=host_id)
    session.commit()
    jobs.promote_everybody(engine)
    assert offers(session) == []
    shop.offer((TUESDAY,), host_id=shop.hosts[1].id)
    session.commit()
    jobs.promote_everybody(engine)
    [offered] = offers(session)
    assert offered.day == TUESDAY
    offered_id = offered.id
    session.commit()
    assert "rien ne convient encore" not in hr.get(here).text
    page = as_(shop.askers[0]).get(f"/booking/requests/{offered_id}").text
    assert "Proposez-moi autre chose" in page


def test_losers_of_a_taken_place_wait_in_line_and_read_it(
    engine: Engine, session: Session, asked_shop: Shop
) -> None:
    shop = asked_shop
    place = shop.offer(host_id=shop.hosts[0].id)
    first, second, third = (shop.ask(asker, place) for asker in shop.askers[:3])
    elsewhere = shop.offer(host_id=shop.hosts[1].id)
    shop.terms.max_per_person = 2
    twice = shop.ask(shop.askers[1], elsewhere)
    shop.approve(second)
    session.commit()
    drain(engine)
    session.expire_all()
    assert [one.status for one in (first, second, third, twice)] == [
        RequestStatus.WAITING,
        RequestStatus.BOOKED,
        RequestStatus.WAITING,
        RequestStatus.EXPIRED,
    ]
    assert told(session, "booking_queued") == {shop.askers[0].id, shop.askers[2].id}
    assert told(session, "booking_expired") == {shop.askers[1].id}
    check_counts(session)


def test_the_line_does_not_overtake_an_older_request(
    engine: Engine, session: Session, asked_shop: Shop
) -> None:
    shop = asked_shop
    place = shop.offer(host_id=shop.hosts[0].id, per_day=1)
    booked, older = shop.ask(shop.askers[0], place), shop.ask(shop.askers[1], place)
    shop.approve(booked)
    later = shop.ask(shop.askers[2], place, wait=True)
    fall(session, shop, booked, By.VISITOR)
    jobs.follow_visit(engine, booked.visit_id or 0, 1)
    session.expire_all()
    assert (older.status, later.status) == (RequestStatus.REQUESTED, RequestStatus.WAITING)
    session.commit()
    drain(engine)
    check_counts(session)


def test_the_manager_chooses_who_receives_among_those_who_did_not_say_no(
    engine: Engine, session: Session, asked_shop: Shop, as_: Callable[..., TestClient]
) -> None:
    shop = asked_shop
    place = shop.offer((MONDAY,), per_day=3)
    booked = shop.ask(shop.askers[0], place)
    refuser = shop.approve(booked).host_id
    asked, other = shop.ask(shop.askers[1], place), shop.ask(shop.askers[2], place)
    fall(session, shop, booked, By.HOST)
    drain(engine)
    asked_id = asked.id
    names = {host.id: host.name for host in shop.hosts}
    let_go(session, shop.marc, *shop.hosts)
    marc = as_(shop.marc)
    here = f"/booking/requests/{asked_id}/approval"
    page = marc.get(here).text
    assert names[shop.hosts[3].id] in page
    assert f'value="{refuser}"' not in page
    with pytest.raises(HostNotFree):
        deciding.approve(session, other, actor=shop.boss, now=NOW, today=TODAY, host_id=refuser)
    session.rollback()
    said = marc.post(here, data={"revision": "0", "host_id": str(shop.hosts[3].id)})
    assert f"{names[shop.hosts[3].id]} reçoit" in marc.get(said.headers["location"]).text
    session.expire_all()
    visit_id = session.get_one(BookingRequest, asked_id).visit_id
    assert session.get_one(Visit, visit_id).host_id == shop.hosts[3].id
    session.commit()


def test_a_site_that_closes_names_its_booked_days_first(
    session: Session, shop: Shop, as_: Callable[..., TestClient]
) -> None:
    shop.ask(shop.askers[0], shop.offer((MONDAY,), host_id=shop.hosts[0].id))
    make_team(session, make_site(session))
    let_go(session, shop.hr)
    where = f"site_id={shop.there.id}&first={MONDAY}&last={MONDAY}"
    page = as_(shop.hr).get(f"/campaigns/{shop.campaign.id}/repairs/closure?{where}").text
    assert "Anna Compte0" in page
    assert "elle est annulée aussitôt" in page
    assert "Les journées réservées tombent, et une autre est cherchée." in page
    assert "une seule réparation" not in page


def test_a_day_taken_back_says_first_what_ends_and_what_was_offered_instead_is_looked_for_again(
    engine: Engine, session: Session, shop: Shop, as_: Callable[..., TestClient]
) -> None:
    shop.terms.max_per_person = 3
    place = shop.offer([MONDAY], host_id=shop.hosts[0].id)
    other = shop.offer([TUESDAY], host_id=shop.hosts[1].id)
    third = shop.offer([WEDNESDAY], host_id=shop.hosts[2].id)
    fell = shop.ask(shop.askers[0], place)
    fall(session, shop, fell, By.HOST)
    drain(engine)
    [offer] = offers(session)
    assert (offer.place_id, offer.status) == (other.id, RequestStatus.OFFERED)
    shop.ask(shop.askers[1], third, WEDNESDAY)
    shop.ask(shop.askers[2], other, TUESDAY, wait=True)
    shop.offer([date(2027, 4, 8)], host_id=shop.hosts[3].id)
    here, form = f"/team/places/{other.id}", {"campaign_id": shop.campaign.id, "team_id": shop.shop.id}
    sent = {**form, "job": "Vendeur", "part": "full", "version": 1, "days": ["2027-04-09"]}
    sent["host_id"] = shop.hosts[1].id
    let_go(session, shop.marc)
    marc = as_(shop.marc)
    page = marc.get(f"{here}/withdrawal").text
    assert "1 place gardée" in page
    assert "1 personne en liste d’attente" in page
    assert "déjà réservée" not in page
    asked = marc.post(here, data=sent)
    assert asked.status_code == 422
    assert "1 place gardée" in asked.text
    assert marc.post(here, data={**sent, "sure": "0-1-0-0"}).status_code == 422  # no longer what was read
    assert marc.post(here, data={**sent, "sure": "0-1-0-1"}).status_code == 303
    drain(engine)
    session.expire_all()
    [waited] = session.exec(select(Mail).where(Mail.kind == "booking_expired"))
    assert waited.person_id == shop.askers[2].id
    *_before, kept = session.exec(select(Mail).where(Mail.kind == "booking_offer").order_by(col(Mail.id)))
    assert kept.person_id == shop.askers[0].id
    assert all("a retiré cette journée" in one.text for one in (waited, kept))
    first, again = offers(session)
    assert (first.status, again.status) == (RequestStatus.EXPIRED, RequestStatus.OFFERED)
    check_counts(session)


def test_the_clock_looks_again_for_whose_offer_the_team_took_back(
    engine: Engine, session: Session, shop: Shop
) -> None:
    place, other = shop.offer([MONDAY], host_id=shop.hosts[0].id), shop.offer([TUESDAY])
    fell = fall(session, shop, shop.ask(shop.askers[0], place), By.HOST)
    drain(engine)
    [offer] = offers(session)
    assert offer.place_id == other.id
    seen = queries.find_place(session, other.id or 0)
    offering.withdraw_place(session, seen, version=1, actor=shop.boss, now=NOW)
    session.commit()
    drain(engine)
    assert [one.id for one in offers(session)] == [offer.id]  # nothing suits
    assert [one for _campaign, one in fallen.without_another(session, today=TODAY)] == [fell.id]
    shop.offer([TUESDAY], host_id=shop.hosts[2].id)
    session.commit()
    jobs.promote_everybody(engine)
    assert [one.status for one in offers(session)] == [RequestStatus.EXPIRED, RequestStatus.OFFERED]
    assert fallen.without_another(session, today=TODAY) == []
    check_counts(session)
