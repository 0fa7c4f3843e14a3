"""What a manager reads beside a request for a day to which a team has said no since."""

import pytest
from sqlalchemy import Engine

from app.booking.tables import Approval
from app.core.db import open_session
from app.teams.tables import BlackoutDay
from tests.booking.conftest import MONDAY
from tests.booking.test_pages import As, build

pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.parametrize("comes", [True, False])
def test_a_day_that_a_team_said_no_to_since_is_told_as_such_beside_a_request(
    engine: Engine, as_: As, comes: bool
) -> None:
    shop, place_id = build(engine, Approval.MANAGER)
    as_(shop.askers[0]).post(
        f"/booking/places/{place_id}/requests", data={"day": str(MONDAY), "key": "k" * 8}
    )
    team = shop.accounts if comes else shop.shop
    with open_session(engine) as session:
        session.add(BlackoutDay(team_id=team.id, day=MONDAY, no_visitors=not comes, no_leaving=comes))
    page = as_(shop.marc).get("/team/requests").text
    said = "Comptabilité a dit que personne ne part" if comes else "Bellecour a dit que personne ne vient"
    assert said in page
    assert "au plus" not in page
    assert "Une limite d’équipe" not in page
