"""The company's pages in a real browser: accessible, and a file imported by hand."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlmodel import select

from app.accounts.guards import COOKIE
from app.accounts.tables import Account
from app.people.tables import Site
from tests.people.conftest import Import
from tests.support.browser import axe, faults_of
from tests.support.web import LiveServer

STAFF = (
    "Matricule;Prénom;Nom;Adresse e-mail;Équipe;Poste;Responsable\n"
    "E1;Zoé;Hardy;zoe@exemple.fr;Paie;Comptable;\nE2;Ali;Saïd;;Boutique "
    "Lyon;Vendeur;E1\nE3;Léa;Roux;lea@@x;Paie;;\n"
)

pytestmark = pytest.mark.browser


@pytest.fixture
def signed_in(
    live_server: LiveServer, account: Callable[..., Account], sign_in: Callable[..., None], client: object
) -> Callable[[Page], Page]:
    sign_in(client, account("Claire Morel", is_hr=True))
    token = client.cookies[COOKIE]  # type: ignore[attr-defined]

    def enter(page: Page) -> Page:
        page.context.add_cookies([{"name": COOKIE, "value": token, "url": live_server.url}])
        return page

    return enter


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
@pytest.mark.database("sqlite")
def test_times_from_a_site_have_no_violation(
    company: Import,
    committed: Callable[[], object],
    new_page: Callable[..., Page],
    signed_in: Callable[[Page], Page],
    locale: str,
) -> None:
    """The other pages of the company: tests/journeys/test_pages.py."""
    company("people", STAFF)
    with committed() as session:  # type: ignore[attr-defined]
        site_id = session.exec(select(Site.id)).first()
    page = signed_in(new_page(locale=locale))
    page.goto(f"/people/travel/{site_id}")
    assert faults_of(page) == []


@pytest.mark.database("sqlite")
def test_hr_imports_a_file_by_hand(
    company: Import, page: Page, signed_in: Callable[[Page], Page], tmp_path: Path
) -> None:
    file = tmp_path / "staff.csv"
    file.write_text(STAFF, encoding="cp1252")
    signed_in(page).goto("/people/import")
    page.get_by_label("Personnes", exact=False).first.check()
    page.get_by_label("Le fichier").set_input_files(file)
    page.get_by_role("button", name="Voir l’aperçu").click()
    assert axe(page) == []
    page.get_by_text("lea@@x").wait_for()
    page.get_by_role("button", name="Confirmer l’import").click()
    page.get_by_role("link", name="Zoé Hardy").first.wait_for()
    assert axe(page) == []
