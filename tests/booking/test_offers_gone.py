"""An offer in place of a fallen day that goes by no act of its visitor is looked for again; one that they let
lapse is not. Who loses a place to such an offer reads it."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.booking import ending, fallen, offering, queries
from app.booking.stands import stands_of
from app.booking.tables import Approval, RequestStatus
from app.messages.tables import Mail
from app.planning.repairs import closing
from app.visits.tables import By
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
    kept_next_day,
    offers,
)

pytestmark = pytest.mark.usefixtures("clock")


def test_what_a_closed_site_takes_back_is_looked_for_again(
    engine: Engine, session: Session, shop: Shop
) -> None:
    _place, fell, _offer = kept_next_day(engine, session, shop)
    closing.close_site(session, shop.there.id or 0, TUESDAY, TUESDAY, shop.boss, NOW, TODAY)
    session.commit()
    drain(engine)
    first, again = offers(session)
    assert (first.status, first.taken_back, again.status) == (RequestStatus.EXPIRED, True, "offered")
    seen = queries.requests_of(session, first.person_id)
    assert stands_of(session, seen)[first.id or 0].text == "site fermé"
    assert again.day == WEDNESDAY
    assert again.instead_of_id == fell.id
    check_counts(session)


def test_its_visitor_reads_why_and_what_is_kept_instead_in_one_mail(
    engine: Engine, session: Session, shop: Shop
) -> None:
    _place, _fell, _offer = kept_next_day(engine, session, shop)
    before = set(session.exec(select(Mail.id)))
    closing.close_site(session, shop.there.id or 0, TUESDAY, TUESDAY, shop.boss, NOW, TODAY)
    session.commit()
    drain(engine)
    first, again = offers(session)
    wrote = [
        one
        for one in session.exec(select(Mail).where(Mail.person_id == first.person_id))
        if one.id not in before
    ]
    assert [one.kind for one in wrote] == ["booking_offer"]
    for words in (wrote[0].text, wrote[0].html):
        assert "sera fermé le mardi" in words
        assert "une place vous est gardée le mercredi" in words
        assert f"/booking/requests/{again.id}" in words
        assert "n’aura pas lieu" not in words


def test_where_nothing_else_is_found_its_visitor_reads_that_it_is_over(
    engine: Engine, session: Session, shop: Shop
) -> None:
    _place, _fell, offer = kept_next_day(engine, session, shop)
    closing.close_site(session, shop.there.id or 0, TUESDAY, WEDNESDAY, shop.boss, NOW, TODAY)
    session.commit()
    drain(engine)
    [mail] = session.exec(select(Mail).where(Mail.kind == "booking_expired"))
    assert "sera fermé le mardi" in mail.text
    assert [one.id for one in offers(session)] == [offer.id]


def test_an_offer_that_lapsed_is_not_made_anew_when_the_team_takes_the_day_back(
    engine: Engine, session: Session, shop: Shop
) -> None:
    place, _fell, offer = kept_next_day(engine, session, shop)
    ending.expire(session, offer, now=NOW)
    offering.withdraw_place(
        session, queries.find_place(session, place.id or 0), version=1, actor=shop.boss, now=NOW
    )
    shop.offer([WEDNESDAY], host_id=shop.hosts[1].id)
    session.commit()
    drain(engine)
    assert [one.id for one in offers(session)] == [offer.id]
    assert fallen.without_another(session, today=TODAY) == []


@pytest.mark.parametrize("fell", [True, False])
def test_whoever_waits_because_a_day_fell_reads_it(engine: Engine, session: Session, fell: bool) -> None:
    shop = Shop(session, approval=Approval.MANAGER)
    shop.terms.max_per_person = 2
    first = shop.offer([MONDAY], host_id=shop.hosts[0].id)
    other = shop.offer([TUESDAY], host_id=shop.hosts[1].id)
    booked = shop.ask(shop.askers[0], first)
    shop.approve(booked)
    waits = shop.ask(shop.askers[1], other, TUESDAY)
    rival = shop.ask(shop.askers[2], other, TUESDAY)
    session.commit()
    drain(engine)
    if fell:
        fall(session, shop, booked, By.HOST)
    else:
        shop.approve(rival)
        session.commit()
    drain(engine)
    session.expire_all()
    mails = session.exec(select(Mail).where(Mail.kind == "booking_queued")).all()
    [mine] = [one for one in mails if one.person_id == waits.person_id]
    assert ("dont la journée réservée vient de tomber" in mine.text) is fell
