"""What somebody waits for follows at once what made it possible: the clock only picks up what nobody did."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.booking import offering
from app.booking.tables import BookingRequest, RequestStatus
from app.people import service as people
from app.people.schemas import TeamForm
from app.people.tables import Team
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, TODAY, Shop, cancel, check_counts, let_go, mails, statuses
from tests.support.web import Clock

pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.parametrize("minutes", [-1, 0, 1])
def test_an_offer_taken_too_late_goes_to_the_next_at_once(
    engine: Engine,
    session: Session,
    shop: Shop,
    as_: Callable[[Any], TestClient],
    clock: Clock,
    minutes: int,
) -> None:
    _place, (booked, first, second) = shop.line_up(2)
    cancel(session, shop, booked)
    drain(engine)
    offer = session.get_one(BookingRequest, first.id)
    session.refresh(offer)
    revision, due, late = offer.revision, offer.due_at, minutes >= 0
    assert due is not None
    let_go(session, shop.askers[1])
    clock.set(due + timedelta(minutes=minutes))
    client, here = as_(shop.askers[1]), f"/booking/requests/{first.id}"
    page = client.get(here).text
    assert ("Prendre cette place" in page) is not late
    assert ("ce temps est passé" in page) is late
    said = client.post(f"{here}/acceptance", data={"revision": str(revision)}, follow_redirects=True).text
    drain(engine)
    if late:
        assert statuses(session, first, second) == [RequestStatus.EXPIRED, RequestStatus.OFFERED]
        assert "ce temps est passé" in said
        assert len(mails(session, "booking_expired")) == 1
    else:
        assert statuses(session, first, second) == [RequestStatus.BOOKED, RequestStatus.WAITING]
    check_counts(session)


def limited(session: Session, shop: Shop, most: int) -> None:
    """HR say how many visitors the shop receives on a day."""
    team = session.get_one(Team, shop.shop.id)
    wanted = TeamForm(
        department=team.department,
        max_away=team.max_away,
        max_visitors=most,
        min_presence=team.min_presence,
        closed=[],
        version=team.version,
    )
    people.change_team(session, team.id or 0, wanted, by=shop.hr.id or 0, now=NOW)
    session.commit()


@pytest.mark.parametrize("most", [1, 2])
def test_a_team_that_receives_more_serves_its_line_at_once(
    engine: Engine, session: Session, shop: Shop, most: int
) -> None:
    limited(session, shop, 1)
    one, other = (shop.offer([MONDAY], host_id=host.id) for host in shop.hosts[:2])
    shop.ask(shop.askers[0], one)
    waits = shop.ask(shop.askers[1], other, wait=True)
    session.commit()
    drain(engine)
    assert statuses(session, waits) == [RequestStatus.WAITING]
    limited(session, shop, most)
    drain(engine)
    assert statuses(session, waits) == [RequestStatus.OFFERED if most > 1 else RequestStatus.WAITING]
    check_counts(session)


@pytest.mark.parametrize("most", [1, 2])
def test_a_campaign_that_lets_people_book_more_serves_its_lines_at_once(
    engine: Engine, session: Session, shop: Shop, most: int
) -> None:
    shop.terms.max_per_person = 1
    session.add(shop.terms)
    _place, (booked, waits) = shop.line_up(1)
    shop.ask(shop.askers[1], shop.offer(host_id=shop.hosts[1].id), MONDAY + timedelta(days=1))
    cancel(session, shop, booked)
    drain(engine)
    assert statuses(session, waits) == [RequestStatus.WAITING]
    offering.set_terms(
        session,
        shop.campaign,
        shop.campaign.booking,
        {"max_per_person": most},
        version=shop.campaign.version,
        actor=shop.boss,
        now=NOW,
        today=TODAY,
    )
    session.commit()
    drain(engine)
    assert statuses(session, waits) == [RequestStatus.OFFERED if most > 1 else RequestStatus.WAITING]
    check_counts(session)
