"""Somebody's own roster has them off on the day that they asked for: they read it when the roster arrives."""

from datetime import time
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.booking.tables import BookingRequest, RequestStatus
from app.core import jobs as events
from app.teams.tables import Roster, RosterDay, Shift
from app.visits.tables import DayPart
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, Shop, check_counts, mails, statuses
from tests.booking.test_nobody_receives import held_for_one, off
from tests.booking.test_pages import As
from tests.booking.test_replacing import let_go

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
    roster = Roster(team_id=asker.team_id, first_day=MONDAY, last_day=MONDAY, received_at=NOW, people=1)
    session.add_all([roster, RosterDay(person_id=asker.id or 0, day=MONDAY, shift=part)])
    session.flush()
    events.record(session, "roster.imported", roster_ids=[roster.id])
    session.commit()
    drain(engine)
    assert statuses(session, asked) == [RequestStatus.EXPIRED if ends else RequestStatus.REQUESTED]
