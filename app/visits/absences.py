"""Somebody did not come: said by the other one of the two, answered by whoever it is about. HR reads both."""

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, update

from app.visits.changing import Situation, begin
from app.visits.errors import AlreadyReported, NotReported
from app.visits.history import Hand, remember
from app.visits.lifecycle import check, other_role, report_about
from app.visits.reading import reports_of
from app.visits.tables import ChangeKind, NoShow, Visit


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


def _mark(session: Session, visit: Visit, hand: Hand) -> None:
    """A day to which somebody did not come asks for no debrief and may be made up for, unless contested."""
    assert visit.id is not None
    missed = any(one.contested_at is None for one in reports_of(session, visit.id))
    session.exec(
        update(Visit)
        .where(col(Visit.id) == visit.id, col(Visit.missed_at).is_not(None) != missed)
        .values(missed_at=hand.now if missed else None)
    )
    session.refresh(visit)
