"""The life of a repair: asked for, computed by a job, decided once.

What the job writes is kept only while it computes.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, delete, update

from app.accounts.audit import audit
from app.accounts.sessions import Actor
from app.campaigns.holding import hold_alone
from app.campaigns.tables import Campaign
from app.core import jobs
from app.core.errors import Refusal, Stale
from app.planning.repairs import queries
from app.planning.repairs.errors import NothingFell, NotRepaired, RepairChanged, RepairDecided
from app.planning.repairs.judging import against
from app.planning.repairs.proposals import Effect, Proposal
from app.planning.tables import (
    COMPUTING,
    PENDING,
    UNDECIDED,
    Repair,
    RepairCause,
    RepairKind,
    RepairProposal,
    RepairStatus,
    RepairVisit,
)
from app.visits import queries as visits_queries
from app.visits import service as visits_service
from app.visits.history import Hand
from app.visits.rearranging import rearrange
from app.visits.rules import is_over, takes_place
from app.visits.tables import By, CancelReason

SILENCE = timedelta(minutes=2)
"""A job that gave no sign of life for so long is not waited for."""
KEPT = timedelta(days=7)
"""How long a proposal waits for a decision."""

DISMISSIBLE = (RepairStatus.READY, *UNDECIDED)
"""What HR may decide to leave as it is."""

FALL_REASON = {
    RepairCause.FALLEN: CancelReason.UNAVAILABLE,
    RepairCause.ROSTER: CancelReason.UNAVAILABLE,
    RepairCause.CLOSURE: CancelReason.CLOSED,
}
"""Why a visit that cannot be on its day is cancelled when a repair has no other day for it."""


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

    What other repairs of the campaign still wait with is taken along: proposals that ignore one another
    would take the same places. Raises `NotRepaired`, `NothingFell`.
    """
    assert campaign.id is not None
    if not queries.is_repaired(campaign):
        raise NotRepaired
    wanted = set(visit_ids)
    if cause is RepairCause.FALLEN:
        for other in queries.waiting(session, campaign.id):
            if other.cause is not RepairCause.FALLEN:
                continue
            if _end(session, other.id, PENDING, RepairStatus.EXPIRED, now):
                wanted |= set(queries.visit_ids(session, other.id or 0))
    wanted -= queries.settled_among(session, wanted)
    if not wanted:
        raise NothingFell
    known = {one.id or 0: one for one in queries.waiting_with(session, wanted).values()}
    for repair_id, ids in queries.visits_by_repair(session, known).items():
        if set(ids) <= wanted:  # found again here, whatever it began from
            _end(session, repair_id, PENDING, RepairStatus.EXPIRED, now)
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
    _note(session, made, actor, "repair.requested", now, visits=len(wanted), cause=cause.value)
    jobs.record(session, "repair.requested", queue=jobs.SOLVER_QUEUE, repair_id=made.id)
    return made


def search_again(
    session: Session, campaign: Campaign, repair: Repair, actor: Actor | None, now: datetime
) -> Repair:
    """New proposals for the same visits; those before mean nothing any more. Where those concerned settled
    each of them meanwhile, the repair closes.

    No visit waits in two repairs: one that is being looked for goes on, and what another already took over
    stays there. Whoever asks twice, or on a page of yesterday, gets the repair that exists.
    """
    hold_alone(session, campaign)  # of two who ask at once, the second sees what the first made
    session.refresh(repair)
    ids = set(queries.visit_ids(session, repair.id or 0))
    if repair.status in COMPUTING:
        return repair
    if repair.status in (RepairStatus.ACCEPTED, RepairStatus.DISMISSED, RepairStatus.SETTLED):
        raise RepairDecided
    if ids and ids == queries.settled_among(session, ids):
        close(session, repair, now)
        return repair
    _end(session, repair.id, PENDING, RepairStatus.EXPIRED, now)
    elsewhere = queries.waiting_with(session, ids)
    ids -= set(elsewhere) | queries.settled_among(session, ids)
    if elsewhere and not ids:
        return max(elsewhere.values(), key=lambda one: one.id or 0)
    closure = {"site_id": repair.site_id, "first_day": repair.first_day, "last_day": repair.last_day}
    return open_repair(session, campaign, ids, repair.cause, actor, now, **closure)


def leave_out(session: Session, visit_id: int, now: datetime, today: date) -> None:
    """A day that those concerned settled leaves the repairs that nobody decided on: what was found for the
    others is looked for again, without a word to HR; a repair with no other day closes."""
    for repair in queries.undecided_about(session, visit_id):
        assert repair.id is not None
        gone = queries.need_nothing(session, repair, today)
        if not gone:
            continue
        if gone >= set(queries.visit_ids(session, repair.id)):
            close(session, repair, now)
        elif repair.status in PENDING:
            session.exec(
                delete(RepairVisit).where(
                    col(RepairVisit.repair_id) == repair.id, col(RepairVisit.visit_id).in_(gone)
                )
            )
            if _change(session, repair.id, (RepairStatus.READY,), status=RepairStatus.QUEUED):
                session.exec(delete(RepairProposal).where(col(RepairProposal.repair_id) == repair.id))
                jobs.record(session, "repair.requested", queue=jobs.SOLVER_QUEUE, repair_id=repair.id)


def close(session: Session, repair: Repair, now: datetime) -> None:
    """Nothing is left to repair: it waits for nobody any more."""
    if _end(session, repair.id, (*PENDING, *UNDECIDED), RepairStatus.SETTLED, now):
        _note(session, repair, None, "repair.settled", now)


def repair_conflicts(
    session: Session, campaign: Campaign, actor: Actor, now: datetime, today: date
) -> Repair:
    """One repair for what rosters contradict, or stands on a closed site, and no undecided repair is about.
    Raises `NothingFell`."""
    found = queries.in_conflict(session, campaign.id or 0, today)
    cause = RepairCause.CLOSURE if found and all(one.closed for one in found) else RepairCause.ROSTER
    return open_repair(session, campaign, [one.seen.visit.id or 0 for one in found], cause, actor, now)


def stop(session: Session, repair: Repair, actor: Actor, now: datetime) -> None:
    """Stop a search. One that nobody works on ends at once; else its job sees the wish within a second."""
    assert repair.id is not None
    silent = repair.alive_at is not None and now - repair.alive_at > SILENCE
    nobody = (RepairStatus.QUEUED, RepairStatus.RUNNING) if silent else (RepairStatus.QUEUED,)
    if not stopped(session, repair.id, now, nobody) and not _change(
        session, repair.id, (RepairStatus.RUNNING,), cancel_requested=True
    ):
        raise RepairDecided
    _note(session, repair, actor, "repair.stopped", now)


# -- what the job writes --


def begin(session: Session, repair_id: int, now: datetime) -> Repair | None:
    """The repair, now being computed; None when it is over or nobody wants it any more."""
    if not _change(session, repair_id, COMPUTING, status=RepairStatus.RUNNING, alive_at=now):
        return None
    repair = session.get_one(Repair, repair_id, populate_existing=True)
    if repair.cancel_requested:
        stopped(session, repair_id, now)
        return None
    return repair


def tell(session: Session, repair_id: int, now: datetime, **values: Any) -> bool:
    """Write how far the search is; says whether it should go on."""
    if not _change(session, repair_id, (RepairStatus.RUNNING,), alive_at=now, **values):
        return False
    repair = session.get(Repair, repair_id, populate_existing=True)
    return repair is not None and not repair.cancel_requested


def finish(
    session: Session,
    repair_id: int,
    found: dict[RepairKind, tuple[Proposal, Effect]],
    seconds: float,
    now: datetime,
) -> bool:
    """Keep what was found; a repair that was ended meanwhile keeps nothing."""
    kept = _change(
        session,
        repair_id,
        (RepairStatus.RUNNING,),
        status=RepairStatus.READY,
        computed_at=now,
        seconds=seconds,
    )
    if kept:
        session.exec(delete(RepairProposal).where(col(RepairProposal.repair_id) == repair_id))
        session.add_all(
            RepairProposal(
                repair_id=repair_id,
                kind=kind,
                content=proposal.to_json(),
                restored=len(effect.restored),
                left=len(effect.left),
                movers=len(effect.movers),
                newcomers=len(effect.newcomers),
            )
            for kind, (proposal, effect) in found.items()
        )
        session.flush()
        jobs.record(session, "repair.ready", repair_id=repair_id)
    return kept


def fail(session: Session, repair_id: int, now: datetime, code: str) -> None:
    """End a search that has nothing to propose, with why."""
    if _end(session, repair_id, COMPUTING, RepairStatus.FAILED, now, message=code):
        jobs.record(session, "repair.ready", repair_id=repair_id)


def stopped(
    session: Session, repair_id: int, now: datetime, before: Collection[RepairStatus] = COMPUTING
) -> bool:
    """End a search that somebody stopped; says whether it was in one of these states."""
    done = _end(session, repair_id, before, RepairStatus.CANCELLED, now)
    if done:
        jobs.record(session, "repair.stopped", repair_id=repair_id)
    return done


# -- decisions --


def accept(
    session: Session,
    campaign: Campaign,
    repair: Repair,
    kind: RepairKind,
    actor: Actor | None,
    now: datetime,
    today: date,
) -> None:
    """Do what a proposal says, in this transaction, and have those concerned asked. `actor` None: the rule.

    It is judged again on today's rows: raises `RepairChanged` when it does not hold any more, `RepairDecided`
    when somebody was faster; then nothing is kept.
    """
    assert repair.id is not None
    hold_alone(session, campaign)
    if not queries.is_repaired(campaign):
        raise NotRepaired
    row = session.get(RepairProposal, (repair.id, kind))
    if row is None:
        raise RepairChanged
    proposal = Proposal.from_json(row.content)
    hand = Hand(by=By.HR if actor else By.SERVICE, actor=actor, now=now)
    with session.begin_nested():
        _decide(session, repair, RepairStatus.ACCEPTED, actor, now, accepted=kind)
        if against(session, campaign, repair, proposal, today):
            raise RepairChanged
        try:
            rearrange(session, campaign, proposal.falls, proposal.moves, proposal.fresh, hand, today)
        except Refusal as refused:
            raise RepairChanged from refused
        lost = set(queries.visit_ids(session, repair.id))
        session.add_all(
            RepairVisit(repair_id=repair.id, visit_id=one, gave_way=True)
            for one in sorted(proposal.visit_ids - lost)
        )
        _settle_others(session, repair, lost, now)
        _note(session, repair, actor, "repair.accepted", now, kind=kind.value, movers=row.movers)
        jobs.record(session, "repair.accepted", repair_id=repair.id)


def _settle_others(session: Session, accepted: Repair, visit_ids: Collection[int], now: datetime) -> None:
    """Whatever else waited for a decision on the same visits, and no other, waits for nobody any more."""
    others = set(queries.repairs_with(session, visit_ids)) - {accepted.id}
    for repair_id, ids in queries.visits_by_repair(session, others).items():
        if set(ids) <= set(visit_ids):
            close(session, session.get_one(Repair, repair_id), now)


def accept_or_search(
    session: Session,
    campaign: Campaign,
    repair: Repair,
    kind: RepairKind,
    actor: Actor,
    now: datetime,
    today: date,
) -> Repair:
    """`accept`; where something changed since, new proposals are looked for: the repair to read now."""
    try:
        accept(session, campaign, repair, kind, actor, now, today)
    except (RepairChanged, Stale):
        session.refresh(repair)
        return search_again(session, campaign, repair, actor, now)
    return repair


def dismiss(
    session: Session, repair: Repair, actor: Actor, now: datetime, today: date, *, cancel_visits: bool
) -> int:
    """HR wants none of the proposals. `cancel_visits`: visits that cannot be on their day are cancelled, and
    those concerned told; else they stay, for HR to deal with one by one. How many were cancelled."""
    # Proposals that came too late for a decision are no less to be put aside.
    _decide(session, repair, RepairStatus.DISMISSED, actor, now, DISMISSIBLE)
    done = 0
    if cancel_visits:
        rows = visits_queries.visits_with_ids(session, queries.visit_ids(session, repair.id or 0))
        for seen in sorted(rows, key=lambda seen: seen.visit.id or 0):
            if takes_place(seen.visit) and not is_over(seen.visit, today):
                reason = FALL_REASON[repair.cause]
                visits_service.cancel_visit(
                    session, seen.visit, reason, actor, now, today=today, for_good=True
                )
                done += 1
    _note(session, repair, actor, "repair.dismissed", now, cancelled=done)
    jobs.record(session, "repair.dismissed", repair_id=repair.id)
    return done


def expire_old(session: Session, now: datetime) -> int:
    """Proposals that nobody decided on are withdrawn, and HR is told: they wait to be looked for again. How
    many repairs."""
    done = 0
    for one in queries.old(session, now - KEPT):
        if _end(session, one.id, (RepairStatus.READY,), RepairStatus.EXPIRED, now):
            jobs.record(session, "repair.ready", repair_id=one.id)
            done += 1
    return done


def _decide(
    session: Session,
    repair: Repair,
    status: RepairStatus,
    actor: Actor | None,
    now: datetime,
    before: Collection[RepairStatus] = (RepairStatus.READY,),
    **values: Any,
) -> None:
    """Of two who decide at once, one does."""
    values |= {"decided_at": now, "decided_by": actor.account_id if actor else None}
    if not _change(session, repair.id, before, status=status, **values):
        raise RepairDecided


def _end(
    session: Session,
    repair_id: int | None,
    before: Collection[RepairStatus],
    status: RepairStatus,
    now: datetime,
    **values: Any,
) -> bool:
    return _change(session, repair_id, before, status=status, decided_at=now, **values)


def _change(session: Session, repair_id: int | None, before: Collection[RepairStatus], **values: Any) -> bool:
    changed = session.exec(
        update(Repair)
        .where(col(Repair.id) == repair_id, col(Repair.status).in_(before))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    row = session.get(Repair, repair_id)
    if row is not None:
        session.refresh(row)
    return changed.rowcount == 1


def _note(
    session: Session, repair: Repair, actor: Actor | None, action: str, now: datetime, **said: Any
) -> None:
    subject = f"campaign:{repair.campaign_id}"
    audit(session, actor.account_id if actor else None, action, subject, now=now, repair_id=repair.id, **said)
