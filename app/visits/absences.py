"""Somebody did not come: said by the other one of the two, answered by whoever it is about. HR read both, and
say what happened where the two do not agree."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, update

from app.core.errors import Stale
from app.visits import moving, queries, reading
from app.visits.changing import Situation, begin
from app.visits.errors import AlreadyReported, NotReported
from app.visits.history import Hand, remember
from app.visits.lifecycle import TWO, check, other_role, report_about
from app.visits.reading import reports_of
from app.visits.rules import is_ahead, may_be_made_up
from app.visits.tables import By, ChangeKind, NoShow, ProposalKind, Visit


def report(session: Session, before: Situation, hand: Hand) -> NoShow:
    """Say that the other one did not come; they are told and may say otherwise. The visit itself stays."""
    now = begin(session, before)
    step = check(ChangeKind.ABSENT, now.asked)
    assert now.visit.id is not None
    made = NoShow(visit_id=now.visit.id, absent=other_role(now.by), recorded_at=hand.now, words=hand.words)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as twice:
        raise AlreadyReported from twice
    _mark(session, now.visit, hand)
    remember(session, now.visit, ChangeKind.ABSENT, hand, event=step.event)
    _close_proposals(session, now, hand)
    return made


def contest(session: Session, before: Situation, hand: Hand) -> None:
    """Say that one was there after all: once, kept beside what was said."""
    now = begin(session, before)
    step = check(ChangeKind.CONTESTED, now.asked)
    found = report_about(now.asked, now.by)
    assert found is not None
    done = session.exec(
        update(NoShow)
        .where(col(NoShow.id) == found.id, col(NoShow.contested_at).is_(None))
        .values(contested_at=hand.now, contest_words=hand.words)
    )
    if done.rowcount != 1:
        raise NotReported
    session.refresh(found)
    _mark(session, now.visit, hand)
    remember(session, now.visit, ChangeKind.CONTESTED, hand, event=step.event)
    _close_proposals(session, now, hand)


def rule(session: Session, before: Situation, absent: Collection[By], hand: Hand, *, version: int) -> None:
    """HR say who was not there; nobody: the day took place. Both are told, and it may be said again.
    `version`: how much had been said when they read it (`said_so_far`). Raises Stale."""
    now = begin(session, before)
    if said_so_far(now.visit, now.reports) != version:
        raise Stale
    kind = ChangeKind.MISSED if absent else ChangeKind.HELD
    step = check(kind, now.asked)
    visit = now.visit
    session.exec(
        update(Visit)
        .where(col(Visit.id) == visit.id)
        .values(missed_at=hand.now if absent else None, disputed_at=None, ruled_at=hand.now)
    )
    session.refresh(visit)
    people = {By.VISITOR: visit.visitor_id, By.HOST: visit.host_id}
    other = people[next(iter(absent))] if len(absent) == 1 else None
    remember(session, visit, kind, hand, event=step.event, other_id=other)
    _close_proposals(session, now, hand)


def _close_proposals(session: Session, before: Situation, hand: Hand) -> None:
    """What was proposed about either day of the swap and nobody can accept any more, with what is now said of
    who came; the others read it."""
    swap = queries.swap_of(session, before.seen)
    open_ = reading.open_proposals(session, [leg.visit.id or 0 for leg in swap.legs])
    for leg in swap.legs:
        proposal = open_.get(leg.visit.id or 0)
        if proposal is None:
            continue
        if proposal.kind is ProposalKind.MOVE:
            may_be = is_ahead(leg.visit, before.today)
        else:
            fallen = swap.fallen is not None and swap.fallen.visit.id == leg.visit.id
            may_be = fallen and may_be_made_up(leg.visit, leg.campaign, before.today)
        if may_be:
            continue
        by = hand.by
        if by in TWO and leg.visit.visitor_id != before.visit.visitor_id:
            by = other_role(by)  # whoever receives on one of the two days visits on the other
        moving.lapse(session, leg.visit, proposal, replace(hand, by=by, words=""))


def said_so_far(visit: Visit, reports: Iterable[NoShow]) -> int:
    """Grows with everything that is said about who came: the version of a ruling."""
    said = sum(1 + (one.contested_at is not None) for one in reports)
    ruled = visit.ruled_at
    return said if ruled is None else int(ruled.timestamp() * 1_000_000)


def _mark(session: Session, visit: Visit, hand: Hand) -> None:
    """A day to which somebody did not come asks for no debrief and may be made up for, unless contested:
    then HR say what happened."""
    assert visit.id is not None
    reports = reports_of(session, visit.id)
    missed = any(one.contested_at is None for one in reports)
    disputed = any(one.contested_at is not None for one in reports)
    values = {"missed_at": missed, "disputed_at": disputed}
    session.exec(
        update(Visit)
        .where(col(Visit.id) == visit.id)
        .values({name: getattr(visit, name) or hand.now if so else None for name, so in values.items()})
    )
    session.refresh(visit)
