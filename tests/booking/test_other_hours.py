"""A team changes the hours of a place while somebody waits for it: a yes to others is no yes to these."""

from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.booking import asking, deciding, offering, queries
from app.booking.tables import BookingRequest, Place, RequestStatus
from app.core.errors import Stale
from app.people.tables import Person
from app.visits.tables import Visit
from app.worker import drain
from tests.booking.conftest import MONDAY, NOW, TODAY, Shop, cancel, mails
from tests.support.web import Clock

NAMES = ("host_id", "job", "seen", "bring", "part", "starts_at", "ends_at", "per_day")
LATER = NOW + timedelta(hours=1)
CHANGES = [({"ends_at": time(15, 30)}, True), ({"bring": "Entrée par le quai."}, False)]


def change(session: Session, shop: Shop, place: Place, **values: Any) -> None:
    told = {name: getattr(place, name) for name in NAMES} | values
    seen = queries.find_place(session, place.id or 0)
    offering.change_place(
        session, seen, [MONDAY], version=place.version, actor=shop.boss, now=LATER, today=TODAY, **told
    )


def approve(session: Session, shop: Shop, request: BookingRequest, revision: int) -> Visit:
    deciding.approve(session, request, actor=shop.boss, now=LATER, today=TODAY, revision=revision)
    return session.get_one(Visit, request.visit_id)


@pytest.mark.parametrize(("values", "hours"), CHANGES)
def test_an_approval_asks_for_a_yes_to_other_hours_and_to_nothing_else(
    session: Session, asked_shop: Shop, values: dict[str, Any], hours: bool
) -> None:
    place = asked_shop.offer()
    request = asked_shop.ask(asked_shop.askers[0], place)
    change(session, asked_shop, place, **values)
    visit = approve(session, asked_shop, request, request.revision)
    assert (visit.visitor_confirmed_at is None) is hours


def test_whoever_asks_for_the_new_hours_says_yes_to_them(session: Session, asked_shop: Shop) -> None:
    place = asked_shop.offer()
    change(session, asked_shop, place, ends_at=time(15, 30))
    request = asked_shop.ask(asked_shop.askers[0], place, now=LATER)
    assert approve(session, asked_shop, request, request.revision).visitor_confirmed_at is not None


@pytest.mark.parametrize(("values", "hours"), CHANGES)
def test_an_offer_of_other_hours_is_read_anew_before_it_is_taken(
    engine: Engine, session: Session, shop: Shop, clock: Clock, values: dict[str, Any], hours: bool
) -> None:
    place, (booked, first, _second) = shop.line_up(2)
    cancel(session, shop, booked)
    drain(engine)
    session.refresh(first)
    read = first.revision
    change(session, shop, place, **values)
    session.commit()
    drain(engine)
    session.refresh(first)
    assert len(mails(session, "booking_offer")) == (2 if hours else 1)
    person = shop.askers[1]
    taking = {"actor": shop.actor(person), "now": LATER, "today": TODAY}
    if hours:
        with pytest.raises(Stale):
            asking.accept(session, first, person, revision=read, **taking)
        session.refresh(first)
    asking.accept(session, first, person, revision=first.revision, **taking)
    visit = session.get_one(Visit, first.visit_id)
    assert first.status == RequestStatus.BOOKED
    assert visit.visitor_confirmed_at is not None
    assert visit.ends_at == values.get("ends_at", place.ends_at)


def invitation(engine: Engine, session: Session, to: str) -> str:
    drain(engine)
    [mail] = [one for one in mails(session, "visit_invitation") if one.to_name == to]
    return mail.text.replace("\u00a0", " ")


@pytest.mark.parametrize(("values", "hours"), CHANGES)
def test_whoever_is_asked_for_a_yes_to_other_hours_reads_from_which_to_which(
    engine: Engine, session: Session, asked_shop: Shop, values: dict[str, Any], hours: bool
) -> None:
    place = asked_shop.offer()
    request = asked_shop.ask(asked_shop.askers[0], place)
    visit = approve_changed(session, asked_shop, request, place, values)
    session.commit()
    said = "depuis votre demande : de 09:00 à 17:00 auparavant, de 09:00 à 15:30 maintenant."
    assert (said in invitation(engine, session, asked_shop.askers[0].name)) is hours
    host = session.get_one(Person, visit.host_id)
    assert "Les heures ont changé" not in invitation(engine, session, host.name)


def approve_changed(
    session: Session, shop: Shop, request: BookingRequest, place: Place, values: dict[str, Any]
) -> Visit:
    change(session, shop, place, **values)
    return approve(session, shop, request, request.revision)


def test_hours_changed_back_are_those_that_were_asked_for(session: Session, asked_shop: Shop) -> None:
    place = asked_shop.offer()
    request = asked_shop.ask(asked_shop.askers[0], place)
    change(session, asked_shop, place, ends_at=time(15, 30))
    visit = approve_changed(session, asked_shop, request, place, {"ends_at": time(17)})
    assert visit.visitor_confirmed_at == request.asked_at
