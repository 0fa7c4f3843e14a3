"""Those whom a repair concerns before anything is decided, and after it brought nothing.

Whoever was told that somebody else is looked for hears how that ended. Whose day a roster contradicts, or is
on a closed site, hears that it cannot take place as planned once the search is over, and only if that changed
nothing yet: one message, not two.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session

from app.availability.queries import taking_part
from app.campaigns.tables import Campaign
from app.core import clock, jobs
from app.core.db import open_session
from app.messages import queries as mails
from app.messages import service as outbox
from app.messages.catalogue import Kind
from app.people.tables import Person
from app.planning.repairs import queries
from app.planning.repairs.needs import RESTING
from app.planning.repairs.proposals import Proposal
from app.planning.tables import Repair, RepairStatus
from app.visits import queries as visits
from app.visits.history import Hand, remember
from app.visits.queries import SeenVisit
from app.visits.reading import searched
from app.visits.rosters import conflicts_among
from app.visits.rules import is_ahead, is_sought_again, takes_place
from app.visits.tables import By, ChangeKind, Visit

KIND = Kind.SEARCH_OVER


def tell_over(engine: Engine, repair_id: int) -> None:
    """Job of `repair.ready`, `repair.accepted` and `repair.dismissed`: people without a day, for whom nothing
    was found or nothing was chosen, read it once for each day that fell; of both days of a swap at once. Safe
    to run twice."""
    with open_session(engine) as session:
        repair = session.get(Repair, repair_id)
        if repair is None or not _is_over(session, repair):
            return
        campaign = session.get_one(Campaign, repair.campaign_id)
        ids = set(queries.visit_ids(session, repair_id))
        waiting = without_a_day(session, ids, campaign, clock.today(), repair)
        readers = mails.readers_of(session, {person.id or 0 for _seen, _role, person in waiting})
        reply_to = mails.reply_address(session, campaign)
        chosen = repair.status in (RepairStatus.ACCEPTED, RepairStatus.DISMISSED)
        told: dict[int | None, Visit] = {}
        for person_id, days in untold(session, waiting):
            reader = readers.get(person_id)
            if reader is None:
                continue
            (seen, role), *more = days
            mail = outbox.send(
                session,
                KIND,
                reader,
                key=f"{KIND}:{seen.visit.id}:{role.value}",
                now=clock.now(),
                context={
                    "seen": seen,
                    "role": role.value,
                    "other": more[0][0] if more else None,
                    "chose": repair.status.value if chosen else "",
                },
                campaign=campaign,
                reply_to=reply_to,
            )
            if mail is not None:
                told |= {one.visit.id: one.visit for one, _role in days}
        for visit in told.values():
            by = Hand(By.SERVICE, None, clock.now())
            remember(session, visit, ChangeKind.NOT_FOUND, by, event=None)


def untold(
    session: Session, waiting: list[tuple[SeenVisit, By, Person]]
) -> list[tuple[int, list[tuple[SeenVisit, By]]]]:
    """What each person has not read yet, by day: their days of one swap together. Two queries."""
    people = {person.id or 0 for _seen, _role, person in waiting}
    told_of = {(who, int(key.split(":")[1])) for key, who, _at in mails.written_to(session, KIND, people)}
    ended = searched(session, {seen.visit.id or 0 for seen, _role, _person in waiting})
    pairs: dict[tuple[int, str], list[tuple[SeenVisit, By]]] = {}
    for seen, role, person in sorted(waiting, key=lambda one: (one[0].visit.day, one[0].visit.id or 0)):
        pair = f"swap {seen.visit.swap_id}" if seen.visit.swap_id else f"visit {seen.visit.id}"
        pairs.setdefault((person.id or 0, pair), []).append((seen, role))
    found = []
    for (person_id, _pair), days in pairs.items():
        named = {id_ for one, _role in days if (person_id, id_ := one.visit.id or 0) in told_of}
        # The other day of the swap may have been told under the key of the first: its history says so.
        read = named | ended if named else named
        if new := [one for one in days if one[0].visit.id not in read]:
            found.append((person_id, new))
    return found


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


def without_a_day(
    session: Session, ids: Collection[int], campaign: Campaign, today: date, repair: Repair | None = None
) -> list[tuple[SeenVisit, By, Person]]:
    """People of these visits, where they fell, who still take part, to whom a search was promised, and who
    have no other day since: neither the other part of the swap, nor a visit made after the fall. Whom the
    accepted solution of `repair` leaves is among them, unless they make another visit since. A visit that
    ended with its decision promised nothing."""
    mine = visits.visits_with_ids(session, ids)
    people = {one.id or 0 for seen in mine for one in (seen.visitor, seen.host)}
    rows = [one for one in visits.rows_of_campaign(session, campaign.id or 0) if takes_place(one)]
    rows = [one for one in rows if {one.visitor_id, one.host_id} & people]
    by, left = queries.why_lost(session, ids), _left(session, repair) if repair else set[int]()
    decided_at = repair.decided_at if repair else None
    part = {one for _campaign, one in taking_part(session, {campaign.id or 0}, people)}
    found = []
    for seen in mine:
        fell = seen.visit
        ended = decided_at is not None and fell.changed_at >= decided_at
        if ended or not is_sought_again(fell, campaign, today):
            continue
        between = seen.may_be_made_up(today)
        for role, person in ((By.VISITOR, seen.visitor), (By.HOST, seen.host)):
            rests = by.get(fell.id or 0) is role and fell.cancel_reason in RESTING
            if rests or person.id not in part:
                continue
            if person.id in left:
                has = any(_is_since(one, fell) and one.visitor_id == person.id for one in rows)
            else:
                since = any(
                    _is_since(one, fell) and person.id in (one.visitor_id, one.host_id) for one in rows
                )
                has = since or _has_other(fell, person, rows, between=between)
            if not has:
                found.append((seen, role, person))
    return found


def _left(session: Session, repair: Repair) -> set[int]:
    """Whom the accepted solution leaves without a day; nobody where none was accepted. One query."""
    if repair.status is not RepairStatus.ACCEPTED:
        return set()
    rows = queries.proposals_of(session, [repair.id or 0])
    return {
        one for row in rows if row.kind is repair.accepted for one in Proposal.from_json(row.content).left
    }


def _has_other(fell: Visit, person: Person, rows: list[Visit], *, between: bool) -> bool:
    """The other part of the swap stands: it is their own visit, or the two may choose a day (`between`)."""
    others = [one for one in rows if fell.swap_id is not None and one.swap_id == fell.swap_id]
    return any(between or one.visitor_id == person.id for one in others)


def _is_since(one: Visit, fell: Visit) -> bool:
    return one.created_at >= fell.changed_at
