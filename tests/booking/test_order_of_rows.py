"""Whoever gives a place back takes rows in the order of whoever takes one: they wait, and neither is turned
away."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.availability.queries import find_enrolling
from app.availability.service import When
from app.booking import asking, ending, holding, queries
from app.booking.tables import BookingRequest, Place, RequestStatus
from app.campaigns.holding import hold_alone
from app.core.db import open_session
from app.people.tables import Person
from app.visits import leaving
from app.visits.tables import By
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, TODAY, TUESDAY, Shop, cancel, check_counts, fall, offers

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database("sqlite", "postgresql")]


@dataclass
class Offered:
    """One of two places of a day is offered, the other is free."""

    shop: Shop
    place: Place
    request_id: int


@pytest.fixture
def offered(engine: Engine) -> Offered:
    with open_session(engine) as session:
        shop = Shop(session)
        place = shop.offer((MONDAY,), per_day=2)
        first, second = (shop.ask(one, place) for one in shop.askers[:2])
        third = shop.ask(shop.askers[2], place, wait=True)
        session.commit()
        cancel(session, shop, first)
        drain(engine)
        cancel(session, shop, second)
        drain(engine)
        session.refresh(third)
        assert third.status == RequestStatus.OFFERED
    return Offered(shop, place, third.id or 0)


def withdraw(session: Session, request: BookingRequest, shop: Shop) -> None:
    who, revision = shop.actor(shop.askers[2]), request.revision
    asking.withdraw(session, request, actor=who, now=NOW, today=TODAY, revision=revision)


def expire(session: Session, request: BookingRequest, _shop: Shop) -> None:
    ending.expire(session, request, now=NOW)


@pytest.mark.parametrize("ends", [withdraw, expire])
def test_an_offer_ends_while_somebody_books_beside_it(
    engine: Engine, offered: Offered, ends: Callable[[Session, BookingRequest, Shop], None]
) -> None:
    def end() -> None:
        with open_session(engine) as session:
            ends(session, session.get_one(BookingRequest, offered.request_id), offered.shop)

    shop, place_id = offered.shop, offered.place.id or 0
    with ThreadPoolExecutor(1) as pool:
        with open_session(engine) as session:
            holding.lock_day(session, place_id, MONDAY)
            ended: Future[None] = pool.submit(end)
            with pytest.raises(TimeoutError):
                ended.result(0.5)
            person = session.get_one(Person, shop.askers[3].id)
            asking.ask(
                session,
                person,
                queries.find_place(session, place_id),
                MONDAY,
                "k" * 8,
                wait=False,
                actor=shop.actor(person),
                now=NOW,
                today=TODAY,
            )
        ended.result(60)
    with open_session(engine) as session:
        lives = session.exec(
            select(BookingRequest).where(BookingRequest.status == RequestStatus.BOOKED)
        ).all()
        assert [one.person_id for one in lives] == [shop.askers[3].id]
        check_counts(session)


def test_something_else_is_asked_for_while_a_colleague_leaves(engine: Engine) -> None:
    with open_session(engine) as session:
        shop = Shop(session)
        place = shop.offer((MONDAY, TUESDAY), per_day=2)
        fell, _stays = shop.ask(shop.askers[0], place), shop.ask(shop.askers[1], place, TUESDAY)
        session.commit()
        fall(session, shop, fell, By.HR)
        drain(engine)
        [offer] = offers(session)
        assert offer.day == TUESDAY
        offer_id, campaign_id, leaver_id = offer.id, shop.campaign.id or 0, shop.askers[1].id or 0
        one_asks, other_leaves = shop.actor(shop.askers[0]), shop.actor(shop.askers[1])

    def ask_for_another() -> None:
        with open_session(engine) as session:
            mine = session.get_one(BookingRequest, offer_id)
            asking.withdraw(
                session,
                mine,
                actor=one_asks,
                now=NOW,
                today=TODAY,
                revision=mine.revision,
                another=True,
            )

    with ThreadPoolExecutor(1) as pool:
        with open_session(engine) as session:
            enrolling = find_enrolling(session, campaign_id, leaver_id)
            assert enrolling is not None
            hold_alone(session, enrolling.campaign)
            asked: Future[None] = pool.submit(ask_for_another)
            with pytest.raises(TimeoutError):
                asked.result(0.5)
            version, when = enrolling.version, When(TODAY, NOW)
            leaving.leave_campaign(session, enrolling, other_leaves, version=version, when=when)
        asked.result(60)
    drain(engine)
    with open_session(engine) as session:
        check_counts(session)
