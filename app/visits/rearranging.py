"""Several visits changed as one, as a repair has it: some fall, move, or are new; all of it or nothing.

A visit that moves keeps its UID; a new pair gets a visit of its own. Nobody has said yes to a new day yet:
both are asked, as for any other visit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, update

from app.availability.leaving import offer_day
from app.availability.queries import offers_of
from app.campaigns.tables import Campaign, Exchange
from app.core.errors import Stale
from app.people import queries as people_queries
from app.visits import hosting, moving, places, queries, reading
from app.visits.carrying import before_retaken
from app.visits.changing import hold_all
from app.visits.history import Hand, remember
from app.visits.lifecycle import Asked, check
from app.visits.queries import SeenVisit
from app.visits.rules import Leg, in_pairs, is_lived, stands
from app.visits.service import cancel_visit, void_proposals
from app.visits.tables import By, CancelReason, ChangeKind, Swap, Visit, VisitStatus
from app.visits.whereabouts import say_with_move


@dataclass(frozen=True)
class Fall:
    """A visit that does not take place, on the version that was seen."""

    visit_id: int
    revision: int
    reason: CancelReason


@dataclass(frozen=True)
class Move:
    """A visit that takes place on another day."""

    visit_id: int
    revision: int
    day: date
    reason: CancelReason | None = None
    """Why it cannot stay on its day; None: it makes room for another."""


@dataclass(frozen=True)
class Fresh:
    """A new visit: in a swap that lost one, or on its own."""

    visitor_id: int
    host_id: int
    day: date
    swap_id: int | None = None
    instead_of: int | None = None
    """The fallen visit of the same two people whose hours and agreements it takes over."""
    replaces: tuple[int, ...] = ()
    """Visits that fell, whose visitor or host gets this one instead: what its people read of it."""


def rearrange(
    session: Session,
    campaign: Campaign,
    falls: Sequence[Fall],
    moves: Sequence[Move],
    fresh: Sequence[Fresh],
    hand: Hand,
    today: date,
) -> list[Visit]:
    """Do all of it; the new visits. Raises `Stale` when one of the visits changed since, `DayTaken`,
    `TeamShort`, `TeamTaken` as `places.take` does, and as `lifecycle.STEPS` says; then nothing is kept.
    """
    with session.begin_nested():
        before = _held(session, falls, moves, fresh)
        _close_replaced(session, fresh, before, hand)
        for fall in sorted(falls, key=lambda one: one.visit_id):
            cancel_visit(
                session,
                before[fall.visit_id].visit,
                fall.reason,
                hand.actor,
                hand.now,
                today=today,
                revision=fall.revision,
                by=hand.by,
                for_good=True,
            )
        why = {move.visit_id: move.reason for move in moves}
        former = {move.visit_id: before[move.visit_id].visit.day for move in moves}
        moved = _move(session, [(before[one.visit_id], one) for one in moves], hand, today)
        made = _make(session, campaign, fresh, before, hand)
        before_retaken(session, list(former), hand.now, today, moves=True)
        places.exchange(session, campaign, [*moved, *made], given_back=list(former))
        not_given = _offer(session, campaign, [*moved, *made])
        for visit in moved:
            assert visit.id is not None
            say_with_move(session, before[visit.id], hand)
            remember(
                session,
                visit,
                ChangeKind.MOVED,
                hand,
                event="visit.moved",
                said={"not_given": not_given[visit.id]},
                reason=why[visit.id],
                day_before=former[visit.id],
                day_after=visit.day,
            )
        fell = _replaced(session, fresh)
        for visit in made:
            remember(
                session,
                visit,
                ChangeKind.PLANNED,
                hand,
                event="visit.booked",
                said={
                    "not_given": not_given[visit.id or 0],
                    "repaired": True,
                    "replaces": {
                        role.value: one.id
                        for role, one in fell.get((visit.visitor_id, visit.host_id), {}).items()
                    },
                },
                day_before=_day_replaced(fell.get((visit.visitor_id, visit.host_id), {})),
                day_after=visit.day,
            )
    return made


def _replaced(session: Session, fresh: Sequence[Fresh]) -> dict[tuple[int, int], dict[By, Visit]]:
    """What a new visit is instead of, for each of its two, by visitor and host; each day that fell once. One
    query."""
    ids = {one for new in fresh for one in new.replaces}
    rows = {seen.visit.id: seen.visit for seen in queries.visits_with_ids(session, ids)} if ids else {}
    found: dict[tuple[int, int], dict[By, Visit]] = {}
    named: set[tuple[By, int | None]] = set()
    for new in fresh:
        fell = [rows[one] for one in new.replaces if one in rows and not stands(rows[one])]
        of_role = {
            By.VISITOR: [one for one in fell if one.visitor_id == new.visitor_id],
            By.HOST: [one for one in fell if one.host_id == new.host_id],
        }
        first = {
            role: next((one for one in ones if (role, one.id) not in named), None)
            for role, ones in of_role.items()
        }
        found[new.visitor_id, new.host_id] = {role: one for role, one in first.items() if one is not None}
        named |= {(role, one.id) for role, one in found[new.visitor_id, new.host_id].items()}
    return found


def _day_replaced(fell: Mapping[By, Visit]) -> date | None:
    """The day that the history of the new visit names: the visitor's, else the host's."""
    one = fell.get(By.VISITOR) or fell.get(By.HOST)
    return one.day if one is not None else None


def _offer(session: Session, campaign: Campaign, visits: Sequence[Visit]) -> dict[int, list[str]]:
    """A day becomes one of their days for whoever is asked for it, as when HR moves one. By visit, which of
    the two had not given it."""
    people = {one for visit in visits for one in (visit.visitor_id, visit.host_id)}
    offers = offers_of(session, campaign.id or 0, people)
    return {
        visit.id or 0: [
            role.value
            for role, person_id in ((By.VISITOR, visit.visitor_id), (By.HOST, visit.host_id))
            if person_id in offers
            and offer_day(session, offers[person_id].enrolment, visit.day, visiting=role is By.VISITOR)
        ]
        for visit in visits
    }


def _close_replaced(
    session: Session, fresh: Sequence[Fresh], before: dict[int, SeenVisit], hand: Hand
) -> None:
    """What one of the two proposed about a fallen visit means nothing once another takes its place; both
    read it."""
    replaced = {one.instead_of for one in fresh if one.instead_of is not None}
    fallen = [visit_id for visit_id in replaced if not stands(before[visit_id].visit)]
    for visit_id, proposal in sorted(reading.open_proposals(session, fallen).items()):
        moving.lapse(session, before[visit_id].visit, proposal, hand, CancelReason.REPLACED)


def _held(
    session: Session, falls: Sequence[Fall], moves: Sequence[Move], fresh: Sequence[Fresh]
) -> dict[int, SeenVisit]:
    """The visits concerned, held until the commit and still as they were seen."""
    seen_on = {one.visit_id: one.revision for one in falls} | {one.visit_id: one.revision for one in moves}
    copied = {one.instead_of for one in fresh if one.instead_of is not None}
    hold_all(session, {*seen_on, *copied})
    found = {
        seen.visit.id: seen
        for seen in queries.visits_with_ids(session, {*seen_on, *copied})
        if seen.visit.id is not None
    }
    for visit_id, revision in seen_on.items():
        seen = found.get(visit_id)
        if seen is None or not stands(seen.visit) or seen.visit.revision != revision:
            raise Stale
    if any(one not in found or (stands(found[one].visit) and one not in seen_on) for one in copied):
        raise Stale
    return found


def _move(session: Session, moves: Sequence[tuple[SeenVisit, Move]], hand: Hand, today: date) -> list[Visit]:
    tutors = {seen.visit.tutor_id for seen, _ in moves if seen.visit.tutor_id is not None}
    busy = queries.busy_days(session, tutors) if tutors else {}
    for seen, move in moves:
        visit = seen.visit
        lived = is_lived(visit, hand.now)
        check(ChangeKind.MOVED, Asked(visit=visit, by=hand.by, today=today, lived=lived))
        done = session.exec(
            update(Visit)
            .where(
                col(Visit.id) == visit.id,
                col(Visit.status) == VisitStatus.PLANNED,
                col(Visit.revision) == move.revision,
            )
            .values(
                day=move.day,
                suspended_for=None,
                revision=move.revision + 1,
                changed_at=hand.now,
                visitor_confirmed_at=None,
                host_confirmed_at=None,
            )
        )
        if done.rowcount != 1:
            raise Stale
        session.refresh(visit)
        void_proposals(session, visit, hand.now)
        hosting.release_if_busy(session, seen, move.day, move.day in busy.get(visit.tutor_id or 0, ()), hand)
    return [seen.visit for seen, _move in moves]


def _make(
    session: Session, campaign: Campaign, fresh: Sequence[Fresh], before: dict[int, SeenVisit], hand: Hand
) -> list[Visit]:
    assert campaign.id is not None
    of_leg = {(one.visitor_id, one.host_id, one.day): one for one in fresh}
    swap_of: dict[Leg, int | None] = {
        leg: one.swap_id for leg, one in of_leg.items() if one.swap_id is not None
    }
    alone = [leg for leg in of_leg if leg not in swap_of]
    if campaign.exchange == Exchange.SWAP:
        pairs = [(there, back) for there, back in in_pairs(alone) if back is not None]
        swaps = [Swap(campaign_id=campaign.id) for _pair in pairs]
        session.add_all(swaps)
        session.flush()
        for (there, back), swap in zip(pairs, swaps, strict=True):
            swap_of[there] = swap_of[back] = swap.id
    site_of = people_queries.sites_of(session, {one.host_id for one in of_leg.values()})
    made = []
    for leg, one in of_leg.items():
        visit = Visit(
            campaign_id=campaign.id,
            swap_id=swap_of.get(leg),
            visitor_id=one.visitor_id,
            host_id=one.host_id,
            day=one.day,
            told_site_id=site_of[one.host_id],
            created_at=hand.now,
            changed_at=hand.now,
        )
        if one.instead_of is not None:
            _take_over(visit, before[one.instead_of].visit)
        made.append(visit)
    session.add_all(made)
    session.flush()
    return made


def _take_over(visit: Visit, fell: Visit) -> None:
    """What the two, their team and HR had settled about the visit that fell holds for its successor."""
    visit.starts_at, visit.ends_at, visit.part = fell.starts_at, fell.ends_at, fell.part
    visit.conditions_id, visit.conditions_read_at = fell.conditions_id, fell.conditions_read_at
    visit.conditions_waived_at = fell.conditions_waived_at
    visit.conditions_waived_id = fell.conditions_waived_id
    visit.conditions_waived_age = fell.conditions_waived_age
    visit.agreement_at = fell.agreement_at
    visit.signed_visitor, visit.signed_host = fell.signed_visitor, fell.signed_host
