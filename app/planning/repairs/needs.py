"""For whom a day that fell is looked for, and which days need a repair no more."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlmodel import Session, col

from app.availability.queries import taking_part
from app.planning.repairs.queries import (
    passed_among,
    possible_among,
    settled_among,
    visit_ids,
    visits_by_repair,
    why_lost,
)
from app.planning.repairs.words import LEFT, NO_DAY, PASSED, POSSIBLE
from app.planning.tables import Repair, RepairStatus
from app.visits.queries import SeenVisit, read_visits, visits_with_ids
from app.visits.rules import leaves_days, stands, takes_place
from app.visits.tables import By, CancelReason, Visit

RESTING = {CancelReason.VISITOR_LEFT, CancelReason.NOT_FOR_ME}
"""Whoever said so waits for nothing."""


def need_nothing(session: Session, repair: Repair, today: date) -> set[int]:
    """The visits of a repair that need it no more: settled by the two, possible, over, without a day
    left, or waited for by nobody. Eleven queries."""
    ids = visit_ids(session, repair.id or 0)
    found = possible_among(session, ids) | settled_among(session, ids) | passed_among(session, ids, today)
    found |= undone_among(session, ids, today)
    return found | deserted_among(session, set(ids) - found)


def why_over(session: Session, ids: Collection[int], today: date) -> str:
    """Why these visits, none of which needs a repair, need none: a code of `words`; empty where the two
    settled each of them."""
    if set(ids) == settled_among(session, ids):
        return ""
    if passed_among(session, ids, today):
        return PASSED
    if undone_among(session, ids, today):
        return NO_DAY
    return LEFT if deserted_among(session, ids) else POSSIBLE


def by_the_clock(session: Session, repairs: Sequence[Repair], today: date) -> list[Repair]:
    """The same as they are now, whenever the clock ticks next: one that waits for a decision is closed once
    each of its days is over, or has no day left. Such a one is a copy, never written. Three queries when any
    waits."""
    ready = [one.id or 0 for one in repairs if one.status is RepairStatus.READY]
    if not ready:
        return list(repairs)
    visits = visits_by_repair(session, ready)
    ids = set().union(*visits.values())
    passed, undone = passed_among(session, ids, today), undone_among(session, ids, today)

    def now(one: Repair) -> Repair:
        mine = set(visits.get(one.id or 0, ()))
        if not mine or mine - passed - undone:
            return one
        said = {"status": RepairStatus.SETTLED, "message": PASSED if mine & passed else NO_DAY}
        return Repair(**one.model_dump() | said)

    return [now(one) for one in repairs]


def undone_among(session: Session, ids: Collection[int], today: date) -> set[int]:
    """Those of these visits that fell, and for which no day of the campaign leaves its notice any more."""
    seen = visits_with_ids(session, ids)
    return {
        one.visit.id or 0 for one in seen if not stands(one.visit) and not leaves_days(one.campaign, today)
    }


def deserted_among(session: Session, ids: Collection[int]) -> set[int]:
    """Those of these visits that fell, and for which a day is looked for for nobody any more: one of the two
    takes part no more; so does the other, said "not me", or made their own visit. A single visit is looked
    for for its visitor alone. Four queries."""
    fell = [one for one in visits_with_ids(session, ids) if not stands(one.visit)]
    campaigns = {one.visit.campaign_id for one in fell}
    people = {person for one in fell for person in (one.visit.visitor_id, one.visit.host_id)}
    part = taking_part(session, campaigns, people) if fell else set()

    def are_both_in(one: SeenVisit) -> bool:
        return {(one.visit.campaign_id, who) for who in (one.visit.visitor_id, one.visit.host_id)} <= part

    fell = [one for one in fell if not are_both_in(one)]
    if not fell:
        return set()
    by = why_lost(session, {one.visit.id or 0 for one in fell})
    swaps = {one.visit.swap_id for one in fell} - {None}
    legs = read_visits(session, col(Visit.swap_id).in_(swaps)) if swaps else []
    made = {
        (one.visit.swap_id, one.visit.visitor_id) for one in legs if takes_place(one.visit) and one.is_past
    }

    def waits(visit: Visit, role: By, person_id: int) -> bool:
        rests = by.get(visit.id or 0) is role and visit.cancel_reason in RESTING
        return (
            (visit.campaign_id, person_id) in part
            and not rests
            and (role is By.VISITOR or visit.swap_id is not None)
            and (visit.swap_id, person_id) not in made
        )

    return {
        one.visit.id or 0
        for one in fell
        if not waits(one.visit, By.VISITOR, one.visit.visitor_id)
        and not waits(one.visit, By.HOST, one.visit.host_id)
    }
