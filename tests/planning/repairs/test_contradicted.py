"""A roster contradicts a day: people are told once, asked nothing, and their calendars say so."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import permutations

import icalendar
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.calendars import ics, suspending
from app.calendars.reminding import remind_unconfirmed
from app.core.db import open_session
from app.home import lost_days
from app.people.tables import Person
from app.planning.repairs import closing, ruling, service
from app.planning.tables import Repair, RepairStatus
from app.teams.tables import Shift, TeamPractice
from app.visits import describing, hosting, moving, pages, queries
from app.visits.changing import situation
from app.visits.history import Hand
from app.visits.standing import standing_of
from app.visits.tables import By, Visit, VisitStatus
from app.worker import drain
from tests.factories import make_roster
from tests.life.told import unheard
from tests.planning.repairs.broken import NOW, TODAY, Published, campaign_of, cancel, last_repair
from tests.planning.repairs.test_closing import close
from tests.planning.repairs.test_settled import told
from tests.support.web import Clock


def roster(engine: Engine, company: Published, visit: Visit, shift: Shift, now: datetime = NOW) -> None:
    """A roster arrives for the day of a visit: whoever receives works so."""
    with open_session(engine) as session:
        make_roster(session, company.shop.id, {(visit.host_id, visit.day): shift}, now=now)
    drain(engine)


def event_of(engine: Engine, visit: Visit) -> icalendar.Event:
    """The day as the visitor's calendar has it."""
    with open_session(engine) as session:
        seen = queries.visit(session, visit.id or 0)
        text = ics.feed([seen], seen.visitor, {visit.id or 0: standing_of(session, seen)})
    return icalendar.Calendar.from_ical(text).walk("VEVENT")[0]


def say_yes(engine: Engine, visit: Visit) -> None:
    """Both confirmed."""
    with open_session(engine) as session:
        row = session.get_one(Visit, visit.id)
        row.visitor_confirmed_at = row.host_confirmed_at = NOW


def test_those_concerned_are_told_once_and_asked_to_confirm_nothing(
    engine: Engine, company: Published, as_: Callable[[Person], TestClient], clock: Clock
) -> None:
    there = company.visit(company.back[0], company.front[0])
    for _time in range(2):
        roster(engine, company, there, Shift.OFF)
    mails = told(engine, "visit_suspended")
    assert sorted(mail.person_id or 0 for mail in mails) == sorted([there.visitor_id, there.host_id])
    assert all("un planning dit autre chose" in mail.text for mail in mails)
    assert all("fermé" not in mail.text for mail in mails)
    home = as_(company.back[0]).get("/home").text
    assert "Un planning contredit votre journée" in home
    assert "Confirmez votre journée" not in home
    assert "Un planning contredit ce jour" in as_(company.back[0]).get(f"/visits/{there.id}").text
    hr = as_(company.hr)
    assert "2 choses vous attendent" in hr.get("/home").text  # the day, and the repair to decide on
    assert [one["kind"] for one in hr.get("/api/v1/me/tasks").json()["tasks"]] == ["contradicted", "repair"]
    clock.set(NOW + timedelta(days=4))
    remind_unconfirmed(engine)
    about = [mail for mail in told(engine, "visit_reminder") if mail.key.split(":")[1] == str(there.id)]
    assert about == []


def test_a_day_that_the_rule_moved_is_told_as_moved_alone(engine: Engine, company: Published) -> None:
    there = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        campaign = campaign_of(session, company)
        ruling.set_rules(session, campaign, company.actor, NOW, automatic=True, version=0)
    roster(engine, company, there, Shift.OFF)
    assert last_repair(engine).status == RepairStatus.ACCEPTED
    assert told(engine, "visit_suspended") == []


@pytest.mark.parametrize("confirmed", [True, False])
def test_calendars_hear_that_a_day_is_suspended_and_that_it_holds_again(
    engine: Engine, company: Published, clock: Clock, confirmed: bool
) -> None:
    there = company.visit(company.back[0], company.front[0])
    if confirmed:
        say_yes(engine, there)
    found = [event_of(engine, there)]
    for minute, shift in enumerate((Shift.OFF, Shift.FULL, Shift.OFF), start=1):
        clock.set(NOW + timedelta(minutes=minute))
        roster(engine, company, there, shift)
        found.append(event_of(engine, there))
    numbers = [one["SEQUENCE"] for one in found]
    assert numbers == sorted(set(numbers))
    assert [one["STATUS"] for one in found[1::2]] == ["TENTATIVE", "TENTATIVE"]
    assert all("Un planning dit autre chose ce jour-là" in one["DESCRIPTION"] for one in found[1::2])
    assert found[2]["STATUS"] == "CONFIRMED" if confirmed else "TENTATIVE"


@pytest.mark.parametrize("found", [True, False])
def test_nobody_reads_that_another_day_is_looked_for_once_nothing_was_found(
    engine: Engine, company: Published, found: bool
) -> None:
    there = company.visit(company.back[0], company.front[0])
    if not found:
        with open_session(engine) as session:
            for person in (*company.back, *company.front):
                session.get_one(Person, person.id).worked_weekdays = "0000000"
    roster(engine, company, there, Shift.OFF)
    mails = [one for one in told(engine, "visit_suspended") if one.key.split(":")[1] == str(there.id)]
    assert len(mails) == 2
    for mail in mails:
        assert ("Un autre jour est cherché" in mail.text) is found
        assert ("Un autre jour a été cherché, sans résultat" in mail.text) is not found


@pytest.mark.parametrize("provisional", [True, False])
def test_whoever_read_that_a_day_cannot_be_reads_and_gets_in_their_calendar_that_it_can(
    engine: Engine, company: Published, clock: Clock, provisional: bool
) -> None:
    """Also while the roster of the other team is still to come."""
    there = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        session.get_one(Visit, there.id).host_confirmed_at = NOW
        if provisional:
            session.add(TeamPractice(team_id=company.payroll.id, by_roster=True))
    roster(engine, company, there, Shift.OFF)
    [before] = {one.calendar for one in told(engine, "visit_suspended") if one.person_id == there.visitor_id}
    clock.set(NOW + timedelta(minutes=1))
    roster(engine, company, there, Shift.FULL)
    mails = {one.person_id: one for one in told(engine, "visit_resumed")}
    assert sorted(mails, key=str) == sorted([there.visitor_id, there.host_id])
    for person_id, mail in mails.items():
        assert "Plus rien ne contredit" in mail.text
        assert "Aucun autre jour n’est plus cherché." in mail.text
        unsaid = "La personne en visite n’a pas encore confirmé." in mail.text
        assert unsaid is (person_id == there.host_id)
        assert (f"/visits/{there.id}/confirmation" in mail.text) == (person_id == there.visitor_id)
        assert ("Ce jour est provisoire" in mail.text) is provisional
        assert mail.calendar_method == "REQUEST"
        assert "Un planning dit autre chose" not in (mail.calendar or "")
    number = [icalendar.Calendar.from_ical(one or "").walk("VEVENT")[0]["SEQUENCE"] for one in (
        before, mails[there.visitor_id].calendar)]  # fmt: skip
    assert number[0] < number[1]
    assert told(engine, "visit_certain") == []
    with open_session(engine) as session:
        assert unheard(session, [company.campaign.id or 0]) == []


def test_a_day_that_was_described_anew_while_suspended_is_lifted_all_the_same(
    engine: Engine, company: Published, clock: Clock
) -> None:
    there = company.visit(company.back[0], company.front[0])
    roster(engine, company, there, Shift.OFF)
    clock.set(NOW + timedelta(minutes=1))
    with open_session(engine) as session:
        hand = Hand(By.HR, company.actor, NOW + timedelta(minutes=1))
        describing.describe_days(session, [there.id or 0], "La caisse.", "", hand, TODAY)
    roster(engine, company, there, Shift.FULL)
    assert len(told(engine, "visit_resumed")) == 2


@pytest.mark.parametrize("shut", [True, False])
def test_of_a_part_that_cannot_be_nobody_reads_that_it_stands(
    engine: Engine, company: Published, as_: Callable[[Person], TestClient], shut: bool
) -> None:
    """The other part of the swap falls; then one of the two proposes another day for this one."""
    there = company.visit(company.back[0], company.front[0])
    back = company.visit(company.front[0], company.back[0])
    if shut:
        close(engine, company, there.day)
    else:
        roster(engine, company, there, Shift.OFF)
    anna = as_(company.back[0])
    pages = [anna.get(f"/visits/{back.id}/cancellation").text]
    cancel(engine, back, by=By.HOST)
    pages += [anna.get(f"/visits/{back.id}{page}").text for page in ("", "/days")]
    pages += [anna.get(page).text for page in (f"/visits/{there.id}/days", "/home")]
    with open_session(engine) as session:
        now = situation(session, queries.visit(session, there.id or 0), By.VISITOR, there.visitor_id, TODAY)
        day = moving.days_of(session, now).possible(near=there.day)[0].day
        hand = Hand(By.VISITOR, None, NOW)
        moving.propose(session, now, day, hand, revision=now.visit.revision)
    drain(engine)
    pages.append(as_(company.front[0]).get(f"/visits/{there.id}/answer").text)
    mails = [one for kind in ("visit_cancelled", "visit_proposal") for one in told(engine, kind)]
    mails = [one for one in mails if one.person_id in (there.visitor_id, there.host_id)]
    assert len(mails) == 3
    for text in (*pages, *(part for one in mails for part in (one.text, one.html))):
        assert not re.search("tient toujours|est maintenue|reste prévue|est prévue le|y reste", text)
        assert re.search("ne peut (toujours )?pas|est fermé", text)


def test_where_only_who_receives_instead_is_off_the_host_receives_and_reads_why(
    engine: Engine, company: Published, as_: Callable[[Person], TestClient]
) -> None:
    """As with booked days: nothing is repaired, nobody is asked anything."""
    there, tutor = company.visit(company.back[0], company.front[0]), company.front[1]
    with open_session(engine) as session:
        seen = queries.visit(session, there.id or 0)
        before = situation(session, seen, By.HOST, there.host_id, TODAY)
        hand = Hand(By.HOST, None, NOW)
        visit = hosting.name_tutor(session, before, tutor, hand, revision=seen.visit.revision)
        make_roster(session, company.shop.id, {(tutor.id, visit.day): Shift.OFF})
    drain(engine)
    with open_session(engine) as session:
        row = session.get_one(Visit, there.id)
        assert (row.status, row.tutor_id) == (VisitStatus.PLANNED, None)
        assert session.exec(select(Repair)).all() == []
    assert told(engine, "visit_suspended") == told(engine, "hours_to_change") == []
    texts = {one.person_id: one.text.replace("\u00a0", " ") for one in told(engine, "visit_changed")[-2:]}
    why = f"Selon le planning, {tutor.name} n’est pas au travail à ces heures"
    assert f"{why} : vous recevez vous-même" in texts[there.host_id]
    assert f"{why} : l’hôte reçoit." in texts[there.visitor_id]
    [released] = [one for one in told(engine, "visit_tutor") if "Merci" in one.text]
    assert "Selon le planning, vous n’êtes pas au travail" in released.text
    assert why in as_(company.back[0]).get(f"/visits/{there.id}").text


def test_a_day_given_up_by_a_repair_says_that_a_roster_contradicts_it(
    engine: Engine, company: Published
) -> None:
    there = company.visit(company.back[0], company.front[0])
    roster(engine, company, there, Shift.OFF)
    with open_session(engine) as session:
        repair = session.get_one(Repair, last_repair(engine).id)
        service.dismiss(session, repair, company.actor, NOW, TODAY, cancel_visits=True)
    drain(engine)
    mails = told(engine, "visit_cancelled")
    assert mails
    assert all("Un planning contredit cette journée" in one.text for one in mails)


def test_the_absent_one_reads_it_of_herself_and_nobody_is_said_to_be_awaited(
    engine: Engine, company: Published, as_: Callable[[Person], TestClient]
) -> None:
    there, back = (company.visit(a, b) for a, b in permutations((company.back[0], company.front[0])))
    roster(engine, company, there, Shift.OFF)
    texts = {one.person_id: one.text.replace("\u00a0", " ") for one in told(engine, "visit_suspended")}
    assert "Vous ne travaillez pas ce jour-là." in texts[there.host_id]
    assert f"{company.front[0].name} ne travaille pas ce jour-là." in texts[there.visitor_id]
    anna = as_(company.back[0])
    assert "Une journée vous attend" in anna.get("/visits").text
    with open_session(engine) as session:
        closing.close_site(session, company.here.id or 0, back.day, back.day, company.actor, NOW, TODAY)
    assert "2 journées attendent une solution" in anna.get("/visits").text


def test_a_manager_who_is_one_of_the_two_reads_of_their_day_once(
    engine: Engine, company: Published, as_: Callable[[Person], TestClient]
) -> None:
    there, bruno = company.visit(company.back[0], company.front[0]), company.front[0]
    with open_session(engine) as session:
        session.get_one(Person, company.front[1].id).manager_id = bruno.id
    roster(engine, company, there, Shift.OFF)
    home = as_(bruno).get("/home").text
    assert "Votre planning dit autre chose" in home
    assert "Une journée prévue ne peut pas avoir lieu" not in home


@pytest.mark.parametrize("found", [True, False])
def test_another_day_is_proposed_only_where_there_is_one(
    engine: Engine,
    company: Published,
    as_: Callable[[Person], TestClient],
    monkeypatch: pytest.MonkeyPatch,
    found: bool,
) -> None:
    """In the mails, on the page and where one answers: else they read what is left."""
    monkeypatch.setattr(suspending, "finds_day", lambda *_: found)
    monkeypatch.setattr(pages, "finds_day", lambda *_: found)
    monkeypatch.setattr(moving, "finds_day", lambda *_: found)
    monkeypatch.setattr(lost_days, "finds_day", lambda *_: found)
    there = company.visit(company.back[0], company.front[0])
    roster(engine, company, there, Shift.OFF)
    suspending.tell_suspended(engine, there.id or 0, over=True)
    drain(engine)
    mails = [one.text for one in told(engine, "visit_suspended") if f":{there.id}:" in one.key]
    assert len(mails) == 4
    assert any("un autre jour à" in text for text in mails) is found
    assert sum("annulée depuis sa page" in text for text in mails) == (0 if found else 2)
    host, there_host = as_(company.front[0]), company.front[0].name
    for page in (f"/visits/{there.id}", f"/visits/{there.id}/confirmation"):
        text = host.get(page).text
        assert (f"/visits/{there.id}/days" in text) is found
        assert ("vos RH savent ce qui reste possible" in text) is not found
    visitor = as_(company.back[0])
    for client in (host, visitor):
        home = client.get("/home").text
        assert ("un autre jour reste possible" in home) is found
        assert ("ucun autre jour ne convient" in home) is not found
        page = client.get(f"/visits/{there.id}").text
        assert ("Vous ne travaillez pas ce jour-là" in page) is (client is host)
        assert (f"{there_host} ne travaille pas ce jour-là" in page) is (client is visitor)
    refusal = f'href="/visits/{there.id}/refusal"'
    for text in (host.get("/home").text, host.get(f"/visits/{there.id}").text):
        assert (refusal in text) is not found
