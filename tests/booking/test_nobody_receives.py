"""A day on which a roster, or somebody's leaving, lets nobody receive: what is held or waited for there ends
with one message that says why."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.booking import holding, queries
from app.booking.stands import stands_of
from app.booking.tables import BookingRequest, RequestStatus
from app.core import jobs as events
from app.people.tables import Person
from app.teams.tables import BlackoutDay, Shift
from app.visits import places
from app.worker import drain
from tests.booking.conftest import (
    MONDAY,
    TUESDAY,
    WEDNESDAY,
    Shop,
    cancel,
    check_counts,
    kept_next_day,
    let_go,
    mails,
    offers,
    statuses,
)
from tests.factories import make_roster

pytestmark = pytest.mark.usefixtures("clock")


def off(session: Session, *people: Person, told: bool = True, day: Any = MONDAY) -> None:
    """A roster of their team says that they do not work that day; `told`: it was confirmed."""
    make_roster(session, people[0].team_id, {(one.id, day): Shift.OFF for one in people}, told=told)
    session.commit()


def held_for_one(engine: Engine, session: Session, shop: Shop, **over: Any) -> list[BookingRequest]:
    """Monday was booked and given up: it is kept for the first in line, another waits."""
    shop.shop.max_visitors = 1
    place = shop.offer(**over)
    booked = shop.ask(shop.askers[0], place)
    line = [shop.ask(one, place, wait=True) for one in shop.askers[1:3]]
    session.commit()
    cancel(session, shop, booked)
    drain(engine)
    assert statuses(session, *line) == [RequestStatus.OFFERED, RequestStatus.WAITING]
    return line


def test_a_roster_that_has_the_whole_team_off_ends_what_is_held_and_what_waits(
    engine: Engine, session: Session, shop: Shop
) -> None:
    line = held_for_one(engine, session, shop)
    off(session, *shop.hosts, shop.marc)
    drain(engine)
    drain(engine)
    assert statuses(session, *line) == [RequestStatus.EXPIRED] * 2
    said = mails(session, "booking_expired")
    assert sorted(one.person_id or 0 for one in said) == sorted(one.person_id for one in line)
    assert all("personne ne peut vous recevoir" in one.text for one in said)
    seen = queries.requests_of(session, line[0].person_id)
    assert stands_of(session, seen)[line[0].id or 0].text == "personne ne peut recevoir"
    check_counts(session)


def test_while_a_colleague_can_receive_nothing_ends(engine: Engine, session: Session, shop: Shop) -> None:
    line = held_for_one(engine, session, shop)
    off(session, *shop.hosts)  # Marc works
    drain(engine)
    assert statuses(session, *line) == [RequestStatus.OFFERED, RequestStatus.WAITING]
    assert not mails(session, "booking_expired")
    check_counts(session)


def test_a_named_host_who_leaves_ends_what_waits_for_them(
    engine: Engine, session: Session, shop: Shop
) -> None:
    line = held_for_one(engine, session, shop, host_id=shop.hosts[0].id)
    session.get_one(Person, shop.hosts[0].id).active = False
    events.record(session, "person.left", person_id=shop.hosts[0].id)
    session.commit()
    drain(engine)
    assert statuses(session, *line) == [RequestStatus.EXPIRED] * 2
    assert len(mails(session, "booking_expired")) == 2
    check_counts(session)


@pytest.mark.parametrize("shut", [True, False])
def test_on_a_day_that_its_team_closed_nobody_takes_the_place_of_a_held_host_who_leaves(
    engine: Engine, session: Session, shop: Shop, shut: bool
) -> None:
    offer, waits = held_for_one(engine, session, shop)
    if shut:
        session.add(BlackoutDay(team_id=shop.shop.id, day=MONDAY, no_visitors=True, no_leaving=False))
    held = places.held_host(session, holding.held_for(offer))
    session.get_one(Person, held).active = False
    events.record(session, "person.left", person_id=held)
    session.commit()
    drain(engine)
    assert statuses(session, offer) == [RequestStatus.EXPIRED if shut else RequestStatus.OFFERED]
    told = [one.person_id for one in mails(session, "booking_expired")]
    assert told == ([offer.person_id] if shut else [])
    assert statuses(session, waits) == [RequestStatus.WAITING]
    check_counts(session)


def test_what_was_held_for_a_fallen_day_is_looked_for_again(
    engine: Engine, session: Session, shop: Shop
) -> None:
    _place, fell, _offer = kept_next_day(engine, session, shop)
    off(session, shop.hosts[0], day=TUESDAY)
    drain(engine)
    first, again = offers(session)
    assert (first.status, again.status, again.day) == (RequestStatus.EXPIRED, "offered", WEDNESDAY)
    assert again.instead_of_id == fell.id
    check_counts(session)


@pytest.mark.parametrize("door", ["page", "api"])
def test_taking_a_place_that_nobody_can_give_any_more_ends_it_and_says_why(
    engine: Engine, session: Session, shop: Shop, as_: Callable[[Any], TestClient], door: str
) -> None:
    [offer, _waits] = held_for_one(engine, session, shop)
    off(session, *shop.hosts, shop.marc, told=False)
    asker, request_id, revision = shop.askers[1], offer.id, offer.revision
    let_go(session, asker)
    client = as_(asker)
    if door == "page":
        here = f"/booking/requests/{request_id}"
        client.post(f"{here}/acceptance", data={"revision": revision})
        answer = client.get(here)
        assert "Prendre cette place" not in answer.text
        assert "Personne ne peut recevoir ce jour-là" in answer.text
    else:
        answer = client.post(f"/api/v1/booking/requests/{request_id}/acceptance", json={"revision": revision})
        assert answer.status_code == 409
    assert "personne ne peut vous recevoir ce jour-là" in answer.text
    drain(engine)
    assert statuses(session, offer) == [RequestStatus.EXPIRED]
    assert [one.person_id for one in mails(session, "booking_expired")] == [offer.person_id]
    check_counts(session)
