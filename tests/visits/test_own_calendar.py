"""Once the plan is published, one's own calendar still counts: for moves, for make-up days, for answers."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.availability.busy.jobs import forget_closed
from app.availability.tables import BusyCalendar, Enrolment
from app.campaigns.calendar import campaign_days
from app.campaigns.tables import Campaign, Status
from app.core.db import open_session
from tests.availability.busy.files import calendar, timed
from tests.factories import make_campaign, make_enrolment
from tests.visits.life import FRIDAY, MONDAY, THURSDAY, TUESDAY, WEDNESDAY, Company

pytestmark = pytest.mark.usefixtures("clock")
Enter = Callable[[Any], TestClient]
TAKEN = calendar(
    timed("20270407T090000", "20270407T180000", "SUMMARY:Canari", uid="a"),
    timed("20270405T090000", "20270405T180000", "SUMMARY:Vis ma vie", uid="0f3c@vis-ma-vie"),
)
"""Wednesday, and a copy of our own invitation for Monday."""


@pytest.fixture
def published(company: Company, engine: Engine) -> Company:
    """Nobody can enrol any more; the two days stand."""
    turn(engine, company, Status.PUBLISHED)
    return company


def turn(engine: Engine, company: Company, status: Status) -> None:
    with open_session(engine) as session:
        session.get_one(Campaign, company.campaign.id).status = status


def give(client: TestClient, company: Company, version: int) -> Any:
    return client.post(
        f"/campaigns/{company.campaign.id}/enrolment/busy/file",
        data={"version": version},
        files={"file": ("agenda.ics", TAKEN, "text/calendar")},
    )


def test_a_calendar_given_after_the_plan_counts(published: Company, engine: Engine, as_: Enter) -> None:
    anna, bruno = as_(published.anna), as_(published.bruno)
    here, busy = f"/visits/{published.there.id}", f"/campaigns/{published.campaign.id}/enrolment/busy"
    assert f'href="{busy}"' in anna.get("/home").text
    assert f'href="{busy}"' in anna.get(f"/campaigns/{published.campaign.id}/enrolment").text
    assert f'value="{WEDNESDAY}"' in anna.get(f"{here}/days").text
    answer = give(anna, published, 1)
    assert (answer.status_code, answer.headers["location"]) == (303, busy)
    assert "1 jour pris. Aucune journée à déplacer n’y sera proposée." in anna.get(busy).text.replace(
        "\u00a0", " "
    )
    with open_session(engine, reads_only=True) as session:
        mine = session.exec(select(Enrolment).where(Enrolment.person_id == published.anna.id)).one()
    # Our own invitation takes no day: Monday, where the day stands, stays offered.
    assert MONDAY.isoformat() in mine.visit_days
    assert WEDNESDAY.isoformat() not in mine.visit_days
    proposed = bruno.get(f"{here}/days").text
    assert f'value="{WEDNESDAY}"' not in proposed
    assert f'value="{TUESDAY}"' in proposed
    # It advises: a day the other one asks for all the same says so, to her alone.
    sent = {"choice": "other", "other": WEDNESDAY.isoformat(), "revision": 0, "words": ""}
    assert bruno.post(f"{here}/proposals", data=sent).status_code == 303
    assert "Ce jour est pris dans votre agenda" in anna.get(f"{here}/answer").text
    assert "pris dans" not in bruno.get(f"{here}/answer").text


@pytest.mark.parametrize(
    ("status", "expected"),
    [(Status.PLANNING, 409), (Status.PUBLISHED, 303), (Status.RUNNING, 303), (Status.DEBRIEFING, 409)],
)
def test_a_calendar_is_given_while_the_plan_stands(
    published: Company, engine: Engine, as_: Enter, status: Status, expected: int
) -> None:
    turn(engine, published, status)
    assert give(as_(published.anna), published, 1).status_code == expected
    assert give(as_(published.lea), published, 0).status_code == 409  # she takes no part


def test_an_address_given_then_is_read_while_the_plan_stands(published: Company, engine: Engine) -> None:
    with open_session(engine) as session:
        mine = session.exec(select(Enrolment).where(Enrolment.person_id == published.anna.id)).one()
        session.add(BusyCalendar(enrolment_id=mine.id or 0, sealed_address=b"sealed", daily=True))
    for status, kept in ((Status.PUBLISHED, True), (Status.RUNNING, True), (Status.PLANNING, False)):
        turn(engine, published, status)
        forget_closed(engine)
        with open_session(engine, reads_only=True) as session:
            assert (session.exec(select(BusyCalendar)).one().sealed_address is not None) is kept


def test_a_calendar_given_for_another_campaign_counts_and_says_so(
    published: Company, engine: Engine, as_: Enter
) -> None:
    with open_session(engine) as session:
        other = make_campaign(session, name="Portes ouvertes")
        row = make_enrolment(session, other, published.anna)
        session.add(
            BusyCalendar(
                enrolment_id=row.id or 0,
                days=[THURSDAY.isoformat(), FRIDAY.isoformat()],
                read_at=other.created_at,
            )
        )
    anna, here = as_(published.anna), f"/visits/{published.there.id}"
    page = anna.get(f"/campaigns/{published.campaign.id}/enrolment/busy").text.replace("\u00a0", " ")
    assert "« Portes ouvertes » compte ici aussi" in page
    assert "jeu. 8 avr., ven. 9 avr." in page
    read = anna.get(f"/api/v1/campaigns/{published.campaign.id}/enrolment/busy").json()
    assert read["also_counted"] == [other.id]
    assert f'value="{THURSDAY}"' not in anna.get(f"{here}/days").text
    assert (
        "Ce jour est pris dans votre agenda"
        in as_(published.anna).get(f"/visits/{published.back.id}/confirmation").text
    )


def test_days_that_a_calendar_alone_takes_are_no_days_that_rules_forbid(
    published: Company, engine: Engine, as_: Enter
) -> None:
    with open_session(engine) as session:
        mine = session.exec(select(Enrolment).where(Enrolment.person_id == published.anna.id)).one()
        mine.visit_days, mine.host_days = [], []
        every = [day.isoformat() for day in campaign_days(published.campaign)]
        session.add(
            BusyCalendar(enrolment_id=mine.id or 0, days=every, read_at=published.campaign.created_at)
        )
    page = as_(published.bruno).get(f"/visits/{published.there.id}/days").text
    assert "Il reste des jours possibles" in page
    assert "Aucun jour ne convient" not in page
    assert "Quel autre jour proposez-vous" in page
