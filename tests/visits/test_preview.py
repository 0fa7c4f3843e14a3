"""What HR read of days to come before they import a staff file: each day once, in their words."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.campaigns.tables import Status
from app.people.tables import Person
from app.teams.tables import RosterDay
from app.visits import service
from tests.booking.conftest import Shop
from tests.support.accounts import SignIn
from tests.visits.life import MONDAY, NEXT_MONDAY, NOW, Company
from tests.visits.test_other_team import beside
from tests.visits.test_terms import ask
from tests.visits.test_whereabouts import elsewhere, ticked

pytestmark = pytest.mark.usefixtures("clock")

WITHOUT_MONDAY = "mar, mer, jeu, ven"
WHOLE = "lun, mar, mer, jeu, ven"


def previewed(
    company: Company, client: TestClient, sign_in: SignIn, weeks: dict[str, str], team: str = ""
) -> str:
    """`weeks`: the working days of Anna and Bruno; `team`: where both go."""
    lines = ["Matricule;Prénom;Nom;Équipe;Jours travaillés"]
    people: dict[str, Person] = {"Anna": company.anna, "Bruno": company.bruno}
    for name, person in people.items():
        person.employee_number = f"N{person.id}"
        own = company.payroll if name == "Anna" else company.shop
        days = weeks.get(name, WHOLE)
        lines.append(f"{person.employee_number};{name};{person.last_name};{team or own.name};{days}")
    return preview_of(company, client, sign_in, lines)


def preview_of(company: Company, client: TestClient, sign_in: SignIn, lines: list[str]) -> str:
    company.session.refresh(company.hr)
    company.session.commit()
    sign_in(client, company.hr)
    file = {"file": ("rh.csv", "\n".join(lines).encode())}
    answer: Any = client.post("/people/import", data={"kind": "people"}, files=file)
    page = client.get(str(answer.headers["location"])).text
    return " ".join(page.replace("\u00a0", " ").split())


def test_a_day_on_which_neither_works_is_listed_once(
    company: Company, client: TestClient, sign_in: SignIn
) -> None:
    page = previewed(company, client, sign_in, {"Anna": WITHOUT_MONDAY, "Bruno": WITHOUT_MONDAY})
    assert "1 journée à venir tombe un jour où l’on ne travaillera plus" in page
    why = "ne travaille pas ce jour de la semaine"
    assert f"Anna Roy chez Bruno Lam · Anna Roy : {why} · Bruno Lam : {why}" in page
    assert page.count(f"Anna Roy : {why}") == 1


def test_a_day_whose_two_change_team_is_listed_once(
    company: Company, client: TestClient, sign_in: SignIn
) -> None:
    there = beside(company)
    page = previewed(company, client, sign_in, {}, there.name)
    assert "2 journées à venir changeront d’équipe" in page
    line = (
        "Anna Roy chez Bruno Lam · Anna Roy : Paie → Boutique Part-Dieu · Bruno Lam : Boutique Bellecour → "
    )
    assert page.count(line) == 1


@pytest.mark.parametrize("back", ["Bruno", "nobody"])
@pytest.mark.parametrize("other", ["works", "is off"])
def test_hr_read_which_suspended_days_hold_again(
    company: Company, engine: Engine, client: TestClient, sign_in: SignIn, back: str, other: str
) -> None:
    company.campaign.status = Status.RUNNING
    company.bruno.worked_weekdays = "0111100"
    if other == "is off":
        company.anna.worked_weekdays = "0111100"
    ticked(engine, company.session)
    weeks = {"Bruno": WHOLE if back == "Bruno" else WITHOUT_MONDAY}
    weeks["Anna"] = WHOLE if other == "works" else WITHOUT_MONDAY
    page = previewed(company, client, sign_in, weeks)
    holds = back == "Bruno" and other == "works"
    assert ("1 journée suspendue pourra de nouveau avoir lieu" in page) is holds


@pytest.mark.parametrize("active", [True, False])
def test_whoever_comes_back_is_said_in_words(
    company: Company, client: TestClient, sign_in: SignIn, active: bool
) -> None:
    company.anna.active = active
    page = previewed(company, client, sign_in, {"Anna": WITHOUT_MONDAY})
    assert ("Dans l’entreprise</span> <del>parti</del>" in page) is not active
    assert ">active<" not in page


@pytest.mark.parametrize(
    ("anna", "bruno", "voided"), [("C", "B", True), ("B", "A", False), ("A", "B", False), ("B", "B", False)]
)
def test_hr_read_which_agreements_a_change_of_company_voids(
    company: Company, client: TestClient, sign_in: SignIn, anna: str, bruno: str, voided: bool
) -> None:
    visit = company.there
    company.anna.legal_entity, company.bruno.legal_entity = "A", "B"
    visit.agreement_at, visit.signed_visitor, visit.signed_host = NOW, "A", "B"
    lines = ["Matricule;Prénom;Nom;Équipe;Entité juridique"]
    for person, team, entity in ((company.anna, "Paie", anna), (company.bruno, "Boutique Bellecour", bruno)):
        person.employee_number = f"N{person.id}"
        lines.append(f"{person.employee_number};{person.first_name};{person.last_name};{team};{entity}")
    page = preview_of(company, client, sign_in, lines)
    assert ("1 journée à venir demandera une nouvelle convention" in page) is voided


@pytest.mark.parametrize(("least", "waits"), [(18, True), (None, False)])
def test_hr_read_which_days_an_age_makes_wait(
    company: Company, client: TestClient, sign_in: SignIn, least: int | None, waits: bool
) -> None:
    ask(company, 0, min_age=least, safety="Chaussures fermées")
    company.anna.employee_number = "N1"
    page = preview_of(
        company,
        client,
        sign_in,
        ["Matricule;Prénom;Nom;Équipe;Moins de 18 ans", "N1;Anna;Roy;Paie;oui"],
    )
    assert ("1 journée à venir attendra une exception de l’équipe" in page) is waits
    assert ("Anna Roy a moins de 18 ans" in page) is waits


def file_of(company: Company, days: str, ends: str = "") -> dict[str, Any]:
    """A staff file that moves Bruno to Nantes, in another company, with these days and this contract."""
    company.bruno.employee_number = "N1"
    company.session.commit()
    there = elsewhere(company.session)
    company.session.commit()
    line = f"N1;Bruno;Lam;{there.name};Beta;{days};CDD;{ends}"
    header = "Matricule;Prénom;Nom;Équipe;Entité juridique;Jours travaillés;Contrat;Fin de contrat"
    return {"file": ("rh.csv", f"{header}\n{line}\n".encode())}


def test_a_day_that_changes_in_several_ways_is_listed_once_with_all_of_them(
    company: Company, client: TestClient, sign_in: SignIn
) -> None:
    company.anna.legal_entity = company.bruno.legal_entity = "Alpha"
    visit = company.there
    visit.agreement_at, visit.signed_visitor, visit.signed_host = NOW, "Alpha", "Alphabet"
    file = file_of(company, WITHOUT_MONDAY)
    sign_in(client, company.hr)
    answer: Any = client.post("/people/import", data={"kind": "people"}, files=file)
    page = " ".join(client.get(str(answer.headers["location"])).text.replace("\u00a0", " ").split())
    assert page.count("Anna Roy chez Bruno Lam") == 1
    line = page.split("Anna Roy chez Bruno Lam")[1].split("</li>")[0]
    for said in ("ne travaille pas", "→ Boutique Nantes", "Lyon → Nantes", "nouvelle convention"):
        assert said in line
    assert "1 journée ne pourra pas avoir lieu comme prévu :" in page
    assert "1 journée reste prévue :" in page  # Friday, on which he goes to Anna


@pytest.mark.parametrize(("language", "words"), [("fr", "8 décembre 2027"), ("en", "8 December 2027")])
def test_dates_are_written_as_everywhere(
    company: Company, client: TestClient, sign_in: SignIn, language: str, words: str
) -> None:
    file = file_of(company, WHOLE, "2027-12-08")
    sign_in(client, company.hr)
    answer: Any = client.post("/people/import", data={"kind": "people"}, files=file)
    there = str(answer.headers["location"])
    page = client.get(there, headers={"accept-language": language}).text.replace("\u00a0", " ")
    assert words in page
    assert "2027-12-08" not in page


@pytest.mark.parametrize("days", [WHOLE, WITHOUT_MONDAY])
def test_programs_read_the_same_of_days_to_come_before_an_import(
    company: Company, client: TestClient, sign_in: SignIn, days: str
) -> None:
    file = file_of(company, days)
    sign_in(client, company.hr)
    found = client.post("/api/v1/imports/people?dry_run=true", files=file).json()["days"]
    monday, friday = ((one["becomes"], {what["kind"] for what in one["changes"]}) for one in found)
    assert [one["visit_id"] for one in found] == [company.there.id, company.back.id]
    off = days == WITHOUT_MONDAY
    assert monday == ("suspended" if off else "stands", {"team", "place"} | ({"off"} if off else set()))
    assert friday == ("stands", {"team"})
    assert client.post("/api/v1/imports/people", files=file).json()["days"] is None


@pytest.mark.parametrize("falls", [True, False])
def test_programs_read_which_booked_day_falls(
    session: Session, client: TestClient, sign_in: SignIn, falls: bool
) -> None:
    shop = Shop(session)
    request = shop.ask(shop.askers[0], shop.offer(host_id=shop.hosts[0].id))
    shop.hosts[0].employee_number = "N1"
    session.commit()
    session.refresh(shop.hr)
    session.commit()
    line = f"N1;Bruno;Vend0;{shop.shop.name};{WITHOUT_MONDAY if falls else WHOLE}"
    file = {"file": ("rh.csv", f"Matricule;Prénom;Nom;Équipe;Jours travaillés\n{line}\n".encode())}
    sign_in(client, shop.hr)
    found = client.post("/api/v1/imports/people?dry_run=true", files=file).json()["days"]
    assert [(one["visit_id"], one["becomes"]) for one in found] == (
        [(request.visit_id, "falls")] if falls else []
    )


def previewed_at(client: TestClient, company: Company, lines: list[str], **fields: str) -> str:
    """Where a staff file is looked at."""
    company.session.commit()
    file = {"file": ("rh.csv", "\n".join(lines).encode())}
    answer: Any = client.post("/people/import", data={"kind": "people", **fields}, files=file)
    return str(answer.headers["location"])


def confirmed(client: TestClient, where: str, shown: str, **fields: str) -> str:
    """Where confirming leads."""
    answer: Any = client.post(f"{where}/confirmation", data={"shown": shown, **fields})
    return str(answer.headers["location"])


def shown_at(client: TestClient, where: str) -> str:
    return re.findall(r'name="shown" value="(\w+)"', client.get(where).text)[0]


@pytest.mark.parametrize("leaves", [True, False])
@pytest.mark.parametrize("changed", [True, False])
def test_what_a_file_takes_that_was_not_shown_is_shown_before_anything_is_done(
    company: Company, client: TestClient, sign_in: SignIn, *, leaves: bool, changed: bool
) -> None:
    session, bruno = company.session, company.bruno
    lines = ["Matricule;Prénom;Nom;Équipe;Jours travaillés"]
    for person, team in ((company.anna, "Paie"), (company.martine, "Paie"), (bruno, "Boutique Bellecour")):
        person.employee_number = f"N{person.id}"
        if person is not bruno or not leaves:
            days = WITHOUT_MONDAY if person is bruno else WHOLE
            lines.append(f"N{person.id};{person.first_name};{person.last_name};{team};{days}")
    session.refresh(company.hr)
    session.commit()
    sign_in(client, company.hr)
    more: dict[str, str] = {"leavers": "1"} if leaves else {}
    where = previewed_at(client, company, lines, **({"full": "1"} if leaves else {}))
    shown = shown_at(client, where)
    if changed:
        late = (company.martine.id, bruno.id, NEXT_MONDAY)
        service.plan_visits(session, company.campaign, [late], NOW)  # type: ignore[list-item]
        session.commit()
        assert confirmed(client, where, shown, **more) == where
        session.expire_all()
        assert (bruno.active, bruno.worked_weekdays) == (True, "1111100")
        assert "Martine Chef chez Bruno Lam" in client.get(where).text.replace("\u00a0", " ")
        shown = shown_at(client, where)
        session.commit()
    assert confirmed(client, where, shown, **more) != where
    session.expire_all()
    assert (bruno.active, bruno.worked_weekdays) == (not leaves, "1111100" if leaves else "0111100")


@pytest.mark.parametrize("changed", [True, False])
def test_what_a_roster_contradicts_that_was_not_shown_is_shown_before_anything_is_done(
    company: Company, client: TestClient, sign_in: SignIn, *, changed: bool
) -> None:
    session, bruno = company.session, company.bruno
    bruno.employee_number = "N1"
    session.refresh(company.hr)
    session.commit()
    sign_in(client, company.hr)
    roster = f"Matricule;Jour;Horaires\nN1;{MONDAY:%d/%m/%Y};repos\nN1;{NEXT_MONDAY:%d/%m/%Y};repos\n"
    answer: Any = client.post("/team/rosters", data={}, files={"file": ("avril.csv", roster.encode())})
    where = str(answer.headers["location"])
    shown = shown_at(client, where)
    if changed:
        late = (company.martine.id, bruno.id, NEXT_MONDAY)
        service.plan_visits(session, company.campaign, [late], NOW)  # type: ignore[list-item]
        session.commit()
        assert confirmed(client, where, shown) == where
        assert session.exec(select(RosterDay)).all() == []
        assert "Martine Chef chez Bruno Lam" in client.get(where).text.replace("\u00a0", " ")
        shown = shown_at(client, where)
        session.commit()
    assert confirmed(client, where, shown) == "/team/conflicts"
    assert len(session.exec(select(RosterDay)).all()) > 1


@pytest.mark.parametrize("what", ["imports/people", "rosters"])
@pytest.mark.parametrize("changed", [True, False])
def test_what_a_program_was_told_of_a_file_is_done_or_nothing(
    company: Company, client: TestClient, sign_in: SignIn, what: str, *, changed: bool
) -> None:
    session, bruno = company.session, company.bruno
    bruno.employee_number = "N1"
    session.refresh(company.hr)
    session.commit()
    sign_in(client, company.hr)
    staff = (
        f"Matricule;Prénom;Nom;Équipe;Jours travaillés\nN1;Bruno;Lam;{company.shop.name};{WITHOUT_MONDAY}\n"
    )
    roster = f"Matricule;Jour;Horaires\nN1;{MONDAY:%d/%m/%Y};repos\nN1;{NEXT_MONDAY:%d/%m/%Y};repos\n"
    session.commit()
    file = {"file": ("a.csv", (roster if what == "rosters" else staff).encode())}
    here = f"/api/v1/{what}"
    shown = client.post(f"{here}?dry_run=true", files=file).json()["shown"]
    if changed:
        late = (company.martine.id, bruno.id, NEXT_MONDAY)
        service.plan_visits(session, company.campaign, [late], NOW)  # type: ignore[list-item]
        session.commit()
    done = client.post(here, params={"shown": shown}, files=file)
    assert done.status_code == (409 if changed else 200)
    session.expire_all()
    taken_in = bool(session.exec(select(RosterDay)).all()) or bruno.worked_weekdays == "0111100"
    assert taken_in is not changed
    if not changed:
        assert done.json()["shown"] is None
