"""Those whom a repair concerns before anything is decided, and after it brought nothing.

Whoever was told that somebody else is looked for hears how that ended. Whose day a roster contradicts, or is
on a closed site, hears that it cannot take place as planned once the search is over, and only if that changed
nothing yet: one message, not two.
"""

from sqlalchemy import Engine
from sqlmodel import Session

from app.campaigns.tables import Campaign
from app.core import clock, jobs
from app.core.db import open_session
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.people.tables import Person
from app.planning.repairs import queries
from app.planning.tables import Repair, RepairStatus
from app.visits import queries as visits
from app.visits.history import Hand, remember
from app.visits.queries import SeenVisit
from app.visits.rosters import conflicts_among
from app.visits.rules import is_ahead, is_sought_again, stands
from app.visits.tables import By, CancelReason, ChangeKind, Visit

RESTING = {CancelReason.LEFT, CancelReason.VISITOR_LEFT, CancelReason.NOT_FOR_ME}
"""Whoever said so waits for nothing."""


def tell_over(engine: Engine, repair_id: int) -> None:
    """Job of `repair.ready`, `repair.accepted` and `repair.dismissed`: people without a day, for whom nothing
    was found or nothing was chosen, read it once for each day that fell. Safe to run twice."""
    with open_session(engine) as session:
        repair = session.get(Repair, repair_id)
        if repair is None or not _is_over(session, repair):
            return
        campaign = session.get_one(Campaign, repair.campaign_id)
        waiting = _without_a_day(session, repair, campaign)
        readers = mails.readers_of(session, {person.id or 0 for _seen, _role, person in waiting})
        reply_to = mails.reply_address(session, campaign)
        told = set()
        for seen, role, person in waiting:
            reader = readers.get(person.id or 0)
            if reader is None:
                continue
            mail = outbox.send(
                session,
                Kind.SEARCH_OVER,
                reader,
                key=f"{Kind.SEARCH_OVER}:{seen.visit.id}:{role.value}",
                now=clock.now(),
                context={"seen": seen, "role": role.value},
                campaign=campaign,
                reply_to=reply_to,
            )
            if mail is not None and seen.visit.id not in told:
                told.add(seen.visit.id)
                by = Hand(By.SERVICE, None, clock.now())
                remember(session, seen.visit, ChangeKind.NOT_FOUND, by, event=None)


def tell_suspended(engine: Engine, repair_id: int) -> None:
    """Job of `repair.ready`, `repair.stopped` and `repair.dismissed`: days that still stand though a roster
    contradicts them, or their site is closed, are named by `visit.suspended`. Safe to run twice."""
    with open_session(engine) as session:
        repair = session.get(Repair, repair_id)
        if repair is None:
            return
        over = repair.status is RepairStatus.DISMISSED
        sought = repair.status is RepairStatus.READY and bool(queries.proposals_of(session, [repair_id]))
        fruitless = _is_over(session, repair) and not over
        mine = visits.visits_with_ids(session, queries.visit_ids(session, repair_id))
        ahead = [seen for seen in mine if is_ahead(seen.visit, clock.today())]
        for one in conflicts_among(session, ahead):
            jobs.record(
                session,
                "visit.suspended",
                visit_id=one.seen.visit.id,
                over=over,
                sought=sought,
                fruitless=fruitless,
            )


def _is_over(session: Session, repair: Repair) -> bool:
    """Somebody decided, or there is nothing to decide between."""
    if repair.status is RepairStatus.READY:
        return not queries.proposals_of(session, [repair.id or 0])
    return repair.status in (RepairStatus.FAILED, RepairStatus.ACCEPTED, RepairStatus.DISMISSED)


def _without_a_day(
    session: Session, repair: Repair, campaign: Campaign
) -> list[tuple[SeenVisit, By, Person]]:
    """People of its fallen visits to whom a search was promised and who have no other day since: neither the
    other part of the swap, nor a visit made after the fall. A visit that ended with the decision promised
    nothing."""
    today = clock.today()
    ids = set(queries.visit_ids(session, repair.id or 0))
    mine = visits.visits_with_ids(session, ids)
    people = {one.id for seen in mine for one in (seen.visitor, seen.host)}
    rows = [one for one in visits.rows_of_campaign(session, campaign.id or 0) if stands(one)]
    rows = [one for one in rows if {one.visitor_id, one.host_id} & people]
    by = queries.why_lost(session, ids)
    found = []
    for seen in mine:
        fell = seen.visit
        ended = repair.decided_at is not None and fell.changed_at >= repair.decided_at
        if ended or not is_sought_again(fell, campaign, today) or _has_other(fell, rows):
            continue
        for role, person in ((By.VISITOR, seen.visitor), (By.HOST, seen.host)):
            rests = by.get(fell.id or 0) is role and fell.cancel_reason in RESTING
            if not rests and not any(_is_since(one, fell, person) for one in rows):
                found.append((seen, role, person))
    return found


def _has_other(fell: Visit, rows: list[Visit]) -> bool:
    return fell.swap_id is not None and any(one.swap_id == fell.swap_id for one in rows)


def _is_since(one: Visit, fell: Visit, person: Person) -> bool:
    return person.id in (one.visitor_id, one.host_id) and one.created_at >= fell.changed_at
