"""Who has not said yes to a day that comes soon is reminded, once."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, select

from app.calendars.jobs import remind_unconfirmed
from app.campaigns.tables import Status
from app.messages.tables import Mail
from app.visits.tables import By, CancelReason, ChangeKind, VisitChange, VisitStatus
from tests.factories import NOW, make_campaign, make_person, make_visit
from tests.support.web import Clock


def reminded(engine: Engine, session: Session) -> list[tuple[int | None, str]]:
    """Twice in a row, as the clock does; whom it told of, and the key's day."""
    session.commit()
    for _ in range(2):
        remind_unconfirmed(engine)
    found = session.exec(select(Mail).where(Mail.kind == "visit_reminder").order_by(Mail.id)).all()  # type: ignore[arg-type]
    told = [(mail.person_id, mail.key.split(":")[2]) for mail in found]
    session.commit()
    return told


def test_who_has_not_confirmed_is_reminded_once_some_days_before(
    engine: Engine, session: Session, clock: Clock
) -> None:
    clock.set(datetime(2027, 3, 1, 8, 0, tzinfo=UTC))
    campaign = make_campaign(session, status=Status.PUBLISHED)
    anna, bruno = make_person(session), make_person(session, email=None, account=None)
    day = clock.at.date() + timedelta(days=9)
    visit = make_visit(session, campaign, anna, bruno, day=day)
    visit.changed_at = clock.at - timedelta(days=3)
    visit.visitor_confirmed_at = None
    assert reminded(engine, session) == []
    clock.forward(days=2)
    assert reminded(engine, session) == [(anna.id, day.isoformat()), (bruno.id, day.isoformat())]
    visit.visitor_confirmed_at, visit.day = NOW, day - timedelta(days=1)
    assert reminded(engine, session)[2:] == [(bruno.id, (day - timedelta(days=1)).isoformat())]
    visit.status, visit.cancel_reason = VisitStatus.CANCELLED, CancelReason.SERVICE
    other = make_visit(session, campaign, bruno, anna, day=day - timedelta(days=2))
    other.changed_at = clock.at - timedelta(hours=3)
    assert len(reminded(engine, session)) == 3


def test_whoever_is_asked_anew_is_reminded_anew_also_for_a_day_that_moved_back(
    engine: Engine, session: Session, clock: Clock
) -> None:
    campaign = make_campaign(session, status=Status.PUBLISHED)
    anna, bruno = make_person(session), make_person(session)
    day, before = clock.at.date() + timedelta(days=6), clock.at - timedelta(days=3)
    visit = make_visit(session, campaign, anna, bruno, day=day, changed_at=before)

    def asked(kind: ChangeKind, by: By) -> None:
        session.add(VisitChange(visit_id=visit.id or 0, at=before, kind=kind, by=by, words=""))

    assert reminded(engine, session) == [(anna.id, day.isoformat()), (bruno.id, day.isoformat())]
    asked(ChangeKind.HOURS, By.HOST)
    assert len(reminded(engine, session)) == 2  # nobody is asked for another yes
    for _there_and_back in range(2):
        asked(ChangeKind.MOVED, By.HR)
    assert reminded(engine, session)[2:] == [(anna.id, day.isoformat()), (bruno.id, day.isoformat())]
    asked(ChangeKind.ASKED_ANEW, By.MANAGER)
    assert reminded(engine, session)[4:] == [(anna.id, day.isoformat())]
