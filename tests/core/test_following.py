"""What follows an event: a job that fails keeps none of those after it back."""

from collections.abc import Callable

import pytest
from dbos import StepOptions, error
from sqlalchemy import Engine
from sqlmodel import Session, select

from app import worker
from app.booking import jobs as booking
from app.booking.tables import BookingRequest, RequestStatus
from app.core import jobs
from app.messages.tables import Mail
from app.visits.service import cancel_visit
from app.visits.tables import By, CancelReason, Visit
from tests.booking.conftest import MONDAY, NOW, TODAY, TUESDAY, Shop, check_counts
from tests.support.web import Clock

pytestmark = pytest.mark.database("sqlite", "postgresql")


def tried_four_times(options: StepOptions, job: Callable[[], None]) -> None:
    """A step as the worker runs it: a job that raises has raised each time."""
    try:
        job()
    except Exception as wrong:
        raise error.DBOSMaxStepRetriesExceeded(options["name"] or "", 4, [wrong]) from wrong


def broken(*_: object, **__: object) -> None:
    raise RuntimeError("broken")


def written(session: Session, kind: str) -> set[int | None]:
    session.commit()
    found = {one.person_id for one in session.exec(select(Mail).where(Mail.kind == kind))}
    session.commit()
    return found


def test_a_fall_is_told_whatever_becomes_of_the_place_which_the_clock_frees_later(
    engine: Engine, session: Session, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(session)
    booked = shop.ask(shop.askers[0], shop.offer((MONDAY, TUESDAY), host_id=shop.hosts[0].id))
    visit = session.get_one(Visit, booked.visit_id)
    session.commit()
    worker.drain(engine)
    cancel_visit(session, visit, CancelReason.UNAVAILABLE, shop.boss, NOW, today=TODAY, by=By.HOST)
    session.commit()
    events = worker.VISIT_FELL
    monkeypatch.setitem(worker.JOBS, "visit.cancelled", (broken, *events[1:]))
    [(job_id, name, payload)] = jobs.pending(engine)
    with pytest.raises(error.DBOSMaxStepRetriesExceeded):
        worker.follow(engine, name, payload, tried_four_times)
    jobs.forget(engine, [job_id])
    assert written(session, "visit_cancelled") == {visit.visitor_id, visit.host_id}
    clock.forward(hours=2)
    booking.free_fallen(engine)
    booking.promote_everybody(engine)
    worker.drain(engine)
    session.expire_all()
    assert session.get_one(BookingRequest, booked.id).status == RequestStatus.CANCELLED
    assert written(session, "booking_offer") == {visit.visitor_id}
    check_counts(session)


def test_jobs_that_do_what_they_should_raise_nothing_and_one_of_a_fall_is_left_its_time(
    engine: Engine, session: Session, clock: Clock
) -> None:
    shop = Shop(session)
    booked = shop.ask(shop.askers[0], shop.offer())
    visit = session.get_one(Visit, booked.visit_id)
    session.commit()
    worker.drain(engine)
    cancel_visit(session, visit, CancelReason.UNAVAILABLE, shop.boss, clock.at, today=TODAY, by=By.HOST)
    session.commit()
    booking.free_fallen(engine)
    session.expire_all()
    assert session.get_one(BookingRequest, booked.id).status == RequestStatus.BOOKED
    session.commit()
    [(_job_id, name, payload)] = jobs.pending(engine)
    worker.follow(engine, name, payload, tried_four_times)
    session.expire_all()
    assert session.get_one(BookingRequest, booked.id).status == RequestStatus.CANCELLED
