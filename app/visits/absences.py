"""A day that did not take place. Somebody did not come: said by the other one of the two, answered by whoever
it is about. Or something stood in its way (a roster, a closed site, a missing agreement): said by either of
the two or by HR, accusing nobody. Whoever knows otherwise says so; HR read both, and say what happened where
they do not agree."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, update

from app.core.errors import Stale
from app.visits import moving, queries, reading
from app.visits.changing import Situation, begin, each_of
from app.visits.errors import AlreadyReported, NothingToRule, NothingToTakeBack, NotReported, NotYourPart
from app.visits.history import Hand, remember
from app.visits.lifecycle import TWO, check, other_role, report_about, was_held_back
from app.visits.reading import reports_of
from app.visits.rules import doubt, is_ahead, obstacle
from app.visits.tables import By, CancelReason, ChangeKind, NoShow, ProposalKind, Visit


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
    """Say that one was there after all, or that the day took place: once, kept beside what was said."""
    now = begin(session, before)
    step = check(ChangeKind.CONTESTED, now.asked)
    if now.visit.not_held_by is not None:
        _set(session, now.visit, missed_at=None, disputed_at=hand.now, **{SAYS_HELD[now.by]: True})
        why = because(now)
        remember(session, now.visit, ChangeKind.CONTESTED, hand, event=step.event, reason=why)
        _close_proposals(session, now, hand)
        return
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


SAYS_HELD = {By.VISITOR: "visitor_says_held", By.HOST: "host_says_held"}


def say_held(session: Session, before: Situation, hand: Hand) -> None:
    """One of the two says that a past day took place though something stood in its way. Nobody reads it, and
    no time is kept, since sending a debrief says it as well: it counts once somebody says the contrary."""
    now = begin(session, before)
    check(ChangeKind.NOT_HELD, now.asked)  # the same days: nobody knows, and nobody said
    if hand.by not in TWO:
        raise NotYourPart
    note_held(session, now.visit.id or 0, hand.by)
    session.refresh(now.visit)


def note_held(session: Session, visit_id: int, by: By) -> bool:
    """Keep that one of the two says so; False where the day is said meanwhile not to have been held."""
    done = session.exec(
        update(Visit)
        .where(col(Visit.id) == visit_id, col(Visit.missed_at).is_(None))
        .values({SAYS_HELD[by]: True})
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount == 1)


def _opposed(visit: Visit, by: By) -> int | None:
    """Which of the two, other than whoever says the contrary now, said that the day took place."""
    people = {By.HOST: visit.host_id, By.VISITOR: visit.visitor_id}
    return next(
        (id_ for role, id_ in people.items() if role is not by and getattr(visit, SAYS_HELD[role])), None
    )


def say_not_held(session: Session, before: Situation, hand: Hand) -> None:
    """Say that the day did not take place since something stood in its way. Nobody is accused: those who did
    not say it read it, and need not answer; it may be made up for at once. Where another one had said that it
    took place, HR say what happened."""
    now = begin(session, before)
    step = check(ChangeKind.NOT_HELD, now.asked)
    other = _opposed(now.visit, now.by)
    said: dict[str, object] = {"missed_at": hand.now} if other is None else {"disputed_at": hand.now}
    if now.by in TWO:
        said[SAYS_HELD[now.by]] = False
    _set(session, now.visit, not_held_by=now.by, **said)
    why = because(now)
    remember(session, now.visit, ChangeKind.NOT_HELD, hand, event=step.event, reason=why, other_id=other)
    _close_proposals(session, now, hand)


def say_all_not_held(
    session: Session, campaign_id: int, visit_ids: Collection[int], hand: Hand, today: date
) -> int:
    """HR say so of several days; how many it was. Days of which it cannot be said are left as they are."""
    return each_of(session, campaign_id, visit_ids, hand, today, ChangeKind.NOT_HELD, say_not_held)


def leave_without(
    session: Session, campaign_id: int, visit_ids: Collection[int], hand: Hand, today: date
) -> int:
    """HR leave past days without an agreement, knowingly: nobody is asked for one any more. How many."""
    return each_of(session, campaign_id, visit_ids, hand, today, ChangeKind.LEFT_WITHOUT, _leave)


def _leave(session: Session, now: Situation, hand: Hand) -> None:
    step = check(ChangeKind.LEFT_WITHOUT, now.asked)
    _set(session, now.visit, left_without_at=hand.now)
    remember(session, now.visit, ChangeKind.LEFT_WITHOUT, hand, event=step.event)


def take_back(session: Session, before: Situation, hand: Hand) -> None:
    """Whoever said it was mistaken, also where the other one contested it: the day counts as it did before,
    its forms open again, the other reads it. Not once HR ruled."""
    now = begin(session, before)
    step = check(ChangeKind.TAKEN_BACK, now.asked)
    if now.visit.not_held_by is not None:
        _set(session, now.visit, missed_at=None, disputed_at=None, not_held_by=None)
        why: CancelReason | None = because(now)
    else:
        own = report_about(now.asked, other_role(now.by))
        gone = session.exec(delete(NoShow).where(col(NoShow.id) == (own.id if own else None)))
        if gone.rowcount != 1:
            raise NothingToTakeBack
        _mark(session, now.visit, hand)
        why = None
    remember(session, now.visit, ChangeKind.TAKEN_BACK, hand, event=step.event, reason=why)
    _close_proposals(session, now, hand)


def rule(
    session: Session,
    before: Situation,
    absent: Collection[By],
    hand: Hand,
    *,
    version: int,
    not_held: bool = False,
) -> None:
    """HR say who was not there; nobody: the day took place. Both are told, and it may be said again.
    `not_held`: it did not, since the agreement was missing, and nobody is accused. `version`: how much had
    been said when they read it (`said_so_far`). Raises Stale."""
    now = begin(session, before)
    if said_so_far(now.visit, now.reports) != version:
        raise Stale
    kind, facts = ruled(now, absent, not_held=not_held)
    step = check(kind, now.asked)
    visit = now.visit
    if not_held and visit.not_held_by is None and (refused := was_held_back(now.asked)) is not None:
        raise refused
    if absent and not now.reports:
        raise NothingToRule
    _set(
        session,
        visit,
        missed_at=hand.now if kind is ChangeKind.MISSED else None,
        disputed_at=None,
        ruled_at=hand.now,
        not_held_by=(visit.not_held_by or By.HR) if not_held else None,
    )
    remember(session, visit, kind, hand, event=step.event, **facts)
    _close_proposals(session, now, hand)


def ruled(now: Situation, absent: Collection[By], *, not_held: bool) -> tuple[ChangeKind, dict[str, Any]]:
    """What a ruling is in the visit's history: its kind, who was absent where it was one, what stood in the
    way."""
    people = {By.VISITOR: now.visit.visitor_id, By.HOST: now.visit.host_id}
    other = people[next(iter(absent))] if len(absent) == 1 else None
    kind = ChangeKind.MISSED if absent or not_held else ChangeKind.HELD
    return kind, {"other_id": other, "reason": because(now) if not_held else None}


def because(now: Situation) -> CancelReason:
    """What stood in the way; an agreement recorded afterwards was missing then."""
    visit = now.visit
    if visit.agreement_at is not None and visit.agreement_at.date() > visit.day:
        return obstacle(visit, crosses=now.asked.crosses) or CancelReason.AGREEMENT
    return doubt(visit, crosses=now.asked.crosses) or CancelReason.AGREEMENT


def _set(session: Session, visit: Visit, **values: object) -> None:
    """Write on the row, which is held."""
    session.exec(update(Visit).where(col(Visit.id) == visit.id).values(**values))
    session.refresh(visit)


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
            may_be = fallen and leg.may_be_made_up(before.today)
        if may_be:
            continue
        by = hand.by
        if by in TWO and leg.visit.visitor_id != before.visit.visitor_id:
            by = other_role(by)  # whoever receives on one of the two days visits on the other
        moving.lapse(session, leg.visit, proposal, replace(hand, by=by, words=""))


def said_so_far(visit: Visit, reports: Iterable[NoShow]) -> int:
    """Changes with everything that is said, or taken back, about who came: the version of a ruling."""
    said = [visit.missed_at, visit.disputed_at, visit.ruled_at]
    said += [at for one in reports for at in (one.recorded_at, one.contested_at)]
    known = [at for at in said if at is not None]
    return int(max(known).timestamp() * 1_000_000) + len(known) if known else 0


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
