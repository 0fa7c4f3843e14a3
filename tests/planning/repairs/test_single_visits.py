"""A campaign of single visits: what fell is repaired without a return, and nobody else is touched."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.campaigns.tables import Exchange
from app.core.db import open_session
from app.messages.tables import Mail
from app.planning.tables import RepairKind
from app.visits import service as visits
from app.visits.tables import CancelReason, Visit
from app.worker import drain
from tests.planning.company import Company
from tests.planning.repairs.broken import (
    DAYS,
    NOW,
    accept,
    campaign_of,
    cancel,
    last_repair,
    proposals,
    standing,
)
from tests.planning.repairs.test_no_day_left import plain, ticks
from tests.planning.repairs.test_settled import told
from tests.support.web import Clock


def published(engine: Engine) -> tuple[Company, list[Visit]]:
    """Anna0 goes to Bruno0, Anna1 to Bruno1; nobody goes back."""
    with open_session(engine) as session:
        company = Company(session, exchange=Exchange.SHADOW, status="RUNNING", notice_days=2)
        legs = [
            (anna.id or 0, bruno.id or 0, day)
            for anna, bruno, day in zip(company.back, company.front, DAYS, strict=False)
        ]
        return company, visits.plan_visits(session, company.campaign, legs, NOW)


def test_a_single_visit_that_fell_gets_another_day(engine: Engine) -> None:
    company, (fell, stays) = published(engine)
    cancel(engine, fell)
    found = proposals(engine, last_repair(engine))
    assert RepairKind.SAME in found
    assert (found[RepairKind.SAME].restored, found[RepairKind.SAME].movers) == (1, 0)
    accept(engine, company, RepairKind.SAME)
    drain(engine)
    [new] = standing(engine) - {(stays.visitor_id, stays.host_id, stays.day)}
    assert new[:2] == (fell.visitor_id, fell.host_id)
    assert new[2] != fell.day
    with open_session(engine) as session:
        made = session.exec(select(Visit).where(Visit.visitor_id == new[0], Visit.day == new[2])).one()
        told = {mail.person_id for mail in session.exec(select(Mail)) if f":{made.id}:" in mail.key}
    assert made.swap_id is None
    assert told >= {fell.visitor_id, fell.host_id}


def test_who_said_not_me_rests_and_their_host_gets_no_visit_to_make(engine: Engine) -> None:
    _company, (fell, _stays) = published(engine)
    cancel(engine, fell, CancelReason.NOT_FOR_ME)
    assert proposals(engine, last_repair(engine)) == {}


@pytest.mark.parametrize("late", [True, False])
def test_both_of_a_single_visit_who_read_of_a_search_read_that_it_ends(
    engine: Engine, clock: Clock, late: bool
) -> None:
    company, (fell, _stays) = published(engine)
    with open_session(engine) as session:
        campaign = campaign_of(session, company)
        campaign.notice_days, campaign.last_day = 14, NOW.date() + timedelta(days=21)
        for row in session.exec(select(Visit)):
            row.created_at = NOW - timedelta(days=1)
    cancel(engine, fell)
    ticks(engine, company, clock, late=late)
    mails = told(engine, "search_over")
    two = sorted([fell.visitor_id, fell.host_id])
    assert sorted(mail.person_id or 0 for mail in mails) == (two if late else [])
    assert all("cette recherche s’arrête là. Vous n’avez rien à faire." in plain(mail) for mail in mails)
