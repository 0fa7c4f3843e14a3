"""A team reads on which of its days the host whom it named does not work."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.booking.tables import Place
from app.core.db import open_session
from app.people.tables import Person
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
