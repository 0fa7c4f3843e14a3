"""What somebody had asked for ends when they leave the company, not when the clock strikes."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.booking import jobs
from app.booking.tables import RequestStatus
from app.core import jobs as events
from app.people.tables import Person
from app.worker import drain
from tests.booking.conftest import NOW, TUESDAY, Shop, cancel, check_counts, mails, statuses
from tests.support.web import Clock

pytestmark = pytest.mark.usefixtures("clock")


def leave(engine: Engine, session: Session, person: Person) -> None:
    session.get_one(Person, person.id).active = False
    events.record(session, "person.left", person_id=person.id)
    session.commit()
    drain(engine)


def test_the_place_kept_for_a_leaver_goes_to_the_next_in_line_at_once(
    engine: Engine, session: Session, shop: Shop, clock: Clock
) -> None:
    _place, (booked, first, second, third) = shop.line_up(3)
    cancel(session, shop, booked)
    drain(engine)
    assert statuses(session, first, second) == [RequestStatus.OFFERED, RequestStatus.WAITING]
    leave(engine, session, shop.askers[1])
    assert statuses(session, first, second, third) == [
        RequestStatus.EXPIRED,
        RequestStatus.OFFERED,
        RequestStatus.WAITING,
    ]
    check_counts(session)
    session.commit()
    clock.forward(minutes=10)
    for _ in range(2):
        jobs.settle_due(engine)
        drain(engine)
    assert [one.person_id for one in mails(session, "booking_offer")] == [
        shop.askers[1].id,
        shop.askers[2].id,
    ]
    assert mails(session, "booking_expired") == []


def test_a_place_in_line_and_a_question_of_a_leaver_are_over_and_those_who_stay_keep_theirs(
    engine: Engine, session: Session, asked_shop: Shop
) -> None:
    shop = asked_shop
    place = shop.offer(host_id=shop.hosts[0].id)
    booked, gone, stays = (shop.ask(shop.askers[n], place, now=NOW + timedelta(minutes=n)) for n in range(3))
    shop.approve(booked)
    session.commit()
    drain(engine)
    asked = shop.ask(shop.askers[1], place, TUESDAY)
    assert statuses(session, gone, stays, asked) == [
        RequestStatus.WAITING,
        RequestStatus.WAITING,
        RequestStatus.REQUESTED,
    ]
    leave(engine, session, shop.askers[1])
    assert statuses(session, booked, gone, stays, asked) == [
        RequestStatus.BOOKED,
        RequestStatus.EXPIRED,
        RequestStatus.WAITING,
        RequestStatus.EXPIRED,
    ]
    check_counts(session)


def test_who_stays_keeps_the_place_that_is_kept_for_them(
    engine: Engine, session: Session, shop: Shop
) -> None:
    _place, (booked, first, second) = shop.line_up(2)
    cancel(session, shop, booked)
    drain(engine)
    leave(engine, session, shop.askers[2])
    assert statuses(session, first, second) == [RequestStatus.OFFERED, RequestStatus.EXPIRED]
    leave(engine, session, shop.askers[3])
    assert statuses(session, first) == [RequestStatus.OFFERED]
    assert len(mails(session, "booking_offer")) == 1
    check_counts(session)
