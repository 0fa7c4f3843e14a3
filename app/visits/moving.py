"""Another day for a visit, a new day for one that fell, or agreeing to leave it at one.

One of the two proposes, the other accepts: the acceptance moves the visit in the same transaction, or refuses
with what stands against the day by then. HR may move a visit at once; both are then asked to confirm anew.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, update

from app.availability.leaving import offer_day
from app.availability.queries import offers_of
from app.campaigns.holding import hold
from app.core.errors import Stale
from app.visits import bookings, hosting, places, queries
from app.visits.carrying import before_retaken
from app.visits.changing import Situation, begin, situation
from app.visits.conditions import are_open
from app.visits.days import Days, days_for
from app.visits.errors import DayNotPossible, NothingProposed, OpenProposal
from app.visits.history import Hand, remember
from app.visits.lifecycle import check
from app.visits.queries import SeenVisit
from app.visits.rules import doubt, leaves_days, stands
from app.visits.tables import (
    By,
    CancelReason,
    ChangeKind,
    Proposal,
    ProposalKind,
    ProposalStatus,
    Swap,
    Visit,
    VisitStatus,
)
from app.visits.whereabouts import say_with_move


def days_of(session: Session, now: Situation) -> Days:
    """On which days this visit could take place instead."""
    return days_for(session, now.seen, today=now.today, other_day=other_day(now))


def finds_day(session: Session, seen: SeenVisit, today: date) -> bool:
    """Whether the two could agree on a day for a visit that fell: what their page would propose. Some fifteen
    queries: for messages, not for lists."""
    days = days_of(session, situation(session, seen, By.VISITOR, None, today))
    return bool(days.possible(limit=1)) or days.only_taken


class Remains(StrEnum):
    """What the two may still settle of the part of their swap that fell."""

    DAY = "day"
    """A day can be found for it."""
    ONE = "one"
    """No day suits; they may leave it at one."""
    LATE = "late"
    """No day of the campaign leaves the notice any more: it is settled."""


def remains_of(session: Session, seen: SeenVisit, today: date) -> Remains | None:
    """The same of a visit; None where it is no part that fell, or not theirs to make up for."""
    fallen = queries.swap_of(session, seen).fallen
    if fallen is None or fallen.visit.id != seen.visit.id:
        return None
    if seen.may_be_made_up(today):
        return Remains.DAY if finds_day(session, seen, today) else Remains.ONE
    return None if leaves_days(seen.campaign, today) else Remains.LATE


def other_day(now: Situation) -> date | None:
    """The day of the swap's other visit, where there is one to keep a distance from."""
    other = now.other
    return other.visit.day if other is not None and stands(other.visit) else None


def propose(session: Session, before: Situation, day: date | None, hand: Hand, *, revision: int) -> Proposal:
    """Propose another day (for a fallen visit: a new one; None: to leave it at one) to the other person.

    Raises as `lifecycle.STEPS` says, `DayNotPossible` with what stands against the day, `Stale`.
    """
    now = begin(session, before, revision=revision)
    step = check(ChangeKind.PROPOSED, now.asked)
    assert now.visit.id is not None
    assert now.person_id is not None
    if day is None and not now.fallen:
        raise NothingProposed
    if day is not None:
        _check_day(session, now, day)
    kind = ProposalKind.MOVE if not now.fallen else ProposalKind.MAKE_UP if day else ProposalKind.ONE_WAY
    made = Proposal(visit_id=now.visit.id, kind=kind, day=day, by_id=now.person_id, created_at=hand.now)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as taken:
        raise OpenProposal from taken
    remember(
        session,
        now.visit,
        ChangeKind.PROPOSED,
        hand,
        event=step.event,
        day_before=now.visit.day,
        day_after=day,
    )
    return made


def day_proposed(session: Session, before: Situation, proposal_id: int) -> date | None:
    """Which day a proposal about this visit names, whatever became of it; None to leave it at one. Raises
    `NothingProposed`."""
    found = session.get(Proposal, proposal_id)
    if found is None or found.visit_id != before.visit.id:
        raise NothingProposed
    return found.day


def withdraw(session: Session, before: Situation, proposal_id: int, hand: Hand) -> None:
    """Take one's own proposal back."""
    _settle(session, before, proposal_id, ChangeKind.WITHDRAWN, ProposalStatus.WITHDRAWN, hand)


def refuse(session: Session, before: Situation, proposal_id: int, hand: Hand) -> None:
    """Say no to what the other proposed; the visit stays as it is."""
    _settle(session, before, proposal_id, ChangeKind.REFUSED, ProposalStatus.REFUSED, hand)


def lapse(
    session: Session, visit: Visit, proposal: Proposal, hand: Hand, reason: CancelReason | None = None
) -> None:
    """Nobody answered in time; `reason`: or what has made it meaningless."""
    _close(session, proposal, ProposalStatus.VOID, hand.now)
    remember(
        session,
        visit,
        ChangeKind.LAPSED,
        hand,
        event="visit.proposal_lapsed",
        reason=reason,
        day_after=proposal.day,
    )


def accept(session: Session, before: Situation, proposal_id: int, hand: Hand) -> Visit:
    """Say yes to what the other proposed: it is done at once. The visit as it is now (or the new one).

    Raises as `lifecycle.STEPS` says, `DayNotPossible` when the day went meanwhile; the proposal then stays.
    """
    hold(session, before.seen.campaign)
    now = begin(session, before)
    proposal = _waiting(now, proposal_id)
    kind = {
        ProposalKind.MOVE: ChangeKind.MOVED,
        ProposalKind.MAKE_UP: ChangeKind.MADE_UP,
        ProposalKind.ONE_WAY: ChangeKind.ONE_WAY,
    }[proposal.kind]
    step = check(kind, now.asked)
    _close(session, proposal, ProposalStatus.ACCEPTED, hand.now)
    if proposal.day is None:
        return _leave_it(session, now, hand, step.event)
    _check_day(session, now, proposal.day)
    if proposal.kind is ProposalKind.MAKE_UP:
        return _make_up(session, now, proposal.day, hand, step.event)
    return _move(session, now, proposal.day, hand, step.event, agreed=True)


def move(session: Session, before: Situation, day: date, hand: Hand, *, revision: int) -> Visit:
    """HR moves a visit at once. What waited for an answer about it is void."""
    hold(session, before.seen.campaign)
    now = begin(session, before, revision=revision)
    step = check(ChangeKind.MOVED, now.asked)
    _check_day(session, now, day)
    if now.proposal is not None:
        _close(session, now.proposal, ProposalStatus.VOID, hand.now)
    return _move(session, now, day, hand, step.event, agreed=False)


def _check_day(session: Session, now: Situation, day: date) -> None:
    why = days_of(session, now).why_not(day)
    if why is not None:
        raise DayNotPossible(why)


def _move(session: Session, now: Situation, day: date, hand: Hand, event: str, *, agreed: bool) -> Visit:
    visit, before = now.visit, now.visit.day
    reads_first = are_open(visit, now.asks)
    bookings.follow(session, visit, day)
    done = session.exec(
        update(Visit)
        .where(
            col(Visit.id) == visit.id,
            col(Visit.status) == VisitStatus.PLANNED,
            col(Visit.revision) == visit.revision,
        )
        .values(
            day=day,
            suspended_for=None,
            revision=visit.revision + 1,
            changed_at=hand.now,
            visitor_confirmed_at=hand.now if agreed and not reads_first else None,
            host_confirmed_at=hand.now if agreed else None,
        )
    )
    if done.rowcount != 1:
        raise Stale
    session.refresh(visit)
    assert visit.id is not None
    if visit.tutor_id is not None:
        busy = queries.busy_days(session, {visit.tutor_id}, but=visit.id)
        hosting.release_if_busy(session, now.seen, day, day in busy.get(visit.tutor_id, ()), hand)
    before_retaken(session, [visit.id], hand.now, now.today, moves=True)
    places.exchange(session, now.seen.campaign, [visit], given_back=[visit.id])
    not_given = _offer(session, now.seen, day)
    said = {} if agreed else {"not_given": not_given}
    say_with_move(session, now.seen, hand)
    remember(session, visit, ChangeKind.MOVED, hand, event=event, said=said, day_before=before, day_after=day)
    return visit


def _make_up(session: Session, now: Situation, day: date, hand: Hand, event: str) -> Visit:
    """A visit of its own in the same swap: the one that fell is gone from calendars and stays so."""
    fell = now.visit
    if stands(fell):
        why = doubt(fell, crosses=now.seen.crosses) if fell.not_held_by is not None else None
        _did_not_take_place(session, fell, hand, why or CancelReason.UNAVAILABLE)
    made = Visit(
        campaign_id=fell.campaign_id,
        swap_id=fell.swap_id,
        visitor_id=fell.visitor_id,
        host_id=fell.host_id,
        day=day,
        starts_at=fell.starts_at,
        ends_at=fell.ends_at,
        part=fell.part,
        told_site_id=now.seen.host_site.id,
        visitor_confirmed_at=None if are_open(fell, now.asks) else hand.now,
        host_confirmed_at=hand.now,
        conditions_id=fell.conditions_id,
        conditions_read_at=fell.conditions_read_at,
        conditions_waived_at=fell.conditions_waived_at,
        conditions_waived_id=fell.conditions_waived_id,
        conditions_waived_age=fell.conditions_waived_age,
        agreement_at=fell.agreement_at,
        signed_visitor=fell.signed_visitor,
        signed_host=fell.signed_host,
        created_at=hand.now,
        changed_at=hand.now,
    )
    session.add(made)
    session.flush()
    places.take(session, now.seen.campaign, [made])
    _offer(session, now.seen, day)
    for one in (fell, made):  # the history of each says who agreed, and to which day
        tells = event if one is made else None
        remember(session, one, ChangeKind.MADE_UP, hand, event=tells, day_before=fell.day, day_after=day)
    return made


def _did_not_take_place(session: Session, visit: Visit, hand: Hand, why: CancelReason) -> None:
    """A day that was missed, or not held, is settled: another replaces it. It is past, so no calendar hears
    of it."""
    done = session.exec(
        update(Visit)
        .where(
            col(Visit.id) == visit.id,
            col(Visit.status) == VisitStatus.PLANNED,
            col(Visit.revision) == visit.revision,
        )
        .values(
            status=VisitStatus.CANCELLED,
            cancel_reason=why,
            revision=visit.revision + 1,
            changed_at=hand.now,
        )
    )
    if done.rowcount != 1:
        raise Stale
    session.refresh(visit)
    places.give_back(session, [visit.id or 0])
    remember(session, visit, ChangeKind.CANCELLED, hand, event=None, reason=why)


def _leave_it(session: Session, now: Situation, hand: Hand, event: str) -> Visit:
    session.exec(
        update(Swap)
        .where(col(Swap.id) == now.visit.swap_id, col(Swap.one_way_at).is_(None))
        .values(one_way_at=hand.now)
    )
    if now.seen.swap is not None:
        session.refresh(now.seen.swap)
    remember(session, now.visit, ChangeKind.ONE_WAY, hand, event=event)
    return now.visit


def _offer(session: Session, seen: SeenVisit, day: date) -> list[str]:
    """Who agrees to a day offers it: plans made later know that both are free and asked for it. Which of the
    two had not given it."""
    offers = offers_of(session, seen.visit.campaign_id, {seen.visit.visitor_id, seen.visit.host_id})
    return [
        role.value
        for role, person_id in ((By.VISITOR, seen.visit.visitor_id), (By.HOST, seen.visit.host_id))
        if person_id in offers
        and offer_day(session, offers[person_id].enrolment, day, visiting=role is By.VISITOR)
    ]


def _waiting(now: Situation, proposal_id: int) -> Proposal:
    if now.proposal is None or now.proposal.id != proposal_id:
        raise NothingProposed
    return now.proposal


def _settle(
    session: Session,
    before: Situation,
    proposal_id: int,
    kind: ChangeKind,
    status: ProposalStatus,
    hand: Hand,
) -> None:
    now = begin(session, before)
    proposal = _waiting(now, proposal_id)
    step = check(kind, now.asked)
    _close(session, proposal, status, hand.now)
    remember(session, now.visit, kind, hand, event=step.event, day_after=proposal.day)


def _close(session: Session, proposal: Proposal, status: ProposalStatus, now: datetime) -> None:
    done = session.exec(
        update(Proposal)
        .where(col(Proposal.id) == proposal.id, col(Proposal.status) == ProposalStatus.OPEN)
        .values(status=status, answered_at=now)
    )
    if done.rowcount != 1:
        raise NothingProposed
    session.refresh(proposal)
