"""What is kept in place of a day that fell: what was acknowledged for it holds, and who leads reads of it."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.booking import asking, queries
from app.booking.tables import BookingRequest
from app.people.tables import Person
from app.teams.tables import TeamConditions
from app.visits.conditions import are_open, conditions_of
from app.visits.rules import reason_labels
from app.visits.tables import By, CancelReason, Visit
from app.worker import drain
from tests.booking.conftest import (
    MONDAY,
    NOW,
    TODAY,
    TUESDAY,
    Shop,
    fall,
    kept_next_day,
    mails,
    offers,
)
from tests.support.web import Clock

pytestmark = pytest.mark.usefixtures("clock")


def conditions(session: Session, shop: Shop, version: int) -> int:
    """What the shop asks of visitors."""
    row = TeamConditions(
        team_id=shop.shop.id or 0, version=version, safety=f"Casque {version}", created_at=NOW
    )
    session.add(row)
    session.commit()
    return row.id or 0


def take(session: Session, shop: Shop, clock: Clock, offer: BookingRequest) -> Visit:
    """The visitor takes it an hour later."""
    clock.forward(hours=1)
    who = session.get_one(Person, offer.person_id)
    said = {"actor": shop.actor(who), "now": clock.at, "today": TODAY, "revision": offer.revision}
    asking.accept(session, offer, who, **said)
    session.commit()
    session.refresh(offer)
    return session.get_one(Visit, offer.visit_id)


@pytest.mark.parametrize("since", [False, True])
def test_the_same_conditions_of_the_same_team_are_acknowledged_once(
    engine: Engine, session: Session, shop: Shop, clock: Clock, since: bool
) -> None:
    read = conditions(session, shop, 1)
    place = shop.offer([MONDAY, TUESDAY], host_id=shop.hosts[0].id)
    asker = shop.askers[0]
    booked = asking.ask(
        session,
        asker,
        queries.find_place(session, place.id or 0),
        MONDAY,
        "some-key",
        wait=False,
        conditions_id=read,
        actor=shop.actor(asker),
        now=NOW,
        today=TODAY,
    )
    fall(session, shop, booked, By.HOST)
    drain(engine)
    [offer] = offers(session)
    if since:
        conditions(session, shop, 2)
    made = take(session, shop, clock, offer)
    assert are_open(made, conditions_of(session, shop.shop)) is since
    assert (made.visitor_confirmed_at is None) is since
    assert made.conditions_read_at == (None if since else NOW)  # when they did, not when it was kept


def test_conditions_that_nobody_read_for_the_day_that_fell_are_read_before_a_yes(
    engine: Engine, session: Session, shop: Shop, clock: Clock
) -> None:
    _place, _fell, offer = kept_next_day(engine, session, shop)
    conditions(session, shop, 1)  # nothing was asked for the day that fell
    made = take(session, shop, clock, offer)
    assert are_open(made, conditions_of(session, shop.shop))
    assert made.visitor_confirmed_at is None


def test_who_leads_the_visitor_reads_that_another_place_is_kept_and_nobody_s_reason(
    engine: Engine, session: Session, shop: Shop
) -> None:
    place = shop.offer([MONDAY, TUESDAY], host_id=shop.hosts[0].id)
    fall(session, shop, shop.ask(shop.askers[0], place), By.HOST, CancelReason.UNAVAILABLE)
    drain(engine)
    told = {one.person_id: one for one in mails(session, "visit_team") if "n’aura pas lieu" in one.text}
    assert set(told) == {shop.martine.id, shop.marc.id}
    [subject] = [one.subject for one in mails(session, "visit_cancelled") if "gardée" in one.subject]
    assert subject.endswith("une autre vous est gardée le mar. 6 avr.")
    kept = "Une autre place est gardée pour Anna Compte0 le mardi 6 avril"
    for text in (told[shop.martine.id].text, told[shop.martine.id].html):
        assert kept in " ".join(text.split())
    assert "gardée" not in told[shop.marc.id].text
    reason = reason_labels()[CancelReason.UNAVAILABLE]
    assert not any(reason.lower() in one.text.lower() for one in told.values())


def test_who_leads_the_visitor_reads_of_no_place_where_none_is_kept(
    engine: Engine, session: Session, shop: Shop
) -> None:
    place = shop.offer([MONDAY], host_id=shop.hosts[0].id)
    fall(session, shop, shop.ask(shop.askers[0], place), By.HOST)
    drain(engine)
    told = [one for one in mails(session, "visit_team") if "n’aura pas lieu" in one.text]
    assert len(told) == 2
    assert not any("gardée" in one.text for one in told)
