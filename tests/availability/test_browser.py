"""Enrolling in a real browser: on a phone with and without scripts, on a desk, and HR's page."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from app.accounts import sessions
from app.accounts.guards import COOKIE
from app.accounts.tables import Account
from app.availability import queries
from app.availability.tables import Answer, Enrolment
from tests.availability.conftest import WHEN, Company, Open
from tests.support.browser import axe, faults_of, fits
from tests.support.web import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.database("sqlite")]
PHONE = {"width": 320, "height": 640}
NewPage = Callable[..., Page]


def sign_in(page: Page, committed: Open, server: LiveServer, account_id: int | None) -> None:
    with committed() as session:
        token = sessions.begin(session, session.get_one(Account, account_id), now=WHEN.now)
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": server.url}])


def saved(committed: Open, company: Company) -> Enrolment:
    with committed() as session:
        return session.exec(select(Enrolment).where(Enrolment.person_id == company.anna.id)).one()


def test_on_a_phone_everything_is_saved_at_once(
    new_page: NewPage, company: Company, committed: Open, live_server: LiveServer
) -> None:
    page = new_page(viewport=PHONE)
    sign_in(page, committed, live_server, company.anna.account_id)
    page.goto(f"/join/{company.campaign.code}")
    expect(page.locator("#hosts")).to_contain_text("2 collègues pourraient vous accueillir")
    assert axe(page) == []
    assert fits(page)
    page.get_by_role("button", name="Oui, je participe").click()
    for day in ("2027-04-29", "2027-04-30", "2027-05-03"):
        page.locator(f"label.day:has(input[name=visit_days][value='{day}'])").click()
    expect(page.locator("#days .saved")).to_have_text("Enregistré")
    expect(page.locator("#days .version input")).to_have_value("4")
    assert not {"2027-04-29", "2027-04-30", "2027-05-03"} & set(saved(committed, company).visit_days)

    page.get_by_label("Chercher une équipe").press_sequentially("telecons")
    page.get_by_role("button", name=re.compile("Ajouter Centre d’appels")).click()
    expect(page.locator("#wishes-body .saved")).to_have_text("Enregistré : 1 vœu")
    page.get_by_label("Anglais").check()
    expect(page.locator("#languages .saved")).to_have_text("Enregistré")
    page.get_by_text("Des personnes ou des lieux à éviter ?").click()
    page.get_by_label("Chercher une personne à éviter").press_sequentially("elie")
    page.get_by_role("button", name="Éviter Bruno Élie").click()
    expect(page.locator("#avoided-body .saved")).to_have_text("Enregistré")
    expect(page.locator("#hosts")).to_contain_text("1")
    page.get_by_label("Lille Flandres").check()
    expect(page.locator("#places .saved")).to_have_text("Enregistré")
    assert axe(page) == []
    assert fits(page)

    row = saved(committed, company)
    assert row.languages == ["fr", "en"]
    with committed() as session:
        assert queries.wished_team_ids(session, row) == [company.call_centre.id]
        assert queries.excluded_site_ids(session, row) == {company.lille.id}
        assert [one.id for one, _team in queries.avoided_people(session, row)] == [company.bruno.id]


def test_receiving_on_other_days_opens_a_second_calendar(
    new_page: NewPage, company: Company, committed: Open, live_server: LiveServer
) -> None:
    page = new_page(viewport=PHONE)
    sign_in(page, committed, live_server, company.anna.account_id)
    page.goto(f"/campaigns/{company.campaign.id}/enrolment")
    page.get_by_role("button", name="Oui, je participe").click()
    expect(page.get_by_text("Quels jours pouvez-vous recevoir ?")).to_be_hidden()
    page.get_by_label("Je peux recevoir quelqu’un d’autres jours que ceux-là").check()
    expect(page.get_by_text("Quels jours pouvez-vous recevoir ?")).to_be_visible()
    page.locator("label.day:has(input[name=host_days][value='2027-04-29'])").click()
    expect(page.locator("#days .version input")).to_have_value("3")
    row = saved(committed, company)
    assert row.host_days is not None
    assert "2027-04-29" in row.visit_days
    assert "2027-04-29" not in row.host_days


def test_a_second_device_is_warned_and_overwrites_nothing(
    new_page: NewPage, company: Company, committed: Open, live_server: LiveServer
) -> None:
    phone, desk = new_page(viewport=PHONE), new_page(viewport={"width": 1280, "height": 900})
    for page in (phone, desk):
        sign_in(page, committed, live_server, company.anna.account_id)
    phone.goto(f"/campaigns/{company.campaign.id}/enrolment")
    phone.get_by_role("button", name="Oui, je participe").click()
    desk.goto(f"/campaigns/{company.campaign.id}/enrolment")
    phone.locator("label.day:has(input[name=visit_days][value='2027-04-29'])").click()
    expect(phone.locator("#days .saved")).to_have_text("Enregistré")
    desk.locator("label.day:has(input[name=visit_days][value='2027-04-30'])").click()
    expect(desk.locator("#not-saved")).to_contain_text("Rien n’a été écrasé")
    assert axe(desk) == []
    days = saved(committed, company).visit_days
    assert "2027-04-29" not in days
    assert "2027-04-30" in days


def test_without_scripts_the_essential_path_works(
    new_page: NewPage, company: Company, committed: Open, live_server: LiveServer
) -> None:
    page = new_page(viewport=PHONE, java_script_enabled=False)
    sign_in(page, committed, live_server, company.anna.account_id)
    page.goto(f"/campaigns/{company.campaign.id}/enrolment")
    page.get_by_role("button", name="Oui, je participe").click()
    page.locator("label.day:has(input[name=visit_days][value='2027-04-29'])").click()
    page.locator("#days").get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#flash")).to_contain_text("Enregistré.")
    page.get_by_label("Chercher une équipe").fill("telecons")
    page.locator("#wishes").get_by_role("button", name="Chercher").click()
    page.get_by_role("button", name=re.compile("Ajouter Centre d’appels")).click()
    expect(page.locator("#wishes-body .wishes")).to_contain_text("Centre d’appels")
    row = saved(committed, company)
    assert "2027-04-29" not in row.visit_days
    with committed() as session:
        assert queries.wished_team_ids(session, row) == [company.call_centre.id]
    page.get_by_role("button", name="Ne plus participer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous ne participez pas cette fois")
    assert saved(committed, company).answer == Answer.NO


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_every_page_passes_axe(
    new_page: NewPage, company: Company, committed: Open, live_server: LiveServer, locale: str
) -> None:
    page = new_page(locale=locale)
    base = f"/campaigns/{company.campaign.id}"
    page.goto(f"/join/{company.campaign.code}")
    assert faults_of(page) == []
    sign_in(page, committed, live_server, company.hr.id)
    for path in (f"{base}/answers", f"{base}/answers/{company.dora.id}", f"{base}/answers/{company.anna.id}"):
        page.goto(path)
        assert faults_of(page) == []
