"""A day is confirmed by its page and its API: what must be read first, and when nobody may say yes."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from app.calendars.provisional import tell_certain, tell_provisional
from app.calendars.reminding import remind_unconfirmed
from app.core import jobs
from app.core.db import open_session
from app.home.reminders import reminders
from app.messages.tables import Mail
from app.people.tables import Team
from app.teams.tables import BlackoutDay, ClosedDay, RosterDay, Shift, TeamConditions, TeamPractice
from app.visits import queries as visits
from app.worker import drain
from tests.factories import NOW
from tests.support.web import Clock
from tests.visits.life import MONDAY, Company, row

pytestmark = pytest.mark.usefixtures("clock")
Enter = Callable[[Any], TestClient]


def demand(engine: Engine, company: Company, version: int, safety: str) -> int:
    """The team that receives asks something of its visitors; the id of that version."""
    with open_session(engine) as session:
        asked = TeamConditions(team_id=company.shop.id or 0, version=version, safety=safety, created_at=NOW)
        session.add(asked)
        session.flush()
        return asked.id or 0


def test_a_mailed_link_opens_a_page_and_its_button_confirms(
    company: Company, engine: Engine, as_: Enter
) -> None:
    client, here = as_(company.anna), f"/visits/{company.there.id}"
    for _ in range(3):
        assert client.get(f"{here}/confirmation").status_code == 200
    assert row(engine, company.there).visitor_confirmed_at is None
    assert client.post(f"{here}/confirmation", data={"revision": "0"}).status_code == 303
    assert row(engine, company.there).visitor_confirmed_at is not None
    assert client.get(f"{here}/confirmation").status_code == 303


def test_conditions_are_shown_and_must_be_accepted(company: Company, engine: Engine, as_: Enter) -> None:
    read = demand(engine, company, 1, "Chaussures fermées")
    client, here = as_(company.anna), f"/visits/{company.there.id}/confirmation"
    page = client.get(here).text
    assert "Chaussures fermées" in page
    assert f'name="conditions" value="{read}"' in page
    assert client.post(here, data={"revision": "0"}).status_code == 422
    assert client.post(here, data={"revision": "0", "conditions": str(read)}).status_code == 303
    assert "Chaussures" not in as_(company.bruno).get(here).text


def test_a_yes_to_other_conditions_than_those_in_force_is_none(
    company: Company, engine: Engine, as_: Enter
) -> None:
    read = demand(engine, company, 1, "Chaussures fermées")
    client, here = as_(company.anna), f"/visits/{company.there.id}"
    told = client.get(f"/api/v1{here}").json()
    assert (told["conditions"], told["conditions_lines"][0][1]) == (read, "Chaussures fermées")
    current = demand(engine, company, 2, "Gants")
    page = client.post(f"{here}/confirmation", data={"revision": "0", "conditions": str(read)})
    assert page.status_code == 409
    assert "L’équipe demande autre chose" in page.text
    assert "Gants" in page.text
    assert f'name="conditions" value="{current}"' in page.text
    stale, fresh = ({"revision": 0, "conditions": one} for one in (read, current))
    refused = client.post(f"/api/v1{here}/confirmation", json=stale)
    assert refused.status_code == 409
    assert "ConditionsChanged" in refused.text
    assert row(engine, company.there).visitor_confirmed_at is None
    answer = client.post(f"/api/v1{here}/confirmation", json=fresh).json()
    assert (answer["confirmed_by_visitor"], answer["conditions"]) == (True, None)
    assert row(engine, company.there).conditions_id == current


def test_no_yes_to_a_day_that_a_roster_contradicts_whoever_it_has_elsewhere(
    company: Company, engine: Engine, as_: Enter
) -> None:
    with open_session(engine) as session:
        session.add(RosterDay(person_id=company.bruno.id or 0, day=MONDAY, shift=Shift.OFF))
    anna, bruno, here = as_(company.anna), as_(company.bruno), f"/visits/{company.there.id}"
    page = bruno.get(f"{here}/confirmation").text
    assert "Un planning dit autre chose" in page
    assert "Oui, je confirme" not in page
    assert "Oui, confirmer" not in bruno.get(here).text
    assert "Votre planning dit autre chose" in bruno.get("/home").text
    assert bruno.post(f"{here}/confirmation", data={"revision": "0"}).status_code == 409
    assert row(engine, company.there).host_confirmed_at is None
    page = anna.get(f"{here}/confirmation").text
    assert "Un planning dit autre chose" in page
    assert "Vous n’avez rien à confirmer pour l’instant" in page
    assert "Oui, je confirme" not in page
    assert "Oui, confirmer" not in anna.get(here).text
    refused = anna.post(f"{here}/confirmation", data={"revision": "0"})
    assert refused.status_code == 409
    assert "Un planning dit autre chose ce jour-là. La journée ne peut pas être confirmée" in refused.text
    assert "Voyez si un autre jour reste possible" in refused.text
    told = anna.post(f"/api/v1{here}/confirmation", json={"revision": 0})
    assert told.status_code == 409
    assert "DayContradicted" in told.text
    assert row(engine, company.there).visitor_confirmed_at is None
    with open_session(engine) as session:
        session.delete(session.exec(select(RosterDay)).one())
    for one in (anna, bruno):
        assert one.post(f"{here}/confirmation", data={"revision": "0"}).status_code == 303
    drain(engine)
    with open_session(engine, reads_only=True) as session:
        assert session.exec(select(Mail.kind)).all().count("visit_confirmed") == 2


@pytest.mark.parametrize("closed", [True, False])
def test_no_yes_to_a_day_on_a_closed_site(company: Company, engine: Engine, as_: Enter, closed: bool) -> None:
    if closed:
        with open_session(engine) as session:
            site_id = session.get_one(Team, company.shop.id).site_id
            session.add(ClosedDay(site_id=site_id, day=MONDAY))
    for who in (company.anna, company.bruno):
        client, here = as_(who), f"/visits/{company.there.id}/confirmation"
        assert ("Oui, je confirme" in client.get(here).text) is not closed
        sent = client.post(here, data={"revision": "0"}, follow_redirects=False)
        assert sent.status_code == (409 if closed else 303)
        assert ("Le site est fermé ce jour-là" in sent.text) is closed
        mine = client.get("/visits").text
        assert ("Voir ce qui reste possible" in mine) is closed
        assert "Proposer un autre jour" not in mine  # there may be none: the day's page knows
        assert ("Voyez aussi si un autre jour reste possible" in sent.text) is closed
        assert ("échange complet" in mine) is not closed


def test_a_day_against_the_roster_is_not_confirmed_nor_prepared(company: Company, engine: Engine) -> None:
    with open_session(engine) as session:
        seen = visits.visit(session, company.there.id or 0)
        assert [one.icon for one in reminders(session, company.bruno, [seen], today=MONDAY, now=NOW)] == [
            "calendar"
        ]
        seen.visit.visitor_confirmed_at = seen.visit.host_confirmed_at = NOW
        roster = RosterDay(person_id=company.bruno.id or 0, day=MONDAY, shift=Shift.OFF)
        session.add(roster)
        session.flush()
        assert reminders(session, company.bruno, [seen], today=MONDAY, now=NOW) == []
        assert reminders(session, company.anna, [seen], today=MONDAY, now=NOW) == []
        told: dict[str, Any] = {"visit_id": seen.visit.id, "revision": 0, "change_id": 1}
        jobs.record(session, "visit.confirmed_by_both", **told)
    drain(engine)
    with open_session(engine, reads_only=True) as session:
        assert "visit_confirmed" not in session.exec(select(Mail.kind)).all()


@pytest.mark.parametrize("closed", [True, False])
def test_who_said_yes_reads_at_home_that_the_team_closed_the_day_since(
    company: Company, engine: Engine, as_: Enter, *, closed: bool
) -> None:
    with open_session(engine) as session:
        seen = visits.visit(session, company.there.id or 0)
        seen.visit.visitor_confirmed_at = seen.visit.host_confirmed_at = NOW
        if closed:
            team_id = company.shop.id or 0
            session.add(BlackoutDay(team_id=team_id, day=MONDAY, no_visitors=True, no_leaving=False))
    for person, said in (
        (company.anna, "L’équipe qui reçoit a fermé"),
        (company.bruno, "Votre équipe a fermé"),
    ):
        assert (said in as_(person).get("/home").text) is closed


@pytest.mark.parametrize("closed_by", ["mark", "weekday", "nobody"])
def test_where_one_says_yes_one_reads_that_the_team_closed_the_day(
    company: Company, engine: Engine, as_: Enter, clock: Clock, closed_by: str
) -> None:
    """On the page that asks, at home and in the mails: to who goes, and to who receives."""
    closed, team_id = closed_by != "nobody", company.shop.id or 0
    with open_session(engine) as session:
        if closed_by == "mark":
            session.add(BlackoutDay(team_id=team_id, day=MONDAY, no_visitors=True, no_leaving=False))
        if closed_by == "weekday":
            session.get_one(Team, team_id).closed_weekdays = "1000000"
    for person, said in (
        (company.anna, "L’équipe qui reçoit a fermé"),
        (company.bruno, "Votre équipe a fermé"),
    ):
        client = as_(person)
        for path in (f"/visits/{company.there.id}/confirmation", "/home"):
            assert (said in client.get(path).text) is closed
    with open_session(engine) as session:
        session.add(TeamPractice(team_id=company.shop.id or 0, by_roster=True))
    tell_provisional(engine, [company.there.id or 0])
    tell_certain(engine, [company.there.id or 0], by_week=True)
    clock.set(datetime.combine(MONDAY, time(8), UTC) - timedelta(days=3))
    remind_unconfirmed(engine)
    asking = ["visit_provisional", "visit_certain", "visit_reminder"]
    with open_session(engine) as session:
        about = col(Mail.key).contains(f":{company.there.id}:")
        found = session.exec(select(Mail).where(col(Mail.kind).in_(asking), about)).all()
    assert len(found) == 2 * len(asking)
    assert all(("a fermé ce jour" in one.text) is ("a fermé ce jour" in one.html) is closed for one in found)
