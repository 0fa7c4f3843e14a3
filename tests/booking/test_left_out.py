"""Whom a plan left without a match: told, in the mail and in their space, where they may book a day now."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, delete, select

from app.availability.tables import Answer
from app.booking.open_to import campaigns_open_to
from app.calendars import jobs
from app.campaigns.tables import Booking, Campaign, InvitedGroup, InvitedKind, Status
from app.core.db import open_session
from app.messages.tables import Mail
from app.people.tables import Person
from app.visits.tables import Unmatched
from tests.booking.conftest import NOW, TODAY, TUESDAY, Shop
from tests.factories import make_campaign, make_enrolment, make_person

pytestmark = pytest.mark.usefixtures("clock")


def left_out(session: Session, person: Person) -> Campaign:
    past = make_campaign(session, name="Printemps croisé", status=Status.PUBLISHED)
    session.add(
        Unmatched(
            campaign_id=past.id or 0,
            person_id=person.id or 0,
            reason="all_taken",
            text_fr="…",
            text_en="…",
            created_at=NOW,
        )
    )
    session.flush()
    return past


def test_a_day_of_the_other_side_with_room_is_open(session: Session) -> None:
    shop = Shop(session)
    anna, bruno = shop.askers[0], shop.hosts[0]
    assert campaigns_open_to(session, [anna, bruno], TODAY) == {}
    shop.offer()
    assert campaigns_open_to(session, [anna, bruno], TODAY) == {anna.id: shop.campaign}
    late = TUESDAY - timedelta(days=shop.terms.notice_days)
    assert set(campaigns_open_to(session, [anna], late)) == {anna.id}
    assert campaigns_open_to(session, [anna], late + timedelta(days=1)) == {}


def test_not_where_they_are_not_invited_said_no_or_would_travel_too_far(session: Session) -> None:
    shop = Shop(session)
    shop.offer()
    anna = shop.askers[0]
    session.exec(delete(InvitedGroup))
    assert campaigns_open_to(session, [anna], TODAY) == {}
    session.add(InvitedGroup(campaign_id=shop.campaign.id or 0, kind=InvitedKind.EVERYBODY))
    assert campaigns_open_to(session, [anna], TODAY)
    shop.campaign.max_travel_minutes = 29
    assert campaigns_open_to(session, [anna], TODAY) == {}
    shop.campaign.max_travel_minutes = 30
    make_enrolment(session, shop.campaign, anna, answer=Answer.NO)
    assert campaigns_open_to(session, [anna], TODAY) == {}


def test_not_where_nothing_is_booked_or_everything_is_taken(session: Session) -> None:
    shop = Shop(session)
    place = shop.offer(days=[TUESDAY], per_day=1)
    shop.campaign.booking = Booking.NONE
    assert campaigns_open_to(session, [shop.askers[0]], TODAY) == {}
    shop.campaign.booking = Booking.OPEN
    assert campaigns_open_to(session, [shop.askers[0]], TODAY)
    shop.ask(shop.askers[1], place, TUESDAY)
    assert campaigns_open_to(session, [shop.askers[0]], TODAY) == {}


def test_the_mail_and_one_s_own_space_lead_to_what_may_be_booked(
    engine: Engine, as_: Callable[[Any], TestClient]
) -> None:
    with open_session(engine) as session:
        shop = Shop(session, name="Portes ouvertes")
        shop.offer()
        anna, bruno = shop.askers[0], shop.hosts[0]
        past = left_out(session, anna)
        left_out(session, bruno)
        colin = make_person(session, shop.shop, first_name="Colin")
        session.add_all(
            Unmatched(
                campaign_id=past.id or 0,
                person_id=one.id or 0,
                reason="all_taken",
                text_fr="…",
                text_en="…",
                created_at=NOW,
            )
            for one in (bruno, colin)
        )
    jobs.tell_unmatched(engine, past.id or 0)
    with open_session(engine) as session:
        told = {mail.to_name: mail.text for mail in session.exec(select(Mail))}
    address = f"/booking?campaign={shop.campaign.id}"
    assert "Portes ouvertes" in told[anna.name]
    assert address in told[anna.name]
    assert "vous passerez en priorité" in told[anna.name]
    assert "les journées de cette campagne sont fixées" in " ".join(told[colin.name].split())
    assert "vous n’avez rien à faire" in told[colin.name]
    assert "La dernière fois déjà" in told[bruno.name]
    assert "rien à faire" not in told[bruno.name]
    assert "/booking" not in told[bruno.name]
    assert "La dernière fois déjà" not in told[anna.name] + told[colin.name]
    assert address in as_(anna).get("/visits").text
    assert "/booking?campaign" not in as_(bruno).get("/visits").text
    assert "Boutique Bellecour" in as_(anna).get(address).text
