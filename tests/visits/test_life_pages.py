"""The life of a visit by its pages and its API: a link opens a page, its button acts."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.campaigns.tables import Campaign, Status
from app.core.db import open_session
from app.messages.tables import Mail
from app.people.tables import Person
from app.teams.tables import Delegation
from app.visits import service
from app.visits.tables import CancelReason, Proposal, Visit
from app.worker import drain
from tests.factories import NOW, make_person
from tests.support.web import Clock
from tests.visits.life import FRIDAY, MONDAY, PAIR, TODAY, TUESDAY, WEDNESDAY, Company, row

pytestmark = pytest.mark.usefixtures("clock")
Enter = Callable[[Any], TestClient]


def waiting(engine: Engine) -> Proposal:
    with open_session(engine, reads_only=True) as session:
        return session.exec(select(Proposal).where(Proposal.status == "OPEN")).one()


def fall(engine: Engine, company: Company) -> None:
    with open_session(engine) as session:
        visit = session.get_one(Visit, company.there.id)
        service.cancel_visit(session, visit, CancelReason.CLOSED, None, NOW, today=TODAY)


def test_the_home_page_asks_and_stops_asking(company: Company, engine: Engine, as_: Enter) -> None:
    client = as_(company.anna)
    assert "Confirmez votre journée chez Bruno Lam" in client.get("/home").text
    client.post(f"/visits/{company.there.id}/confirmation", data={"revision": "0"})
    home = client.get("/home").text
    assert "Confirmez votre journée chez Bruno Lam" not in home
    assert "Confirmez que vous recevez Bruno Lam" in home
    fall(engine, company)
    assert "Que devient votre échange avec Bruno Lam" in client.get("/home").text


def test_a_day_is_proposed_and_accepted_in_two_taps(company: Company, engine: Engine, as_: Enter) -> None:
    anna, bruno, here = as_(company.anna), as_(company.bruno), f"/visits/{company.there.id}"
    page = anna.get(f"{here}/days").text
    assert f'value="{WEDNESDAY.isoformat()}"' in page
    assert f'value="{FRIDAY.isoformat()}"' not in page
    sent = {"choice": WEDNESDAY.isoformat(), "revision": "0"}
    assert anna.post(f"{here}/proposals", data=sent).status_code == 303
    assert row(engine, company.there).day == MONDAY
    assert "Anna Roy vous propose" in bruno.get("/home").text
    proposal = waiting(engine)
    there = f"{here}/proposals/{proposal.id}"
    assert bruno.get(f"{here}/answer").status_code == 200
    assert anna.post(f"{there}/acceptance", data={}).status_code == 409
    assert bruno.post(f"{there}/acceptance", data={}).status_code == 303
    assert row(engine, company.there).day == WEDNESDAY


def test_another_day_is_checked_and_nothing_typed_is_lost(company: Company, as_: Enter) -> None:
    sent = {"choice": "other", "other": FRIDAY.isoformat(), "words": "Un mot", "revision": "0"}
    answer = as_(company.anna).post(f"/visits/{company.there.id}/proposals", data=sent)
    assert answer.status_code == 422
    assert "a déjà une journée" in answer.text
    assert "Un mot" in answer.text


def test_a_make_up_day_is_one_button_after_a_cancellation(
    company: Company, engine: Engine, as_: Enter
) -> None:
    anna, here = as_(company.anna), f"/visits/{company.there.id}"
    answer = anna.post(f"{here}/refusal", data={"revision": "0", "reason": "unavailable"})
    assert answer.headers["location"] == f"{here}/days"
    pages = [anna.get(f"/visits/{one.id}").text for one in (company.there, company.back)]
    assert ["l’autre journée est à retrouver" in page for page in pages] == [False, True]
    assert ["une journée à retrouver" in page for page in pages] == [True, False]
    page = anna.get(f"{here}/days").text
    assert "En rester à une seule journée" in page
    assert anna.post(f"{here}/proposals", data={"choice": "one_way", "revision": "1"}).status_code == 303
    bruno = as_(company.bruno)
    there = f"{here}/proposals/{waiting(engine).id}"
    assert "à une seule journée" in bruno.get(f"{here}/answer").text
    assert bruno.post(f"{there}/acceptance", data={}).status_code == 303
    assert "une seule journée, d’un commun accord" in anna.get("/visits").text
    hr = as_(company.hr).get(f"/campaigns/{company.campaign.id}/visits").text
    assert "une seule journée, d’un commun accord" in hr


def test_history_tells_each_what_they_may_know(company: Company, engine: Engine, as_: Enter) -> None:
    sent = {"revision": "0", "reason": "not_for_me", "words": "Trop loin de chez moi"}
    as_(company.anna).post(f"/visits/{company.there.id}/refusal", data=sent)
    drain(engine)
    here = f"/visits/{company.there.id}"
    for who in (company.bruno, company.hr):
        page = as_(who).get(here).text
        assert "Anna Roy ne peut pas." in page
        assert "Trop loin de chez moi" in page
    manager = as_(company.martine).get(here).text
    assert "Annulée." in manager
    assert "Trop loin" not in manager
    assert "préfère ne pas" not in manager
    assert "Anna Roy ne peut pas" not in manager
    told = as_(company.martine).get(f"/api/v1{here}/history").json()["changes"]
    assert [line["kind"] for line in told] == ["planned", "declined"]
    assert {line["words"] for line in told} == {""}


def test_a_delegate_stands_in_for_the_manager(company: Company, engine: Engine, as_: Enter) -> None:
    with open_session(engine) as session:
        delegate = make_person(session, first_name="Dina", last_name="Suppléante")
        session.add(
            Delegation(
                manager_id=company.marc.id or 0,
                delegate_id=delegate.id or 0,
                first_day=TODAY,
                last_day=TODAY,
                created_at=NOW,
            )
        )
    client, here = as_(delegate), f"/visits/{company.there.id}"
    assert client.get(here).status_code == 200
    assert client.get(f"{here}/hours").status_code == 200
    assert as_(company.martine).get(f"{here}/hours").status_code == 403


def test_the_team_gives_hours_and_a_tutor(company: Company, engine: Engine, as_: Enter) -> None:
    client, here = as_(company.bruno), f"/visits/{company.there.id}"
    wrong = {"part": "morning", "starts_at": "12:00", "ends_at": "09:00", "revision": "0"}
    assert client.post(f"{here}/hours", data=wrong).status_code == 422
    assert client.post(f"{here}/hours", data={"part": "morning", "revision": "0"}).status_code == 303
    assert "12:30" in as_(company.anna).get(here).text
    own = {"starts_at": "09:15", "ends_at": "12:15"}  # of the morning: untouched, they follow the part
    assert client.post(f"{here}/hours", data={"part": "morning", **own, "revision": "1"}).status_code == 303
    touched = {"part": "afternoon", "starts_at": "09:15", "ends_at": "12:30", "revision": "2"}
    assert client.post(f"{here}/hours", data=touched).status_code == 422
    untouched = {"part": "afternoon", **own, "revision": "2"}
    assert client.post(f"{here}/hours", data=untouched).status_code == 303
    assert "13:30 – 17:00" in as_(company.anna).get(here).text.replace("\u202f", " ").replace("\xa0", " ")
    tutor = {"tutor_id": str(company.lea.id), "revision": "3"}
    assert client.post(f"{here}/tutor", data=tutor).status_code == 303
    lea = as_(company.lea)
    assert "Vous recevez Anna Roy" in lea.get(here).text
    assert lea.post(f"{here}/cancellation", data={"revision": "4", "reason": "service"}).status_code == 422
    assert lea.post(f"{here}/tutor", data={"revision": "4"}).status_code == 303
    assert lea.get(here).status_code == 404
    assert row(engine, company.there).tutor_id is None


def test_hr_records_agreements_from_one_list(company: Company, engine: Engine, as_: Enter) -> None:
    here = f"/campaigns/{company.campaign.id}/agreements"
    hr = as_(company.hr)
    assert "Aucune journée n’attend" in hr.get(here).text
    with open_session(engine) as session:
        session.get_one(Person, company.anna.id).legal_entity = "Vélo SA"
        session.get_one(Person, company.bruno.id).legal_entity = "Vélo Services"
    assert "attend une convention" in as_(company.anna).get("/visits").text
    assert hr.post(here, data={}).status_code == 422
    assert "2 journées de" in hr.get("/home").text
    assert "2 journées entre deux sociétés" in hr.get(f"{here}/summary").text
    page = hr.get(here).text
    assert "Enregistrer la convention des journées cochées" in page
    both = {**PAIR, "visit_ids": [str(company.there.id), str(company.back.id)], "reference": "GRP-2027-14"}
    assert hr.post(here, data={**both, "signed_on": "2031-01-01"}).status_code == 422
    done = hr.post(here, data={**both, "signed_on": "2027-03-01"})
    assert done.status_code == 303
    told = hr.get(f"/visits/{company.there.id}").text
    assert "GRP-2027-14" in told
    assert "1er mars 2027" in told
    hr.post(here, data=both)
    again = hr.get(here).text
    assert "ces journées n’attendaient plus de convention" in again
    assert "sont prévenues" not in again  # nothing is claimed that did not happen
    assert "entre deux sociétés" not in hr.get(f"{here}/summary").text
    assert "attend une convention" not in as_(company.anna).get("/visits").text
    assert hr.get(f"/api/v1{here}").json() == {"visits": [], "agreements": []}


def test_what_was_ticked_comes_back_as_sent_where_something_is_refused(
    company: Company, engine: Engine, as_: Enter
) -> None:
    here = f"/campaigns/{company.campaign.id}/agreements"
    hr = as_(company.hr)
    with open_session(engine) as session:
        session.get_one(Person, company.anna.id).legal_entity = "Vélo SA"
        session.get_one(Person, company.bruno.id).legal_entity = "Vélo Services"
    pair = {"companies": re.findall(r'name="companies" value="([^"]*)"', hr.get(here).text)}
    days = {company.there.id, company.back.id}

    def ticked(page: str) -> set[int]:
        return {int(one) for one in re.findall(r'name="visit_ids" value="(\d+)"[^>]* checked', page)}

    assert ticked(hr.get(here).text) == days
    for one in days:  # whichever comes first
        sent = {**pair, "visit_ids": [str(one)], "signed_on": "2031-01-01"}
        refused = hr.post(here, data=sent)
        assert refused.status_code == 422
        assert "Cette date est à venir" in refused.text
        assert ticked(refused.text) == {one}
    nothing = hr.post(here, data={**pair, "reference": "GRP-7"})
    assert nothing.status_code == 422
    assert nothing.text.count("Cochez au moins une journée.") == 1
    assert "GRP-7" in nothing.text
    assert ticked(nothing.text) == set()
    assert row(engine, company.there).agreement_at is None


def test_a_day_lived_without_an_agreement_is_said_so_and_may_still_get_one(
    company: Company, engine: Engine, as_: Enter, clock: Clock
) -> None:
    here, there = f"/campaigns/{company.campaign.id}/agreements", f"/visits/{company.there.id}"
    with open_session(engine) as session:
        session.get_one(Person, company.anna.id).legal_entity = "Vélo SA"
        session.get_one(Person, company.bruno.id).legal_entity = "Vélo Services"
        session.get_one(Campaign, company.campaign.id).status = Status.RUNNING
    clock.set(datetime.combine(TUESDAY, time(8), UTC))
    anna, hr = as_(company.anna), as_(company.hr)
    for page in (anna.get(there).text, anna.get("/visits").text, hr.get(f"{here[:-11]}/visits").text):
        assert "passée sans convention" in page
        assert "échange complet" not in page
    assert "est passée sans convention" in hr.get("/home").text
    page = hr.get(here).text
    assert "Passées sans convention" in page
    assert "Enregistrer la convention des journées cochées" in page
    assert [one["id"] for one in hr.get(f"/api/v1{here}").json()["visits"]] == [company.back.id]
    lived = hr.get(f"/api/v1{here}/lived").json()["visits"]
    assert [(one["id"], one["without_agreement"]) for one in lived] == [(company.there.id, True)]
    late = {"visit_ids": [str(company.there.id)], "reference": "GRP-2027-14", "signed_on": "2027-04-06"}
    assert hr.post(here, data={**PAIR, **late}).status_code == 303
    page = anna.get(there).text
    assert "passée sans convention" not in page
    assert "après coup" in page
    assert "Passées sans convention" not in hr.get(here).text
    assert "est passée sans convention" not in hr.get("/home").text


def test_no_agreement_is_asked_for_a_day_that_did_not_take_place(
    company: Company, engine: Engine, as_: Enter, clock: Clock
) -> None:
    with open_session(engine) as session:
        session.get_one(Person, company.anna.id).legal_entity = "Vélo SA"
        session.get_one(Person, company.bruno.id).legal_entity = "Vélo Services"
        session.get_one(Visit, company.there.id).missed_at = NOW
    clock.set(datetime.combine(TUESDAY, time(8), UTC))
    here = f"/campaigns/{company.campaign.id}/agreements"
    assert "Passées sans convention" not in as_(company.hr).get(here).text
    assert "passée sans convention" not in as_(company.anna).get(f"/visits/{company.there.id}").text
    sent = {**PAIR, "visit_ids": [str(company.there.id)]}
    assert "n’attendait plus" in as_(company.hr).post(here, data=sent, follow_redirects=True).text


def test_hr_moves_a_day_and_both_confirm_anew(company: Company, engine: Engine, as_: Enter) -> None:
    as_(company.anna).post(f"/visits/{company.there.id}/confirmation", data={"revision": "0"})
    hr, here = as_(company.hr), f"/visits/{company.there.id}"
    assert hr.get(f"{here}/move").status_code == 200
    assert hr.post(f"{here}/move", data={"day": FRIDAY.isoformat(), "revision": "0"}).status_code == 422
    assert hr.post(f"{here}/move", data={"day": WEDNESDAY.isoformat(), "revision": "0"}).status_code == 303
    moved = row(engine, company.there)
    assert (moved.day, moved.visitor_confirmed_at) == (WEDNESDAY, None)
    stale = hr.post(f"{here}/move", data={"day": MONDAY.isoformat(), "revision": "0"})
    assert stale.status_code == 409


def test_an_absence_has_two_versions(company: Company, as_: Enter, clock: Clock) -> None:
    clock.set(NOW + timedelta(days=(MONDAY - TODAY).days))
    bruno, anna, here = as_(company.bruno), as_(company.anna), f"/visits/{company.there.id}/absence"
    kept = "Un compte rendu déjà envoyé de cette journée reste parmi les réponses"
    assert kept in bruno.get(here).text
    assert bruno.post(here, data={"words": "Personne à neuf heures"}).status_code == 303
    assert kept in as_(company.hr).get(f"/visits/{company.there.id}/ruling").text
    assert "Personne à neuf heures" in anna.get(f"/visits/{company.there.id}").text
    assert "On vous a dit absent" in anna.get("/home").text
    assert "On vous a dit absent" not in bruno.get("/home").text
    assert anna.post(f"{here}/contestation", data={"words": "J’étais à l’accueil"}).status_code == 303
    assert "On vous a dit absent" not in anna.get("/home").text
    page = as_(company.hr).get(f"/campaigns/{company.campaign.id}/absences").text
    assert "Personne à neuf heures" in page
    assert "J’étais à l’accueil" in page
    assert "neuf heures" not in as_(company.marc).get(f"/visits/{company.there.id}").text


def test_whoever_takes_back_their_word_reads_that_the_other_one_s_stays(
    company: Company, as_: Enter, clock: Clock
) -> None:
    clock.set(NOW + timedelta(days=(MONDAY - TODAY).days))
    bruno, anna, here = as_(company.bruno), as_(company.anna), f"/visits/{company.there.id}/absence"
    past = "La journée compte de nouveau comme passée."
    for one in (bruno, anna):
        assert one.post(here, data={"words": ""}).status_code == 303
    assert anna.post(f"{here}/contestation", data={"words": ""}).status_code == 303
    back = anna.post(f"{here}/withdrawal")
    page = anna.get(back.headers["location"]).text
    assert "Ce qu’elle a dit de la journée reste." in page
    assert past not in page
    back = bruno.post(f"{here}/withdrawal")
    assert past in bruno.get(back.headers["location"]).text


def test_a_day_that_was_not_held_is_told_as_such(
    company: Company, engine: Engine, as_: Enter, clock: Clock
) -> None:
    clock.set(NOW + timedelta(days=(MONDAY - TODAY).days))
    anna, here = as_(company.anna), f"/visits/{company.there.id}"
    form = f"/debriefs/{company.there.id}"
    with open_session(engine) as session:
        session.get_one(Visit, company.there.id).missed_at = clock.at
    assert "Une journée qui n’a pas eu lieu" not in anna.get(here).text
    assert "Une absence est signalée ce jour-là" in anna.get(form).text
    with open_session(engine) as session:
        session.get_one(Visit, company.there.id).ruled_at = clock.at
    assert "Vous passez le" not in anna.get(here).text
    assert "Une journée qui n’a pas eu lieu" in anna.get(here).text
    assert "Cette journée n’a pas eu lieu" in anna.get(form).text


def test_leaving_shows_first_what_falls(company: Company, engine: Engine, as_: Enter) -> None:
    client, here = as_(company.anna), f"/campaigns/{company.campaign.id}"
    with open_session(engine) as session:
        session.get_one(Campaign, company.campaign.id).status = Status.PUBLISHED
    page = client.get(f"{here}/departure").text
    assert "2 journées tombent" in page
    assert "Bruno Lam" in page
    assert row(engine, company.there).status == "planned"
    assert client.post(f"{here}/departure", data={"version": "7"}).status_code == 409
    assert client.post(f"{here}/departure", data={"version": "1"}).status_code == 303
    assert {row(engine, one).cancel_reason for one in (company.there, company.back)} == {CancelReason.LEFT}
    assert "échange annulé" in as_(company.bruno).get("/visits").text
    drain(engine)
    with open_session(engine) as session:
        mails = session.exec(select(Mail).where(Mail.kind == "visit_cancelled")).all()
        told = {mail.person_id: "Une autre rencontre est cherchée" in mail.text for mail in mails}
    assert told == {company.anna.id: False, company.bruno.id: True}


def test_a_pause_takes_its_days_alone(company: Company, engine: Engine, as_: Enter) -> None:
    client, here = as_(company.anna), f"/campaigns/{company.campaign.id}/pause"
    span = {"first": MONDAY.isoformat(), "last": WEDNESDAY.isoformat()}
    assert "Une journée tombe" in client.get(here, params=span).text
    assert row(engine, company.there).status == "planned"
    assert client.post(here, data={**span, "version": "1"}).status_code == 303
    assert [row(engine, one).status for one in (company.there, company.back)] == ["cancelled", "planned"]
    days = client.get(f"/api/v1/visits/{company.there.id}/days").json()["days"]
    assert days
    assert not {one["day"] for one in days} & {MONDAY.isoformat(), WEDNESDAY.isoformat()}
    resumed = client.post(f"/campaigns/{company.campaign.id}/resumption", data={"version": "2"})
    assert resumed.status_code == 303
    assert "Votre pause :" not in client.get(here).text


def test_a_day_that_was_lived_is_not_announced(company: Company, engine: Engine, as_: Enter) -> None:
    with open_session(engine) as session:
        session.get_one(Visit, company.there.id).day = TODAY - timedelta(days=1)
    page = as_(company.bruno).get(f"/campaigns/{company.campaign.id}/departure").text
    assert "L’autre journée de l’échange est passée" in page
    assert "reste prévue" not in page


def test_the_api_walks_the_whole_way(company: Company, engine: Engine, as_: Enter) -> None:
    anna, bruno, here = as_(company.anna), as_(company.bruno), f"/api/v1/visits/{company.there.id}"
    assert anna.post(f"{here}/confirmation", json={"revision": 0}).json()["confirmed_by_visitor"]
    bruno.post(f"{here}/confirmation", json={"revision": 0})
    assert anna.get(here).json()["state"] == "confirmed"
    gone = anna.post(f"{here}/cancellation", json={"revision": 0, "reason": "unavailable"}).json()
    assert (gone["status"], gone["revision"]) == ("cancelled", 1)
    offer = anna.get(f"{here}/days").json()
    assert offer["may_leave_it_at_one"]
    assert anna.post(f"{here}/proposals", json={"revision": 1}).status_code == 422
    asked = anna.post(f"{here}/proposals", json={"revision": 1, "day": offer["days"][0]["day"]})
    assert (asked.status_code, asked.json()["proposal"]["kind"]) == (201, "make_up")
    proposal = asked.json()["proposal"]["id"]
    assert anna.post(f"{here}/proposals/{proposal}/acceptance", json={}).status_code == 409
    made = bruno.post(f"{here}/proposals/{proposal}/acceptance", json={}).json()
    assert (made["state"], made["swap_id"]) == ("confirmed", gone["swap_id"])
    drain(engine)


def test_personal_data_are_taken_along_and_words_forgotten(company: Company, session: Session) -> None:
    anna = session.get_one(Person, company.anna.id)
    visit = session.get_one(Visit, company.there.id)
    company.session = session
    before = company.before(visit, anna)
    from app.visits import confirming

    confirming.give_up(
        session,
        before,
        CancelReason.UNAVAILABLE,
        company.hand(visit, anna, words="Raison à moi"),
        revision=0,
        declined=True,
    )
    assert "Raison à moi" in str(service.export(session, anna))
    service.erase(session, anna)
    session.expire_all()
    assert "Raison à moi" not in str(service.export(session, anna))
