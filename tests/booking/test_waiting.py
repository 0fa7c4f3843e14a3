"""Waiting lists: a place that becomes free is offered to the next in line, held, taken or passed on."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.booking import asking, deciding, jobs, waiting
from app.booking.errors import EnoughBooked, ImpossibleAnswer, NotForYou, PlaceFull
from app.booking.tables import RefusalReason, RequestStatus
from app.people.tables import Person
from app.teams.tables import BlackoutDay
from app.visits.tables import PersonDay, TeamDay, Visit
from app.worker import drain
from tests.booking.conftest import (
    MONDAY,
    NOW,
    TODAY,
    TUESDAY,
    Shop,
    cancel,
    check_counts,
    let_go,
    mails,
    statuses,
)
from tests.booking.test_pages import As
from tests.factories import make_campaign, make_person, make_visit
from tests.support.web import Clock


def test_a_freed_place_is_offered_to_the_first_in_line_who_takes_it(
    engine: Engine, session: Session, shop: Shop, clock: Clock
) -> None:
    place, (booked, first, second) = shop.line_up(2)
    assert statuses(session, first, second) == [RequestStatus.WAITING] * 2
    cancel(session, shop, booked)
    drain(engine)
    assert statuses(session, booked, first, second) == [
        RequestStatus.CANCELLED,
        RequestStatus.OFFERED,
        RequestStatus.WAITING,
    ]
    assert first.due_at == NOW + timedelta(hours=48)
    [told] = mails(session, "booking_offer")
    assert told.person_id == shop.askers[1].id
    check_counts(session)
    # Meanwhile nobody else takes it.
    assert shop.ask(shop.askers[3], place, wait=True).status == RequestStatus.WAITING
    asking.accept(
        session,
        first,
        shop.askers[1],
        actor=shop.actor(shop.askers[1]),
        now=NOW,
        today=TODAY,
        revision=first.revision,
    )
    assert statuses(session, first, second) == [RequestStatus.BOOKED, RequestStatus.WAITING]
    assert session.get_one(Visit, first.visit_id).visitor_id == shop.askers[1].id
    check_counts(session)


def test_an_offer_that_is_not_taken_goes_to_the_next(
    engine: Engine, session: Session, shop: Shop, clock: Clock
) -> None:
    _place, (booked, first, second) = shop.line_up(2)
    cancel(session, shop, booked)
    drain(engine)
    clock.forward(hours=47)
    jobs.settle_due(engine)
    assert statuses(session, first) == [RequestStatus.OFFERED]
    clock.forward(hours=2)
    for _ in range(2):
        jobs.settle_due(engine)
    drain(engine)
    assert statuses(session, first, second) == [RequestStatus.EXPIRED, RequestStatus.OFFERED]
    assert [mail.person_id for mail in mails(session, "booking_expired")] == [shop.askers[1].id]
    check_counts(session)
    with pytest.raises(ImpossibleAnswer):
        asking.accept(
            session,
            first,
            shop.askers[1],
            actor=shop.actor(shop.askers[1]),
            now=clock.at,
            today=clock.at.date(),
            revision=first.revision,
        )


def test_an_offer_declined_goes_to_the_next(
    engine: Engine, session: Session, shop: Shop, clock: Clock
) -> None:
    _place, (booked, first, second) = shop.line_up(2)
    cancel(session, shop, booked)
    drain(engine)
    session.expire_all()
    asking.withdraw(
        session, first, actor=shop.actor(shop.askers[1]), now=NOW, today=TODAY, revision=first.revision
    )
    session.commit()
    drain(engine)
    assert statuses(session, first, second) == [RequestStatus.WITHDRAWN, RequestStatus.OFFERED]
    check_counts(session)


def test_whoever_is_busy_that_day_is_passed_over(
    engine: Engine, session: Session, shop: Shop, clock: Clock
) -> None:
    _place, (booked, first, second) = shop.line_up(2)
    make_visit(session, make_campaign(session), shop.askers[1], make_person(session), day=MONDAY)
    cancel(session, shop, booked)
    drain(engine)
    assert statuses(session, first, second) == [RequestStatus.WAITING, RequestStatus.OFFERED]
    check_counts(session)


def test_who_has_enough_is_passed_over_and_an_offer_counts(
    engine: Engine, session: Session, shop: Shop, clock: Clock
) -> None:
    _place, (booked, enough, second) = shop.line_up(2)
    elsewhere = shop.offer((TUESDAY,), host_id=shop.hosts[1].id)
    shop.ask(shop.askers[1], elsewhere, TUESDAY)
    cancel(session, shop, booked)
    drain(engine)
    assert statuses(session, enough, second) == [RequestStatus.WAITING, RequestStatus.OFFERED]
    with pytest.raises(EnoughBooked):
        shop.ask(shop.askers[2], shop.offer((TUESDAY,), host_id=shop.hosts[2].id), TUESDAY)
    check_counts(session)


def test_an_offer_holds_the_days_of_both_people_and_both_teams_until_it_is_over(
    engine: Engine, session: Session, shop: Shop, clock: Clock
) -> None:
    shop.shop.max_visitors = 1
    _place, (booked, waiting) = shop.line_up()
    other = shop.offer(host_id=shop.hosts[1].id)
    cancel(session, shop, booked)
    drain(engine)
    check_counts(session)
    with pytest.raises(PlaceFull):
        shop.ask(shop.askers[2], other)
    shop.shop.max_visitors = 0
    session.commit()
    session.expire_all()
    asker = session.get_one(Person, waiting.person_id)
    asking.accept(
        session, waiting, asker, actor=shop.actor(asker), now=NOW, today=TODAY, revision=waiting.revision
    )
    assert statuses(session, waiting) == [RequestStatus.BOOKED]
    check_counts(session)


def test_an_offer_counts_as_a_meeting_two_people_are_offered_one_day_together(
    engine: Engine, session: Session, shop: Shop, clock: Clock
) -> None:
    shop.terms.max_per_person = 2
    place = shop.offer(host_id=shop.hosts[0].id)
    booked = [shop.ask(shop.askers[0], place), shop.ask(shop.askers[3], place, TUESDAY)]
    monday = shop.ask(shop.askers[1], place, wait=True)
    tuesday = shop.ask(shop.askers[1], place, TUESDAY, wait=True)
    for one in booked:
        cancel(session, shop, one)
    drain(engine)
    assert sorted(statuses(session, monday, tuesday)) == [RequestStatus.OFFERED, RequestStatus.WAITING]
    check_counts(session)


def test_an_offer_that_expires_gives_every_day_back(
    engine: Engine, session: Session, shop: Shop, clock: Clock
) -> None:
    shop.shop.max_visitors = 1
    _place, (booked, _waiting) = shop.line_up()
    cancel(session, shop, booked)
    drain(engine)
    assert session.get_one(TeamDay, (shop.shop.id, MONDAY)).received == 1
    session.commit()
    clock.forward(hours=49)
    jobs.settle_due(engine)
    session.expire_all()
    assert session.get_one(TeamDay, (shop.shop.id, MONDAY)).received == 0
    assert session.exec(select(PersonDay)).all() == []
    check_counts(session)


def test_an_offer_is_booked_by_whoever_takes_it_also_where_the_team_decides(
    engine: Engine, session: Session, asked_shop: Shop, clock: Clock
) -> None:
    shop = asked_shop
    place = shop.offer(host_id=shop.hosts[0].id)
    booked = shop.ask(shop.askers[0], place)
    shop.approve(booked)
    first = shop.ask(shop.askers[1], place, wait=True)
    cancel(session, shop, booked)
    drain(engine)
    session.expire_all()
    asking.accept(
        session,
        first,
        shop.askers[1],
        actor=shop.actor(shop.askers[1]),
        now=NOW,
        today=TODAY,
        revision=first.revision,
    )
    assert (first.status, first.holds) == (RequestStatus.BOOKED, True)
    check_counts(session)


def test_who_was_refused_for_a_day_stands_in_no_line_for_it(
    engine: Engine, session: Session, asked_shop: Shop, clock: Clock
) -> None:
    shop = asked_shop
    shop.terms.max_per_person = 3
    place = shop.offer(host_id=shop.hosts[0].id)
    no, other = shop.ask(shop.askers[0], place), shop.ask(shop.askers[1], place)
    deciding.refuse(session, no, RefusalReason.SERVICE, actor=shop.boss, now=NOW)
    again = shop.ask(shop.askers[0], place)  # while it is free the team may be asked once more
    shop.approve(other)
    session.commit()
    drain(engine)
    assert statuses(session, again) == [RequestStatus.EXPIRED]
    [told] = mails(session, "booking_expired")
    assert "avait été refusée" in told.text
    with pytest.raises(NotForYou, match="refusée"):
        shop.ask(shop.askers[0], place, wait=True)
    # Another day or another place: yes. And whom the team said yes to, the line serves as before.
    elsewhere = shop.offer([MONDAY], host_id=shop.hosts[1].id)
    assert shop.ask(shop.askers[0], place, TUESDAY).status == RequestStatus.REQUESTED
    assert shop.ask(shop.askers[0], elsewhere).status == RequestStatus.REQUESTED
    allowed = shop.ask(shop.askers[2], place, wait=True)
    cancel(session, shop, other)
    drain(engine)
    assert statuses(session, allowed) == [RequestStatus.OFFERED]
    check_counts(session)


def test_whoever_the_team_accepted_after_a_refusal_may_wait(
    session: Session, asked_shop: Shop, clock: Clock
) -> None:
    shop = asked_shop
    place = shop.offer(host_id=shop.hosts[0].id)
    no = shop.ask(shop.askers[0], place)
    deciding.refuse(session, no, RefusalReason.SERVICE, actor=shop.boss, now=NOW)
    yes = shop.ask(shop.askers[0], place)
    shop.approve(yes)
    cancel(session, shop, yes)
    waiting.follow_visit(session, session.get_one(Visit, yes.visit_id), now=NOW)
    shop.approve(shop.ask(shop.askers[1], place))
    assert shop.ask(shop.askers[0], place, wait=True).status == RequestStatus.WAITING


@pytest.mark.parametrize("waiting", [1, 2])
def test_whose_time_passed_reads_that_the_place_is_free_where_nobody_is_next(
    engine: Engine, session: Session, shop: Shop, clock: Clock, waiting: int
) -> None:
    place, (booked, first, *_others) = shop.line_up(waiting)
    session.commit()
    cancel(session, shop, booked)
    drain(engine)
    assert statuses(session, first) == [RequestStatus.OFFERED]
    clock.forward(days=3)
    jobs.settle_due(engine)
    drain(engine)
    [mail] = [one for one in mails(session, "booking_expired") if one.person_id == first.person_id]
    assert ("elle est encore libre" in mail.text and "elle est encore libre" in mail.html) is (waiting == 1)
    assert (f"/booking/places/{place.id}?day={MONDAY}" in mail.text) is (waiting == 1)
    assert ("à la personne suivante" in mail.text) is (waiting == 2)


@pytest.mark.parametrize("waiting", [1, 2])
def test_what_becomes_of_a_kept_place_is_said_as_it_is(
    engine: Engine, session: Session, shop: Shop, clock: Clock, as_: As, waiting: int
) -> None:
    _place, (booked, first, *_others) = shop.line_up(waiting)
    session.commit()
    cancel(session, shop, booked)
    drain(engine)
    assert statuses(session, first) == [RequestStatus.OFFERED]
    [mail] = [one for one in mails(session, "booking_offer") if one.person_id == first.person_id]
    asker = shop.askers[1]
    let_go(session, asker, first)
    page = as_(asker).get(f"/booking/requests/{first.id}").text
    for said in (page, mail.text, mail.html):
        said = " ".join(said.replace("\N{NARROW NO-BREAK SPACE}", " ").split())
        assert ("est proposée à la personne suivante" in said) is (waiting == 2)
        assert ("Personne d’autre ne l’attend pour l’instant" in said) is (waiting == 1)
    assert ("La laisser à la personne suivante" in page) is (waiting == 2)
    assert ("Ne pas la prendre" in page) is (waiting == 1)


@pytest.mark.parametrize("late", [True, False])
def test_a_place_kept_until_it_is_too_late_for_the_next_is_not_said_to_go_to_them(
    engine: Engine, session: Session, shop: Shop, clock: Clock, as_: As, *, late: bool
) -> None:
    _place, (booked, first, *_others) = shop.line_up(2)
    shop.terms.notice_days = 33 if late else 32  # kept until 4 March, 32 days before that Monday
    session.commit()
    cancel(session, shop, booked)
    drain(engine)
    assert statuses(session, first) == [RequestStatus.OFFERED]
    [mail] = [one for one in mails(session, "booking_offer") if one.person_id == first.person_id]
    let_go(session, shop.askers[1], first)
    page = as_(shop.askers[1]).get(f"/booking/requests/{first.id}").text
    for said in (page, mail.text, mail.html):
        said = " ".join(said.replace("\N{NARROW NO-BREAK SPACE}", " ").split())
        assert ("Ensuite, elle est proposée à la personne suivante" in said) is not late
        assert ("il sera trop tard pour la proposer à quelqu’un d’autre" in said) is late
    assert "La laisser à la personne suivante" in page
    clock.forward(days=2, minutes=1)
    jobs.settle_due(engine)
    drain(engine)
    [over] = [one for one in mails(session, "booking_expired") if one.person_id == first.person_id]
    assert ("est proposée à la personne suivante" in over.text) is not late


def test_a_kept_place_of_a_day_closed_since_is_said_to_go_to_nobody(
    engine: Engine, session: Session, shop: Shop, clock: Clock
) -> None:
    _place, (booked, first) = shop.line_up()
    session.commit()
    cancel(session, shop, booked)
    drain(engine)
    session.add(BlackoutDay(team_id=shop.shop.id or 0, day=MONDAY, no_visitors=True, no_leaving=False))
    session.commit()
    clock.forward(days=3)
    jobs.settle_due(engine)
    drain(engine)
    [mail] = [one for one in mails(session, "booking_expired") if one.person_id == first.person_id]
    assert "le temps pour la confirmer est passé" in mail.text
    assert "à la personne suivante" not in mail.text + mail.html
    assert "encore libre" not in mail.text + mail.html
