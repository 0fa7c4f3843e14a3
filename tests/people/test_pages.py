"""HR's pages of the company, as a browser uses them."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.accounts.tables import Account, AuditEntry
from app.people.jobs import purge_imports
from app.people.tables import (
    ContractKind,
    Holidays,
    ImportFile,
    Person,
    Side,
)
from tests.factories import make_person, make_site, make_team
from tests.people.conftest import Import
from tests.support.accounts import SignIn
from tests.support.web import Clock

Committed = Callable[[], AbstractContextManager[Session]]
STAFF = "Matricule;Prénom;Nom;Équipe;Poste\nE1;Zoé;Hardy;Paie;Comptable\nE2;Ali;Saïd;Boutique Lyon;Vendeur\n"


@pytest.fixture
def hr(client: TestClient, account: Callable[..., Account], sign_in: SignIn, clock: Clock) -> TestClient:
    sign_in(client, account("Claire Morel", is_hr=True))
    return client


def upload(client: TestClient, kind: str, content: str | bytes, **fields: str) -> str:
    """Send a file; the address of its preview."""
    answer = client.post(
        "/people/import",
        data={"kind": kind, **fields},
        files={"file": ("export.csv", content.encode() if isinstance(content, str) else content)},
    )
    assert answer.status_code == 303, answer.text[:2000]
    return answer.headers["location"]


def confirm(client: TestClient, preview: str, **fields: str) -> str:
    """Confirm what the preview shows; where it leads."""
    shown = re.search(r'name="shown" value="([0-9a-f]+)"', client.get(preview).text)
    assert shown is not None
    answer = client.post(f"{preview}/confirmation", data={"shown": shown[1], **fields})
    assert answer.status_code == 303
    return answer.headers["location"]


PATHS = (
    "/people",
    "/people/import",
    "/people/sites",
    "/people/teams",
    "/people/links",
    "/people/travel",
    "/people/export.csv",
    "/api/v1/people",
    "/api/v1/teams",
    "/api/v1/sites",
)


@pytest.mark.parametrize("path", PATHS)
def test_the_company_is_for_hr_only(
    client: TestClient, account: Callable[..., Account], sign_in: SignIn, path: str
) -> None:
    assert client.get(path).status_code in {303, 401}
    sign_in(client, account("Paul Petit"))
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("path", PATHS)
def test_every_page_teaches_when_there_is_nothing(hr: TestClient, path: str) -> None:
    assert hr.get(path).status_code == 200


def test_a_file_is_looked_at_then_confirmed(hr: TestClient, company: Import, committed: Committed) -> None:
    preview = upload(hr, "people", STAFF + "E3;Léa;Roux;Inconnue;\n")
    page = hr.get(preview).text
    assert "Zoé Hardy" in page
    assert "Équipe inconnue" in page
    with committed() as session:
        assert session.exec(select(Person)).all() == []
    assert confirm(hr, preview) == "/people"
    with committed() as session:
        assert sorted(session.exec(select(Person.last_name)).all()) == ["Hardy", "Saïd"]
        assert session.exec(select(ImportFile)).all() == []
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "import.confirmed")).one()
        assert entry.details == {
            "created": 2,
            "updated": 0,
            "unchanged": 0,
            "rejected": 1,
            "left": 0,
            "file": 1,
        }
    assert hr.get(preview).status_code == 404
    # The corrected file, sent whole: only the corrected row is new.
    preview = upload(hr, "people", STAFF.replace("Comptable", "Cheffe") + "E3;Léa;Roux;Paie;\n")
    page = hr.get(preview).text
    assert "Léa Roux" in page
    assert re.search(r"<del>Comptable</del>.*<ins>Cheffe</ins>", page, re.DOTALL)


def test_a_dropped_file_changes_nothing(hr: TestClient, company: Import, committed: Committed) -> None:
    preview = upload(hr, "people", STAFF)
    assert hr.post(f"{preview}/deletion").status_code == 303
    with committed() as session:
        assert session.exec(select(Person)).all() == []
        assert session.exec(select(ImportFile)).all() == []


def test_a_confirmation_does_what_was_shown_or_nothing(
    hr: TestClient, company: Import, committed: Committed
) -> None:
    preview = upload(hr, "people", STAFF)
    shown = re.search(r'name="shown" value="([0-9a-f]+)"', hr.get(preview).text)
    assert shown is not None
    company("people", "Matricule;Prénom;Nom;Équipe\nE1;Zoé;Autre;Paie\n")
    answer = hr.post(f"{preview}/confirmation", data={"shown": shown[1]})
    assert answer.headers["location"] == preview
    with committed() as session:
        assert session.exec(select(Person.last_name)).all() == ["Autre"]


def test_a_confirmation_sent_again_is_answered_and_not_done_again(
    hr: TestClient, company: Import, committed: Committed
) -> None:
    preview = upload(hr, "people", STAFF)
    shown = re.search(r'name="shown" value="([0-9a-f]+)"', hr.get(preview).text)
    assert shown is not None
    for _tap in range(2):
        answer = hr.post(f"{preview}/confirmation", data={"shown": shown[1]})
        assert (answer.status_code, answer.headers["location"]) == (303, "/people")
        assert "2 lignes enregistrées" in hr.get("/people").text.replace("\u00a0", " ")
    with committed() as session:
        assert len(session.exec(select(AuditEntry).where(AuditEntry.action == "import.confirmed")).all()) == 1
    dropped = upload(hr, "people", STAFF)
    hr.post(f"{dropped}/deletion")
    assert hr.post(f"{dropped}9/confirmation", data={"shown": shown[1]}).status_code == 404


def test_leavers_wait_for_their_tick(hr: TestClient, company: Import, committed: Committed) -> None:
    company("people", STAFF)
    one = STAFF.rsplit("E2", 1)[0]
    preview = upload(hr, "people", one, full="1")
    assert "Ali Saïd" in hr.get(preview).text
    confirm(hr, preview)
    with committed() as session:
        assert session.exec(select(Person.active).where(Person.employee_number == "E2")).one()
    confirm(hr, upload(hr, "people", one, full="1"), leavers="1")
    with committed() as session:
        assert not session.exec(select(Person.active).where(Person.employee_number == "E2")).one()


def test_an_unreadable_file_is_refused_at_its_field(hr: TestClient, company: Import) -> None:
    for content in (b"", b"rien de bon", b"PK\x03\x04"):
        answer = hr.post("/people/import", data={"kind": "people"}, files={"file": ("x.csv", content)})
        assert answer.status_code == 422
        assert 'id="e-file"' in answer.text


def test_a_preview_is_its_senders_and_lasts_a_day(
    hr: TestClient,
    company: Import,
    account: Callable[..., Account],
    sign_in: SignIn,
    clock: Clock,
    engine: Engine,
    committed: Committed,
) -> None:
    preview = upload(hr, "people", STAFF)
    sign_in(hr, account("Autre RH", is_hr=True))
    assert hr.get(preview).status_code == 404
    clock.forward(days=1, minutes=1)
    purge_imports(engine)
    with committed() as session:
        assert session.exec(select(ImportFile)).all() == []


def test_people_are_searched_and_filtered(hr: TestClient, committed: Committed) -> None:
    with committed() as session:
        back = make_team(session, make_site(session, name="Metz"), name="Paie", side=Side.BACK)
        front = make_team(session, make_site(session, name="Lyon"), name="Boutique")
        make_person(session, back, last_name="Hardy", job="Comptable")
        make_person(session, front, last_name="Leroux", contract=ContractKind.TEMPORARY)
        make_person(session, front, last_name="Parti", active=False)
    shown = {
        "": {"Hardy", "Leroux"},
        "q=hardy": {"Hardy"},
        "q=compta": {"Hardy"},
        "q=100%25": set(),
        "side=front": {"Leroux"},
        f"team={back.id}": {"Hardy"},
        f"site={front.site_id}": {"Leroux"},
        "contract=temporary": {"Leroux"},
        "state=left": {"Parti"},
        "state=all": {"Hardy", "Leroux", "Parti"},
        "page=-1": {"Hardy", "Leroux"},
        "side=nowhere&team=x&page=-1": set(),
    }
    for query, names in shown.items():
        page = hr.get(f"/people?{query}").text
        assert {name for name in ("Hardy", "Leroux", "Parti") if f"{name}</a>" in page} == names, query


@pytest.mark.parametrize("typed", ["lemaire zoe", "creteil", "REPARATION", "zoë lemaire"])
def test_a_person_is_found_whatever_the_accents_and_the_case(
    hr: TestClient, committed: Committed, typed: str
) -> None:
    with committed() as session:
        team = make_team(session, name="Boutique Créteil")
        make_person(session, team, first_name="Zoé", last_name="Lemaire", job="Réparation")
        make_person(session, first_name="Zélie", last_name="Leroux", job="Vente")
    page = hr.get("/people", params={"q": typed}).text
    assert "Lemaire</a>" in page
    assert "Leroux</a>" not in page
    assert hr.get("/api/v1/people", params={"q": typed}).json()["total"] == 1


def test_a_long_list_has_pages(hr: TestClient, committed: Committed) -> None:
    with committed() as session:
        team = make_team(session)
        for _ in range(51):
            make_person(session, team, account=None)
    assert hr.get("/people").text.count("<tr>") == 51
    assert hr.get("/people?page=2").text.count("<tr>") == 2


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_sent_back_changes_nothing(
    hr: TestClient, company: Import, engine: Engine, committed: Committed, kind: str
) -> None:
    company(
        "people",
        "Matricule;Prénom;Nom;Adresse e-mail;Équipe;Site;Responsable;Langues;Date d'entrée;Jours "
        "travaillés;Jours d'école;"
        "Contrat;Moins de 18 ans;Trajet habituel (min);Mobile\n"
        "007;Zoé;=HYPERLINK(1);z@exemple.fr;Paie;PAR;;fr,en;2011-02-09;lun mar;jeu;CDD;oui;45;+33 6 01\n"
        "E2;@Ali;-Saïd;;Boutique Lyon;LYO;007;;;mar mer jeu ven sam;;Apprentissage;;;\n",
    )
    with committed() as session:
        before = {row.employee_number: row.model_dump() for row in session.exec(select(Person))}
    content = hr.get(f"/people/export.{kind}?state=all").content
    report = company("people", content)
    assert (report.created, report.updated, report.unchanged, report.rejected) == ([], [], 2, [])
    assert report.warnings == []
    with committed() as session:
        assert {row.employee_number: row.model_dump() for row in session.exec(select(Person))} == before


def test_an_exported_cell_never_begins_like_a_formula(hr: TestClient, committed: Committed) -> None:
    with committed() as session:
        make_person(session, last_name="=1+1", first_name="@sum", phone="+33 1", job="-2")
    lines = hr.get("/people/export.csv").content.decode("utf-8-sig").splitlines()
    assert [cell for line in lines for cell in line.split(";") if cell[:1] in {"=", "+", "-", "@"}] == []


def test_a_person_is_shown_with_team_and_manager(hr: TestClient, committed: Committed) -> None:
    with committed() as session:
        boss = make_person(session, last_name="Cheffe")
        person = make_person(session, last_name="Hardy", manager_id=boss.id)
    assert "Cheffe" in hr.get(f"/people/{person.id}").text
    assert "Hardy" in hr.get(f"/people/{boss.id}").text
    assert hr.get("/people/999999").status_code == 404


def test_the_api_imports_and_lists(hr: TestClient, company: Import) -> None:
    for dry_run, created in (("true", 2), ("false", 2), ("false", 0)):
        answer = hr.post(
            f"/api/v1/imports/people?dry_run={dry_run}", files={"file": ("x.csv", STAFF.encode())}
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["created"] == created
    assert [one["last_name"] for one in hr.get("/api/v1/people?limit=1").json()["people"]] == ["Hardy"]
    assert hr.get("/api/v1/people").json()["total"] == 2
    assert {team["name"]: team["people"] for team in hr.get("/api/v1/teams").json()}["Paie"] == 1
    assert {site["code"]: site["holidays"] for site in hr.get("/api/v1/sites").json()}[
        "MET"
    ] == Holidays.ALSACE_MOSELLE
    assert hr.post("/api/v1/imports/people", files={"file": ("x.csv", b"rien")}).status_code == 422
    assert hr.post("/api/v1/imports/people").status_code == 422


def test_a_search_too_long_or_senseless_finds_nobody(hr: TestClient, company: Import) -> None:
    company("people", STAFF)
    assert "Zoé Hardy" in hr.get("/people?q=hardy").text
    assert "Zoé Hardy" in hr.get("/people?site=&team=&side=&contract=").text
    senseless = (
        "q=" + "a " * 2500,
        "q=hardy a b c d xyz",
        "site=x",
        "team=9999999999",
        "side=up",
        "contract=x",
    )
    for query in (*senseless, "state=gone"):
        page = hr.get(f"/people?{query}")
        assert page.status_code == 200
        assert "Zoé Hardy" not in page.text, query
        assert "Hardy" not in hr.get(f"/people/export.csv?{query}").text


CROWD = "Matricule;Prénom;Nom;Équipe\n" + "".join(f"E{n};Ali;Saïd{n};Paie\n" for n in range(10))


def test_when_many_leave_their_number_is_written(
    hr: TestClient, company: Import, committed: Committed
) -> None:
    company("people", CROWD)
    preview = upload(hr, "people", "\n".join(CROWD.splitlines()[:2]), full="1")
    page = hr.get(preview).text
    assert "Ce fichier ne change rien" not in page
    assert "9 personnes qui travaillent ici ne sont pas dans ce fichier" in page
    for counted in ("", "8", "beaucoup"):
        assert confirm(hr, preview, leavers="1", counted=counted) == preview
    with committed() as session:
        assert all(session.exec(select(Person.active)).all())
    assert confirm(hr, preview, leavers="1", counted="9") == "/people"
    with committed() as session:
        assert list(session.exec(select(Person.active))).count(True) == 1


def test_few_leavers_need_no_number(hr: TestClient, company: Import, committed: Committed) -> None:
    company("people", CROWD)
    preview = upload(hr, "people", "\n".join(CROWD.splitlines()[:6]), full="1")
    assert 'name="counted"' not in hr.get(preview).text
    assert confirm(hr, preview, leavers="1") == "/people"
    with committed() as session:
        assert list(session.exec(select(Person.active))).count(True) == 5


def test_new_names_of_known_sites_stand_out(hr: TestClient, company: Import) -> None:
    page = hr.get(upload(hr, "sites", "Code;Nom\nPAR;Siège Nanterre\nLYO;Lyon Part-Dieu\n")).text
    assert "1 nom connu changera" in page
    assert re.search(r"<del>Siège Paris</del>.*<ins>Siège Nanterre</ins>", page)
    assert "nom connu" not in hr.get(upload(hr, "sites", "Code;Nom\nPAR;Siège Paris\nNEW;Neuf\n")).text


def test_a_preview_speaks_in_words(hr: TestClient, company: Import) -> None:
    teams = "Équipe;Site;Côté;Jours fermés\nNeuve;PAR;Front-office;lun\n"
    page = hr.get(upload(hr, "teams", teams)).text
    assert "Front-office" in page
    assert "1000000" not in page
    page = hr.get(upload(hr, "sites", "Code;Nom;Jours fériés\nSTR;Strasbourg;67\n")).text
    assert "Alsace-Moselle" in page
    assert "FR-57" not in page
    staff = (
        "Matricule;Prénom;Nom;Adresse e-mail;Équipe;Responsable;Jours travaillés;Langues\n"
        "E1;Zoé;Hardy;zoe@exemple.fr;Paie;;lun mar;fr en\nE2;Ali;Saïd;;Paie;E1;;\n"
    )
    page = hr.get(upload(hr, "people", staff)).text
    for told in ("E1", "Zoé Hardy", "zoe@exemple.fr", "Paie", "lun mar", "français, anglais"):
        assert told in page
    assert page.count("Zoé Hardy") >= 2
    assert "1100000" not in page
