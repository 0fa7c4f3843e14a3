"""A site that closed is open again: whoever lost something by it reads it once; nothing is booked."""

from collections.abc import Callable
from datetime import time

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.booking import offering, queries
from app.booking.stands import stands_of
from app.booking.tables import BookingRequest
from app.messages.tables import Mail
from app.planning.repairs import closing, reopening
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, TODAY, TUESDAY, Shop, check_counts, let_go, mails

pytestmark = pytest.mark.usefixtures("clock")


def test_they_are_counted_then_told_once_with_a_link_to_what_they_can_book(
    engine: Engine, session: Session, shop: Shop, as_: Callable[..., TestClient]
) -> None:
    place = shop.offer((MONDAY, TUESDAY), host_id=shop.hosts[0].id)
    lost = [shop.ask(shop.askers[0], place)] + [shop.ask(shop.askers[n], place, wait=True) for n in (1, 2)]
    people, there = {one.person_id for one in lost}, shop.there.id or 0
    session.commit()

    def shut_and_open() -> reopening.Reopening:
        closing.close_site(session, there, MONDAY, MONDAY, shop.boss, NOW, TODAY)
        session.commit()
        drain(engine)
        done = reopening.reopen_site(session, there, MONDAY, MONDAY, shop.boss, NOW, TODAY)
        session.commit()
        drain(engine)
        session.expire_all()
        return done

    assert {one.id for one in shut_and_open().losers} == people
    mails = session.exec(select(Mail).where(Mail.kind == "site_reopened")).all()
    assert {one.person_id for one in mails} == people
    assert len(mails) == len(people)
    assert all("Rien n’y est réservé pour vous" in one.text for one in mails)
    link = (
        f"/booking/places/{place.id}?day={MONDAY}"  # whoever has an offer of the same host cannot have both
    )
    assert {one.person_id for one in mails if link in one.text} == people - {lost[0].person_id}
    requests = session.exec(select(BookingRequest).where(BookingRequest.day == MONDAY)).all()
    assert not any(one.live for one in requests)
    check_counts(session)
    session.commit()
    assert shut_and_open().losers == []  # told before, and nothing asked since
    assert len(session.exec(select(Mail).where(Mail.kind == "site_reopened")).all()) == len(people)
    session.commit()
    closing.close_site(session, there, TUESDAY, TUESDAY, shop.boss, NOW, TODAY)
    session.commit()
    drain(engine)
    session.refresh(shop.hr)
    session.expunge(shop.hr)
    asked = f"site_id={there}&first={TUESDAY}&last={TUESDAY}"
    campaign_id = shop.campaign.id
    session.commit()
    page = as_(shop.hr).get(f"/campaigns/{campaign_id}/repairs/reopening?{asked}").text
    assert "lit que le site est de nouveau ouvert" in page  # the place kept on Tuesday instead


def test_what_the_team_took_back_and_what_the_closing_ended_are_told_apart(
    engine: Engine, session: Session, shop: Shop, as_: Callable[..., TestClient]
) -> None:
    place = shop.offer((MONDAY, TUESDAY), host_id=shop.hosts[0].id)
    shop.ask(shop.askers[0], place)
    withdrawn = shop.ask(shop.askers[1], place, wait=True)
    change = {"actor": shop.boss, "now": NOW, "today": TODAY, "starts_at": time(9), "ends_at": time(17)}
    seen = queries.find_place(session, place.id or 0)
    offering.change_place(session, seen, {TUESDAY}, version=1, **change)
    seen = queries.find_place(session, place.id or 0)
    offering.change_place(session, seen, {MONDAY, TUESDAY}, version=2, **change)
    closed = shop.ask(shop.askers[2], place, wait=True)
    there = shop.there.id or 0
    session.commit()
    drain(engine)
    closing.close_site(session, there, MONDAY, MONDAY, shop.boss, NOW, TODAY)
    session.commit()
    drain(engine)

    def said() -> dict[int, str]:
        session.expire_all()
        asked = queries.requests_where(session, col(BookingRequest.id).in_((withdrawn.id, closed.id)))
        return {number: one.text for number, one in stands_of(session, asked).items()}

    apart = {withdrawn.id: "place retirée", closed.id: "site fermé"}

    def because() -> dict[int, str]:
        session.expire_all()
        asked = queries.requests_where(session, col(BookingRequest.id).in_((withdrawn.id, closed.id)))
        return {number: one.because for number, one in stands_of(session, asked).items()}

    why = {
        withdrawn.id: "L’équipe ne propose plus cette journée",
        closed.id: "Les RH ont fermé le site ce jour-là",
    }
    assert said() == apart
    assert because() == why
    found = reopening.reopening_of(session, there, MONDAY, MONDAY, TODAY)
    assert withdrawn.person_id not in {one.id for one in found.losers}
    assert closed.person_id in {one.id for one in found.losers}
    reopening.reopen_site(session, there, MONDAY, MONDAY, shop.boss, NOW, TODAY)
    session.commit()
    drain(engine)
    assert said() == apart  # what ended them does not change with what the site does today
    again = "Les RH avaient fermé le site ce jour-là, et il est de nouveau ouvert"
    assert because() == {**why, closed.id: again}
    asker = shop.askers[2]
    let_go(session, asker, closed)
    browser = as_(asker)
    for page in ("/booking/requests", f"/booking/requests/{closed.id}"):
        assert again in browser.get(page).text


@pytest.mark.parametrize("reason", ["closed", "withdrawn"])
def test_what_ends_a_request_by_nobodys_answer_is_no_managers_reason(
    session: Session, asked_shop: Shop, as_: Callable[..., TestClient], reason: str
) -> None:
    asked = asked_shop.ask(asked_shop.askers[0], asked_shop.offer())
    request_id, revision = asked.id, asked.revision
    session.refresh(asked_shop.hr)
    session.expunge(asked_shop.hr)
    session.commit()
    hr = as_(asked_shop.hr)
    at = f"/booking/requests/{request_id}/refusal"
    assert hr.post(at, data={"reason": reason, "revision": revision}).status_code == 422
    assert hr.post(at, data={"reason": "service", "revision": revision}).status_code == 303


def test_whoever_loses_several_by_a_closing_reads_it_in_one_message(
    engine: Engine, session: Session, shop: Shop
) -> None:
    place = shop.offer((MONDAY, TUESDAY), host_id=shop.hosts[0].id)
    other = shop.offer((MONDAY,), host_id=shop.hosts[1].id)
    for asker, at, day in ((0, place, MONDAY), (3, place, TUESDAY), (4, other, MONDAY)):
        shop.ask(shop.askers[asker], at, day)
    several = [shop.ask(shop.askers[1], place, day, wait=True) for day in (MONDAY, TUESDAY)]
    alone = shop.ask(shop.askers[2], other, MONDAY, wait=True)
    session.commit()
    for _ in range(2):
        closing.close_site(session, shop.there.id or 0, MONDAY, TUESDAY, shop.boss, NOW, TODAY)
        session.commit()
        drain(engine)
    told = {one.person_id: one for one in mails(session, "booking_expired")}
    assert len(mails(session, "booking_expired")) == 2
    both, one = told[several[0].person_id], told[alone.person_id]
    for said in (both.text, both.html):
        assert "lundi 5 avril" in said
        assert "mardi 6 avril" in said
    assert "2 demandes" in both.subject
    assert "mardi 6 avril" not in one.text
    assert "de nouveau libre" not in both.text + one.text  # who waited had lost no day
    assert both.until == TUESDAY
