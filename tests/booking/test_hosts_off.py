"""A team reads on which of its days the host whom it named does not work, and nobody books them."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.booking import queries
from app.booking.hosts_off import hosts_off
from app.booking.looking import NO_HOST, look
from app.booking.tables import Place
from app.core.db import open_session
from app.people.tables import Person
from app.teams.tables import RosterDay, Shift
from app.visits.rules import PART_HOURS
from app.visits.tables import DayPart
from tests.booking.conftest import MONDAY, TODAY, Shop
from tests.booking.test_pages import build

pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.parametrize(("weekdays", "warned"), [("0111100", True), ("1111100", False)])
def test_days_on_which_a_named_host_is_off_are_told_to_the_team(
    engine: Engine, as_: Callable[[Any], TestClient], weekdays: str, warned: bool
) -> None:
    shop, place_id = build(engine)
    with open_session(engine) as session:
        session.get_one(Person, shop.hosts[0].id).worked_weekdays = weekdays
        session.get_one(Place, place_id).host_id = shop.hosts[0].id
    page = as_(shop.marc).get("/team/places").text
    assert page.count("Bruno n’est pas là") == int(warned)  # Monday alone
    assert ("ne travaille pas certains de ces jours" in page) is warned


@pytest.mark.parametrize("half", [DayPart.MORNING, DayPart.AFTERNOON])
@pytest.mark.parametrize("part", [DayPart.FULL, DayPart.MORNING, DayPart.AFTERNOON])
def test_a_place_is_booked_when_its_hours_meet_those_of_the_roster(
    session: Session, shop: Shop, part: DayPart, half: DayPart
) -> None:
    """Whoever works half a day receives for that half alone."""
    host, (starts, ends) = shop.hosts[0], PART_HOURS[part]
    place = shop.offer(host_id=host.id, part=part, starts_at=starts, ends_at=ends)
    session.add(RosterDay(person_id=host.id or 0, day=MONDAY, shift=Shift(half.value)))
    session.flush()
    seen = queries.find_place(session, place.id or 0)
    [found] = look(session, shop.campaign, shop.askers[0], [seen], 1, TODAY)
    option = found.of_day(MONDAY)
    assert option is not None
    assert option.why == ("" if part is half else NO_HOST)
    off = hosts_off(session, [seen], {shop.campaign.id: shop.campaign}, TODAY)
    assert ((place.id, MONDAY) in off) is (part is not half)
