"""Who could have answered reads what their silence decided: one mail a day, whatever number of requests."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.booking import queries, twins
from app.booking.jobs import settle_due
from app.booking.jobs_silence import tell_silence
from app.booking.stands import stands_of
from app.booking.tables import Approval, BookingRequest, RefusalReason, RequestStatus, Silence
from app.people.tables import Person, Team
from app.visits.tables import Visit
from app.worker import JOBS, drain
from tests.booking.conftest import MONDAY, NOW, TODAY, TUESDAY, Shop, check_counts, mails
from tests.support.web import Clock

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def shop(session: Session) -> Shop:
    return Shop(session, approval=Approval.MANAGER)


def wait_for_silence(engine: Engine, session: Session, clock: Clock) -> None:
    session.commit()
    drain(engine)
    clock.forward(days=8)
    for _time in range(2):
        settle_due(engine)
        tell_silence(engine)
    drain(engine)
    session.expire_all()


@pytest.mark.parametrize("silence", list(Silence))
def test_one_mail_tells_of_all_that_silence_decided(
    engine: Engine, session: Session, clock: Clock, shop: Shop, silence: Silence
) -> None:
    shop.terms.silence = silence
    place = shop.offer((MONDAY, TUESDAY), per_day=2)
    for asker, day in zip(shop.askers[:2], (MONDAY, TUESDAY), strict=True):
        shop.ask(asker, place, day)
    wait_for_silence(engine, session, clock)
    [mail] = mails(session, "requests_silent")
    text = mail.text.replace("\u00a0", " ")
    assert mail.person_id == shop.marc.id
    assert mail.subject == "2 demandes restées sans réponse"
    assert "lundi 5 avril 2027 : Vendeuse, vendeur, Boutique Bellecour" in text
    assert ("elles sont acceptées" in text) is (silence is Silence.APPROVE)
    assert ("elles ont expiré" in text) is (silence is Silence.EXPIRE)
    assert "/team/delegations" in text
    assert not any(one.name in text for one in shop.askers)


@pytest.mark.parametrize("both", [True, False])
def test_two_requests_for_a_day_of_a_team_are_one_line_that_counts_them(
    engine: Engine, session: Session, clock: Clock, shop: Shop, *, both: bool
) -> None:
    shop.terms.silence = Silence.APPROVE
    place = shop.offer((MONDAY, TUESDAY), per_day=2)
    for asker, day in zip(shop.askers[:2], (MONDAY, MONDAY if both else TUESDAY), strict=True):
        shop.ask(asker, place, day)
    wait_for_silence(engine, session, clock)
    [mail] = mails(session, "requests_silent")
    assert mail.subject == "2 demandes restées sans réponse"
    for said in (mail.text, mail.html):
        assert "elles sont acceptées" in said
        assert said.count("Vendeuse, vendeur, Boutique Bellecour") == (1 if both else 2)
        assert ("Vendeuse, vendeur, Boutique Bellecour (2 demandes)" in said) is both


@pytest.mark.parametrize("crosses", [True, False])
def test_nobody_hears_first_of_a_day_that_it_is_not_certain(
    engine: Engine, session: Session, clock: Clock, shop: Shop, *, crosses: bool
) -> None:
    shop.terms.silence = Silence.APPROVE
    request = shop.ask(shop.askers[0], shop.offer(host_id=shop.hosts[0].id))
    for person in (*shop.askers, *shop.hosts):
        person.legal_entity = "Vélo SA" if crosses and person in shop.askers else "Vélo Services"
    request.due_at = datetime.combine(MONDAY - timedelta(days=2), time(10), UTC)
    session.commit()
    drain(engine)
    clock.set(request.due_at)
    session.commit()
    for turn in range(3):
        for job in JOBS["clock.tick"]:
            job(engine)
        drain(engine)
        invited, unsure = (mails(session, kind) for kind in ("visit_invitation", "visit_uncertain"))
        assert len(invited) == 2
        assert len(unsure) == (2 if crosses and turn else 0)
        assert all(one.id < later.id for one in invited for later in unsure)  # type: ignore[operator]
        clock.forward(minutes=10)


def test_there_is_no_second_mail_that_day(engine: Engine, session: Session, clock: Clock, shop: Shop) -> None:
    shop.ask(shop.askers[0], shop.offer(), MONDAY)
    wait_for_silence(engine, session, clock)
    shop.ask(shop.askers[1], shop.offer((TUESDAY,), host_id=shop.hosts[1].id), TUESDAY, now=clock.at)
    session.commit()

    late = session.exec(select(BookingRequest).where(BookingRequest.day == TUESDAY)).one()
    late.due_at = clock.at
    session.commit()
    settle_due(engine)
    tell_silence(engine)
    assert len(mails(session, "requests_silent")) == 1
    clock.forward(days=1)
    tell_silence(engine)
    assert len(mails(session, "requests_silent")) == 2


def test_who_answered_or_whose_asker_withdrew_reads_nothing(
    engine: Engine, session: Session, clock: Clock, shop: Shop
) -> None:
    request = shop.ask(shop.askers[0], shop.offer(), MONDAY)
    shop.approve(request)
    wait_for_silence(engine, session, clock)
    assert mails(session, "requests_silent") == []


def test_hr_read_it_where_nobody_leads(engine: Engine, session: Session, clock: Clock, shop: Shop) -> None:
    shop.ask(shop.askers[0], shop.offer(), MONDAY)
    session.get_one(Person, shop.marc.id).active = False
    wait_for_silence(engine, session, clock)
    [mail] = mails(session, "requests_silent")
    assert mail.to_name == "Claire Morel"
    assert "/team/requests" in mail.text


@pytest.mark.parametrize("silent", [True, False])
def test_nobody_is_said_to_receive_whose_team_did_not_answer(
    engine: Engine, session: Session, clock: Clock, shop: Shop, *, silent: bool
) -> None:
    shop.terms.silence = Silence.APPROVE
    request = shop.ask(shop.askers[0], shop.offer(), MONDAY)
    if not silent:
        shop.approve(request)
    wait_for_silence(engine, session, clock)
    visitor, host = (
        next(one for one in mails(session, "visit_invitation") if one.person_id == person_id)
        for person_id in (request.person_id, session.get_one(Visit, request.visit_id).host_id)
    )
    for text in (visitor.text, visitor.html):
        assert ("vous reçoit" in text, "ouvre sa porte" in text) == (not silent, not silent)
        assert ("n’a pas répondu à temps" in text, "doit encore le confirmer" in text) == (silent, silent)
    for text in (host.text, host.html):
        assert ("Personne dans votre équipe n’a répondu à temps" in text) is silent
        assert ("Vous faites découvrir votre métier" in text) is not silent


def test_whom_silence_left_without_a_place_stands_in_line_also_where_it_decides_both_at_once(
    engine: Engine, session: Session, clock: Clock, shop: Shop
) -> None:
    shop.terms.silence = Silence.APPROVE
    place = shop.offer((MONDAY,), host_id=shop.hosts[0].id)
    asked = [shop.ask(one, place, now=NOW + timedelta(minutes=n)) for n, one in enumerate(shop.askers[:2])]
    wait_for_silence(engine, session, clock)
    assert [one.status for one in asked] == [RequestStatus.BOOKED, RequestStatus.WAITING]
    assert mails(session, "booking_expired") == []
    [queued] = mails(session, "booking_queued")
    assert queued.person_id == asked[1].person_id
    [to_marc] = mails(session, "requests_silent")
    assert "elle est acceptée" in to_marc.text
    assert "expiré" not in to_marc.text
    check_counts(session)


def test_whom_silence_left_without_a_place_and_has_another_day_then_is_told_that(
    engine: Engine, session: Session, clock: Clock, shop: Shop
) -> None:
    shop.terms.silence, shop.terms.max_per_person = Silence.APPROVE, 2
    place, other = shop.offer((MONDAY,)), shop.offer((MONDAY,), job="Réserve")
    asked = [shop.ask(shop.askers[0], one, now=NOW) for one in (place, other)]
    wait_for_silence(engine, session, clock)
    assert [one.status for one in asked] == [RequestStatus.BOOKED, RequestStatus.EXPIRED]
    [mail] = mails(session, "booking_expired")
    assert "n’a pas pu répondre" not in mail.text


def _ask_close_to_the_day(shop: Shop, *, late: bool) -> list[BookingRequest]:
    """Two ask for the only place of a Monday; once silence decides, it is within the notice, or not."""
    shop.terms.silence, shop.terms.notice_days = Silence.APPROVE, 28 if late else 7
    place = shop.offer((MONDAY,), host_id=shop.hosts[0].id)
    return [shop.ask(one, place, now=NOW + timedelta(minutes=n)) for n, one in enumerate(shop.askers[:2])]


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("late", [True, False])
def test_no_line_is_joined_once_it_is_too_late_to_wait(
    engine: Engine, session: Session, clock: Clock, shop: Shop, *, late: bool, at_once: bool
) -> None:
    won, lost = _ask_close_to_the_day(shop, late=late)
    if not at_once:
        lost.due_at = NOW + timedelta(days=9)  # the other's yes comes before their own time is over
    wait_for_silence(engine, session, clock)
    assert won.status == RequestStatus.BOOKED
    assert lost.status == (RequestStatus.EXPIRED if late else RequestStatus.WAITING)
    assert lost.reason == (RefusalReason.ALREADY if late else None)
    assert len(mails(session, "booking_queued")) == (not late)
    ended = mails(session, "booking_expired")
    assert [one.person_id for one in ended] == ([lost.person_id] if late else [])
    for said in [text for one in ended for text in (one.text, one.html)]:
        assert "allée à qui l’avait demandée avant vous" in said
        assert "il est trop tard pour attendre" in said
        assert "libéré" not in said
        assert "votre attente" not in said
        assert "de nouveau libre" not in said
    check_counts(session)


@pytest.mark.parametrize("late", [True, False])
def test_the_note_on_silence_tells_who_was_left_without_a_place_too_late_to_wait(
    engine: Engine, session: Session, clock: Clock, shop: Shop, *, late: bool
) -> None:
    _ask_close_to_the_day(shop, late=late)
    wait_for_silence(engine, session, clock)
    [note] = mails(session, "requests_silent")
    assert note.subject == ("2 demandes restées sans réponse" if late else "Une demande restée sans réponse")
    for said in (note.text, note.html):
        assert "elle est acceptée" in said
        assert "a expiré" not in said
        assert ("trop tard pour attendre" in said) is late
        assert not any(one.name in said for one in shop.askers)


def test_whose_request_ended_too_late_to_wait_reads_why(
    engine: Engine, session: Session, clock: Clock, shop: Shop
) -> None:
    _won, lost = _ask_close_to_the_day(shop, late=True)
    wait_for_silence(engine, session, clock)
    seen = queries.find_request(session, lost.id or 0)
    [stands] = stands_of(session, [seen], to_asker=True).values()
    assert stands.because == (
        "Quelqu’un d’autre vient déjà ce jour-là, et il était trop tard pour attendre une autre place"
    )


def test_a_yes_given_within_the_notice_puts_nobody_in_line(
    engine: Engine, session: Session, clock: Clock, shop: Shop
) -> None:
    shop.terms.notice_days = 28
    place = shop.offer((MONDAY,), host_id=shop.hosts[0].id)
    lost, won = (
        shop.ask(one, place, now=NOW + timedelta(minutes=n)) for n, one in enumerate(shop.askers[:2])
    )
    session.commit()
    drain(engine)
    clock.forward(days=8)
    won.due_at = lost.due_at = clock.at + timedelta(days=1)
    shop.approve(won, now=clock.at)
    session.commit()
    drain(engine)
    session.expire_all()
    assert (lost.status, lost.reason) == (RequestStatus.EXPIRED, RefusalReason.ALREADY)
    [mail] = mails(session, "booking_expired")
    assert "avant vous" not in mail.text
    assert "Quelqu’un d’autre vient déjà ce jour-là" in mail.text
    assert "il est trop tard pour attendre" in mail.text


@pytest.mark.parametrize("silence", list(Silence))
@pytest.mark.parametrize("closed", [True, False])
def test_a_day_that_the_team_closed_meanwhile_is_nobodys_silence(
    engine: Engine, session: Session, clock: Clock, shop: Shop, silence: Silence, *, closed: bool
) -> None:
    shop.terms.silence = silence
    request = shop.ask(shop.askers[0], shop.offer((MONDAY, TUESDAY)), MONDAY)
    if closed:
        session.get_one(Team, shop.shop.id).closed_weekdays = "1000000"
    wait_for_silence(engine, session, clock)
    assert bool(mails(session, "requests_silent")) is not closed
    if closed:
        assert (request.status, request.reason) == (RequestStatus.EXPIRED, RefusalReason.WITHDRAWN)
        [mail] = mails(session, "booking_expired")
        assert "pas pu répondre à temps" not in mail.text
        assert "ne reçoit plus personne" in mail.text
        assert "propose une autre" not in mail.text
        assert twins.still_offering(session, [queries.find_request(session, request.id or 0)], TODAY) == {}
    else:
        assert request.reason is None
    check_counts(session)
