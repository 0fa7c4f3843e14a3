"""A day that is held for an offer of a place is nobody's to plan: neither found, nor accepted."""

from sqlalchemy import Engine

from app.core.db import open_session
from app.planning.repairs import service
from app.planning.repairs.judging import holds
from app.planning.repairs.proposals import Proposal
from app.planning.tables import Repair, RepairKind, RepairStatus
from app.visits import places
from app.worker import drain
from tests.planning.repairs.broken import (
    DAYS,
    NOW,
    TODAY,
    Published,
    accept,
    campaign_of,
    cancel,
    last_repair,
    proposals,
)

SAME = RepairKind.SAME
OFFER = "booking:1"


def hold(engine: Engine, company: Published, day: int) -> None:
    """A place is offered to the visitor of the fallen day, with a colleague who has no visit then."""
    asker, host = company.back[0].id or 0, company.front[1].id or 0
    with open_session(engine) as session:
        campaign = campaign_of(session, company)
        places.hold(session, campaign, OFFER, visitor_id=asker, host_id=host, day=DAYS[day])


def found(engine: Engine) -> int:
    """Which day the last repair proposes, by number."""
    content = proposals(engine, last_repair(engine))[SAME].content
    return DAYS.index(Proposal.from_json(content).fresh[0].day)


def still_holds(engine: Engine, company: Published) -> bool:
    with open_session(engine) as session:
        repair = session.get_one(Repair, last_repair(engine).id)
        return holds(session, campaign_of(session, company), repair, TODAY)


def test_what_is_found_on_a_day_held_since_is_looked_for_again_and_then_accepted(
    engine: Engine, company: Published
) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    before = found(engine)
    hold(engine, company, before)
    with open_session(engine) as session:
        repair, campaign = session.get_one(Repair, last_repair(engine).id), campaign_of(session, company)
        service.accept_or_search(session, campaign, repair, SAME, company.actor, NOW, TODAY)
    drain(engine)
    assert found(engine) != before
    accept(engine, company, SAME)
    assert last_repair(engine).status is RepairStatus.ACCEPTED


def test_a_proposal_holds_unless_one_of_its_days_is_held(engine: Engine, company: Published) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    assert still_holds(engine, company)
    hold(engine, company, found(engine))
    assert not still_holds(engine, company)
    with open_session(engine) as session:
        places.let_go(session, OFFER)
    assert still_holds(engine, company)
