"""A copied campaign books and repairs as its source does."""

from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session

from app.booking.tables import Approval, BookingRules, Silence
from app.campaigns.service import copy_campaign
from app.campaigns.tables import Booking
from app.planning.tables import RepairRules
from app.worker import drain
from tests.booking.conftest import NOW, Shop


def test_a_copy_has_the_rules_of_booking_and_repair(engine: Engine, session: Session, shop: Shop) -> None:
    shop.terms.max_per_person, shop.terms.notice_days, shop.terms.silence = 3, 11, Silence.APPROVE
    session.add(RepairRules(campaign_id=shop.campaign.id or 0, automatic=True))
    made = copy_campaign(session, shop.campaign, actor=shop.boss, now=NOW, today=date(2027, 9, 1))
    session.commit()
    drain(engine)
    terms = session.get_one(BookingRules, made.id)
    assert made.booking == Booking.OPEN
    assert (terms.approval, terms.max_per_person, terms.notice_days) == (Approval.AT_ONCE, 3, 11)
    assert (terms.silence, terms.version) == (Silence.APPROVE, 1)
    assert session.get_one(RepairRules, made.id).automatic


def test_what_hr_said_of_the_copy_stays(engine: Engine, session: Session, shop: Shop) -> None:
    shop.terms.max_per_person = 3
    made = copy_campaign(session, shop.campaign, actor=shop.boss, now=NOW, today=date(2027, 9, 1))
    session.add(BookingRules(campaign_id=made.id or 0, max_per_person=2, version=4))
    session.commit()
    drain(engine)
    terms = session.get_one(BookingRules, made.id)
    assert (terms.max_per_person, terms.version) == (2, 4)
