"""Whoever has as many days as the campaign allows reads so before they choose one more."""

import pytest
from sqlmodel import Session

from app.booking.tables import Booker
from tests.booking.conftest import MONDAY, TUESDAY, Shop, let_go
from tests.booking.test_pages import As

pytestmark = pytest.mark.usefixtures("clock")

WHY = "vous avez déjà autant de journées que la campagne le permet"


@pytest.mark.parametrize("most", [1, 2])
def test_the_limit_per_person_is_said_before_one_asks(
    session: Session, shop: Shop, as_: As, most: int
) -> None:
    shop.terms.max_per_person = most
    place, asker = shop.offer(), shop.askers[0]
    shop.ask(asker, place, MONDAY)
    let_go(session, asker, place)
    anna = as_(asker)
    found, page = anna.get("/booking").text, anna.get(f"/booking/places/{place.id}?day={TUESDAY}").text
    answer = anna.get(f"/api/v1/booking/places/{place.id}").json()
    [tuesday] = [one for one in answer["days"] if one["day"] == str(TUESDAY)]
    assert ("Une place vous attend" in found, "Réserver cette journée" in page) == (most == 2, most == 2)
    assert (WHY in found, WHY in page) == (most == 1, most == 1)
    assert (tuesday["closed"] is None, tuesday["why"] == WHY) == (most == 2, most == 1)


def test_a_day_is_free_again_once_another_is_given_up(session: Session, asked_shop: Shop, as_: As) -> None:
    asker, place = asked_shop.askers[0], asked_shop.offer()
    request = asked_shop.ask(asker, place, MONDAY)
    tap = f"/booking/places/{place.id}?day={TUESDAY}"
    let_go(session, asker, place, request)
    anna = as_(asker)
    assert "Demander cette journée" not in anna.get(tap).text
    sent = {"revision": str(request.revision)}
    assert anna.post(f"/booking/requests/{request.id}/withdrawal", data=sent).status_code == 303
    assert session.get_one(Booker, (asked_shop.campaign.id, asker.id)).held == 0
    session.commit()
    assert "Demander cette journée" in anna.get(tap).text
