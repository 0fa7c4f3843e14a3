"""What follows when somebody leaves, or comes back: days that wait for nobody are repaired no more, and are
looked for again."""

from sqlalchemy import Engine

from app.availability.queries import taking_part
from app.campaigns.tables import Campaign
from app.core import clock
from app.core.db import open_session
from app.planning.repairs import needs, opening, queries, service
from app.planning.tables import RepairCause
from app.visits import queries as visits_queries
from app.visits.rules import is_over, is_sought_again, stands
from app.visits.tables import CancelReason

BY_LEAVING = (CancelReason.LEFT, CancelReason.GONE)


def follow_departure(engine: Engine, person_id: int, **_payload: object) -> None:
    """Job of `enrolment.left` and `person.left`: what is looked for for nobody but them is repaired no more,
    and what was found with them is looked for again. Safe to run twice."""
    with open_session(engine) as session:
        opening.leave_out_deserted(session, clock.now(), clock.today())
        for campaign in queries.repaired_with(session, person_id):
            service.refresh(session, campaign, clock.now(), clock.today())


def follow_return(engine: Engine, campaign_id: int, person_id: int) -> None:
    """Job of `enrolment.resumed`: days to come that fell because they left are looked for again, also where
    that was decided while they were out, and what waited for them before; HR read what is found. Safe to run
    twice."""
    now, today = clock.now(), clock.today()
    with open_session(engine) as session:
        campaign = session.get_one(Campaign, campaign_id)
        rows = visits_queries.rows_of_campaign(session, campaign_id)
        theirs = {
            (one.swap_id or f"visit {one.id}", one.visitor_id): one.id or 0  # the latest of each direction
            for one in sorted(rows, key=lambda one: one.id or 0)
            if person_id in (one.visitor_id, one.host_id)
        }
        seen = visits_queries.visits_with_ids(session, theirs.values())
        seen = [one for one in seen if not stands(one.visit) and not is_over(one.visit, today)]
        seen = [one for one in queries.of_plans(session, seen) if is_sought_again(one.visit, campaign, today)]
        ids = {one.visit.id or 0 for one in seen}
        decided = queries.decided_among(session, ids)
        by_leaving = {one.visit.id for one in seen if one.visit.cancel_reason in BY_LEAVING}
        ids -= (decided - by_leaving) | queries.settled_among(session, ids)
        ids -= needs.deserted_among(session, ids)
        if ids:
            opening.open_repair(session, campaign, ids, RepairCause.FALLEN, None, now)


def follow_rehired(engine: Engine, person_ids: list[int]) -> None:
    """Job of `people.returned`: the same for whoever a staff file brings back to the company, in each of
    their campaigns. Safe to run twice."""
    with open_session(engine, reads_only=True) as session:
        found = taking_part(session, queries.repaired_ids(session), person_ids)
    for campaign_id, person_id in sorted(found):
        follow_return(engine, campaign_id, person_id)
