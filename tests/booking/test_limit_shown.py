"""Whoever has as many days as the campaign allows reads so before they choose one more."""

import pytest
from sqlmodel import Session

from app.booking.tables import Booker
from app.teams.tables import BlackoutDay, ClosedDay
from tests.booking.conftest import MONDAY, NOW, TUESDAY, Shop, let_go
from tests.booking.test_pages import As
from tests.support.web import Clock

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


@pytest.mark.parametrize("most", [1, 2])
def test_home_invites_nobody_to_book_who_has_all_their_days(
    session: Session, shop: Shop, as_: As, most: int
) -> None:
    shop.terms.max_per_person = most
    place, asker = shop.offer(), shop.askers[0]
    shop.ask(asker, place, MONDAY)
    let_go(session, asker, place)
    assert ("Réservez une journée" in as_(asker).get("/home").text) is (most == 2)


@pytest.mark.parametrize(
    ("by", "days"), [("team", 2), ("site", 2), ("weekdays", 2), ("team", 1), ("notice", 1)]
)
def test_home_invites_to_book_only_where_a_team_receives_on_a_day_to_come(
    session: Session, shop: Shop, as_: As, by: str, days: int
) -> None:
    shop.offer()
    for day in (MONDAY, TUESDAY)[:days]:
        if by == "team":
            session.add(BlackoutDay(team_id=shop.shop.id or 0, day=day, no_visitors=True, no_leaving=False))
        elif by == "site":
            session.add(ClosedDay(site_id=shop.shop.site_id, day=day))
    if by == "weekdays":
        shop.shop.closed_weekdays = "1100000"
    if by == "notice":
        shop.terms.notice_days = (TUESDAY - NOW.date()).days
    session.commit()
    assert ("Réservez une journée" in as_(shop.askers[0]).get("/home").text) is (days == 1)


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


@pytest.mark.parametrize("most", [1, 2])
def test_the_page_says_that_it_is_one_s_own_limit_and_which_day_uses_it_up(
    session: Session, asked_shop: Shop, as_: As, most: int
) -> None:
    """Not that a place with free days is full; a line is for days that are."""
    asked_shop.terms.max_per_person = most
    place, asker = asked_shop.offer((MONDAY, TUESDAY)), asked_shop.askers[0]
    request = asked_shop.ask(asker, place, MONDAY)
    let_go(session, asker, place, request)
    anna, own = as_(asker), f'<a href="/booking/requests/{request.id}">lundi 5 avril 2027 · Boutique'
    found = anna.get("/booking").text.replace("\u00a0", " ")
    page = anna.get(f"/booking/places/{place.id}?day={TUESDAY}").text.replace("\u00a0", " ")
    for text in (found, page):
        assert ("permet 1 journée par personne, et vous l’avez" in text) == (most == 1)
        assert (own in text) == (most == 1)
        assert ("retirez d’abord une demande" in text) == (most == 1)
        assert "complet" not in text.replace("autocomplete", "")
    assert ("au-delà de votre limite" in found) == (most == 1)
    assert "liste d’attente</button>" not in page


@pytest.mark.parametrize("most", [1, 2])
def test_a_full_day_says_what_waiting_is_worth_beyond_one_s_limit(
    session: Session, shop: Shop, as_: As, most: int
) -> None:
    shop.terms.max_per_person = most
    place, asker = shop.offer((MONDAY, TUESDAY), host_id=shop.hosts[0].id), shop.askers[0]
    shop.ask(shop.askers[1], place, TUESDAY)
    shop.ask(asker, shop.offer([MONDAY], host_id=shop.hosts[1].id), MONDAY)
    let_go(session, asker, place)
    page = as_(asker).get(f"/booking/places/{place.id}?day={TUESDAY}").text
    assert "M’inscrire en liste d’attente" in page
    assert ("vous gardez votre tour" in page) == (most == 1)


def test_days_that_are_over_leave_nothing_to_give_up(
    session: Session, shop: Shop, as_: As, clock: Clock
) -> None:
    place, asker = shop.offer((MONDAY, TUESDAY)), shop.askers[0]
    shop.ask(asker, place, MONDAY)
    let_go(session, asker, place)
    clock.forward(days=35)
    page = as_(asker).get("/booking").text
    assert "Tout est passé" in page
    assert "retirez d’abord" not in page
