"""A day between two companies without its agreement: both are warned before, HR are asked in time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.calendars.agreements import remind_hr, warn_uncertain
from app.campaigns.tables import Status
from app.messages.tables import Mail
from app.visits.tables import Visit
from tests.factories import NOW, make_account, make_campaign, make_person, make_visit
from tests.support.web import Clock

MONDAY = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def visit(session: Session, clock: Clock) -> Visit:
    """Next Tuesday week, between two companies."""
    clock.set(MONDAY)
    make_account(session, "Claire Morel", is_hr=True)
    campaign = make_campaign(session, status=Status.PUBLISHED)
    anna = make_person(session, first_name="Anna", legal_entity="Vélo SA")
    bruno = make_person(session, first_name="Bruno", legal_entity="Vélo Services")
    made = make_visit(session, campaign, anna, bruno, day=MONDAY.date() + timedelta(days=15))
    made.visitor_confirmed_at = made.host_confirmed_at = NOW
    session.commit()
    return made


def ticked(engine: Engine, session: Session, kind: str) -> list[Mail]:
    """Twice in a row, as the clock does; every mail of that kind so far."""
    session.commit()
    for _ in range(2):
        warn_uncertain(engine)
        remind_hr(engine)
    found = session.exec(select(Mail).where(Mail.kind == kind).order_by(col(Mail.id))).all()
    session.commit()
    return list(found)


def test_both_are_told_not_to_travel_some_days_before(
    engine: Engine, session: Session, clock: Clock, visit: Visit
) -> None:
    clock.forward(days=11)
    assert ticked(engine, session, "visit_uncertain") == []
    clock.forward(days=1)
    mails = ticked(engine, session, "visit_uncertain")
    assert sorted(mail.to_name.split()[0] for mail in mails) == ["Anna", "Bruno"]
    to_anna = next(mail for mail in mails if mail.to_name.startswith("Anna"))
    assert "pas encore certaine" in to_anna.subject
    assert "Ne vous déplacez pas avant" in to_anna.text


def test_nobody_is_warned_of_a_day_whose_agreement_is_recorded(
    engine: Engine, session: Session, clock: Clock, visit: Visit
) -> None:
    visit.agreement_at = NOW
    clock.forward(days=12)
    assert ticked(engine, session, "visit_uncertain") == []
    assert ticked(engine, session, "agreements_due") == []


def test_hr_get_one_mail_a_week_for_all_days_of_a_campaign_that_come_soon(
    engine: Engine, session: Session, clock: Clock, visit: Visit
) -> None:
    assert ticked(engine, session, "agreements_due") == []  # in the week after next
    clock.forward(days=7)
    anna, bruno = session.get_one(Visit, visit.id).visitor_id, session.get_one(Visit, visit.id).host_id
    other = Visit(
        campaign_id=visit.campaign_id,
        visitor_id=bruno,
        host_id=anna,
        day=visit.day + timedelta(days=1),
        created_at=NOW,
        changed_at=NOW,
    )
    session.add(other)
    (mail,) = ticked(engine, session, "agreements_due")
    assert mail.to_name == "Claire Morel"
    assert mail.subject.startswith("2 journées")
    assert "/agreements" in mail.text
    clock.forward(days=6)
    assert len(ticked(engine, session, "agreements_due")) == 1
    clock.forward(days=1)
    assert len(ticked(engine, session, "agreements_due")) == 2
