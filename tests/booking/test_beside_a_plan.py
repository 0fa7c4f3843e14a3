"""A day booked among the places that a plan left is a booked day: no repair of the plan is about it."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.booking import fallen
from app.booking.tables import RequestStatus
from app.campaigns.tables import Booking, Status
from app.core import jobs as events
from app.messages.tables import Mail
from app.planning.repairs import closing
from app.planning.tables import Repair
from app.teams.tables import RosterDay, Shift
from app.visits.tables import By, Visit
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, TODAY, TUESDAY, Shop, check_counts, fall, offers
from tests.booking.test_replacing import told

pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.parametrize("how", ["declined", "closed", "roster"])
def test_a_day_booked_beside_a_plan_falls_as_every_booked_day_does(
    engine: Engine, session: Session, shop: Shop, how: str
) -> None:
    shop.campaign.booking, shop.campaign.status = Booking.REMAINING, Status.PUBLISHED
    booked = shop.ask(shop.askers[0], shop.offer((MONDAY, TUESDAY), host_id=shop.hosts[0].id))
    visit = session.get_one(Visit, booked.visit_id)
    if how == "declined":
        fall(session, shop, booked, By.HOST)
    elif how == "closed":
        closing.close_site(session, shop.there.id or 0, MONDAY, MONDAY, shop.boss, NOW, TODAY)
    else:
        session.add(RosterDay(person_id=visit.host_id, day=MONDAY, shift=Shift.OFF))
        events.record(session, "visits.in_conflict", visit_ids=[visit.id])
    session.commit()
    drain(engine)
    [offered] = offers(session)
    assert (offered.day, offered.status) == (TUESDAY, RequestStatus.OFFERED)
    assert session.exec(select(Repair)).all() == []
    assert told(session, "visit_cancelled") == {visit.visitor_id, visit.host_id}
    assert told(session, "search_over") == set()
    mails = session.exec(select(Mail).where(Mail.kind == "visit_cancelled")).all()
    assert not [one for one in mails if "Une autre rencontre est cherchée" in one.text]
    check_counts(session)


def test_nothing_is_sought_for_a_host_where_no_other_place_suits_who_had_booked_beside_a_plan(
    engine: Engine, session: Session, shop: Shop
) -> None:
    shop.campaign.booking, shop.campaign.status = Booking.REMAINING, Status.PUBLISHED
    booked = shop.ask(shop.askers[0], shop.offer((MONDAY,), host_id=shop.hosts[0].id))
    visit = fall(session, shop, booked, By.HOST)
    drain(engine)
    assert (offers(session), session.exec(select(Repair)).all()) == ([], [])
    assert told(session, "search_over") == set()
    assert [one for _campaign, one in fallen.without_another(session, today=TODAY)] == [visit.id]
    mails = session.exec(select(Mail).where(Mail.kind == "visit_cancelled")).all()
    assert not [one for one in mails if "Une autre rencontre est cherchée" in one.text]
