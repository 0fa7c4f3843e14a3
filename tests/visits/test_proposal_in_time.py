"""A proposal about a day that fell waits as long as a yes can be, and its two read what is left to them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from app.core.db import open_session
from app.messages.tables import Mail
from app.visits import jobs, moving
from app.visits.tables import Proposal, ProposalStatus
from tests.support.web import Clock
from tests.visits.life import NOW, WEDNESDAY, Company, fell, told

pytestmark = pytest.mark.usefixtures("clock")
Enter = Callable[[Any], TestClient]
FIND, ONE = "Il reste à trouver un jour", "Vous pouvez en rester à une seule journée"
LATE = "n’est pas remplacée"


def proposed(company: Company, day: date | None) -> Proposal:
    """The day at Bruno's fell; Anna proposes another, or to leave it at one."""
    fell(company)
    before = company.before(company.there, company.anna)
    hand = company.hand(company.there, company.anna)
    made = moving.propose(company.session, before, day, hand, revision=before.visit.revision)
    company.session.commit()
    return made


def waits(company: Company, engine: Engine, clock: Clock, proposal: Proposal, today: date) -> bool:
    """Whether it still does on that day, once the clock has looked."""
    clock.set(datetime.combine(today, time(8), UTC))
    company.session.commit()
    jobs.void_stale_proposals(engine)
    told(engine, company.session)
    company.session.refresh(proposal)
    still = proposal.status is ProposalStatus.OPEN
    company.session.commit()
    return still


def last_mails(engine: Engine) -> list[str]:
    with open_session(engine, reads_only=True) as session:
        query = select(Mail).where(Mail.kind == "visit_proposal").order_by(col(Mail.id).desc())
        return [one.text for one in session.exec(query).all()[:2]]


def test_it_ends_when_its_day_leaves_no_notice_and_another_can_be_proposed(
    company: Company, engine: Engine, enter: Enter, clock: Clock
) -> None:
    proposal = proposed(company, WEDNESDAY)
    last = WEDNESDAY - timedelta(days=company.campaign.notice_days)
    assert waits(company, engine, clock, proposal, last)
    assert not waits(company, engine, clock, proposal, last + timedelta(days=1))
    assert all("restée sans réponse" in text and FIND in text for text in last_mails(engine))
    page = enter(company.bruno).get(f"/visits/{company.there.id}").text
    assert f"/visits/{company.there.id}/days" in page
    assert enter(company.bruno).get(f"/visits/{company.there.id}/days").status_code == 200


@pytest.mark.parametrize("one_way", [True, False])
def test_it_ends_when_no_day_of_the_campaign_leaves_any_and_both_read_that_this_is_over(
    company: Company, engine: Engine, enter: Enter, clock: Clock, *, one_way: bool
) -> None:
    last = company.campaign.last_day
    company.back.visitor_confirmed_at = company.back.host_confirmed_at = NOW
    proposal = proposed(company, None if one_way else last)
    in_time = last - timedelta(days=company.campaign.notice_days)
    assert waits(company, engine, clock, proposal, in_time)
    assert not waits(company, engine, clock, proposal, in_time + timedelta(days=1))
    texts = last_mails(engine)
    assert all(LATE in text and FIND not in text and ONE not in text for text in texts)
    for who in (company.anna, company.bruno, company.hr):
        for page in (f"/visits/{company.there.id}", f"/visits/{company.back.id}"):
            said = enter(who).get(page).text
            assert "une journée sur deux" in said


@pytest.mark.parametrize("days_left", [True, False])
def test_whoever_is_refused_reads_whether_a_day_is_left_to_find(
    company: Company, engine: Engine, days_left: bool
) -> None:
    proposal = proposed(company, WEDNESDAY)
    told(engine, company.session)
    if not days_left:
        company.shop.max_visitors = 0
        company.session.commit()
    before = company.before(company.there, company.bruno)
    moving.refuse(company.session, before, proposal.id or 0, company.hand(company.there, company.bruno))
    assert told(engine, company.session) == [("Anna", "visit_proposal")]
    text = last_mails(engine)[0]
    assert (FIND in text, ONE in text, LATE in text) == (days_left, not days_left, False)
