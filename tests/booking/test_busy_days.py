"""Somebody's own calendar advises: days are greyed, free hosts receive first, nothing is refused."""

from datetime import date

from sqlmodel import Session

from app.availability.tables import Answer, BusyCalendar, Enrolment
from app.booking import queries
from app.booking.looking import look
from app.people.tables import Person
from app.visits.days import days_for
from app.visits.queries import visit
from app.visits.tables import Visit
from tests.booking.conftest import MONDAY, TODAY, TUESDAY, Shop
from tests.factories import make_enrolment, make_visit


def takes(session: Session, shop: Shop, person: Person, *days: date) -> None:
    """Their calendar is taken these days."""
    row = Enrolment(campaign_id=shop.campaign.id or 0, person_id=person.id or 0, answer=Answer.YES)
    session.add(row)
    session.flush()
    session.add(BusyCalendar(enrolment_id=row.id or 0, days=[day.isoformat() for day in days]))
    session.commit()


def test_a_busy_day_is_greyed_and_can_be_booked(session: Session, shop: Shop) -> None:
    place = shop.offer()
    takes(session, shop, shop.askers[0], MONDAY)
    [found] = look(
        session, shop.campaign, shop.askers[0], [queries.find_place(session, place.id or 0)], 0, TODAY
    )
    assert {one.day: one.is_busy for one in found.days} == {MONDAY: True, TUESDAY: False}
    assert shop.ask(shop.askers[0], place, MONDAY).visit_id is not None


def test_a_host_whose_calendar_is_free_receives(session: Session, shop: Shop) -> None:
    place = shop.offer()
    takes(session, shop, shop.marc, MONDAY)
    takes(session, shop, shop.hosts[0], MONDAY)
    receives = session.get_one(Visit, shop.ask(shop.askers[0], place).visit_id).host_id
    assert receives == shop.hosts[1].id


def test_a_busy_day_is_not_proposed_to_move_to_unless_both_offered_it(session: Session, shop: Shop) -> None:
    shop.campaign.notice_days = 2
    made = make_visit(session, shop.campaign, shop.askers[0], shop.hosts[0], day=MONDAY)
    wednesday, thursday = date(2027, 4, 7), date(2027, 4, 8)
    row = make_enrolment(session, shop.campaign, shop.hosts[0], visit_days=[wednesday.isoformat()])
    session.add(BusyCalendar(enrolment_id=row.id or 0, days=[wednesday.isoformat(), thursday.isoformat()]))
    session.flush()
    days = days_for(session, visit(session, made.id or 0), today=TODAY, other_day=None)
    proposed = {one.day for one in days.possible(None)}
    assert wednesday in proposed
    assert thursday not in proposed
    assert days.why_not(thursday) is None
