"""The judge of messages wants the one about each offer: no other mail to the same person stands for it."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, delete

from app.messages.tables import Mail
from app.visits.tables import By
from app.worker import drain
from tests.booking.conftest import MONDAY, TUESDAY, WEDNESDAY, Shop, fall, mails, offers
from tests.booking.test_replacing import respond
from tests.factories import make_enrolment
from tests.life.told import unheard

pytestmark = pytest.mark.usefixtures("clock")


def test_an_offer_told_with_the_fall_is_missed_where_that_message_leads_elsewhere(
    engine: Engine, session: Session
) -> None:
    shop = Shop(session)
    make_enrolment(session, shop.campaign, shop.askers[0])
    booked = shop.ask(shop.askers[0], shop.offer((MONDAY, TUESDAY), host_id=shop.hosts[0].id))
    fell = fall(session, shop, booked, By.HOST)
    drain(engine)
    [offer] = offers(session)
    assert unheard(session, [shop.campaign.id or 0]) == []
    [said] = [one for one in mails(session, "visit_cancelled") if one.person_id == fell.visitor_id]
    said.text = said.text.replace(f"/booking/requests/{offer.id}", f"/booking/requests/{offer.id}0")
    session.add(said)
    session.commit()
    missed = [f"request {offer.id} is offered: the asker heard nothing"]
    assert unheard(session, [shop.campaign.id or 0]) == missed


def test_a_later_offer_is_not_told_by_the_message_about_the_fall(engine: Engine, session: Session) -> None:
    shop = Shop(session)
    make_enrolment(session, shop.campaign, shop.askers[0])
    booked = shop.ask(shop.askers[0], shop.offer((MONDAY, TUESDAY, WEDNESDAY), host_id=shop.hosts[0].id))
    fall(session, shop, booked, By.HOST)
    drain(engine)
    respond(session, shop, offers(session)[0], takes=False, another=True)
    drain(engine)
    later = offers(session)[-1]
    assert unheard(session, [shop.campaign.id or 0]) == []
    session.exec(delete(Mail).where(col(Mail.key).startswith(f"booking_offer:{later.id}:")))
    session.commit()
    missed = [f"request {later.id} is offered: the asker heard nothing"]
    assert unheard(session, [shop.campaign.id or 0]) == missed
