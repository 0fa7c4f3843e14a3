"""Giving one's calendar on a phone, without scripts, and on a desk."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.core.settings import settings
from app.worker import drain
from tests.availability.busy.files import calendar, timed
from tests.availability.conftest import Company, Open
from tests.availability.test_browser import PHONE, saved, sign_in
from tests.factories import make_enrolment
from tests.support.browser import axe, faults_of, fits
from tests.support.web import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.database("sqlite")]
NewPage = Callable[..., Page]


@pytest.fixture
def anna(company: Company, committed: Open, monkeypatch: pytest.MonkeyPatch) -> Company:
    """Anna takes part; IT allows addresses."""
    monkeypatch.setenv("CALENDAR_ADDRESSES", "https")
    settings.cache_clear()
    with committed() as session:
        make_enrolment(session, company.campaign, company.anna)
    return company


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Anna is taken on the 27th, in training, and on leave from the 4th to the 6th of May, Ascension Day."""
    path = tmp_path / "agenda.ics"
    leave = "UID:b\nDTSTART;VALUE=DATE:20270504\nDTEND;VALUE=DATE:20270507\nSUMMARY:Congés"
    path.write_bytes(calendar(timed("20270427T090000", "20270427T180000", uid="a"), leave))
    return path


def choose(page: Page, company: Company, file: Path) -> None:
    page.goto(f"/campaigns/{company.campaign.id}/enrolment")
    page.get_by_text("Griser les jours pris dans mon agenda").click()
    page.get_by_label("Le fichier de mon agenda").set_input_files(file)
    page.get_by_role("button", name="Lire ce fichier").click()
    expect(page.locator("#flash")).to_contain_text("3 jours pris, grisés et décochés")


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_a_file_greys_days_that_can_be_ticked_again(
    new_page: NewPage, anna: Company, committed: Open, live_server: LiveServer, file: Path, scripts: bool
) -> None:
    page = new_page(viewport=PHONE, java_script_enabled=scripts)
    sign_in(page, committed, live_server, anna.anna.account_id)
    choose(page, anna, file)
    assert "2027-04-27" not in saved(committed, anna).visit_days
    assert "2027-04-28" in saved(committed, anna).visit_days
    busy = page.locator("label.day.is-busy:has(input[name=visit_days][value='2027-04-27'])")
    expect(busy).to_contain_text("mardi 27 avril 2027, occupé dans votre agenda")
    busy.click()
    if scripts:
        expect(page.locator("#days .saved")).to_have_text("Enregistré")
        assert axe(page) == []
        assert fits(page)
    else:
        page.locator("#days").get_by_role("button", name="Enregistrer").click()
        expect(page.locator("#flash")).to_contain_text("Enregistré.")
    assert "2027-04-27" in saved(committed, anna).visit_days


def test_a_refused_file_is_explained_where_it_was_given(
    new_page: NewPage, anna: Company, committed: Open, live_server: LiveServer, tmp_path: Path
) -> None:
    page = new_page(viewport=PHONE)
    sign_in(page, committed, live_server, anna.anna.account_id)
    wrong = tmp_path / "photo.ics"
    wrong.write_bytes(b"not a calendar")
    page.goto(f"/campaigns/{anna.campaign.id}/enrolment")
    page.get_by_text("Griser les jours pris dans mon agenda").click()
    page.get_by_label("Le fichier de mon agenda").set_input_files(wrong)
    page.get_by_role("button", name="Lire ce fichier").click()
    expect(page.locator("#busy [role=alert]")).to_contain_text("Ce n’est pas un agenda")
    expect(page.get_by_label("Le fichier de mon agenda")).to_be_visible()
    assert axe(page) == []
    assert fits(page)


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_every_state_is_clean(
    new_page: NewPage,
    anna: Company,
    committed: Open,
    live_server: LiveServer,
    monkeypatch: pytest.MonkeyPatch,
    file: Path,
    locale: str,
) -> None:
    monkeypatch.setattr("app.availability.busy.jobs.fetch", lambda *_, **__: file.read_bytes())
    page = new_page(locale=locale)
    sign_in(page, committed, live_server, anna.anna.account_id)
    page.goto(f"/campaigns/{anna.campaign.id}/enrolment")
    page.locator("#busy summary").first.click()
    page.locator("#busy summary").nth(1).click()
    assert faults_of(page) == []
    page.locator("#f-busy-address").fill("https://agenda.exemple.fr/prive.ics")
    page.locator("#f-daily").check()
    page.locator("#busy form").nth(1).get_by_role("button").click()
    expect(page.locator("#busy form")).to_have_count(3)
    assert faults_of(page) == []
    drain(live_server.app.state.engine)
    page.reload()
    page.locator("#busy summary").first.click()
    expect(page.locator("label.day.is-busy").first).to_be_visible()
    assert faults_of(page) == []
