"""Somebody's own roster has them off on the day that they asked for: they read it when the roster arrives."""

from datetime import time
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.booking import jobs
from app.booking.tables import BookingRequest, RequestStatus
from app.teams.tables import RosterDay, Shift
from app.visits.tables import DayPart
from app.worker import drain
from tests.booking.conftest import (
    MONDAY,
    WEDNESDAY,
    Shop,
    check_counts,
    kept_elsewhere,
    let_go,
    mails,
    offers,
    statuses,
)
from tests.booking.test_nobody_receives import held_for_one, off
from tests.booking.test_pages import As
from tests.factories import make_roster

pytestmark = pytest.mark.usefixtures("clock")


def test_what_is_kept_for_them_and_what_they_wait_for_ends_with_their_roster(
    engine: Engine, session: Session, shop: Shop, as_: As
) -> None:
    kept, waits = held_for_one(engine, session, shop)
    off(session, shop.askers[2])
    drain(engine)
    assert statuses(session, kept, waits) == [RequestStatus.OFFERED, RequestStatus.EXPIRED]
    off(session, shop.askers[1])
    drain(engine)
    drain(engine)
    assert statuses(session, kept, waits) == [RequestStatus.EXPIRED] * 2
    said = mails(session, "booking_expired")
    assert [one.person_id for one in said] == [shop.askers[2].id, shop.askers[1].id]
    assert all("D’après votre planning" in text for one in said for text in (one.text, one.html))
    check_counts(session)
    asker, kept_id = shop.askers[1], kept.id
    let_go(session, asker, shop.marc)
    words = "vous n’êtes pas au travail à ces heures"
    assert words in as_(asker).get("/booking/requests").text
    assert words in as_(asker).get(f"/booking/requests/{kept_id}").text
    assert words not in as_(shop.marc).get("/team/requests").text


def test_a_request_that_its_team_has_not_answered_ends_too(
    engine: Engine, session: Session, asked_shop: Shop
) -> None:
    place = asked_shop.offer()
    mine, other = (asked_shop.ask(one, place) for one in asked_shop.askers[:2])
    off(session, asked_shop.askers[0])
    drain(engine)
    assert statuses(session, mine, other) == [RequestStatus.EXPIRED, RequestStatus.REQUESTED]
    assert [one.person_id for one in mails(session, "booking_expired")] == [asked_shop.askers[0].id]
    check_counts(session)


@pytest.mark.parametrize(
    ("part", "ends"), [(Shift.MORNING, False), (Shift.AFTERNOON, True), (Shift.FULL, False)]
)
def test_who_works_during_its_hours_keeps_what_they_asked_for(
    engine: Engine, session: Session, asked_shop: Shop, part: Shift, ends: bool
) -> None:
    morning: dict[str, Any] = {"part": DayPart.MORNING, "starts_at": time(9), "ends_at": time(12)}
    asker = asked_shop.askers[0]
    asked: BookingRequest = asked_shop.ask(asker, asked_shop.offer(**morning))
    make_roster(session, asker.team_id, {(asker.id, MONDAY): part})
    session.commit()
    drain(engine)
    assert statuses(session, asked) == [RequestStatus.EXPIRED if ends else RequestStatus.REQUESTED]


def test_another_day_is_looked_for_instead_of_one_that_their_roster_rules_out(
    engine: Engine, session: Session, shop: Shop
) -> None:
    asker, place = shop.askers[0], kept_elsewhere(engine, session, shop)
    off(session, asker)
    drain(engine)
    assert [(one.place_id, one.status) for one in offers(session)] == [(place.id, RequestStatus.EXPIRED)]
    later = shop.offer([WEDNESDAY], host_id=shop.hosts[2].id)
    session.commit()
    jobs.promote_everybody(engine)
    first, second = offers(session)
    assert (second.place_id, second.status) == (later.id, RequestStatus.OFFERED)
    assert first.day == MONDAY
    check_counts(session)


def test_the_same_day_is_kept_for_them_again_once_their_roster_has_them_at_work(
    engine: Engine, session: Session, shop: Shop
) -> None:
    asker, place = shop.askers[0], kept_elsewhere(engine, session, shop)
    off(session, asker)
    drain(engine)
    jobs.promote_everybody(engine)
    assert [one.status for one in offers(session)] == [RequestStatus.EXPIRED]  # off still
    for row in session.exec(select(RosterDay).where(RosterDay.person_id == asker.id)):
        row.shift = Shift.FULL
    session.commit()
    jobs.promote_everybody(engine)
    drain(engine)
    assert [(one.place_id, one.status) for one in offers(session)] == [
        (place.id, RequestStatus.EXPIRED),
        (place.id, RequestStatus.OFFERED),
    ]
    assert len(mails(session, "booking_offer")) == 1
    check_counts(session)
