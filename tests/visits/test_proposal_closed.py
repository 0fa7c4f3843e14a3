"""A proposal whose day a team closes since: who reads it reads why, and it ends with the clock."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.core.db import open_session
from app.messages.tables import Mail
from app.teams.tables import BlackoutDay
from app.visits import jobs, moving
from app.visits.tables import Proposal, ProposalStatus
from tests.visits.life import THURSDAY, WEDNESDAY, Company, told

pytestmark = pytest.mark.usefixtures("clock")
Enter = Callable[[Any], TestClient]


def proposed(company: Company) -> Proposal:
    """Anna proposes Wednesday to Bruno."""
    visit = company.there
    return moving.propose(
        company.session,
        company.before(visit, company.anna),
        WEDNESDAY,
        company.hand(visit, company.anna),
        revision=0,
    )


def propose(company: Company, team: str, *, no_visitors: bool, no_leaving: bool) -> Proposal:
    """The same, and a team closes that day."""
    proposal = proposed(company)
    company.session.add(
        BlackoutDay(
            team_id=getattr(company, team).id, day=WEDNESDAY, no_visitors=no_visitors, no_leaving=no_leaving
        )
    )
    company.session.commit()
    return proposal


@pytest.mark.parametrize(
    ("team", "visitors", "leaving", "words"),
    [
        ("shop", True, False, "ne reçoit personne le mercredi 7 avril 2027"),
        ("payroll", False, True, "ne laisse partir personne le mercredi 7 avril 2027"),
        ("shop", False, True, ""),
        ("payroll", True, False, ""),
    ],
)
def test_the_team_s_mark_is_the_reason_and_ends_it(
    company: Company, engine: Engine, enter: Enter, team: str, visitors: bool, leaving: bool, words: str
) -> None:
    proposal = propose(company, team, no_visitors=visitors, no_leaving=leaving)
    told(engine, company.session)
    here = f"/visits/{company.there.id}"
    for who in (company.bruno, company.anna):
        page = enter(who).get(f"{here}/answer").text
        assert ("ne reçoit personne" in page or "ne laisse partir personne" in page) is bool(words)
        assert words in page
        assert "ne travaille pas" not in page
    jobs.void_stale_proposals(engine)
    heard = told(engine, company.session)
    company.session.refresh(proposal)
    assert proposal.status is (ProposalStatus.VOID if words else ProposalStatus.OPEN)
    assert heard == ([("Anna", "visit_proposal"), ("Bruno", "visit_proposal")] if words else [])
    if words:
        with open_session(engine, reads_only=True) as session:
            texts = [one.text for one in session.exec(select(Mail).where(Mail.kind == "visit_proposal"))]
        assert sum("Ce jour a été fermé depuis" in text for text in texts) == 2
        assert not any("sans réponse" in text or "réparé" in text for text in texts)


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("by", ["team", "site"])
def test_it_ends_when_the_day_is_closed_and_not_when_another_one_is(
    company: Company, engine: Engine, enter: Enter, by: str, closed: bool
) -> None:
    proposal = proposed(company)
    told(engine, company.session)
    day = str(WEDNESDAY if closed else THURSDAY)
    waits = "Répondez en deux touches"
    assert waits in enter(company.bruno).get("/home").text
    if by == "team":
        sent = {"mark": "closed", "day": day, "version": "0"}
        done = enter(company.marc).post(f"/team/{company.shop.id}/days", data=sent)
    else:
        sent = {"site_id": str(company.shop.site_id), "first": day, "last": day}
        done = enter(company.hr).post(f"/campaigns/{company.campaign.id}/closures", data=sent)
    assert done.status_code == 303
    heard = told(engine, company.session)
    company.session.refresh(proposal)
    assert proposal.status is (ProposalStatus.VOID if closed else ProposalStatus.OPEN)
    assert heard == ([("Anna", "visit_proposal"), ("Bruno", "visit_proposal")] if closed else [])
    assert (waits in enter(company.bruno).get("/home").text) is not closed
    jobs.void_stale_proposals(engine)
    assert told(engine, company.session) == []
