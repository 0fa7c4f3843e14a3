"""What a manager reads beside a request for a day to which a team has said no since."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.booking.tables import Approval, RequestStatus
from app.core.db import open_session
from app.teams.tables import BlackoutDay
from app.visits.tables import By
from app.worker import drain
from tests.booking.conftest import MONDAY, TUESDAY, Shop
from tests.booking.test_pages import As, build
from tests.booking.test_replacing import fall, let_go, offers

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


def test_a_leader_reads_that_a_place_is_held_on_a_day_to_which_the_team_says_no(
    engine: Engine, session: Session, shop: Shop, as_: As
) -> None:
    booked = shop.ask(shop.askers[0], shop.offer((MONDAY, TUESDAY), host_id=shop.hosts[0].id))
    fall(session, shop, booked, By.HOST)
    drain(engine)
    [offered] = offers(session)
    assert (offered.day, offered.status) == (TUESDAY, RequestStatus.OFFERED)
    let_go(session, shop.marc, shop.shop)
    marc, where = as_(shop.marc), f"/team/{shop.shop.id}"
    start = {"start": str(MONDAY)}
    assert "place est gardée" not in marc.get(where, params=start).text
    sent = {"day": str(TUESDAY), "mark": "no_leaving", "version": 0, **start}
    assert marc.post(f"{where}/days", data=sent).status_code == 303
    assert "place est gardée" not in marc.get(where, params=start).text
    marc.post(f"{where}/days", data={**sent, "mark": "no_visitors", "version": 1})
    assert "1 place est gardée pour quelqu’un" in marc.get(where, params=start).text
