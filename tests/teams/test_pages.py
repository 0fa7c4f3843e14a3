"""The team's calendar and what is set there: who comes in, what a tap does, what a roster contradicts."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event
from sqlmodel import Session, select

from app.core import jobs
from app.core.db import open_session
from app.messages.tables import Mail
from app.teams.tables import (
    BlackoutDay,
    GoodDay,
    Roster,
    RosterFile,
    TeamConditions,
    TeamPractice,
)
from app.visits.queries import read_visits
from app.visits.rosters import conflicts, provisional
from app.worker import drain
from tests.factories import NOW, make_person, make_visit
from tests.teams.conftest import DAY, Company, rows

pytestmark = pytest.mark.usefixtures("clock")

As = Callable[..., TestClient]


def test_a_manager_sees_who_comes_against_the_limits(company: Company, as_: As) -> None:
    page = as_(company.marc).get("/team?start=2027-04-05").text
    assert "Paula Roy, avec Anna" in page
    assert "limite atteinte" in page
    assert "1 vient sur 1" in page


def test_nobody_else_enters(company: Company, as_: As) -> None:
    assert as_(company.anna).get("/team").status_code == 403
    assert as_(company.paul).get(f"/team/{company.team.id}").status_code == 404
    assert as_(company.hr).get(f"/team/{company.team.id}").status_code == 200
    here = f"/api/v1/teams/{company.team.id}/calendar"
    answers = [
        as_(one).get(here).status_code for one in (company.anna, company.paul, company.marc, company.hr)
    ]
    assert answers == [404, 404, 200, 200]


def test_nobody_stays_on_a_public_holiday(company: Company, as_: As) -> None:
    span = {"first": "2027-03-29", "last": "2027-03-30"}  # Easter Monday, and the day after
    days = as_(company.hr).get(f"/api/v1/teams/{company.team.id}/calendar", params=span).json()["days"]
    assert [day["staying"] > 0 for day in days] == [False, True]
    page = as_(company.marc).get("/team?start=2027-03-29").text
    assert "Paula Roy, avec Anna" in page
    assert 'id="on-2027-03-29"' not in page  # nor any weekend: a row says what nobody knows without it
    assert 'id="on-2027-04-03"' not in page


def test_one_tap_closes_a_day_and_another_opens_it(company: Company, as_: As, engine: Engine) -> None:
    browser, here = as_(company.marc), f"/team/{company.team.id}"
    page = browser.get(f"{here}?mark=closed&start=2027-04-05").text
    assert 'value="2027-04-06"' in page
    sent = {"mark": "closed", "start": "2027-04-05", "day": "2027-04-06"}
    done = browser.post(f"{here}/days", data={**sent, "version": "0"})
    assert done.headers["location"] == f"{here}?start=2027-04-05&mark=closed#days"
    assert [(row.day, row.no_visitors, row.no_leaving) for row in rows(engine, BlackoutDay)] == [
        (DAY, True, True)
    ]
    assert "au-delà des limites" in browser.get(done.headers["location"]).text
    browser.post(f"{here}/days", data={**sent, "version": "1"})
    assert rows(engine, BlackoutDay) == []


def test_a_stale_tap_gets_the_conflict_page(company: Company, as_: As, engine: Engine) -> None:
    browser, here = as_(company.marc), f"/team/{company.team.id}/days"
    browser.post(here, data={"mark": "good", "day": "2027-04-06", "version": "0"})
    again = browser.post(here, data={"mark": "closed", "day": "2027-04-07", "version": "0"})
    assert again.status_code == 409
    assert rows(engine, BlackoutDay) == []


def test_a_range_is_set_at_once_without_sundays(company: Company, as_: As, engine: Engine) -> None:
    sent = {"mark": "good", "first_day": "2027-04-05", "last_day": "2027-04-18", "version": "0"}
    as_(company.marc).post(f"/team/{company.team.id}/days", data=sent)
    days = {row.day for row in rows(engine, GoodDay)}
    assert len(days) == 12
    assert all(day.weekday() < 6 for day in days)


@pytest.mark.parametrize(
    "sent",
    [
        {"first_day": "2027-04-18", "last_day": "2027-04-05"},
        {"first_day": "2026-01-01", "last_day": "2026-01-05"},
        {"first_day": "2027-03-03", "last_day": "2027-12-31"},
        {"day": "2027-02-28"},
        {},
    ],
)
def test_days_out_of_reach_are_refused_in_words(
    company: Company, as_: As, engine: Engine, sent: dict[str, str]
) -> None:
    browser = as_(company.marc)
    done = browser.post(
        f"/team/{company.team.id}/days",
        data={"mark": "closed", "version": "0", **sent},
        follow_redirects=True,
    )
    assert "flash is-bad" in done.text
    assert rows(engine, BlackoutDay) == []


def test_the_charter_keeps_its_versions(company: Company, as_: As, engine: Engine) -> None:
    browser, here = as_(company.marc), f"/team/{company.team.id}/conditions"
    sent = {"confidentiality": "1", "equipment": "Chaussures fermées", "min_age": "16", "version": "0"}
    browser.post(here, data=sent)
    page = browser.get(here).text
    assert "Chaussures fermées" in page
    assert 'name="version" value="1"' in page
    assert browser.post(here, data={**sent, "equipment": "Autre"}).status_code == 409
    assert browser.post(here, data={**sent, "min_age": "7", "version": "1"}).status_code == 422
    assert [row.version for row in rows(engine, TeamConditions)] == [1]


def upload(browser: TestClient, text: str) -> Any:
    return browser.post("/team/rosters", data={}, files={"file": ("mars.csv", text.encode("cp1252"))})


def test_a_roster_is_previewed_then_confirmed_and_conflicts_show(
    company: Company, as_: As, engine: Engine
) -> None:
    browser = as_(company.marc)
    sent = upload(
        browser, "Matricule;Jour;Horaires\nA1;06/04/2027;repos\nA1;07/04/2027;9h-17h\nZ9;07/04/2027;J\n"
    )
    preview = browser.get(sent.headers["location"]).text
    assert "2 jours sont prêts" in preview
    assert "Une journée du plan est contredite" in preview
    assert "Paula Roy chez Anna" in preview
    assert "réservée" not in preview
    assert "Personne de vos équipes ne porte ce matricule" in preview
    assert rows(engine, Roster) == []
    shown = preview.split('name="shown" value="')[1].split('"')[0]
    done = browser.post(f"{sent.headers['location']}/confirmation", data={"shown": shown})
    assert done.headers["location"] == "/team/conflicts"
    said, confirmed = (
        "Le planning est enregistré : 2 jours changent.",
        f"{sent.headers['location']}/confirmation",
    )
    assert said in browser.get("/team/conflicts").text.replace("\u00a0", " ")
    again = browser.post(confirmed, data={"shown": shown})
    assert (again.status_code, again.headers["location"]) == (303, "/team/conflicts")
    assert said in browser.get("/team/conflicts").text.replace("\u00a0", " ")
    assert len(rows(engine, Roster)) == 1
    assert as_(company.hr).post(confirmed, data={"shown": shown}).status_code == 404
    page = browser.get("/team/conflicts").text
    assert "Paula Roy chez Anna" in page
    assert "ne peut pas avoir lieu" in page
    assert "Vos RH peuvent la déplacer, ou réparer le plan" in page
    assert rows(engine, RosterFile) == []
    assert "ne peut pas avoir lieu" in browser.get("/team").text
    assert "ne peut pas avoir lieu" in browser.get("/home").text
    assert "ne peut pas avoir lieu" in as_(company.hr).get("/home").text
    assert "ne peut pas avoir lieu" not in as_(company.paul).get("/home").text
    assert "Un planning dit autre chose" in as_(company.paula).get(f"/visits/{company.visit.id}").text
    assert "Paula Roy" not in as_(company.paul).get("/team/conflicts").text
    assert "Paula Roy" in as_(company.hr).get("/team/conflicts").text
    repair, move = f'/campaigns/{company.campaign.id}/repairs"', f'/visits/{company.visit.id}/move"'
    links = as_(company.hr).get("/team/conflicts").text
    assert (repair in links, move in links) == (True, True)
    assert (repair in page, move in page, f"/visits/{company.visit.id}/cancellation" in page) == (
        False,
        False,
        True,
    )
    with open_session(engine) as session:
        [found] = conflicts(session, date(2027, 3, 2))
        assert [one.id for one in found.absent] == [company.anna.id]


def test_a_file_is_its_senders_own_and_a_stale_preview_writes_nothing(
    company: Company, as_: As, engine: Engine
) -> None:
    browser = as_(company.marc)
    sent = upload(browser, "Matricule;Jour\nA1;06/04/2027\n")
    where = sent.headers["location"]
    assert as_(company.hr).get(where).status_code == 404
    assert as_(company.anna).get(where).status_code == 403
    refused = browser.post(f"{where}/confirmation", data={"shown": "x"})
    assert refused.headers["location"] == where
    assert rows(engine, Roster) == []
    assert browser.get(f"{where}/rejected.xlsx").status_code == 200
    browser.post(f"{where}/deletion")
    assert browser.get(where).status_code == 404


def test_an_unreadable_roster_is_refused_on_the_spot(company: Company, as_: As) -> None:
    refused = upload(as_(company.marc), "Nom;Prénom\nRoy;Anna\n")
    assert refused.status_code == 422
    assert "Matricule" in refused.text


def test_the_arrival_names_visits_in_conflict_and_those_that_stand(
    company: Company, as_: As, engine: Engine
) -> None:
    with open_session(engine) as session:
        other = make_visit(
            session, company.campaign, company.paula, company.bruno, day=DAY + timedelta(days=1)
        )
        other.provisional_at = NOW
        session.add(TeamPractice(team_id=company.team.id, by_roster=True))
        session.flush()
        assert provisional(session, read_visits(session), date(2027, 3, 2)) == {company.visit.id, other.id}
    assert "Ce jour est provisoire" in as_(company.anna).get(f"/visits/{company.visit.id}").text
    browser = as_(company.hr)
    done = browser.post(
        "/api/v1/rosters",
        files={"file": ("r.csv", b"Matricule;Jour;Horaires\nA1;2027-04-06;repos\nB2;2027-04-07;9h-17h\n")},
    )
    assert done.json()["created"] == 2
    seen: list[tuple[str, Any]] = []
    for _id, name, payload in jobs.pending(engine):
        seen.append((name, payload))
    sent = {"roster_ids": done.json()["roster_ids"], "by": company.hr.id, "program": ""}
    assert ("roster.imported", sent) in seen
    names = drain(engine)
    assert "visits.in_conflict" in names
    assert "visits.certain" in names
    with open_session(engine) as session:
        told = session.exec(select(Mail).where(Mail.kind == "visit_certain")).all()
        assert {one.person_id for one in told} == {company.paula.id, company.bruno.id}
        for one in told:
            assert "n’est plus provisoire" in one.subject
            assert "n’a pas encore confirmé." in one.text or "doit encore confirmer." in one.text


def _seen(session: Session) -> Any:
    from app.visits.queries import read_visits

    return read_visits(session)


def test_the_api_marks_days_asks_and_lends(company: Company, as_: As, engine: Engine) -> None:
    browser, here = as_(company.marc), f"/api/v1/teams/{company.team.id}"
    marked = browser.put(f"{here}/days", json={"mark": "no_leaving", "day": ["2027-04-06"], "version": 0})
    assert marked.json()["no_leaving"] == ["2027-04-06"]
    assert marked.json()["version"] == 1
    assert (
        browser.put(f"{here}/days", json={"mark": "good", "day": ["2027-04-06"], "version": 0}).status_code
        == 409
    )
    assert browser.get(f"{here}/conditions").json()["version"] == 0
    asked = browser.put(f"{here}/conditions", json={"bank_secrecy": True, "version": 0})
    assert (asked.json()["version"], asked.json()["bank_secrecy"]) == (1, True)
    by = browser.put(f"{here}/by-roster", json={"by_roster": True, "version": 1})
    assert by.json()["by_roster"] is True
    days = {"first_day": "2027-03-02", "last_day": "2027-03-05"}
    refused = browser.post("/api/v1/delegations", json={"delegate_id": company.zoe.id, **days})
    assert refused.status_code == 422
    assert "membre de vos équipes" in refused.text
    lent = browser.post("/api/v1/delegations", json={"delegate_id": company.anna.id, **days})
    assert lent.status_code == 201
    assert len(browser.get("/api/v1/delegations").json()["delegations"]) == 1
    assert browser.delete(f"/api/v1/delegations/{lent.json()['id']}").status_code == 204
    over = as_(company.anna).get(f"{here}/days")
    assert over.status_code == 403
    assert "c’est de nouveau Marc Chef qui répond" in over.text
    assert as_(company.paul).get(f"{here}/days").status_code == 404
    assert browser.get(f"{here}/rosters").json() == {"rosters": [], "days": []}
    assert browser.get("/api/v1/visits/conflicts").json() == {"conflicts": []}


def test_the_calendar_takes_the_same_number_of_queries(company: Company, as_: As, engine: Engine) -> None:
    browser = as_(company.marc)
    counted = []
    for again in range(2):
        statements: list[str] = []
        listen = lambda *args: statements.append(args[2])  # noqa: B023, E731
        event.listen(engine, "before_cursor_execute", listen)
        browser.get("/team?start=2027-04-05")
        event.remove(engine, "before_cursor_execute", listen)
        counted.append(len(statements))
        with open_session(engine) as session:
            for number in range(6):
                host = make_person(session, company.team, manager_id=company.marc.id)
                guest = make_person(session)
                day = DAY + timedelta(days=number % 3 + 7 * again)  # on which people work
                make_visit(session, company.campaign, guest, host, day=day)
                session.merge(GoodDay(team_id=company.team.id, day=day))
    assert counted[0] == counted[1]


def test_the_preview_of_a_grid_is_a_calendar_with_the_year_that_was_understood(
    company: Company, as_: As
) -> None:
    browser = as_(company.marc)
    name = f"{company.anna.last_name} {company.anna.first_name}"
    sent = upload(browser, f"Nom et prénom;mar. 06/04;mer. 07/04\n{name};9h-17h;R\nInconnue;J;??\n")
    preview = browser.get(sent.headers["location"]).text
    assert "6 avril – 7 avril 2027" in preview
    assert 'class="is-new" title="09:00–17:00"' in preview
    assert 'class="is-new is-off" title="ne travaille pas"' in preview
    assert "Personne de vos équipes ne porte ce nom" in preview
    assert "2027-04" not in preview
