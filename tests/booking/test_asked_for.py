"""HR, or a program of theirs, asks for a day in somebody's name: that person has a receipt."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.accounts.tables import Account
from app.booking import asking, queries
from app.booking.tables import Approval
from app.people.tables import Person
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, TODAY, Shop, mails

pytestmark = pytest.mark.usefixtures("clock")


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
