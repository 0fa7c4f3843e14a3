"""A day is made up for by two who both take part now, whatever it fell for."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from app.availability.tables import Answer, Enrolment
from app.core import jobs
from app.core.db import open_session
from app.messages.tables import Mail
from app.people.tables import Person
from app.visits import moving, queries
from app.visits.tables import By, CancelReason, Proposal, ProposalStatus, Visit, VisitStatus
from app.worker import drain
from tests.visits.life import NOW, TODAY, WEDNESDAY, Company

pytestmark = pytest.mark.usefixtures("clock")
Enter = Callable[[Any], TestClient]


def lost(company: Company, reason: CancelReason) -> None:
    """The day at Bruno's fell; the one at Anna's stands."""
    row = company.session.get_one(Visit, company.there.id)
    row.status, row.cancel_reason, row.changed_at = VisitStatus.CANCELLED, reason, NOW + timedelta(hours=1)
    company.session.commit()


def answers(company: Company, person: Person, answer: Answer, hours: int) -> None:
    """What somebody says of taking part, so long after the day was planned."""
    query = select(Enrolment).where(col(Enrolment.person_id) == person.id)
    row = company.session.exec(query).one()
    row.answer, row.answered_at = answer, NOW + timedelta(hours=hours)
    company.session.commit()


def may(company: Company) -> bool:
    company.session.expire_all()
    return queries.visit(company.session, company.there.id or 0).may_be_made_up(TODAY)


@pytest.mark.parametrize("reason", [CancelReason.UNAVAILABLE, CancelReason.LEFT, CancelReason.GONE])
@pytest.mark.parametrize("who", ["anna", "bruno"])
def test_not_with_somebody_who_left_since(company: Company, who: str, reason: CancelReason) -> None:
    lost(company, reason)
    answers(company, getattr(company, who), Answer.NO, 2)
    assert not may(company)


@pytest.mark.parametrize("reason", [CancelReason.UNAVAILABLE, CancelReason.LEFT, CancelReason.VISITOR_LEFT])
def test_with_somebody_who_left_and_came_back(company: Company, reason: CancelReason) -> None:
    lost(company, reason)
    answers(company, company.anna, Answer.YES, 2)
    assert may(company)


@pytest.mark.parametrize("reason", [CancelReason.LEFT, CancelReason.VISITOR_LEFT])
def test_not_where_hr_said_that_one_left_and_nobody_said_otherwise(
    company: Company, reason: CancelReason
) -> None:
    lost(company, reason)
    assert not may(company)


def test_not_once_the_campaign_was_cancelled(company: Company) -> None:
    lost(company, CancelReason.CAMPAIGN)
    assert not may(company)


@pytest.mark.parametrize("active", [True, False])
def test_not_with_somebody_who_left_the_company(company: Company, active: bool) -> None:
    lost(company, CancelReason.UNAVAILABLE)
    company.session.get_one(Person, company.bruno.id).active = active
    company.session.commit()
    assert may(company) is active


@pytest.mark.parametrize("leaves", [True, False])
def test_the_page_proposes_no_day_with_somebody_who_left(
    company: Company, enter: Enter, leaves: bool
) -> None:
    lost(company, CancelReason.UNAVAILABLE)
    if leaves:
        answers(company, company.anna, Answer.NO, 2)
    bruno = enter(company.bruno)
    assert ("une journée à retrouver" in bruno.get("/visits").text) is not leaves
    assert ("Que devient votre échange" in bruno.get("/home").text) is not leaves


@pytest.mark.parametrize("leaves", [True, False])
def test_what_was_proposed_ends_with_the_departure_and_both_read_why(
    company: Company, engine: Engine, leaves: bool
) -> None:
    lost(company, CancelReason.UNAVAILABLE)
    before = company.before(company.there, company.anna)
    hand = company.hand(company.there, company.anna)
    moving.propose(company.session, before, WEDNESDAY, hand, revision=before.visit.revision)
    assert before.by is By.VISITOR
    company.session.commit()
    if leaves:
        answers(company, company.anna, Answer.NO, 2)
    with open_session(engine) as session:
        jobs.record(session, "enrolment.left", campaign_id=company.campaign.id, person_id=company.anna.id)
    drain(engine)
    with open_session(engine) as session:
        [found] = session.exec(select(Proposal)).all()
        assert found.status is (ProposalStatus.VOID if leaves else ProposalStatus.OPEN)
        why = "ne participe plus : la proposition n’a plus d’objet"
        said = [mail for mail in session.exec(select(Mail)) if why in mail.text.replace("\u00a0", " ")]
        assert len(said) == (2 if leaves else 0)
        assert not any("Il reste à trouver un jour" in mail.text for mail in said)
