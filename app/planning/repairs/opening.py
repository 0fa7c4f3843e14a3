"""How a repair begins, begins again, or loses what needs it no more.

A day waits in one repair: the database says so (`RepairVisit.waits`), and who opens one holds the campaign.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, delete

from app.accounts.sessions import Actor
from app.campaigns.holding import hold_alone
from app.campaigns.tables import Campaign
from app.core import jobs
from app.planning.repairs import chain, due, needs, queries
from app.planning.repairs.errors import NoDayLeft, NothingFell, NotRepaired, RepairDecided
from app.planning.repairs.proposals import Proposal
from app.planning.repairs.states import change, close, end, note
from app.planning.repairs.words import LEFT, NO_DAY, PASSED, POSSIBLE
from app.planning.tables import (
    COMPUTING,
    PENDING,
    UNDECIDED,
    Repair,
    RepairCause,
    RepairProposal,
    RepairStatus,
    RepairVisit,
)
from app.teams.days import closed_sites
from app.visits.queries import visits_with_ids
from app.visits.rules import leaves_days, stands


def open_repair(
    session: Session,
    campaign: Campaign,
    visit_ids: Collection[int],
    cause: RepairCause,
    actor: Actor | None,
    now: datetime,
    **closure: Any,
) -> Repair:
    """Ask for proposals; a job looks for them after the caller's commit.

    Repairs all of whose days are found again here are taken along, and of fallen days every one: proposals
    that ignore one another would take the same places. A day that another repair has beside days of its own
    stays there. Where that leaves nothing, it is the repair that exists. Raises `NotRepaired`, `NothingFell`:
    nothing did, or only what nobody waits for.
    """
    assert campaign.id is not None
    hold_alone(session, campaign)  # of two who find the same day, the second sees what the first made
    if not queries.is_repaired(campaign):
        raise NotRepaired
    wanted = set(visit_ids)
    wanted -= queries.settled_among(session, wanted) | needs.deserted_among(session, wanted)
    if not wanted:
        raise NothingFell
    waiting = {one.id or 0: one for one in queries.waiting(session, campaign.id)}
    days = {one: set(ids) for one, ids in queries.visits_by_repair(session, waiting).items()}
    joined = {
        one
        for one, ids in days.items()
        if ids <= wanted or (cause is RepairCause.FALLEN and waiting[one].cause is RepairCause.FALLEN)
    }
    kept = {one: ids for one, ids in days.items() if one not in joined}
    holders = [one for one, ids in kept.items() if ids & wanted]
    for one in holders:
        _look_again_if_changed(session, waiting[one], wanted)
    held = set().union(*kept.values())
    if wanted <= held:
        return waiting[max(holders)]
    for one in joined:
        if end(session, one, PENDING, RepairStatus.EXPIRED, now):
            wanted |= days[one]
    wanted -= held | queries.settled_among(session, wanted) | needs.deserted_among(session, wanted)
    made = Repair(
        campaign_id=campaign.id,
        cause=cause,
        requested_by=actor.account_id if actor else None,
        requested_at=now,
        **closure,
    )
    session.add(made)
    session.flush()
    assert made.id is not None
    session.add_all(RepairVisit(repair_id=made.id, visit_id=one) for one in sorted(wanted))
    note(session, made, actor, "repair.requested", now, visits=len(wanted), cause=cause.value)
    jobs.record(session, "repair.requested", queue=jobs.SOLVER_QUEUE, repair_id=made.id)
    return made


def _look_again_if_changed(session: Session, repair: Repair, visit_ids: Collection[int]) -> None:
    """A day of a repair fell, or changed, after what was found for it."""
    rows = queries.proposals_of(session, [repair.id or 0])
    seen: dict[int, int] = {}
    for row in rows:
        seen |= Proposal.from_json(row.content).revisions
    visits = visits_with_ids(session, seen.keys() & set(visit_ids))
    if any(one.visit.revision != seen[one.visit.id or 0] for one in visits):
        _look_again(session, repair)


def _look_again(session: Session, repair: Repair) -> None:
    """Other proposals for the same repair, without a new word to HR."""
    if change(session, repair.id, (RepairStatus.READY,), status=RepairStatus.QUEUED):
        session.exec(delete(RepairProposal).where(col(RepairProposal.repair_id) == repair.id))
        jobs.record(session, "repair.requested", queue=jobs.SOLVER_QUEUE, repair_id=repair.id)


def search_again(
    session: Session, campaign: Campaign, repair: Repair, actor: Actor | None, now: datetime, today: date
) -> Repair:
    """New proposals for the same visits; those before mean nothing any more. Where those concerned settled
    each of them meanwhile, or it can take place, nothing is looked for and the repair closes. One that was
    accepted stays as it is: another one looks for the days that it left. Raises `NoDayLeft`.

    No visit waits in two repairs: one that is being looked for goes on, and what another already took over
    stays there. Whoever asks twice, or on a page of yesterday, gets the repair that exists.
    """
    hold_alone(session, campaign)  # of two who ask at once, the second sees what the first made
    session.refresh(repair)
    ids = set(queries.visit_ids(session, repair.id or 0))
    if repair.status in COMPUTING:
        return repair
    if left := due.left_by(session, repair, today):
        return open_repair(session, campaign, left, RepairCause.FALLEN, actor, now)
    if repair.status is RepairStatus.ACCEPTED:
        later = chain.later_than(session, [repair.id or 0]).get(repair.id or 0)
        if later is not None:  # asked before for what it left
            return session.get_one(Repair, later)
    undone = repair.status is RepairStatus.SETTLED and repair.message == NO_DAY
    if repair.status in (RepairStatus.ACCEPTED, RepairStatus.DISMISSED, RepairStatus.SETTLED) and not undone:
        raise RepairDecided
    if undone or not leaves_days(campaign, today):
        raise NoDayLeft(len(queries.impossible_visits(session, repair)))
    needless = needs.need_nothing(session, repair, today)
    if ids and ids == needless:
        close(session, repair, now, why=needs.why_over(session, ids, today))
        return repair
    end(session, repair.id, PENDING, RepairStatus.EXPIRED, now)
    elsewhere = queries.waiting_with(session, ids)
    ids -= set(elsewhere) | needless
    if elsewhere and not ids:
        return max(elsewhere.values(), key=lambda one: one.id or 0)
    closure = {"site_id": repair.site_id, "first_day": repair.first_day, "last_day": repair.last_day}
    return open_repair(session, campaign, ids, repair.cause, actor, now, **closure)


def leave_out(
    session: Session, visit_ids: Collection[int], now: datetime, today: date, *, why: str = ""
) -> None:
    """Days that those concerned settled, that can take place again, or that nobody waits for, leave the
    repairs that nobody decided on: what was found for the others is looked for again, without a word to HR; a
    repair with no other day closes, with `why`."""
    for repair in queries.undecided_about(session, visit_ids):
        assert repair.id is not None
        gone = needs.need_nothing(session, repair, today)
        if not gone:
            continue
        if gone >= set(queries.visit_ids(session, repair.id)):
            close(session, repair, now, why=why)
        elif repair.status in PENDING:
            session.exec(
                delete(RepairVisit).where(
                    col(RepairVisit.repair_id) == repair.id, col(RepairVisit.visit_id).in_(gone)
                )
            )
            _look_again(session, repair)
            _replace_search(session, repair, now)


def forget_closure(session: Session, site_id: int) -> None:
    """A site opened again: repairs left with days that people cancelled there, or that a roster contradicts,
    speak of a closure no more."""
    for repair in queries.undecided_closures(session, site_id):
        left = visits_with_ids(session, queries.visit_ids(session, repair.id or 0))
        standing = [one for one in left if stands(one.visit)]
        shut = closed_sites(session, [(one.host_team.id or 0, one.visit.day) for one in standing])
        if left and not shut:
            cause = RepairCause.ROSTER if standing else RepairCause.FALLEN
            values = {"cause": cause, "site_id": None, "first_day": None, "last_day": None}
            change(session, repair.id, (*PENDING, *UNDECIDED), **values)


def leave_out_passed(session: Session, now: datetime, today: date) -> None:
    """A day that is over leaves the repairs it waits in (`leave_out`): nobody chooses any more what becomes
    of it. One query when none."""
    passed = queries.passed_in_repairs(session, today)
    if passed:
        leave_out(session, passed, now, today, why=PASSED)


def leave_out_possible(session: Session, now: datetime, today: date) -> None:
    """Whatever can take place again leaves the repairs it waits in (`leave_out`). Four queries when none."""
    possible = queries.possible_among(session, queries.standing_in_repairs(session))
    if possible:
        leave_out(session, possible, now, today, why=POSSIBLE)


def leave_out_undone(session: Session, now: datetime, today: date) -> None:
    """What fell in a campaign no day of which leaves its notice any more leaves the repairs it waits in
    (`leave_out`), and HR read it. Two queries when none."""
    undone = needs.undone_among(session, queries.fallen_in_repairs(session), today)
    if undone:
        leave_out(session, undone, now, today, why=NO_DAY)


def leave_out_deserted(session: Session, now: datetime, today: date) -> None:
    """A day for nobody who still takes part leaves the repairs it waits in (`leave_out`). Three queries when
    none."""
    deserted = needs.deserted_among(session, queries.fallen_in_repairs(session))
    if deserted:
        leave_out(session, deserted, now, today, why=LEFT)


def _replace_search(session: Session, repair: Repair, now: datetime) -> None:
    """A search under way goes by what it began with: another one takes its place."""
    if end(session, repair.id, (RepairStatus.RUNNING,), RepairStatus.EXPIRED, now):
        campaign = session.get_one(Campaign, repair.campaign_id)
        closure = {"site_id": repair.site_id, "first_day": repair.first_day, "last_day": repair.last_day}
        left = queries.visit_ids(session, repair.id or 0)
        open_repair(session, campaign, left, repair.cause, None, now, **closure)


def repair_conflicts(
    session: Session, campaign: Campaign, actor: Actor, now: datetime, today: date
) -> Repair:
    """One repair for what rosters contradict, or stands on a closed site, and no undecided repair is about.
    Raises `NothingFell`, `NoDayLeft`."""
    found = queries.in_conflict(session, campaign.id or 0, today)
    if found and not leaves_days(campaign, today):
        raise NoDayLeft(len(found))
    cause = RepairCause.CLOSURE if found and all(one.closed for one in found) else RepairCause.ROSTER
    return open_repair(session, campaign, [one.seen.visit.id or 0 for one in found], cause, actor, now)
