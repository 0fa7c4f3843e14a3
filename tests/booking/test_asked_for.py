"""HR, or a program of theirs, asks for a day in somebody's name: that person has a receipt."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.accounts.tables import Account
from app.booking import asking, queries
from app.booking.tables import Approval
from app.people.tables import Person
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, TODAY, Shop, mails

pytestmark = pytest.mark.usefixtures("clock")
As = Callable[[Any], TestClient]


def ask_for(shop: Shop, person: Person, place_id: int, *, wait: bool = False) -> None:
    """Ask in the name of somebody, twice with one key."""
    for _time in range(2):
        asking.ask(
            shop.session,
            person,
            queries.find_place(shop.session, place_id),
            MONDAY,
            "intranet-1",
            wait=wait,
            in_their_place=True,
            actor=shop.boss,
            now=NOW,
            today=TODAY,
        )
    shop.session.commit()


@pytest.mark.parametrize("approval", list(Approval))
def test_who_is_asked_for_has_one_receipt_in_their_language_unless_an_invitation_says_it(
    engine: Engine, session: Session, asked_shop: Shop, approval: Approval
) -> None:
    shop = asked_shop
    shop.terms.approval = approval
    asker = shop.askers[0]
    session.get_one(Account, asker.account_id).language = "en"
    ask_for(shop, asker, shop.offer().id or 0)
    drain(engine)
    told = mails(session, "booking_asked")
    asked = approval is Approval.MANAGER
    assert [one.person_id for one in told] == ([asker.id] if asked else [])
    assert all("requested for you" in text for one in told for text in (one.subject, one.text, one.html))
    assert bool(mails(session, "visit_invitation")) is not asked


def test_who_is_put_in_line_by_somebody_else_reads_it_and_who_asks_alone_does_not(
    engine: Engine, session: Session, shop: Shop
) -> None:
    place = shop.offer(host_id=shop.hosts[0].id)
    shop.ask(shop.askers[0], place)
    ask_for(shop, shop.askers[1], place.id or 0, wait=True)
    shop.ask(shop.askers[2], place, wait=True)
    session.commit()
    drain(engine)
    [told] = mails(session, "booking_asked")
    assert told.person_id == shop.askers[1].id
    assert "vous êtes en liste d’attente" in told.text


def test_a_program_reads_of_the_person_what_is_refused_to_them(shop: Shop, as_: As) -> None:
    """Nobody says "you" to a program of what concerns somebody else; the asker still reads it so."""
    (asker, other), place = shop.askers[:2], shop.offer()
    other.worked_weekdays = "0000000"
    place_id = place.id
    names, ids = (asker.name, other.name), (asker.id, other.id)
    ask_for(shop, asker, place.id or 0)
    hr = as_(shop.hr)
    shop.session.commit()

    def refused(client: TestClient, where: str, key: str, **asked: object) -> str:
        asked |= {"day": MONDAY.isoformat()}
        answer = client.post(f"/api/v1{where}", json=asked, headers={"Idempotency-Key": f"intranet-{key}"})
        assert answer.status_code == 409
        return answer.text.replace("\xa0", " ")

    said = refused(hr, f"/people/{ids[0]}/booking/requests", "again", place_id=place_id)
    assert f"{names[0]} a déjà une demande pour cette journée" in said
    why = "vous ne travaillez pas ce jour-là"
    said = refused(hr, f"/people/{ids[1]}/booking/requests", "off", place_id=place_id)
    assert f"ne peut pas être réservée pour {names[1]}, qui lirait : « {why} »." in said
    own = as_(other)
    shop.session.commit()
    said = refused(own, f"/booking/places/{place_id}/requests", "mine")
    assert f"ne peut pas être réservée : {why}." in said
