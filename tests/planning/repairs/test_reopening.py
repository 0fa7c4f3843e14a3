"""A closed site opens again: who hears it, what takes place again, what stays as it was repaired."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.accounts.tables import AuditEntry
from app.core.db import open_session
from app.people.tables import Person, Team
from app.planning.repairs import closing, reopening, service
from app.planning.repairs.errors import SiteNotClosed
from app.planning.tables import Repair, RepairCause, RepairKind, RepairStatus
from app.teams.days import closed_from
from app.teams.tables import RosterDay, Shift
from app.visits import hosting, queries, suspending
from app.visits.changing import situation
from app.visits.history import Hand
from app.visits.rosters import conflicts
from app.visits.tables import By, ChangeKind, Visit, VisitChange
from app.worker import drain
from tests.factories import make_person
from tests.life.told import unheard
from tests.planning.repairs.broken import (
    DAYS,
    NOW,
    TODAY,
    Published,
    accept,
    cancel,
    contradict,
    last_repair,
)
from tests.planning.repairs.test_closing import close
from tests.planning.repairs.test_settled import told
from tests.support.accounts import SignIn
from tests.support.web import Clock


def open_again(engine: Engine, company: Published, first: date, last: date) -> reopening.Reopening:
    with open_session(engine) as session:
        there = company.there.id or 0
        done = reopening.reopen_site(session, there, first, last, company.actor, NOW, TODAY)
    drain(engine)
    return done


def test_whoever_was_told_hears_that_the_day_can_be_and_confirms_it(
    engine: Engine, company: Published, as_: Callable[[Person], TestClient]
) -> None:
    there = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        session.get_one(Visit, there.id).host_confirmed_at = NOW
        for person_id, entity in ((there.visitor_id, "Vélo SA"), (there.host_id, "Vélo Services")):
            session.get_one(Person, person_id).legal_entity = entity
    close(engine, company, there.day)
    before = told(engine, "visit_invitation")
    done = open_again(engine, company, there.day, there.day)
    assert {one.id for one in done.told} == {there.visitor_id, there.host_id}
    mails = told(engine, "visit_resumed")
    assert {mail.person_id for mail in mails} == {there.visitor_id, there.host_id}
    assert len(mails) == 2
    for mail in mails:
        asked = f"/visits/{there.id}/confirmation" in mail.text
        assert asked == (mail.person_id == there.visitor_id)  # the host’s yes holds
        assert "est de nouveau ouvert" in mail.text
        assert "La journée n’est pas encore confirmée." in mail.text
        assert "Les deux sociétés doivent signer une convention" in mail.text
        assert ("La personne en visite n’a pas encore confirmé." in mail.text) is not asked
        assert mail.calendar_method == "REQUEST"
        assert "fermé" not in (mail.calendar or "")
    assert told(engine, "visit_invitation") == before  # nothing else moved
    closed, repair = conflicts_of(engine), last_repair(engine)
    assert closed == []
    assert (repair.status, repair.message) == (RepairStatus.SETTLED, "SiteReopened")
    client = as_(company.back[0])
    page = client.get(f"/visits/{there.id}").text
    assert "rouvre le site" in page
    assert "est fermé ce jour-là" not in page
    assert "Confirmez votre journée" in client.get("/home").text
    with open_session(engine) as session:
        assert unheard(session, [company.campaign.id or 0]) == []
        assert session.exec(select(AuditEntry).where(AuditEntry.action == "site.reopened")).one()


def conflicts_of(engine: Engine) -> list[int | None]:
    with open_session(engine) as session:
        return [one.seen.visit.id for one in conflicts(session, TODAY)]


def test_a_closure_taken_back_before_anybody_was_told_tells_nobody(
    engine: Engine, company: Published
) -> None:
    there = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        closing.close_site(session, company.there.id or 0, there.day, there.day, company.actor, NOW, TODAY)
    done = open_again(engine, company, there.day, there.day)
    assert done.told == []
    assert told(engine, "visit_suspended") == told(engine, "visit_resumed") == []
    assert last_repair(engine).status == RepairStatus.SETTLED


def test_closed_again_it_is_told_again(engine: Engine, company: Published) -> None:
    there = company.visit(company.back[0], company.front[0])
    for _time in range(2):
        close(engine, company, there.day)
        open_again(engine, company, there.day, there.day)
    close(engine, company, there.day)
    assert len(told(engine, "visit_suspended")) == 6
    assert len(told(engine, "visit_resumed")) == 4
    assert conflicts_of(engine) == [there.id]


def test_what_was_repaired_meanwhile_stays(engine: Engine, company: Published) -> None:
    there = company.visit(company.back[0], company.front[0])
    close(engine, company, there.day)
    accept(engine, company, RepairKind.SAME)
    drain(engine)
    with open_session(engine) as session:
        moved = session.get_one(Visit, there.id).day
    done = open_again(engine, company, there.day, there.day)
    assert (done.resumed, done.told, told(engine, "visit_resumed")) == ([], [], [])
    with open_session(engine) as session:
        assert session.get_one(Visit, there.id).day == moved != there.day
        assert closed_from(session, TODAY) == {}
    assert last_repair(engine).status == RepairStatus.ACCEPTED


@pytest.mark.parametrize("running", [True, False])
def test_one_day_of_several_opens_and_the_others_are_still_looked_for(
    engine: Engine, company: Published, running: bool
) -> None:
    first, second = (company.visit(company.back[n], company.front[n]) for n in (0, 1))
    with open_session(engine) as session:
        there = company.there.id or 0
        [made] = closing.close_site(session, there, first.day, second.day, company.actor, NOW, TODAY)
        if running:
            service.begin(session, made.id or 0, NOW)
    done = open_again(engine, company, first.day, first.day)
    assert [one.seen.visit.id for one in done.resumed] == [first.id]
    repair = last_repair(engine)
    assert repair.status == RepairStatus.READY
    with open_session(engine) as session:
        assert service.queries.visit_ids(session, repair.id or 0) == [second.id]
        waiting = session.exec(select(Repair).where(Repair.status == RepairStatus.READY)).all()
        assert len(waiting) == 1
    assert conflicts_of(engine) == [second.id]


def test_a_site_that_is_open_is_not_opened(engine: Engine, company: Published) -> None:
    with pytest.raises(SiteNotClosed):
        open_again(engine, company, DAYS[0], DAYS[3])


def test_hr_sees_what_is_closed_and_opens_it(engine: Engine, company: Published, hr: TestClient) -> None:
    there = company.visit(company.back[0], company.front[0])
    close(engine, company, there.day)
    here = f"/campaigns/{company.campaign.id}"
    listed = hr.get(f"{here}/repairs/closure").text
    assert company.there.name in listed.split("Déjà fermés", 1)[1]
    days = {"site_id": company.there.id or 0, "first": there.day.isoformat(), "last": there.day.isoformat()}
    asked = hr.get(f"{here}/repairs/reopening", params=days)
    assert "2 personnes avaient lu" in asked.text
    assert company.back[0].name in asked.text
    assert conflicts_of(engine) == [there.id]  # asking changes nothing
    sent = hr.post(f"{here}/reopenings", data=days, follow_redirects=True)
    assert "2 personnes lisent que leur journée peut avoir lieu." in sent.text
    assert "Déjà fermés" not in sent.text
    assert hr.post(f"{here}/reopenings", data=days).status_code == 409
    assert hr.get(f"{here}/repairs/reopening", params=days).status_code == 409
    drain(engine)
    assert "site rouvert" in hr.get(f"{here}/repairs").text


def test_programs_read_what_is_closed_and_open_it(engine: Engine, company: Published, hr: TestClient) -> None:
    there = company.visit(company.back[0], company.front[0])
    close(engine, company, there.day)
    here, day = f"/api/v1/campaigns/{company.campaign.id}", there.day.isoformat()
    span = {"site_id": company.there.id, "first": day, "last": day}
    assert hr.get(f"{here}/closed-sites").json()["closed"] == [{**span, "site": company.there.name}]
    looked = hr.get(f"{here}/reopenings", params=span).json()
    done = hr.post(f"{here}/reopenings", json=span).json()
    assert (looked["days"], looked["told"]) == (done["days"], done["told"]) == ([day], 2)
    assert [one["id"] for one in done["resumed"]] == [there.id]
    assert hr.get(f"{here}/closed-sites").json()["closed"] == []
    assert hr.post(f"{here}/reopenings", json=span).json()["error"]["code"] == "SiteNotClosed"


def test_nobody_but_hr_opens_a_site(
    engine: Engine, company: Published, as_: Callable[[Person], TestClient]
) -> None:
    there = company.visit(company.back[0], company.front[0])
    close(engine, company, there.day)
    days = {"site_id": company.there.id or 0, "first": there.day.isoformat(), "last": there.day.isoformat()}
    sent = as_(company.back[0]).post(f"/campaigns/{company.campaign.id}/reopenings", data=days)
    assert sent.status_code == 403
    assert conflicts_of(engine) == [there.id]


@pytest.mark.parametrize("beside", [True, False])
def test_a_closing_over_a_day_that_a_roster_contradicts_is_told_before_its_reopening(
    engine: Engine, company: Published, as_: Callable[[Person], TestClient], clock: Clock, beside: bool
) -> None:
    """`beside`: the repair of that roster has a day elsewhere too, and goes on."""
    there = company.visit(company.back[0], company.front[0])
    other = company.visit(company.front[1], company.back[1])
    with open_session(engine) as session:
        rows = [there, other] if beside else [there]
        suspending.suspend(session, [one.id or 0 for one in rows], Hand(By.SERVICE, None, NOW))
        contradict(session, *rows)
    drain(engine)
    before = told(engine, "visit_suspended")
    clock.set(NOW + timedelta(minutes=1))
    close(engine, company, there.day)
    anew = [one for one in told(engine, "visit_suspended") if one not in before]
    assert {one.person_id for one in anew} == {there.visitor_id, there.host_id}
    assert all("est fermé" in one.text for one in anew)
    page = as_(company.back[0]).get(f"/visits/{there.id}").text
    assert page.index("Un planning contredit ce jour") < page.index("ferme le site ce jour-là")
    with open_session(engine) as session:
        for row in session.exec(select(RosterDay)):
            session.delete(row)
    open_again(engine, company, there.day, there.day)
    assert {one.person_id for one in told(engine, "visit_resumed")} == {there.visitor_id, there.host_id}


def test_a_day_cancelled_there_is_repaired_on_as_what_it_is_once_the_site_is_open(
    engine: Engine, company: Published
) -> None:
    first, second = (company.visit(company.back[n], company.front[n]) for n in (0, 1))
    with open_session(engine) as session:
        closing.close_site(session, company.there.id or 0, first.day, second.day, company.actor, NOW, TODAY)
    drain(engine)
    cancel(engine, first)
    known = len(told(engine, "repair_ready"))
    open_again(engine, company, first.day, second.day)
    repair = last_repair(engine)
    assert (repair.status, repair.cause, repair.site_id) == (RepairStatus.READY, RepairCause.FALLEN, None)
    assert all("fermé" not in mail.text for mail in told(engine, "repair_ready")[known:])


def test_a_closed_site_is_opened_again_from_the_sites_and_from_its_repair(
    engine: Engine, company: Published, client: TestClient, sign_in: SignIn
) -> None:
    there = company.visit(company.back[0], company.front[0])
    close(engine, company, there.day)
    sign_in(client, company.hr)
    repair = f"/campaigns/{company.campaign.id}/repairs"
    way = f"{repair}/reopening?site_id={company.there.id}&amp;first={there.day}&amp;last={there.day}"
    assert 'href="/closures"' in client.get("/people/sites").text
    for page in ("/closures", "/closures/summary", f"{repair}/{last_repair(engine).id}"):
        assert f'href="{way}"' in client.get(page).text
    open_again(engine, company, there.day, there.day)
    for page in ("/closures", f"{repair}/{last_repair(engine).id}"):
        assert "Voir ce que rouvrir change" not in client.get(page).text
    page = client.get(f"{repair}/{last_repair(engine).id}").text
    assert f"{company.there.name} fermé puis rouvert" in page
    assert "Ce qui est tombé" not in page


def test_managers_read_once_of_all_days_that_stop_and_start_again(engine: Engine, company: Published) -> None:
    with open_session(engine) as session:
        team = session.get_one(Team, company.shop.id)
        marc, martine = (make_person(session, team, first_name=one) for one in ("Marc", "Martine"))
        for person, boss in [(one, marc) for one in company.front] + [(one, martine) for one in company.back]:
            session.get_one(Person, person.id).manager_id = boss.id
        bosses = {marc.id, martine.id}
    received = [one for one in company.visits if one.host_id in {one.id for one in company.front}]
    first, last = min(one.day for one in received), max(one.day for one in received)
    with open_session(engine) as session:  # closed and opened at once: nobody reads anything
        closing.close_site(session, company.there.id or 0, first, last, company.actor, NOW, TODAY)
    open_again(engine, company, first, last)
    assert told(engine, "team_days") == []
    with open_session(engine) as session:
        closing.close_site(session, company.there.id or 0, first, last, company.actor, NOW, TODAY)
    drain(engine)
    stops = told(engine, "team_days")
    assert {one.person_id for one in stops} == bosses
    assert len(stops) == len(bosses)
    for one in stops:
        assert one.text.count(f"{company.there.name} est fermé") == len(received)
        assert not any(person.last_name in one.text for person in (*company.front, *company.back))
    open_again(engine, company, first, last)
    starts = told(engine, "team_days")[len(stops) :]
    assert {one.person_id for one in starts} == bosses
    assert len(starts) == len(bosses)
    assert all("peuvent de nouveau avoir lieu" in one.text for one in starts)


def test_a_day_that_a_roster_still_contradicts_says_so_when_the_site_opens(
    engine: Engine, company: Published, hr: TestClient
) -> None:
    there = company.visit(company.back[0], company.front[0])
    close(engine, company, there.day)
    before = len(told(engine, "visit_suspended"))
    with open_session(engine) as session:
        session.add(RosterDay(person_id=there.host_id, day=there.day, shift=Shift.MORNING))
    open_again(engine, company, there.day, there.day)
    mails = told(engine, "visit_suspended")[before:]
    assert {one.person_id for one in mails} == {there.visitor_id, there.host_id}
    assert all("est de nouveau ouvert" in one.text for one in mails)
    assert all("le matin" in one.text and "fermé" not in one.text for one in mails)
    assert told(engine, "visit_resumed") == []
    assert len(told(engine, "hours_to_change")) == 1
    with open_session(engine) as session:
        lines = session.exec(select(VisitChange.kind).where(VisitChange.visit_id == there.id)).all()
    assert ChangeKind.RESUMED not in lines
    repair = last_repair(engine)
    assert (repair.cause, repair.site_id) == (RepairCause.ROSTER, None)
    page = hr.get(f"/campaigns/{company.campaign.id}/repairs/{repair.id}").text
    assert "Un planning contredit des journées" in page
    assert "fermé" not in page


def with_a_tutor(engine: Engine, company: Published) -> tuple[Visit, int | None]:
    """A day on which a colleague of the shop receives in the host's place, on a site that closes; a roster
    then has that colleague off."""
    there = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        busy = {one.host_id for one in company.visits if one.day == there.day}
        tutor = next(one for one in company.front if one.id not in busy)
        before = situation(session, queries.visit(session, there.id or 0), By.HR, None, TODAY)
        row = session.get_one(Person, tutor.id)
        hosting.name_tutor(session, before, row, Hand(By.HR, company.actor, NOW), revision=there.revision)
    drain(engine)
    close(engine, company, there.day)
    with open_session(engine) as session:
        session.add(RosterDay(person_id=tutor.id or 0, day=there.day, shift=Shift.OFF))
    return there, tutor.id


def test_a_day_whose_tutor_alone_is_off_is_received_by_its_host_once_the_site_is_open(
    engine: Engine, company: Published
) -> None:
    there, tutor = with_a_tutor(engine, company)
    before = len(told(engine, "visit_changed"))
    done = open_again(engine, company, there.day, there.day)
    assert [one.seen.visit.id for one in done.resumed] == [there.id]
    assert {one.id for one in done.told} == {there.visitor_id, there.host_id}
    with open_session(engine) as session:
        assert session.get_one(Visit, there.id).tutor_id is None
        assert suspending.suspended_among(session, [there.id or 0]) == set()
    changed = told(engine, "visit_changed")[before:]
    assert {one.person_id for one in changed} == {there.visitor_id, there.host_id}
    assert all("est de nouveau ouvert ce jour-là" in one.text for one in changed)
    assert all("Nous attendons encore votre accord" in one.text for one in changed)
    assert told(engine, "visit_tutor")[-1].person_id == tutor
    assert told(engine, "visit_resumed") == []
    assert (conflicts_of(engine), last_repair(engine).status) == ([], RepairStatus.SETTLED)
    with open_session(engine) as session:
        assert unheard(session, [company.campaign.id or 0]) == []


def test_the_history_says_who_opened_the_site_then_why_its_host_receives(
    engine: Engine, company: Published, as_: Callable[[Person], TestClient]
) -> None:
    there, _tutor = with_a_tutor(engine, company)
    open_again(engine, company, there.day, there.day)
    page = as_(company.back[0]).get(f"/visits/{there.id}").text.split("Ce qui s’est passé")[1]
    opened, received = (page.find(one) for one in ("rouvre le site", "n’est pas au travail à ces heures"))
    assert 0 < opened < received
    assert company.hr.name in page
    assert "Plus rien ne contredit" not in page


def test_whoever_leads_the_people_of_all_the_days_reads_of_one_opening_once(
    engine: Engine, company: Published
) -> None:
    with open_session(engine) as session:
        lead = make_person(session, session.get_one(Team, company.shop.id), first_name="Marc")
        for one in (*company.back, *company.front):
            session.get_one(Person, one.id).manager_id = lead.id
    there, _tutor = with_a_tutor(engine, company)
    other = company.visit(company.back[1], company.front[1])
    close(engine, company, other.day)
    before = told(engine, "team_days")
    open_again(engine, company, there.day, other.day)
    mails = told(engine, "team_days")[len(before) :]
    assert [one.person_id for one in mails] == [lead.id]
    assert "2 journées" in mails[0].subject + mails[0].text


def test_it_stays_suspended_where_the_host_is_off_too(engine: Engine, company: Published) -> None:
    there, tutor = with_a_tutor(engine, company)
    with open_session(engine) as session:
        session.add(RosterDay(person_id=there.host_id, day=there.day, shift=Shift.OFF))
    before = len(told(engine, "visit_suspended"))
    done = open_again(engine, company, there.day, there.day)
    assert ([one.seen.visit.id for one in done.contrary], done.resumed) == ([there.id], [])
    assert {one.person_id for one in told(engine, "visit_suspended")[before:]} == {
        there.visitor_id,
        there.host_id,
        tutor,
    }
    assert conflicts_of(engine) == [there.id]
