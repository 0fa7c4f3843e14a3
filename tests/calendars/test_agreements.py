"""A day between two companies without its agreement: both are warned before, HR are asked in time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.calendars.agreements import remind_hr, warn_uncertain
from app.campaigns.tables import Status
from app.messages.tables import Mail
from app.people.tables import Person
from app.visits.tables import Visit
from app.worker import JOBS, drain
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


def told_of(session: Session, kind: str) -> list[Mail]:
    return list(session.exec(select(Mail).where(Mail.kind == kind).order_by(col(Mail.id))))


def move_anna_to(session: Session, company: str) -> None:
    """As an import of the staff file does."""
    anna = session.exec(select(Person).where(Person.first_name == "Anna")).one()
    anna.legal_entity = company
    session.add(anna)
    session.commit()


def tick(engine: Engine, session: Session) -> None:
    """Twice in a row, as the clock does."""
    session.commit()
    for _ in range(2):
        for job in JOBS["clock.tick"]:
            job(engine)
        drain(engine)
    session.expire_all()


def test_who_was_told_not_to_travel_reads_that_no_agreement_is_needed_any_more(
    engine: Engine, session: Session, clock: Clock, visit: Visit
) -> None:
    clock.forward(days=12)
    tick(engine, session)
    assert len(told_of(session, "visit_uncertain")) == 2
    move_anna_to(session, "Vélo Services")
    tick(engine, session)
    to_anna, to_bruno = told_of(session, "visit_changed")
    assert "C’est certain, vous pouvez venir" in to_anna.subject
    assert "n’est plus entre deux sociétés" in to_anna.text
    assert "C’est certain" in to_bruno.subject
    assert to_anna.calendar_method == "REQUEST"


def test_who_was_not_told_to_stay_reads_nothing_when_the_companies_are_the_same(
    engine: Engine, session: Session, clock: Clock, visit: Visit
) -> None:
    move_anna_to(session, "Vélo Services")
    clock.forward(days=12)
    tick(engine, session)
    assert told_of(session, "visit_uncertain") == told_of(session, "visit_changed") == []


def test_a_day_without_its_yes_is_not_called_certain_when_it_needs_no_agreement(
    engine: Engine, session: Session, clock: Clock, visit: Visit
) -> None:
    visit.host_confirmed_at = None
    clock.forward(days=12)
    tick(engine, session)
    move_anna_to(session, "")
    tick(engine, session)
    to_anna, to_bruno = told_of(session, "visit_changed")
    assert to_anna.subject.startswith("Plus besoin de convention, mais ce n’est pas encore certain")
    assert f"{to_bruno.to_name} n’a pas encore dit oui" in to_anna.text
    assert "Nous attendons encore votre accord" in to_bruno.text


def test_a_day_that_comes_to_need_an_agreement_is_said_not_to_be_certain_each_time(
    engine: Engine, session: Session, clock: Clock, visit: Visit
) -> None:
    move_anna_to(session, "Vélo Services")
    clock.forward(days=12)
    tick(engine, session)
    assert told_of(session, "visit_uncertain") == []
    move_anna_to(session, "Vélo SA")
    tick(engine, session)
    assert len(told_of(session, "visit_uncertain")) == 2
    assert len(told_of(session, "agreements_due")) == 1
    move_anna_to(session, "Vélo Services")
    tick(engine, session)
    move_anna_to(session, "Vélo SA")
    tick(engine, session)
    assert len(told_of(session, "visit_uncertain")) == 4
    move_anna_to(session, "Vélo Services")
    tick(engine, session)
    assert len(told_of(session, "visit_changed")) == 4
