"""A place that its team removes: what its page says, and what its askers read."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.booking import offering, queries
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, Shop, cancel, let_go, mails
from tests.booking.test_pages import As

pytestmark = pytest.mark.usefixtures("clock")


def remove(session: Session, shop: Shop, place_id: int) -> None:
    seen = queries.find_place(session, place_id)
    offering.withdraw_place(session, seen, version=seen.place.version, actor=shop.boss, now=NOW)
    session.commit()


@pytest.mark.parametrize("twice", [True, False])
def test_the_asker_reads_whether_the_team_still_offers_the_day(
    engine: Engine, session: Session, asked_shop: Shop, twice: bool
) -> None:
    place = asked_shop.offer()
    if twice:
        asked_shop.offer(job="Caissière, caissier")
    asked_shop.ask(asked_shop.askers[0], place)
    remove(session, asked_shop, place.id or 0)
    drain(engine)
    [mail] = mails(session, "booking_expired")
    text = " ".join(mail.text.split())
    assert ("Elle en propose une autre ce jour-là" in text) is twice
    assert ("elle n’est plus proposée à personne" in text) is not twice


@pytest.mark.parametrize("kept", [True, False])
def test_a_day_is_free_again_only_where_it_was_kept(
    engine: Engine, session: Session, shop: Shop, *, kept: bool
) -> None:
    place, (booked, first) = shop.line_up()
    if kept:
        cancel(session, shop, booked)
        drain(engine)
        session.expire_all()  # what was offered meanwhile
    remove(session, shop, place.id or 0)
    drain(engine)
    [mail] = mails(session, "booking_expired")
    assert mail.person_id == first.person_id
    for said in (mail.text, mail.html):
        assert ("Votre jour est de nouveau libre" in said) is kept
        assert "ne autre place vous attend peut-être" in said


def test_its_page_says_that_the_place_is_offered_no_more(session: Session, shop: Shop, as_: As) -> None:
    place, asker = shop.offer(), shop.askers[0]
    here = f"/booking/places/{place.id}?day={MONDAY}"
    let_go(session, asker, place)
    anna = as_(asker)
    assert "Cette place n’est plus proposée" not in anna.get(here).text
    remove(session, shop, place.id or 0)
    page = anna.get(here).text
    assert "Cette place n’est plus proposée. Choisissez-en une autre." in page
    assert "n’est pas ouverte à la réservation" not in page
    assert "1 place" not in page
