"""Booking: never more than there is, never two things on one day, once per key."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.accounts.audit import AuditEntry
from app.booking import asking, deciding, offering, queries
from app.booking.errors import (
    AlreadyAsked,
    BookingClosed,
    EnoughBooked,
    ImpossibleAnswer,
    KeyReused,
    NotForYou,
    OwnDayTaken,
    PlaceFull,
    PlaceGone,
)
from app.booking.looking import NO_HOST, look
from app.booking.tables import BookingRequest, RefusalReason, RequestStatus
from app.campaigns.tables import Booking, Status
from app.core import jobs
from app.core.errors import Stale
from app.visits.service import cancel_visit
from app.visits.tables import CancelReason, Visit
from solver import rules
from tests.booking.conftest import MONDAY, NOW, TODAY, TUESDAY, WEDNESDAY, Shop, check_counts
from tests.factories import make_campaign, make_enrolment, make_person, make_visit


def events(session: Session) -> list[str]:
    session.commit()
    return [name for _id, name, _payload in jobs.pending(session.get_bind())]  # type: ignore[arg-type]


def test_a_free_day_is_booked_at_once(session: Session, shop: Shop) -> None:
    place = shop.offer(host_id=shop.hosts[0].id)
    request = shop.ask(shop.askers[0], place)
    visit = session.get_one(Visit, request.visit_id)
    assert (request.status, visit.visitor_id, visit.host_id, visit.day) == (
        RequestStatus.BOOKED,
        shop.askers[0].id,
        shop.hosts[0].id,
        MONDAY,
    )
    assert visit.swap_id is None
    assert events(session) == ["visit.booked", "booking.taken"]
    check_counts(session)


def test_a_team_without_a_named_host_receives_by_whoever_is_least_busy(session: Session, shop: Shop) -> None:
    shop.terms.max_per_person = 5
    place = shop.offer((MONDAY, TUESDAY, WEDNESDAY), per_day=2)
    hosts = [
        session.get_one(Visit, shop.ask(asker, place, day).visit_id).host_id
        for asker, day in ((shop.askers[0], MONDAY), (shop.askers[1], MONDAY), (shop.askers[0], TUESDAY))
    ]
    assert len(set(hosts)) == 3
    check_counts(session)


def test_the_last_place_is_sold_once(session: Session, shop: Shop) -> None:
    place = shop.offer(per_day=2)
    for asker in shop.askers[:2]:
        shop.ask(asker, place)
    with pytest.raises(PlaceFull):
        shop.ask(shop.askers[2], place)
    check_counts(session)


def test_the_teams_limit_counts_over_all_its_places(session: Session, shop: Shop) -> None:
    shop.shop.max_visitors = 1
    one, other = shop.offer(host_id=shop.hosts[0].id), shop.offer(host_id=shop.hosts[1].id)
    shop.ask(shop.askers[0], one)
    with pytest.raises(PlaceFull):
        shop.ask(shop.askers[1], other)


def test_a_team_that_needs_its_people_lets_nobody_more_go(session: Session, shop: Shop) -> None:
    shop.accounts.max_away = 1
    place = shop.offer(per_day=2)
    shop.ask(shop.askers[0], place)
    with pytest.raises(PlaceFull):
        shop.ask(shop.askers[1], place)


def test_nobody_has_two_things_on_one_day_also_across_campaigns(session: Session, shop: Shop) -> None:
    other = make_campaign(session)
    make_visit(session, other, make_person(session), shop.askers[0], day=MONDAY)
    place = shop.offer()
    with pytest.raises(OwnDayTaken):
        shop.ask(shop.askers[0], place)
    assert shop.ask(shop.askers[0], place, TUESDAY).status == RequestStatus.BOOKED


def test_a_person_books_up_to_the_campaigns_limit(session: Session, shop: Shop) -> None:
    place = shop.offer()
    shop.ask(shop.askers[0], place)
    with pytest.raises(EnoughBooked):
        shop.ask(shop.askers[0], place, TUESDAY)
    check_counts(session)


def test_a_day_too_near_is_closed(session: Session, shop: Shop) -> None:
    shop.terms.notice_days = 7
    place = shop.offer()
    late = NOW + (MONDAY - TODAY) - timedelta(days=6)
    with pytest.raises(NotForYou):
        shop.ask(shop.askers[0], place, now=late)
    assert shop.ask(shop.askers[0], place, now=late - timedelta(days=1)).status == RequestStatus.BOOKED


def test_the_same_key_has_one_effect(session: Session, shop: Shop) -> None:
    place = shop.offer()
    first = shop.ask(shop.askers[0], place, key="a")
    assert shop.ask(shop.askers[0], place, key="a").id == first.id
    assert len(session.exec(select(Visit)).all()) == 1
    with pytest.raises(KeyReused):
        shop.ask(shop.askers[0], place, TUESDAY, key="a")
    assert shop.ask(shop.askers[1], place, TUESDAY, key="a").id != first.id


def test_asking_twice_for_one_day_with_another_key_is_told(session: Session, asked_shop: Shop) -> None:
    place = asked_shop.offer()
    asked_shop.ask(asked_shop.askers[0], place)
    with pytest.raises(AlreadyAsked):
        asked_shop.ask(asked_shop.askers[0], place)


@pytest.mark.parametrize(
    ("booking", "status", "opens"),
    [
        (Booking.OPEN, Status.OPEN, True),
        (Booking.OPEN, Status.RUNNING, True),
        (Booking.OPEN, Status.DEBRIEFING, False),
        (Booking.REMAINING, Status.OPEN, False),
        (Booking.REMAINING, Status.PUBLISHED, True),
        (Booking.NONE, Status.PUBLISHED, False),
    ],
)
def test_when_a_campaign_takes_bookings(
    session: Session, shop: Shop, booking: Booking, status: Status, opens: bool
) -> None:
    place = shop.offer()
    shop.campaign.booking, shop.campaign.status = booking, status
    session.flush()
    if opens:
        assert shop.ask(shop.askers[0], place).status == RequestStatus.BOOKED
    else:
        with pytest.raises(BookingClosed):
            shop.ask(shop.askers[0], place)


def test_a_request_waits_for_the_team_and_then_becomes_a_visit(session: Session, asked_shop: Shop) -> None:
    shop = asked_shop
    request = shop.ask(shop.askers[0], shop.offer(host_id=shop.hosts[0].id))
    assert (request.status, request.visit_id, request.due_at) == (
        RequestStatus.REQUESTED,
        None,
        NOW + timedelta(days=5),
    )
    visit = shop.approve(request)
    assert (request.status, request.visit_id, visit.host_id) == (
        RequestStatus.BOOKED,
        visit.id,
        shop.hosts[0].id,
    )
    assert events(session) == ["booking.requested", "visit.booked", "booking.taken"]
    check_counts(session)
    audited = session.exec(
        select(AuditEntry.action).where(AuditEntry.subject == f"booking:{request.id}")
    ).all()
    assert list(audited) == ["booking.requested", "booking.approved"]


def test_of_two_requests_for_one_place_one_is_approved(session: Session, asked_shop: Shop) -> None:
    shop = asked_shop
    place = shop.offer(host_id=shop.hosts[0].id)
    first, second = shop.ask(shop.askers[0], place), shop.ask(shop.askers[1], place)
    shop.approve(first)
    with pytest.raises(PlaceFull):
        shop.approve(second)
    assert second.status == RequestStatus.REQUESTED
    check_counts(session)


def test_an_approval_of_somebody_who_booked_elsewhere_is_refused(session: Session, asked_shop: Shop) -> None:
    shop = asked_shop
    request = shop.ask(shop.askers[0], shop.offer())
    make_visit(session, make_campaign(session), shop.askers[0], make_person(session), day=MONDAY)
    with pytest.raises(OwnDayTaken):
        shop.approve(request)
    assert request.status == RequestStatus.REQUESTED


def test_a_refusal_gives_its_reason_and_the_day_back(session: Session, asked_shop: Shop) -> None:
    shop = asked_shop
    place = shop.offer()
    request = shop.ask(shop.askers[0], place)
    deciding.refuse(session, request, RefusalReason.OTHER_DAY, actor=shop.boss, now=NOW)
    assert (request.status, request.reason, request.live) == (
        RequestStatus.REFUSED,
        RefusalReason.OTHER_DAY,
        None,
    )
    assert shop.ask(shop.askers[0], place).status == RequestStatus.REQUESTED
    with pytest.raises(ImpossibleAnswer):
        shop.approve(request)
    check_counts(session)


def test_an_answer_on_an_older_version_is_stale(session: Session, asked_shop: Shop) -> None:
    shop = asked_shop
    request = shop.ask(shop.askers[0], shop.offer())
    with pytest.raises(Stale):
        deciding.approve(session, request, actor=shop.boss, now=NOW, today=TODAY, revision=7)
    assert request.status == RequestStatus.REQUESTED
    check_counts(session)


def test_a_withdrawn_request_counts_no_more(session: Session, asked_shop: Shop) -> None:
    shop = asked_shop
    place = shop.offer()
    request = shop.ask(shop.askers[0], place)
    asking.withdraw(session, request, actor=shop.actor(shop.askers[0]), now=NOW, today=TODAY, revision=0)
    assert request.status == RequestStatus.WITHDRAWN
    assert shop.ask(shop.askers[0], place, TUESDAY).status == RequestStatus.REQUESTED
    check_counts(session)


def test_a_booked_day_is_not_withdrawn_but_cancelled(session: Session, shop: Shop) -> None:
    request = shop.ask(shop.askers[0], shop.offer())
    with pytest.raises(ImpossibleAnswer):
        asking.withdraw(session, request, actor=shop.actor(shop.askers[0]), now=NOW, today=TODAY, revision=0)


def test_a_booked_day_says_what_the_place_says_now(session: Session, shop: Shop) -> None:
    place = shop.offer()
    asked = shop.ask(shop.askers[0], place)
    visit = session.get_one(Visit, asked.visit_id)
    assert visit.bring == "Des chaussures plates."
    names = ("host_id", "job", "seen", "part", "starts_at", "ends_at", "per_day")
    told = {name: getattr(place, name) for name in names} | {"bring": "Entrée par le quai."}
    offering.change_place(
        session,
        queries.find_place(session, place.id or 0),
        [MONDAY],
        version=1,
        actor=shop.boss,
        now=NOW,
        today=TODAY,
        **told,
    )
    session.expire_all()
    assert visit.bring == "Entrée par le quai."


def test_a_place_taken_back_is_gone(session: Session, shop: Shop) -> None:
    place = shop.offer()
    seen = queries.find_place(session, place.id or 0)
    from app.booking.offering import withdraw_place

    withdraw_place(session, seen, version=place.version, actor=shop.boss, now=NOW)
    with pytest.raises(PlaceGone):
        shop.ask(shop.askers[0], place)


def why(session: Session, shop: Shop, place_id: int, person: object, day: date = MONDAY) -> str:
    [found] = look(session, shop.campaign, person, [queries.find_place(session, place_id)], 7, TODAY)  # type: ignore[arg-type]
    option = found.of_day(day)
    assert option is not None
    return option.why


def test_who_avoids_whom_is_never_told(session: Session, shop: Shop) -> None:
    """A host who avoids the asker looks exactly like a host who said no to the campaign."""
    from app.availability.tables import Answer, Avoidance, ForbiddenPair

    place = shop.offer(host_id=shop.hosts[0].id)
    anna, brune = shop.askers[0], shop.hosts[0]
    enrolment = make_enrolment(session, shop.campaign, brune)
    session.add(Avoidance(enrolment_id=enrolment.id, person_id=anna.id))
    session.flush()
    avoided = why(session, shop, place.id or 0, anna)
    assert why(session, shop, place.id or 0, shop.askers[1]) == ""
    enrolment.answer = Answer.NO
    session.flush()
    assert avoided == why(session, shop, place.id or 0, shop.askers[1]) == NO_HOST
    enrolment.answer = Answer.YES
    a, b = sorted((shop.askers[2].id or 0, brune.id or 0))
    session.add(ForbiddenPair(campaign_id=shop.campaign.id, a_id=a, b_id=b, created_at=NOW))
    session.flush()
    assert why(session, shop, place.id or 0, shop.askers[2]) == NO_HOST


def test_why_a_place_is_closed(session: Session, shop: Shop) -> None:
    place = shop.offer(host_id=shop.hosts[0].id)
    assert place.id is not None
    same_side = make_person(session)
    german = make_person(session, shop.accounts, languages=["de"])
    part_time = make_person(session, shop.accounts, worked_weekdays="0111100")
    assert why(session, shop, place.id, same_side) == rules.SAME_SIDE
    assert why(session, shop, place.id, german) == rules.LANGUAGE
    assert why(session, shop, place.id, part_time) == rules.NOT_AVAILABLE
    assert why(session, shop, place.id, shop.askers[0]) == ""
    shop.campaign.max_travel_minutes = 20
    assert why(session, shop, place.id, shop.askers[0]) == rules.TOO_FAR


def test_two_who_met_meet_again_only_where_the_campaign_says_so(session: Session, shop: Shop) -> None:
    place = shop.offer(host_id=shop.hosts[0].id)
    make_visit(session, make_campaign(session), shop.hosts[0], shop.askers[0], day=WEDNESDAY)
    assert why(session, shop, place.id or 0, shop.askers[0]) == "met"
    shop.campaign.allow_repeat_pairs = True
    assert why(session, shop, place.id or 0, shop.askers[0]) == ""


def test_a_look_costs_the_same_whatever_the_number_of_places(session: Session, shop: Shop) -> None:
    from sqlalchemy import event

    def cost() -> int:
        seen = queries.offered_places(session, shop.campaign.id or 0, queries.Wanted())
        asked: list[str] = []

        def note(_c: object, _cur: object, sql: str, *_rest: object) -> None:
            asked.append(sql)

        event.listen(session.get_bind(), "before_cursor_execute", note)
        look(session, shop.campaign, shop.askers[0], seen, 7, TODAY)
        event.remove(session.get_bind(), "before_cursor_execute", note)
        return len(asked)

    shop.offer()
    one = cost()
    for host in shop.hosts:
        shop.offer(host_id=host.id)
    assert cost() == one


def test_a_cancelled_day_frees_its_place(engine: Engine, session: Session, shop: Shop) -> None:
    from app.booking.jobs import follow_visit

    request = shop.ask(shop.askers[0], shop.offer())
    visit = session.get_one(Visit, request.visit_id)
    cancel_visit(session, visit, CancelReason.UNAVAILABLE, shop.boss, NOW, today=TODAY)
    session.commit()
    for _ in range(2):
        follow_visit(engine, visit.id or 0, visit.revision)
    assert (
        session.get_one(BookingRequest, request.id, populate_existing=True).status == RequestStatus.CANCELLED
    )
    check_counts(session)
