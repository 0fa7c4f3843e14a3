"""Who waits in line for a day on which something else of theirs stands reads so, and how their line ended."""

from datetime import date

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.accounts.tables import Account
from app.booking import asking, jobs
from app.booking.tables import BookingRequest, RequestStatus
from app.people.tables import Person
from app.visits.tables import Visit
from app.worker import drain
from tests.booking.conftest import MONDAY, TUESDAY, Shop, cancel, let_go, mails, statuses
from tests.booking.test_pages import As
from tests.factories import make_campaign, make_person, make_visit
from tests.support.web import Clock


def _said(text: str) -> str:
    """Words alone, whatever the spaces between."""
    return " ".join(text.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ").split())


def _stand(session: Session, person: Person, day: date = MONDAY) -> Visit:
    made = make_visit(session, make_campaign(session), person, make_person(session), day=day)
    session.commit()
    return made


@pytest.mark.parametrize("day", [MONDAY, TUESDAY])
def test_who_waits_reads_that_another_day_of_theirs_is_in_the_way(
    session: Session, shop: Shop, clock: Clock, as_: As, day: date
) -> None:
    _place, (_booked, _first, second) = shop.line_up(2)
    person = shop.askers[2]
    visit = _stand(session, person, day)
    visit_id, stands = visit.id, day == MONDAY
    let_go(session, person, second)
    browser = as_(person)
    for path in (f"/booking/requests/{second.id}", "/booking/requests"):
        page = browser.get(path).text
        assert ("votre tour ne peut pas venir" in _said(page)) is stands
        assert ("quittez la liste d’attente" in _said(page)) is stands
        assert (f'href="/visits/{visit_id}"' in page) is stands
    assert ("liste d’attente, vous avez déjà une journée" in _said(browser.get("/home").text)) is stands
    assert "1 personne est avant vous" in _said(browser.get(f"/booking/requests/{second.id}").text)
    assert browser.get(f"/api/v1/booking/requests/{second.id}").json()["day_taken"] is stands


def test_the_first_in_line_is_not_told_that_the_next_place_is_theirs_meanwhile(
    session: Session, shop: Shop, clock: Clock, as_: As
) -> None:
    _place, (_booked, first) = shop.line_up()
    person = shop.askers[1]
    _stand(session, person)
    let_go(session, person, first)
    page = _said(as_(person).get(f"/booking/requests/{first.id}").text)
    assert "votre tour ne peut pas venir" in page
    assert "Un message vous prévient dès qu’une place se libère" not in page


def test_a_place_kept_for_them_that_day_is_in_the_way_as_well(
    engine: Engine, session: Session, shop: Shop, clock: Clock, as_: As
) -> None:
    shop.terms.max_per_person = 3
    _place, (_booked, waits) = shop.line_up()
    elsewhere = shop.offer([MONDAY], host_id=shop.hosts[1].id)
    there = shop.ask(shop.askers[3], elsewhere)
    kept = shop.ask(shop.askers[1], elsewhere, wait=True)
    cancel(session, shop, there)
    drain(engine)
    assert statuses(session, waits, kept) == [RequestStatus.WAITING, RequestStatus.OFFERED]
    person = shop.askers[1]
    let_go(session, person, waits, kept)
    page = as_(person).get(f"/booking/requests/{waits.id}").text
    assert "Une autre place vous est gardée ce jour-là" in _said(page)
    assert f'href="/booking/requests/{kept.id}"' in page


def _line_ends(engine: Engine, session: Session, clock: Clock, request: BookingRequest) -> tuple[str, str]:
    """The line is over, and its mail, as text and as HTML."""
    clock.forward(days=(MONDAY - clock.at.date()).days - 1)
    jobs.settle_due(engine)
    drain(engine)
    assert statuses(session, request) == [RequestStatus.EXPIRED]
    [mail] = [one for one in mails(session, "booking_expired") if one.person_id == request.person_id]
    assert mail.subject.startswith("Sans suite")
    return _said(mail.text), _said(mail.html)


NONE_FREE = "Aucune place ne s’est libérée"


def test_a_line_ends_with_the_day_that_was_in_the_way(
    engine: Engine, session: Session, shop: Shop, clock: Clock
) -> None:
    _place, (booked, first, second) = shop.line_up(2)
    visit = _stand(session, shop.askers[1])
    cancel(session, shop, booked)
    drain(engine)
    assert statuses(session, first, second) == [RequestStatus.WAITING, RequestStatus.OFFERED]
    for said in _line_ends(engine, session, clock, first):
        assert "Vous avez une autre journée le" in said
        assert "Rien d’autre ne change" in said
        assert f"/visits/{visit.id}" in said
        assert NONE_FREE not in said
        assert "de nouveau libre" not in said
        assert "autre place vous attend" not in said


def test_a_line_ends_where_a_place_went_to_somebody_else(
    engine: Engine, session: Session, shop: Shop, clock: Clock
) -> None:
    _place, (booked, first, second) = shop.line_up(2)
    session.commit()
    clock.forward(hours=1)
    cancel(session, shop, booked)
    drain(engine)
    session.expire_all()
    asking.accept(
        session,
        first,
        shop.askers[1],
        actor=shop.actor(shop.askers[1]),
        now=clock.at,
        today=clock.at.date(),
        revision=first.revision,
    )
    session.commit()
    for said in _line_ends(engine, session, clock, second):
        assert "est allé à d’autres" in said
        assert "libéré" not in said  # nor where a place that was free went to somebody else
        assert shop.askers[1].last_name not in said
        assert NONE_FREE not in said
        assert "de nouveau libre" not in said


def test_a_line_ends_where_no_place_became_free(
    engine: Engine, session: Session, shop: Shop, clock: Clock
) -> None:
    _place, (_booked, first) = shop.line_up()
    session.commit()
    for said in _line_ends(engine, session, clock, first):
        assert NONE_FREE in said
        assert "de nouveau libre" not in said
        assert "autre place vous attend peut-être" in said


def test_a_line_ends_where_a_place_is_free_and_their_turn_did_not_come(
    engine: Engine, session: Session, shop: Shop, clock: Clock
) -> None:
    place, (booked, first) = shop.line_up()
    shop.ask(shop.askers[1], place, TUESDAY)  # as many days as the campaign allows
    cancel(session, shop, booked)
    drain(engine)
    for said in _line_ends(engine, session, clock, first):
        assert "Votre tour n’est pas venu à temps" in said
        assert NONE_FREE not in said
        assert "est allé à d’autres" not in said


def test_a_line_ends_in_english_as_well(engine: Engine, session: Session, shop: Shop, clock: Clock) -> None:
    _place, (_booked, _first) = shop.line_up()
    session.get_one(Account, shop.askers[1].account_id).language = "en"
    _stand(session, shop.askers[1])
    clock.forward(days=(MONDAY - clock.at.date()).days - 1)
    jobs.settle_due(engine)
    drain(engine)
    [mail] = mails(session, "booking_expired")
    for said in (_said(mail.text), _said(mail.html)):
        assert "You have another day on" in said
        assert "No place became free" not in said
