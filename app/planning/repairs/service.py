"""The life of a repair once it is open (`opening`): computed by a job, decided once.

What the job writes is kept only while it computes.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, delete

from app.accounts.sessions import Actor
from app.campaigns.holding import hold_alone
from app.campaigns.tables import Campaign
from app.core import jobs
from app.core.errors import Refusal, Stale
from app.planning.repairs import queries
from app.planning.repairs.errors import NotRepaired, RepairChanged, RepairDecided, RepairReplaced
from app.planning.repairs.judging import against, holds
from app.planning.repairs.opening import search_again
from app.planning.repairs.proposals import Effect, Proposal
from app.planning.repairs.states import change, close, end, note
from app.planning.repairs.words import NO_DAY
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
from app.visits import service as visits_service
from app.visits.history import Hand, remember
from app.visits.queries import visits_with_ids
from app.visits.rearranging import rearrange
from app.visits.rules import is_ahead, leaves_days, stands
from app.visits.tables import By, CancelReason, ChangeKind

SILENCE = timedelta(minutes=2)
"""A job that gave no sign of life for so long is not waited for."""
KEPT = timedelta(days=7)
"""How long a proposal waits for a decision."""

DISMISSIBLE = (RepairStatus.READY, *UNDECIDED)
"""What HR may decide to leave as it is."""

FALL_REASON = {
    RepairCause.FALLEN: CancelReason.UNAVAILABLE,
    RepairCause.ROSTER: CancelReason.ROSTER,
    RepairCause.CLOSURE: CancelReason.CLOSED,
}
"""Why a visit that cannot be on its day is cancelled when a repair has no other day for it, unless that is
known of the day itself (`suspended_for`)."""


def stop(session: Session, repair: Repair, actor: Actor, now: datetime) -> None:
    """Stop a search. One that nobody works on ends at once; else its job sees the wish within a second."""
    assert repair.id is not None
    silent = repair.alive_at is not None and now - repair.alive_at > SILENCE
    nobody = (RepairStatus.QUEUED, RepairStatus.RUNNING) if silent else (RepairStatus.QUEUED,)
    if not stopped(session, repair.id, now, nobody) and not change(
        session, repair.id, (RepairStatus.RUNNING,), cancel_requested=True
    ):
        raise RepairDecided
    note(session, repair, actor, "repair.stopped", now)


# -- what the job writes --


def begin(session: Session, repair_id: int, now: datetime) -> Repair | None:
    """The repair, now being computed; None when it is over or nobody wants it any more."""
    if not change(session, repair_id, COMPUTING, status=RepairStatus.RUNNING, alive_at=now):
        return None
    repair = session.get_one(Repair, repair_id, populate_existing=True)
    if repair.cancel_requested:
        stopped(session, repair_id, now)
        return None
    return repair


def tell(session: Session, repair_id: int, now: datetime, **values: Any) -> bool:
    """Write how far the search is; says whether it should go on."""
    if not change(session, repair_id, (RepairStatus.RUNNING,), alive_at=now, **values):
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
    kept = change(
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
    """End a search that has nothing to propose, with why; where no day is left for what fell, it closes."""
    fell = visits_with_ids(session, queries.visit_ids(session, repair_id))
    if code == NO_DAY and not any(stands(one.visit) for one in fell):
        close(session, session.get_one(Repair, repair_id), now, why=code)
    elif end(session, repair_id, COMPUTING, RepairStatus.FAILED, now, message=code):
        jobs.record(session, "repair.ready", repair_id=repair_id)


def stopped(
    session: Session, repair_id: int, now: datetime, before: Collection[RepairStatus] = COMPUTING
) -> bool:
    """End a search that somebody stopped; says whether it was in one of these states."""
    done = end(session, repair_id, before, RepairStatus.CANCELLED, now)
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
            RepairVisit(repair_id=repair.id, visit_id=one, gave_way=True, waits=False)
            for one in sorted(proposal.visit_ids - lost)
        )
        _settle_others(session, repair, lost, now)
        note(session, repair, actor, "repair.accepted", now, kind=kind.value, movers=row.movers)
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
    *,
    computed_at: datetime | None = None,
) -> Repair:
    """`accept`; where something changed since, new proposals are looked for: the repair to read now. Nor is
    anything done where whoever accepts read those of another `computed_at`."""
    hold_alone(session, campaign)  # what is found meanwhile is waited for
    session.refresh(repair)
    if computed_at is not None and repair.status in PENDING and computed_at != repair.computed_at:
        return repair
    try:
        accept(session, campaign, repair, kind, actor, now, today)
    except (RepairChanged, Stale):
        session.refresh(repair)
        return search_again(session, campaign, repair, actor, now, today)
    return repair


def dismiss(
    session: Session, repair: Repair, actor: Actor, now: datetime, today: date, *, cancel_visits: bool
) -> int:
    """HR wants none of the proposals. `cancel_visits`: visits that still cannot be on their day are
    cancelled, and those concerned told; else they stay, for HR to deal with one by one. How many were
    cancelled. Days that another repair holds are that one's; `RepairReplaced` where it holds them all."""
    hold_alone(session, session.get_one(Campaign, repair.campaign_id))  # a roster that arrives is waited for
    ids = set(queries.visit_ids(session, repair.id or 0))
    elsewhere = {one for one, other in queries.waiting_with(session, ids).items() if other.id != repair.id}
    if ids and ids == elsewhere:
        raise RepairReplaced
    # Proposals that came too late for a decision are no less to be put aside.
    _decide(session, repair, RepairStatus.DISMISSED, actor, now, DISMISSIBLE)
    ended: set[int] = set()
    if cancel_visits:
        for visit in sorted(queries.impossible_visits(session, repair), key=lambda one: one.id or 0):
            if visit.id not in elsewhere and is_ahead(visit, today):
                reason = visit.suspended_for or FALL_REASON[repair.cause]
                visits_service.cancel_visit(session, visit, reason, actor, now, today=today, for_good=True)
                ended.add(visit.id or 0)
    hand = Hand(By.HR, actor, now)
    for one in visits_with_ids(session, ids - elsewhere - ended):
        remember(
            session, one.visit, ChangeKind.SET_ASIDE, hand, event=None
        )  # telling follows the repair's end
    note(session, repair, actor, "repair.dismissed", now, cancelled=len(ended))
    jobs.record(session, "repair.dismissed", repair_id=repair.id)
    return len(ended)


def is_own(repair: Repair, status: RepairStatus, actor: Actor, kind: RepairKind | None = None) -> bool:
    """Whether it was this hand that accepted (`kind`), or dismissed, the repair."""
    return repair.status is status and repair.decided_by == actor.account_id and repair.accepted is kind


def ended_with(session: Session, repair: Repair) -> int:
    """How many of its days HR cancelled as they dismissed it."""
    found = visits_with_ids(session, queries.visit_ids(session, repair.id or 0))
    return sum(not stands(one.visit) and one.visit.changed_at == repair.decided_at for one in found)


def refresh(session: Session, campaign: Campaign, now: datetime, today: date) -> None:
    """What was found and does not hold any more is looked for again."""
    if not queries.is_repaired(campaign) or not leaves_days(campaign, today):
        return
    for repair in queries.waiting(session, campaign.id or 0, RepairStatus.READY):
        if not holds(session, campaign, repair, today):
            search_again(session, campaign, repair, None, now, today)


def expire_old(session: Session, now: datetime) -> int:
    """Proposals that nobody decided on are withdrawn, and HR is told: they wait to be looked for again. How
    many repairs."""
    done = 0
    for one in queries.old(session, now - KEPT):
        if end(session, one.id, (RepairStatus.READY,), RepairStatus.EXPIRED, now):
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
    if not change(session, repair.id, before, status=status, **values):
        raise RepairDecided
