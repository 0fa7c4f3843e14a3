"""What ends a request or a place: silence, days taken back, a campaign that is over, somebody who left."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.booking import jobs, jobs_answers, offering, queries
from app.booking.tables import PlaceDay, RequestStatus, Silence
from app.campaigns.jobs import take_due_steps
from app.campaigns.tables import Status
from app.core.db import SomeFailed
from app.visits import places
from app.visits.tables import Visit
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, TODAY, TUESDAY, Shop, check_counts, mails, statuses
from tests.support.web import Clock


@pytest.mark.parametrize("silence", list(Silence))
def test_silence_reminds_then_decides(
    engine: Engine, session: Session, asked_shop: Shop, clock: Clock, silence: Silence
) -> None:
    shop = asked_shop
    shop.terms.silence = silence
    request = shop.ask(shop.askers[0], shop.offer(host_id=shop.hosts[0].id))
    session.commit()
    drain(engine)
    jobs_answers.remind_managers(engine)
    assert len(mails(session, "booking_request")) == 1
    clock.forward(days=3)
    for _ in range(2):
        jobs_answers.remind_managers(engine)
    assert [mail.subject.startswith("Rappel") for mail in mails(session, "booking_request")] == [False, True]
    clock.forward(days=3)
    for _ in range(2):
        jobs.settle_due(engine)
    drain(engine)
    approves = silence == Silence.APPROVE
    assert statuses(session, request) == [RequestStatus.BOOKED if approves else RequestStatus.EXPIRED]
    assert len(mails(session, "booking_expired")) == (0 if approves else 1)
    assert len(mails(session, "visit_invitation")) == (2 if approves else 0)
    check_counts(session)


def test_a_crash_between_noting_a_reminder_and_writing_it_loses_none(
    engine: Engine, session: Session, asked_shop: Shop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = asked_shop
    request = shop.ask(shop.askers[0], shop.offer(host_id=shop.hosts[0].id))
    session.commit()
    drain(engine)
    clock.forward(days=3)

    def killed(*_args: object, **_named: object) -> None:
        raise MemoryError

    with monkeypatch.context() as failpoint:
        failpoint.setattr(jobs_answers, "_ask", killed)
        with pytest.raises(SomeFailed):
            jobs_answers.remind_managers(engine)
    for _ in range(2):
        jobs_answers.remind_managers(engine)
    assert [mail.subject.startswith("Rappel") for mail in mails(session, "booking_request")] == [False, True]
    session.refresh(request)
    assert request.reminded_at == clock.at


def test_silence_approves_only_what_still_fits(
    engine: Engine, session: Session, asked_shop: Shop, clock: Clock
) -> None:
    shop = asked_shop
    shop.terms.silence = Silence.APPROVE
    place = shop.offer(host_id=shop.hosts[0].id)
    first = shop.ask(shop.askers[0], place)
    second = shop.ask(shop.askers[1], place)
    session.commit()
    clock.forward(days=6)
    jobs.settle_due(engine)
    assert statuses(session, first, second) == [RequestStatus.BOOKED, RequestStatus.WAITING]
    check_counts(session)


def test_nobody_waits_for_a_day_that_is_too_near(
    engine: Engine, session: Session, shop: Shop, clock: Clock
) -> None:
    _place, (_booked, waiting) = shop.line_up()
    session.commit()
    clock.forward(days=(MONDAY - TODAY).days - 6)
    jobs.settle_due(engine)
    assert statuses(session, waiting) == [RequestStatus.EXPIRED]
    check_counts(session)


def test_a_moved_day_frees_the_place_it_leaves(
    engine: Engine, session: Session, shop: Shop, clock: Clock
) -> None:
    _place, (booked, waiting) = shop.line_up()
    visit = session.get_one(Visit, booked.visit_id)
    visit.day, visit.revision = TUESDAY, 1
    session.flush()
    places.exchange(session, shop.campaign, [visit], given_back=[visit.id or 0])
    session.commit()
    for _ in range(2):
        jobs.follow_visit(engine, visit.id or 0, 1)
    assert statuses(session, booked, waiting) == [RequestStatus.BOOKED, RequestStatus.OFFERED]
    check_counts(session)


def test_a_place_or_a_day_taken_back_ends_what_waits_for_it(
    engine: Engine, session: Session, asked_shop: Shop, clock: Clock
) -> None:
    shop = asked_shop
    shop.terms.max_per_person = 2
    place = shop.offer(host_id=shop.hosts[0].id)
    monday, tuesday = shop.ask(shop.askers[0], place), shop.ask(shop.askers[0], place, TUESDAY)
    seen = queries.find_place(session, place.id or 0)
    names = ("host_id", "job", "seen", "bring", "part", "starts_at", "ends_at", "per_day")
    values = {name: getattr(place, name) for name in names}
    offering.change_place(session, seen, [MONDAY], version=1, actor=shop.boss, now=NOW, today=TODAY, **values)
    assert statuses(session, monday, tuesday) == [RequestStatus.REQUESTED, RequestStatus.EXPIRED]
    seen = queries.find_place(session, place.id or 0)
    offering.withdraw_place(session, seen, version=2, actor=shop.boss, now=NOW)
    assert statuses(session, monday) == [RequestStatus.EXPIRED]
    check_counts(session)


def test_what_waits_ends_with_the_campaign_and_with_whoever_left(
    engine: Engine, session: Session, asked_shop: Shop, clock: Clock
) -> None:
    shop = asked_shop
    place = shop.offer(per_day=3)
    of_leaver, other = shop.ask(shop.askers[0], place), shop.ask(shop.askers[1], place)
    campaign_id = other.campaign_id
    shop.askers[0].active = False
    session.commit()
    jobs.settle_due(engine)
    assert statuses(session, of_leaver, other) == [RequestStatus.EXPIRED, RequestStatus.REQUESTED]
    jobs.close_campaign(engine, campaign_id)
    assert statuses(session, other) == [RequestStatus.EXPIRED]
    check_counts(session)


def test_an_open_booking_campaign_needs_no_plan_to_begin(
    engine: Engine, session: Session, shop: Shop, clock: Clock
) -> None:
    session.commit()
    clock.forward(days=20)  # the enrolment's last day is past
    take_due_steps(engine)
    session.refresh(shop.campaign)
    assert shop.campaign.status == Status.OPEN
    clock.forward(days=(MONDAY - TODAY).days - 20)
    session.commit()
    take_due_steps(engine)
    session.refresh(shop.campaign)
    assert shop.campaign.status == Status.RUNNING


def test_a_taken_place_is_not_sold_below_its_new_number(session: Session, shop: Shop) -> None:
    place = shop.offer(per_day=2)
    for asker in shop.askers[:2]:
        shop.ask(asker, place)
    place.per_day = 1
    session.flush()
    assert session.get_one(PlaceDay, (place.id, MONDAY)).taken == 2
    assert shop.ask(shop.askers[2], place, wait=True).status == RequestStatus.WAITING
    check_counts(session)
