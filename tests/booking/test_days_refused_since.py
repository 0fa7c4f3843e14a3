"""What a manager reads beside a request for a day to which a team has said no since."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.booking.tables import Approval, RequestStatus
from app.core.db import open_session
from app.teams.tables import BlackoutDay
from app.visits.tables import By
from app.worker import drain
from tests.booking.conftest import MONDAY, TUESDAY, Shop, fall, let_go, offers
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


def test_whoever_closes_a_day_reads_which_place_is_held_there_and_where_to_take_it_back(
    engine: Engine, session: Session, shop: Shop, as_: As
) -> None:
    place = shop.offer((MONDAY, TUESDAY), host_id=shop.hosts[0].id)
    booked = shop.ask(shop.askers[0], place)
    fall(session, shop, booked, By.HOST)
    drain(engine)
    [offered] = offers(session)
    assert (offered.day, offered.status) == (TUESDAY, RequestStatus.OFFERED)
    let_go(session, shop.marc, shop.shop, place)
    session.commit()
    marc, where, api = as_(shop.marc), f"/team/{shop.shop.id}", f"/api/v1/teams/{shop.shop.id}/days"
    start, held = {"start": str(MONDAY)}, "une place gardée pour Anna Compte0 avec Bruno Vend0"
    assert held not in marc.get(where, params=start).text
    sent = {"day": str(TUESDAY), "mark": "no_leaving", "version": 0, **start}
    assert "reste" not in flash(marc.post(f"{where}/days", data=sent, follow_redirects=True).text)
    assert held not in marc.get(where, params=start).text
    shut = marc.post(
        f"{where}/days", data={**sent, "mark": "no_visitors", "version": 1}, follow_redirects=True
    )
    assert "une place gardée pour Anna Compte0 avec Bruno Vend0 le mardi 6 avril 2027" in flash(shut.text)
    assert held in shut.text
    assert '<a href="/team/places">Ne plus proposer ce jour</a>' in shut.text
    told = marc.put(api, json={"day": [str(TUESDAY)], "mark": "closed", "version": 2}).json()["staying"]
    assert told == [
        {
            "day": str(TUESDAY),
            "leaves": False,
            "visit_id": None,
            "visitor": "Anna Compte0",
            "host": "Bruno Vend0",
        }
    ]


@pytest.mark.parametrize("mark", ["no_visitors", "no_leaving", "ordinary"])
def test_whoever_closes_a_span_of_days_reads_what_was_booked_and_where_to_cancel_it(
    engine: Engine, session: Session, shop: Shop, as_: As, mark: str
) -> None:
    booked = shop.ask(shop.askers[0], shop.offer((MONDAY, TUESDAY)))
    session.commit()
    marc, where = as_(shop.marc), f"/team/{shop.shop.id}"
    sent = {"first_day": str(MONDAY), "last_day": str(TUESDAY), "mark": mark, "version": 0}
    page = marc.post(f"{where}/days", data=sent, follow_redirects=True).text  # shown: five weeks before
    is_against = mark == "no_visitors"
    assert ("prévu reste : Anna Compte0 avec" in flash(page)) is is_against
    assert (f'<a href="/visits/{booked.visit_id}">Voir ou annuler la journée</a>' in page) is is_against
    assert marc.get(f"/visits/{booked.visit_id}/cancellation").status_code == 200


def flash(page: str) -> str:
    """The sentence shown once."""
    return page.split('id="flash"')[1].split("</div>")[0].replace("\u00a0", " ")
