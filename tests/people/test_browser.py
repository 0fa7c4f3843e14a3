"""The company's pages in a real browser: accessible, and a file imported by hand."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlmodel import select

from app.accounts.guards import COOKIE
from app.accounts.tables import Account
from app.people.tables import Person, Site, Team
from tests.people.conftest import Import
from tests.support.browser import axe
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


@pytest.mark.parametrize(("locale", "width"), [("fr-FR", 320), ("en-GB", 1440)])
@pytest.mark.database("sqlite")
def test_pages_have_no_violation(
    company: Import,
    committed: Callable[[], object],
    new_page: Callable[..., Page],
    signed_in: Callable[[Page], Page],
    locale: str,
    width: int,
    tmp_path: Path,
) -> None:
    company("people", STAFF)
    company("links", "Équipe back-office;Équipe front-office\nPaie;Boutique Lyon\n")
    paths = ["/people", "/people/teams", "/people/sites", "/people/links", "/people/travel", "/people/import"]
    with committed() as session:  # type: ignore[attr-defined]
        paths.append(f"/people/{session.exec(select(Person.id)).first()}")
        paths.append(f"/people/teams/{session.exec(select(Team.id)).first()}")
        site_id = session.exec(select(Site.id)).first()
        paths += [f"/people/sites/{site_id}", f"/people/travel/{site_id}"]
    page = signed_in(new_page(locale=locale, viewport={"width": width, "height": 900}))
    for path in paths:
        page.goto(path)
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


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
