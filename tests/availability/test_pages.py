"""Pages of one's own enrolment, as a browser without scripts uses them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from fastapi.testclient import TestClient
from sqlmodel import select

from app.availability.tables import Answer, Avoidance, Enrolment, ExcludedSite, Wish
from app.campaigns.tables import Campaign, Status
from tests.availability.conftest import Company, Open
from tests.support.web import Clock

Enter = Callable[..., TestClient]


def address(company: Company, part: str = "") -> str:
    return f"/campaigns/{company.campaign.id}/enrolment{part}"


def saved(committed: Open, company: Company) -> Enrolment:
    with committed() as session:
        return session.exec(select(Enrolment).where(Enrolment.person_id == company.anna.id)).one()


def read(committed: Open, query: Any) -> list[Any]:
    with committed() as session:
        return list(session.exec(query))


def say_yes(client: TestClient, company: Company) -> None:
    assert client.post(address(company, "/answer"), data={"answer": "yes", "version": 0}).status_code == 303


def test_the_poster_leads_to_sign_in_then_to_the_enrolment(client: TestClient, company: Company) -> None:
    page = client.get(f"/join/{company.campaign.code}")
    assert page.status_code == 200
    assert f'href="/sign-in?next={address(company)}"' in page.text
    assert "Campagne de printemps" in page.text


def test_the_poster_leads_somebody_signed_in_straight_to_the_enrolment(
    enter: Enter, company: Company
) -> None:
    answer = enter(company.anna).get(f"/join/{company.campaign.code}")
    assert (answer.status_code, answer.headers["location"]) == (303, address(company))


def test_the_poster_is_kind_to_those_who_are_not_invited(
    enter: Enter, company: Company, committed: Open
) -> None:
    with committed() as session:
        session.merge(company.chloe).contract_ends_on = datetime(2027, 4, 1, tzinfo=UTC).date()
    for one in (company.chloe, company.hr):
        page = enter(one).get(f"/join/{company.campaign.code}")
        assert page.status_code == 200
        assert "Votre compte ne fait pas partie des personnes invitées" in page.text
        assert "/sign-in" not in page.text


def test_an_unknown_poster_and_a_draft_lead_nowhere(
    client: TestClient, company: Company, committed: Open
) -> None:
    assert client.get("/join/inconnu").status_code == 404
    with committed() as session:
        session.get_one(Campaign, company.campaign.id).status = Status.DRAFT
    assert client.get(f"/join/{company.campaign.code}").status_code == 404


def test_a_closed_campaign_s_poster_says_so(client: TestClient, company: Company, clock: Clock) -> None:
    clock.set(datetime(2027, 3, 13, 8, tzinfo=UTC))
    assert (
        "Les inscriptions à cette campagne sont closes." in client.get(f"/join/{company.campaign.code}").text
    )


def test_the_page_tells_how_many_could_host_before_any_answer(enter: Enter, company: Company) -> None:
    page = enter(company.anna).get(address(company))
    assert page.status_code == 200
    assert re.search(r'hosts-number">2</b>', page.text)
    assert "Oui, je participe" in page.text
    assert "Non, pas cette fois" in page.text


def test_nobody_enters_without_signing_in(client: TestClient, company: Company) -> None:
    answer = client.get(address(company))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={address(company)}")


def test_somebody_not_invited_finds_nothing(enter: Enter, company: Company, committed: Open) -> None:
    with committed() as session:
        anna = session.merge(company.anna)
        anna.contract_ends_on = datetime(2027, 4, 1, tzinfo=UTC).date()
    assert enter(company.anna).get(address(company)).status_code == 404


def test_yes_offers_every_usual_day(enter: Enter, company: Company, committed: Open) -> None:
    say_yes(enter(company.anna), company)
    row = saved(committed, company)
    assert row.answer == Answer.YES
    assert row.visit_days[0] == "2027-04-26"
    assert len(row.visit_days) == 14
    page = enter(company.anna).get(address(company)).text
    assert "Ascension" in page
    assert page.count('name="visit_days" value="2027-04-27" checked') == 1
    assert 'value="2027-05-06"' not in page


def test_days_are_saved_and_can_part(enter: Enter, company: Company, committed: Open) -> None:
    client = enter(company.anna)
    say_yes(client, company)
    form = {
        "version": 1,
        "visit_days": ["2027-04-29"],
        "apart": "1",
        "host_days": ["2027-04-27", "2027-04-28"],
    }
    answer = client.post(address(company, "/days"), data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, address(company) + "#days")
    row = saved(committed, company)
    assert (row.visit_days, row.host_days) == (["2027-04-29"], ["2027-04-27", "2027-04-28"])
    client.post(address(company, "/days"), data={"version": 2, "visit_days": ["2027-04-29"]})
    assert saved(committed, company).host_days is None


def test_an_impossible_day_is_refused_and_nothing_is_lost(
    enter: Enter, company: Company, committed: Open
) -> None:
    client = enter(company.anna)
    say_yes(client, company)
    days = ["2027-05-06", "2027-04-29"]
    answer = client.post(address(company, "/days"), data={"version": 1, "visit_days": days})
    assert answer.status_code == 422
    assert "Le jeudi 6 mai 2027 ne fait pas partie des jours possibles" in answer.text
    assert 'value="2027-04-29" checked' in answer.text
    assert 'value="2027-04-30" checked' not in answer.text
    assert len(saved(committed, company).visit_days) == 14


def test_a_stale_device_is_told_and_keeps_what_was_touched(
    enter: Enter, company: Company, committed: Open
) -> None:
    client = enter(company.anna)
    say_yes(client, company)
    client.post(address(company, "/days"), data={"version": 1, "visit_days": ["2027-04-29"]})
    answer = client.post(address(company, "/days"), data={"version": 1, "visit_days": ["2027-04-30"]})
    assert answer.status_code == 409
    assert "Rien n’a été écrasé" in answer.text
    assert 'value="2027-04-30" checked' in answer.text
    assert 'name="version" value="2"' in answer.text
    assert saved(committed, company).visit_days == ["2027-04-29"]


def test_wishes_are_found_added_ordered_and_removed(enter: Enter, company: Company, committed: Open) -> None:
    client = enter(company.anna)
    say_yes(client, company)
    found = client.get(address(company), params={"team": "telecons lyon"}).text
    assert "Centre d’appels" in found
    assert 'value="telecons lyon"' in found
    assert f'name="add" value="{company.shop.id}"' not in found
    client.post(address(company, "/wishes"), data={"version": 1, "add": company.call_centre.id})
    client.post(address(company, "/wishes"), data={"version": 2, "add": company.shop.id})
    client.post(address(company, "/wishes"), data={"version": 3, "up": company.shop.id})
    query = select(Wish.team_id).order_by(Wish.rank)  # type: ignore[arg-type]
    assert read(committed, query) == [company.shop.id, company.call_centre.id]
    client.post(address(company, "/wishes"), data={"version": 4, "remove": company.shop.id})
    assert read(committed, query) == [company.call_centre.id]


def test_limits_are_added_and_removed(enter: Enter, company: Company, committed: Open) -> None:
    client = enter(company.anna)
    say_yes(client, company)
    found = client.post(address(company, "/colleagues"), data={"colleague": "elie"})
    assert found.status_code == 200
    assert "Bruno Élie" in found.text
    client.post(address(company, "/avoided"), data={"version": 1, "add": company.bruno.id})
    client.post(address(company, "/places"), data={"version": 2, "excluded_sites": [company.lille.id]})
    assert read(committed, select(Avoidance.person_id)) == [company.bruno.id]
    assert read(committed, select(ExcludedSite.site_id)) == [company.lille.id]
    client.post(address(company, "/avoided"), data={"version": 3, "remove": company.bruno.id})
    assert read(committed, select(Avoidance.person_id)) == []
    assert read(committed, select(ExcludedSite.site_id)) == [company.lille.id]


def test_one_can_speak_another_language(enter: Enter, company: Company, committed: Open) -> None:
    client = enter(company.anna)
    say_yes(client, company)
    client.post(address(company, "/languages"), data={"version": 1, "languages": ["fr", "en"]})
    assert saved(committed, company).languages == ["fr", "en"]
    assert client.post(address(company, "/languages"), data={"version": 2}).status_code == 422


def test_no_is_one_tap_and_can_be_taken_back(enter: Enter, company: Company, committed: Open) -> None:
    client = enter(company.anna)
    client.post(address(company, "/answer"), data={"answer": "no", "version": 0})
    assert (saved(committed, company).answer, saved(committed, company).visit_days) == (Answer.NO, [])
    page = client.get(address(company)).text
    assert "Vous ne participez pas cette fois" in page
    assert "Finalement, je participe" in page
    client.post(address(company, "/answer"), data={"answer": "yes", "version": 1})
    assert len(saved(committed, company).visit_days) == 14


def test_after_the_closing_the_answers_are_read_only_with_the_reason(
    enter: Enter, company: Company, clock: Clock
) -> None:
    say_yes(enter(company.anna), company)
    clock.set(datetime(2027, 3, 13, 8, tzinfo=UTC))
    client = enter(company.anna)
    page = client.get(address(company)).text
    assert "Les inscriptions sont closes depuis le vendredi 12 mars 2027" in page
    assert 'name="answer"' not in page
    assert "Je participe" in page
    refused = client.post(address(company, "/answer"), data={"answer": "no", "version": 1})
    assert refused.status_code == 409


def test_a_script_gets_the_part_that_changed(enter: Enter, company: Company) -> None:
    client = enter(company.anna)
    say_yes(client, company)
    script = {"hx-request": "true"}
    form = {"version": 1, "visit_days": ["2027-04-29"]}
    answer = client.post(address(company, "/days"), data=form, headers=script)
    assert answer.status_code == 200
    assert "Enregistré" in answer.text
    assert 'name="version" value="2"' in answer.text
    assert "<html" not in answer.text
    stale = client.post(address(company, "/days"), data=form, headers=script)
    assert (stale.status_code, stale.headers["hx-retarget"]) == (422, "#not-saved")
    assert "Rien n’a été écrasé" in stale.text
    wish = client.post(
        address(company, "/wishes"), data={"version": 2, "add": company.shop.id}, headers=script
    )
    assert "Boutique Bellecour" in wish.text
    found = client.get(address(company, "/teams"), params={"team": "appels"}, headers=script)
    assert "Centre d’appels" in found.text
    person = client.post(address(company, "/colleagues"), data={"colleague": "chloe"}, headers=script)
    assert "Chloé Roux" in person.text


def test_a_shared_screen_saves_nothing_while_one_touches(enter: Enter, company: Company) -> None:
    client = enter(company.anna, shared_screen=True)
    say_yes(client, company)
    page = client.get(address(company)).text
    assert "hx-post" not in page
    assert "À quoi ressemble une journée" not in page
    assert page.count(">Enregistrer</button>") == 3


def test_an_unexpected_field_is_refused(enter: Enter, company: Company, committed: Open) -> None:
    client = enter(company.anna)
    form = {"answer": "yes", "version": 0, "person_id": company.bruno.id}
    assert client.post(address(company, "/answer"), data=form).status_code == 422
    assert read(committed, select(Enrolment)) == []
